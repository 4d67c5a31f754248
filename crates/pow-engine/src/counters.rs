//! Counters: each thread writes its own, anyone reads them.

use crate::stats::ThreadStats;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How a thread without a chunk spends its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Idle {
    /// It has a chunk.
    Not = 0,
    /// It starves while there is a search, and waits while there is none.
    Seeking = 1,
    /// It is paused or over its CPU limit: it waits.
    Resting = 2,
}

/// A moment: since the clock was made, and since then with a search running.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) ns: u64,
    running_ns: u64,
}

/// The counters of one thread, alone on its cache lines (128 bytes: CPUs fetch lines in pairs).
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Counters {
    hashes: AtomicU64,
    busy_ns: AtomicU64,
    starved_ns: AtomicU64,
    waiting_ns: AtomicU64,
    /// An [`Idle`], and the [`Moment`] since when.
    idle: AtomicU8,
    since_ns: AtomicU64,
    since_running_ns: AtomicU64,
    /// The tag of the search in hand, plus one; zero for none.
    search: AtomicU64,
    /// Locked by a panic, and by those who read.
    last_error: Mutex<Option<String>>,
}

impl Counters {
    /// Of a thread that starts now, without a chunk.
    pub(crate) fn new(now: Moment) -> Self {
        Self {
            hashes: AtomicU64::new(0),
            busy_ns: AtomicU64::new(0),
            starved_ns: AtomicU64::new(0),
            waiting_ns: AtomicU64::new(0),
            idle: AtomicU8::new(Idle::Seeking as u8),
            since_ns: AtomicU64::new(now.ns),
            since_running_ns: AtomicU64::new(now.running_ns),
            search: AtomicU64::new(0),
            last_error: Mutex::default(),
        }
    }

    /// Only by the owning thread: a load and a store, no locked instruction.
    pub(crate) fn add_work(&self, hashes: u64, busy: Duration) {
        add(&self.hashes, hashes);
        add(&self.busy_ns, nanos(busy));
    }

    /// Only by the owning thread.
    pub(crate) fn take_search(&self, tag: u64) {
        self.search.store(tag.wrapping_add(1), Ordering::Relaxed);
    }

    /// Only by the owning thread, under the lock of the queue (those who read hold it too).
    pub(crate) fn turn(&self, idle: Idle, now: Moment) {
        let (starved, waiting) = self.idle_times(now);
        add(&self.starved_ns, starved);
        add(&self.waiting_ns, waiting);
        self.idle.store(idle as u8, Ordering::Relaxed);
        self.since_ns.store(now.ns, Ordering::Relaxed);
        self.since_running_ns.store(now.running_ns, Ordering::Relaxed);
        if idle != Idle::Not {
            self.search.store(0, Ordering::Relaxed);
        }
    }

    pub(crate) fn is(&self, idle: Idle) -> bool {
        self.idle.load(Ordering::Relaxed) == idle as u8
    }

    pub(crate) fn note_error(&self, message: &str) {
        *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(message.to_owned());
    }

    pub(crate) fn hashes(&self) -> u64 {
        self.hashes.load(Ordering::Relaxed)
    }

    /// By anyone, under the lock of the queue.
    pub(crate) fn read(&self, now: Moment) -> ThreadStats {
        let (starved, waiting) = self.idle_times(now);
        let sum = |counter: &AtomicU64, more: u64| {
            Duration::from_nanos(counter.load(Ordering::Relaxed) + more)
        };
        ThreadStats {
            hashes: self.hashes(),
            busy: sum(&self.busy_ns, 0),
            starved: sum(&self.starved_ns, starved),
            waiting: sum(&self.waiting_ns, waiting),
            search: self.search.load(Ordering::Relaxed).checked_sub(1),
            last_error: self.last_error.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Starved and waiting since the last turn.
    fn idle_times(&self, now: Moment) -> (u64, u64) {
        if self.is(Idle::Not) {
            return (0, 0);
        }
        let idle = now.ns.saturating_sub(self.since_ns.load(Ordering::Relaxed));
        if self.is(Idle::Resting) {
            return (0, idle);
        }
        let running = now.running_ns.saturating_sub(self.since_running_ns.load(Ordering::Relaxed));
        (running, idle.saturating_sub(running))
    }
}

fn add(counter: &AtomicU64, amount: u64) {
    counter.store(counter.load(Ordering::Relaxed).wrapping_add(amount), Ordering::Relaxed);
}

fn nanos(duration: Duration) -> u64 {
    duration.as_nanos() as u64
}

/// Counts searches, and the nanoseconds during which there was at least one and no pause: a thread
/// without work starves while this clock moves, and waits while it stands.
#[derive(Debug)]
pub(crate) struct RunClock {
    made: Instant,
    searches: usize,
    paused: bool,
    /// Reading when one of them last changed.
    then: Moment,
}

impl RunClock {
    pub(crate) fn new() -> Self {
        let then = Moment { ns: 0, running_ns: 0 };
        Self { made: Instant::now(), searches: 0, paused: false, then }
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.paused
    }

    pub(crate) fn searches(&self) -> usize {
        self.searches
    }

    pub(crate) fn begin_search(&mut self) {
        self.then = self.now();
        self.searches += 1;
    }

    pub(crate) fn end_search(&mut self) {
        self.then = self.now();
        self.searches -= 1;
    }

    pub(crate) fn pause(&mut self, paused: bool) {
        self.then = self.now();
        self.paused = paused;
    }

    pub(crate) fn now(&self) -> Moment {
        let ns = nanos(self.made.elapsed());
        let stands = self.searches == 0 || self.paused;
        let moved = if stands { 0 } else { ns - self.then.ns };
        Moment { ns, running_ns: self.then.running_ns + moved }
    }
}
