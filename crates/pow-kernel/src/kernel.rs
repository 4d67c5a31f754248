//! A kernel: one hash on one CPU feature.

use crate::Hash;
use crate::batch::Digests;
use crate::segment::Segment;
use std::fmt;

/// The first of `count` lanes from lane `from` whose digest passes the segment's filter.
pub(crate) type Scan = unsafe fn(segment: &Segment, from: u32, count: u32) -> Option<u32>;

/// One row of a hash's table: a CPU check and the functions it guards.
pub struct Kernel {
    /// The CPU feature it needs, as users write it.
    pub name: &'static str,
    /// Nonces hashed side by side.
    pub lanes: usize,
    pub(crate) available: fn() -> bool,
    /// Whether it is the one to choose among those that this CPU can run, if no row above is.
    pub(crate) suits: fn() -> bool,
    pub(crate) scan: Scan,
    pub(crate) digests: Digests,
    /// The fewest messages for which `digests` beats the rows below: a pass costs the same however
    /// many of its lanes are used.
    pub(crate) pays_from: usize,
}

/// For a row that needs no more than its CPU feature to be worth choosing.
pub(crate) fn anywhere() -> bool {
    true
}

/// Calls a function of a kernel's row, once its CPU check has passed.
macro_rules! call {
    ($kernel:ident.$function:ident($($argument:expr),*)) => {{
        assert!($kernel.is_available(), "this CPU lacks {}", $kernel.name);
        // SAFETY: the functions of a row need the CPU features that `available` just tested for.
        unsafe { ($kernel.$function)($($argument),*) }
    }};
}

impl Kernel {
    /// Whether this CPU can run the kernel.
    pub fn is_available(&self) -> bool {
        (self.available)()
    }

    /// The first candidate among `count` lanes from lane `from`; `from + count` is at most 2^32.
    pub(crate) fn scan(&self, segment: &Segment, from: u32, count: u32) -> Option<u32> {
        call!(self.scan(segment, from, count))
    }

    /// The digests of messages that all take equally many blocks, in their order.
    pub(crate) fn digests(&self, hash: Hash, messages: &[&[u8]], digests: &mut [[u8; 32]]) {
        call!(self.digests(hash, messages, digests));
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
