//! What an engine searches with.

use pow_kernel::{Kernel, Plan};

/// Finds the lowest winner of a few nonces. A panic in it ends its own search alone.
pub trait Scan: Send + Sync {
    /// The lowest winning nonce of `[first, first + count)`; `count` is at least one.
    fn scan(&self, first: u64, count: u64) -> Option<u64>;

    /// Nonces hashed side by side: fewer cost as much time as this many.
    fn lanes(&self) -> u64;

    /// 64-byte compressions a nonce costs: the first guess at how many fit a millisecond.
    fn compressions_per_hash(&self) -> u64;
}

/// A plan and the kernel that scans it.
pub struct PlanScan {
    /// Work and goal.
    pub plan: Plan,
    /// A kernel of the plan's hash that this CPU can run.
    pub kernel: &'static Kernel,
}

impl Scan for PlanScan {
    fn scan(&self, first: u64, count: u64) -> Option<u64> {
        self.plan.scan(self.kernel, first, count)
    }

    fn lanes(&self) -> u64 {
        self.kernel.lanes as u64
    }

    fn compressions_per_hash(&self) -> u64 {
        self.plan.compressions_per_hash()
    }
}
