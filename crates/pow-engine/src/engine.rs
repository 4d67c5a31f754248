//! The engine: its threads from the first to the last.

use crate::pool::Pool;
use crate::range::Range;
use crate::scan::Scan;
use crate::search::{OnEnd, Search, SearchHandle};
use crate::seat::Seat;
use crate::stats::EngineStats;
use crate::{host, thread};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::{fmt, io};

/// How much the threads yield to the rest of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Nice 19 on Linux, the lowest ordinary priority elsewhere.
    Background,
    /// As the process.
    Normal,
}

/// What an engine is made of.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// Threads to hash on.
    pub threads: NonZeroUsize,
    /// Their priority.
    pub priority: Priority,
    /// CPU of each thread in turn, from the start again when threads are more; `None`: not pinned.
    pub affinity: Option<Vec<usize>>,
    /// Per cent of its time that each thread may hash: 1 to 100, which is no limit.
    pub cpu_limit: u64,
}

/// Why a search cannot start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartError {
    /// The engine is closed.
    Closed,
    /// `start` is above `end`, or `end` above 2^64.
    Range,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "the engine is closed",
            Self::Range => "not a range of 64-bit nonces",
        })
    }
}

impl std::error::Error for StartError {}

/// Threads that search. Dropping it closes it.
pub struct Engine {
    pool: Arc<Pool>,
    priority: Priority,
    affinity: Vec<usize>,
    /// What the host refused, each thing once.
    warnings: Mutex<Vec<String>>,
    /// How many threads were asked for last.
    wanted: AtomicUsize,
    /// Locked while threads are started or waited for, so that a second resize or close waits too.
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Engine {
    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// When the system refuses a thread.
    pub fn new(options: &EngineOptions) -> io::Result<Self> {
        let engine = Self {
            pool: Arc::new(Pool::new(options.cpu_limit.clamp(1, 100))),
            priority: options.priority,
            affinity: options.affinity.clone().unwrap_or_default(),
            warnings: Mutex::default(),
            wanted: AtomicUsize::new(options.threads.get()),
            threads: Mutex::default(),
        };
        engine.settle()?;
        Ok(engine)
    }

    /// Searches `[start, end)`, `end` at most 2^64, for its lowest winning nonce, and calls
    /// `on_end` once. The tag is what [`crate::ThreadStats::search`] says of threads in it.
    ///
    /// # Errors
    ///
    /// [`StartError`]; `on_end` is then dropped uncalled.
    pub fn start(
        &self,
        tag: u64,
        scan: Arc<dyn Scan>,
        (start, end): (u64, u128),
        on_end: OnEnd,
    ) -> Result<SearchHandle, StartError> {
        let range = Range::new(start, end, scan.lanes()).ok_or(StartError::Range)?;
        let search = Arc::new(Search::new(tag, scan, range, on_end));
        if !self.pool.start(&search) {
            return Err(StartError::Closed);
        }
        if search.claims.end_if_empty() {
            self.pool.end(&search);
        }
        Ok(SearchHandle { search, pool: Arc::clone(&self.pool) })
    }

    /// What the engine and every thread of it have done so far.
    pub fn stats(&self) -> EngineStats {
        self.pool.stats(lock(&self.warnings).clone())
    }

    /// Sleeps after the chunk in hand, until [`Engine::resume`]. Searches stay.
    pub fn pause(&self) {
        self.pool.pause(true);
    }

    /// Ends a pause.
    pub fn resume(&self) {
        self.pool.pause(false);
    }

    /// Limits the CPU time of each thread to so many per cent of the time that passes, 1 to 100.
    pub fn limit_cpu(&self, percent: u64) {
        self.pool.limit_cpu(percent.clamp(1, 100));
    }

    /// Asks for another number of threads; [`Engine::settle`] sees to it. Of several requests, the
    /// last one counts.
    ///
    /// # Errors
    ///
    /// [`StartError::Closed`].
    pub fn request(&self, threads: NonZeroUsize) -> Result<(), StartError> {
        if self.pool.is_closed() {
            return Err(StartError::Closed);
        }
        self.wanted.store(threads.get(), Ordering::Relaxed);
        Ok(())
    }

    /// Returns when there are as many threads as were asked for: starts what is missing, lets
    /// those of the highest rows finish their chunk and leave.
    ///
    /// # Errors
    ///
    /// When the system refuses a thread, or on an engine thread (in an `on_end`), which cannot wait for itself.
    pub fn settle(&self) -> io::Result<()> {
        if thread::is_of(&self.pool) {
            return Err(io::Error::other("an engine thread cannot wait for engine threads"));
        }
        let mut threads = lock(&self.threads);
        let wanted = self.wanted.load(Ordering::Relaxed);
        let (report, reports) = channel();
        for seat in self.pool.seat(wanted) {
            match self.spawn(seat, report.clone()) {
                Ok(started) => threads.push(started),
                Err(error) => {
                    self.pool.seat(threads.len());
                    self.pool.forget_from(threads.len());
                    return Err(error);
                }
            }
        }
        drop(report);
        let mut warnings = lock(&self.warnings);
        for warning in reports.into_iter().flatten() {
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
        drop(warnings);
        if threads.len() > wanted {
            join(threads.drain(wanted..));
            self.pool.forget_from(wanted);
        }
        Ok(())
    }

    /// Ends every search, with [`crate::End::Closed`] unless its answer is already certain, and
    /// returns when every thread is gone. Called on an engine thread (in an `on_end`), it does not wait.
    /// Safe to call twice.
    pub fn close(&self) {
        self.pool.close();
        if !thread::is_of(&self.pool) {
            join(lock(&self.threads).drain(..));
        }
    }

    fn spawn(&self, seat: Seat, report: Sender<Vec<String>>) -> io::Result<JoinHandle<()>> {
        let (pool, priority) = (Arc::clone(&self.pool), self.priority);
        let cpu = self.affinity.iter().copied().cycle().nth(seat.row);
        Builder::new().name(format!("pow-{}", seat.row)).spawn(move || {
            // The engine may have given up on a later thread: nobody hears then.
            let _ = report.send(host::settle_in(priority, cpu));
            drop(report);
            thread::run(&pool, seat);
        })
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.close();
    }
}

fn join(threads: impl Iterator<Item = JoinHandle<()>>) {
    for thread in threads {
        // Its panic, if any, is already printed; the engine has no use for it.
        let _ = thread.join();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
