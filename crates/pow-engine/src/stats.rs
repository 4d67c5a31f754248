//! Counters: each thread writes its own, anyone reads them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What one thread did since the engine was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThreadStats {
    /// Nonces hashed.
    pub hashes: u64,
    /// Wall time with a claimed chunk in hand.
    pub busy: Duration,
    /// Wall time with a search running somewhere but nothing left to claim.
    pub starved: Duration,
}

/// A snapshot of an engine.
#[derive(Clone, Debug, Default)]
pub struct EngineStats {
    /// Searches that have not ended yet.
    pub searches: usize,
    /// One row per thread.
    pub threads: Vec<ThreadStats>,
    /// What the host refused (a priority, an affinity pin), in words.
    pub warnings: Vec<String>,
}

/// The counters of one thread, alone on its cache lines (128 bytes: CPUs fetch lines in pairs).
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Counters {
    hashes: AtomicU64,
    busy_ns: AtomicU64,
    starved_ns: AtomicU64,
    /// [`RunClock`] reading at which the thread ran out of work, plus one; zero while it works.
    idle_since: AtomicU64,
}

impl Counters {
    /// Only by the owning thread: a load and a store, no locked instruction.
    pub(crate) fn add_work(&self, hashes: u64, busy: Duration) {
        add(&self.hashes, hashes);
        add(&self.busy_ns, nanos(busy));
    }

    /// Only by the owning thread, with the clock of the moment it runs out of work.
    pub(crate) fn begin_idle(&self, clock: u64) {
        self.idle_since.store(clock + 1, Ordering::Relaxed);
    }

    /// Only by the owning thread, when it has work again. Does nothing if it was not idle.
    pub(crate) fn end_idle(&self, clock: u64) {
        add(&self.starved_ns, self.idle(clock));
        self.idle_since.store(0, Ordering::Relaxed);
    }

    /// By anyone.
    pub(crate) fn read(&self, clock: u64) -> ThreadStats {
        ThreadStats {
            hashes: self.hashes.load(Ordering::Relaxed),
            busy: Duration::from_nanos(self.busy_ns.load(Ordering::Relaxed)),
            starved: Duration::from_nanos(
                self.starved_ns.load(Ordering::Relaxed) + self.idle(clock),
            ),
        }
    }

    fn idle(&self, clock: u64) -> u64 {
        match self.idle_since.load(Ordering::Relaxed) {
            0 => 0,
            since => clock.saturating_sub(since - 1),
        }
    }
}

fn add(counter: &AtomicU64, amount: u64) {
    counter.store(counter.load(Ordering::Relaxed).wrapping_add(amount), Ordering::Relaxed);
}

fn nanos(duration: Duration) -> u64 {
    duration.as_nanos() as u64
}

/// Counts searches, and the nanoseconds during which there was at least one: a thread without
/// work starves while this clock moves, and rests while it stands.
#[derive(Debug)]
pub(crate) struct RunClock {
    searches: usize,
    /// Reading when the clock last started or stopped.
    ns: u64,
    changed: Instant,
}

impl RunClock {
    pub(crate) fn new() -> Self {
        Self { searches: 0, ns: 0, changed: Instant::now() }
    }

    pub(crate) fn searches(&self) -> usize {
        self.searches
    }

    pub(crate) fn begin_search(&mut self) {
        if self.searches == 0 {
            self.changed = Instant::now();
        }
        self.searches += 1;
    }

    pub(crate) fn end_search(&mut self) {
        if self.searches == 1 {
            self.ns = self.read();
        }
        self.searches -= 1;
    }

    pub(crate) fn read(&self) -> u64 {
        let moving = if self.searches == 0 { 0 } else { nanos(self.changed.elapsed()) };
        self.ns + moving
    }
}
