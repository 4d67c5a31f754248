//! The engine: its threads from the first to the last.

use crate::pool::Pool;
use crate::range::Range;
use crate::scan::Scan;
use crate::search::{OnEnd, Search, SearchHandle};
use crate::stats::EngineStats;
use crate::{host, thread};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{Builder, JoinHandle, ThreadId, current};
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
    warnings: Vec<String>,
    ids: Vec<ThreadId>,
    /// Emptied by the first close; locked until the threads are gone, so that a second waits too.
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Engine {
    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// When the system refuses a thread.
    pub fn new(options: &EngineOptions) -> io::Result<Self> {
        let pool = Arc::new(Pool::new(options.threads.get()));
        let cpus = options.affinity.as_deref().unwrap_or_default();
        let mut cpus = cpus.iter().copied().cycle();
        let priority = options.priority;
        let (report, reports) = mpsc::channel();
        let mut threads = Vec::new();
        for row in 0..options.threads.get() {
            let (pool, report, cpu) = (Arc::clone(&pool), report.clone(), cpus.next());
            let started = Builder::new().name(format!("pow-{row}")).spawn({
                let pool = Arc::clone(&pool);
                move || {
                    // The engine may have given up on a later thread: nobody hears then.
                    let _ = report.send(host::settle_in(priority, cpu));
                    drop(report);
                    thread::run(&pool, row);
                }
            });
            match started {
                Ok(started) => threads.push(started),
                Err(error) => {
                    pool.close();
                    return Err(error);
                }
            }
        }
        drop(report);
        Ok(Self {
            pool,
            warnings: reports.into_iter().flatten().collect(),
            ids: threads.iter().map(|started| started.thread().id()).collect(),
            threads: Mutex::new(threads),
        })
    }

    /// Searches `[start, end)`, `end` at most 2^64, for its lowest winning nonce, and calls
    /// `on_end` once.
    ///
    /// # Errors
    ///
    /// [`StartError`]; `on_end` is then dropped uncalled.
    pub fn start(
        &self,
        scan: Arc<dyn Scan>,
        start: u64,
        end: u128,
        on_end: OnEnd,
    ) -> Result<SearchHandle, StartError> {
        let range = Range::new(start, end, scan.lanes()).ok_or(StartError::Range)?;
        let search = Arc::new(Search::new(scan, range, on_end));
        if !self.pool.start(&search) {
            return Err(StartError::Closed);
        }
        if search.claims.end_if_empty() {
            self.pool.end(&search);
        }
        Ok(SearchHandle { search, pool: Arc::clone(&self.pool) })
    }

    /// What every thread has done so far.
    pub fn stats(&self) -> EngineStats {
        self.pool.stats(self.warnings.clone())
    }

    /// Ends every search, with [`crate::End::Closed`] unless its answer is already certain, and
    /// returns when every thread is gone. Called on an engine thread (in an `on_end`), it does not wait.
    /// Safe to call twice.
    pub fn close(&self) {
        self.pool.close();
        if self.ids.contains(&current().id()) {
            return;
        }
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        for thread in threads.drain(..) {
            // Its panic, if any, is already printed; a closing engine has no use for it.
            let _ = thread.join();
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.close();
    }
}
