//! What belongs to one thread of a pool.

use crate::budget::Budget;
use crate::counters::Counters;
use crate::host;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A place in the pool: threads have rows 0, 1, 2, ..., and those from the end leave first.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) row: usize,
    pub(crate) counters: Arc<Counters>,
    budget: Budget,
    began: Instant,
    busy: Duration,
}

impl Seat {
    pub(crate) fn new(row: usize, counters: Arc<Counters>) -> Self {
        let began = Instant::now();
        Self { row, counters, budget: Budget::default(), began, busy: Duration::ZERO }
    }

    pub(crate) fn add_work(&mut self, hashes: u64, busy: Duration) {
        self.busy += busy;
        self.counters.add_work(hashes, busy);
    }

    /// How long to sleep before the next chunk, with a limit of so many per cent. Asked by the
    /// thread itself.
    pub(crate) fn nap(&mut self, percent: u64) -> Option<Duration> {
        if percent >= 100 {
            self.budget.forget();
            return None;
        }
        let used = host::cpu_time().unwrap_or(self.busy);
        self.budget.nap(percent, self.began.elapsed(), used)
    }
}
