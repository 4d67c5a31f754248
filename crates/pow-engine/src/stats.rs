//! What can be seen of an engine from outside.

use std::time::Duration;

/// What one thread did since it was started. The three times add up to its life so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThreadStats {
    /// Nonces hashed.
    pub hashes: u64,
    /// Wall time with a claimed chunk in hand.
    pub busy: Duration,
    /// Wall time with a search running somewhere but nothing left to claim.
    pub starved: Duration,
    /// Wall time without any search, paused, or asleep for the CPU limit.
    pub waiting: Duration,
    /// The tag of the search it is hashing for.
    pub search: Option<u64>,
    /// The last panic of a scan on it, in words.
    pub last_error: Option<String>,
}

/// What one search did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SearchStats {
    /// Nonces hashed so far, chunk by chunk; final once the end is reported.
    pub hashes: u64,
    /// From the start to the first claim; `None` until then.
    pub first_chunk: Option<Duration>,
    /// From the first stop to the end; `None` until then, and for a search that nobody stopped.
    pub leave: Option<Duration>,
    /// Nonces hashed for nothing: after a stop, or above the winner. Known at the end.
    pub wasted: u64,
}

/// Durations, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// How many there were.
    pub count: u64,
    /// Their sum.
    pub total: Duration,
    /// The longest of them.
    pub longest: Duration,
    /// The newest of them.
    pub last: Duration,
}

impl Latency {
    pub(crate) fn note(&mut self, duration: Duration) {
        self.count += 1;
        self.total += duration;
        self.longest = self.longest.max(duration);
        self.last = duration;
    }
}

/// A snapshot of an engine. Totals are since it was opened.
#[derive(Clone, Debug, Default)]
pub struct EngineStats {
    /// Searches that have not ended yet.
    pub searches: usize,
    /// Nonces hashed, also by threads that are gone.
    pub hashes: u64,
    /// One row per thread.
    pub threads: Vec<ThreadStats>,
    /// Whether threads are kept from claiming.
    pub paused: bool,
    /// Per cent of its time that a thread may hash.
    pub cpu_limit: u64,
    /// Scans that panicked.
    pub panics: u64,
    /// Nonces hashed for nothing: see [`SearchStats::wasted`].
    pub wasted: u64,
    /// Of every search that came to its first claim: see [`SearchStats::first_chunk`].
    pub first_chunk: Latency,
    /// Of every search that was stopped and has ended: see [`SearchStats::leave`].
    pub leave: Latency,
    /// What the host refused (a priority, an affinity pin), in words, each said once.
    pub warnings: Vec<String>,
}

/// What [`EngineStats`] is made of, beside the threads there are.
#[derive(Default)]
pub(crate) struct Totals {
    /// Of threads that are gone.
    pub(crate) hashes: u64,
    pub(crate) panics: u64,
    pub(crate) wasted: u64,
    pub(crate) first_chunk: Latency,
    pub(crate) leave: Latency,
}
