//! A fault on demand, for tests of what a broken kernel does to its surroundings.

use pow_engine::{PlanScan, Scan};

/// Scans as a plan does, and panics in the span that holds this nonce. An engine has it only where
/// its environment says so at the start (`POW_NATIVE_TEST_PANIC`): others never ask.
pub struct PanicAt {
    /// What it does otherwise.
    pub scan: PlanScan,
    /// The nonce.
    pub nonce: u64,
}

impl Scan for PanicAt {
    fn scan(&self, first: u64, count: u64) -> Option<u64> {
        let planted = (first..=first + (count - 1)).contains(&self.nonce);
        assert!(!planted, "planted at nonce {}", self.nonce);
        self.scan.scan(first, count)
    }

    fn lanes(&self) -> u64 {
        self.scan.lanes()
    }

    fn compressions_per_hash(&self) -> u64 {
        self.scan.compressions_per_hash()
    }
}
