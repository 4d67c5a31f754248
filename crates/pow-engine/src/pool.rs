//! The queue between the owners of searches and the threads, and how threads sleep.
//!
//! A starting search wakes one thread; a thread that has hashed a first step without an answer
//! wakes the next. So a search that hits at once costs its owner one wake-up, or none while a
//! thread still spins, and a long one has every thread within a few wake-up times.

use crate::claims::{Claim, Stop};
use crate::search::Search;
use crate::stats::{Counters, EngineStats, RunClock};
use std::collections::VecDeque;
use std::hint::spin_loop;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How long one thread looks for new work before it sleeps: about one wake-up time.
const SPIN: Duration = Duration::from_micros(20);

/// Shared by the engine, its threads and its handles.
pub(crate) struct Pool {
    queue: Mutex<Queue>,
    work: Condvar,
    /// Length of `Queue::open`, for those who look without the lock.
    open: AtomicUsize,
    /// Threads in `work.wait`, for those who look without the lock.
    sleepers: AtomicUsize,
    counters: Box<[Counters]>,
}

struct Queue {
    /// Searches with something left to claim; each claim moves its search to the back.
    open: VecDeque<Arc<Search>>,
    clock: RunClock,
    /// One thread spins at a time; more would only take cores from the host.
    spinning: bool,
    closed: bool,
}

impl Pool {
    pub(crate) fn new(threads: usize) -> Self {
        Self {
            queue: Mutex::new(Queue {
                open: VecDeque::new(),
                clock: RunClock::new(),
                spinning: false,
                closed: false,
            }),
            work: Condvar::new(),
            open: AtomicUsize::new(0),
            sleepers: AtomicUsize::new(0),
            counters: (0..threads).map(|_| Counters::default()).collect(),
        }
    }

    pub(crate) fn counters(&self, thread: usize) -> &Counters {
        &self.counters[thread]
    }

    /// Queues a search; false once closed.
    pub(crate) fn start(&self, search: &Arc<Search>) -> bool {
        let mut queue = self.lock();
        if queue.closed {
            return false;
        }
        queue.clock.begin_search();
        queue.open.push_back(Arc::clone(search));
        self.open.store(queue.open.len(), Ordering::Relaxed);
        // The spinner looks at the queue under the lock before it sleeps.
        let wake = !queue.spinning && self.sleepers.load(Ordering::Relaxed) > 0;
        drop(queue);
        if wake {
            self.work.notify_one();
        }
        true
    }

    /// The next chunk for `thread`; waits for one. `None` once closed.
    pub(crate) fn next(&self, thread: usize) -> Option<(Arc<Search>, Claim)> {
        let counters = self.counters(thread);
        let mut queue = self.lock();
        if let Some(chunk) = self.take(&mut queue) {
            return Some(chunk);
        }
        counters.begin_idle(queue.clock.read());
        let mut may_spin = true;
        let chunk = loop {
            if queue.closed {
                break None;
            }
            if may_spin && !queue.spinning {
                queue = self.spin(queue);
            } else {
                self.sleepers.fetch_add(1, Ordering::Relaxed);
                queue = self.work.wait(queue).expect("nothing panics under this lock");
                self.sleepers.fetch_sub(1, Ordering::Relaxed);
            }
            may_spin = false;
            if let Some(chunk) = self.take(&mut queue) {
                break Some(chunk);
            }
        };
        counters.end_idle(queue.clock.read());
        chunk
    }

    /// A chunk of the search whose turn it is. Searches with nothing left to claim drop out.
    fn take(&self, queue: &mut Queue) -> Option<(Arc<Search>, Claim)> {
        let mut chunk = None;
        while chunk.is_none()
            && let Some(search) = queue.open.pop_front()
        {
            if let Some(claim) = search.claim() {
                if search.claims.is_open() {
                    queue.open.push_back(Arc::clone(&search));
                }
                chunk = Some((search, claim));
            }
        }
        self.open.store(queue.open.len(), Ordering::Relaxed);
        chunk
    }

    fn spin<'a>(&'a self, mut queue: MutexGuard<'a, Queue>) -> MutexGuard<'a, Queue> {
        queue.spinning = true;
        drop(queue);
        let begun = Instant::now();
        while self.open.load(Ordering::Relaxed) == 0 && begun.elapsed() < SPIN {
            spin_loop();
        }
        queue = self.lock();
        queue.spinning = false;
        queue
    }

    /// Wakes one more thread while there is more to claim than awake threads take. A reading that
    /// is out of date costs one wake-up, or a delay until the next chunk.
    pub(crate) fn wake_another(&self) {
        if self.sleepers.load(Ordering::Relaxed) > 0 && self.open.load(Ordering::Relaxed) > 0 {
            self.work.notify_one();
        }
    }

    /// Asks a search to stop, and reports its end where no thread is left to do so.
    pub(crate) fn stop(&self, search: &Search, stop: Stop) {
        if search.claims.stop(stop) {
            self.end(search);
        }
    }

    /// Takes leave of a search that is over. Called once for each.
    pub(crate) fn end(&self, search: &Search) {
        self.lock().clock.end_search();
        search.report();
    }

    /// Stops every search and sends the threads home.
    pub(crate) fn close(&self) {
        let mut queue = self.lock();
        queue.closed = true;
        let open = std::mem::take(&mut queue.open);
        self.open.store(0, Ordering::Relaxed);
        drop(queue);
        self.work.notify_all();
        for search in open {
            self.stop(&search, Stop::Closed);
        }
    }

    pub(crate) fn stats(&self, warnings: Vec<String>) -> EngineStats {
        let queue = self.lock();
        let clock = queue.clock.read();
        EngineStats {
            searches: queue.clock.searches(),
            threads: self.counters.iter().map(|counters| counters.read(clock)).collect(),
            warnings,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect("nothing panics under this lock")
    }
}
