//! The queue between the owners of searches and the threads, and how threads sleep.
//!
//! A starting search wakes one thread; a thread that has hashed a first step without an answer
//! wakes the next. So a search that hits at once costs its owner one wake-up, or none while a
//! thread still spins, and a long one has every thread within a few wake-up times. A thread that
//! was woken and may not claim (it leaves, or is over its CPU limit) wakes another in its place.
//!
//! A thread that sleeps, for whatever reason, holds no claim: nobody ever waits for it.

use crate::atomics::{AtomicU64, AtomicUsize, Condvar, Mutex, MutexGuard, Ordering};
use crate::claims::{Claim, Stop};
use crate::counters::{Counters, Idle, RunClock};
use crate::search::Search;
use crate::seat::Seat;
use crate::stats::{EngineStats, Totals};
use std::collections::VecDeque;
use std::hint::spin_loop;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long one thread looks for new work before it sleeps: about one wake-up time.
const SPIN: Duration = Duration::from_micros(if cfg!(loom) { 0 } else { 20 });

/// Shared by the engine, its threads and its handles.
pub(crate) struct Pool {
    queue: Mutex<Queue>,
    /// For threads with nothing to claim.
    work: Condvar,
    /// For threads that may not claim: paused, or over the limit.
    leave_to_claim: Condvar,
    /// Length of `Queue::open`, for those who look without the lock.
    open: AtomicUsize,
    /// Threads in `work.wait`, for those who look without the lock.
    sleepers: AtomicUsize,
    /// Per cent of its time that a thread may use.
    cpu_limit: AtomicU64,
}

struct Queue {
    /// Searches with something left to claim; each claim moves its search to the back.
    open: VecDeque<Arc<Search>>,
    clock: RunClock,
    /// One thread spins at a time; more would only take cores from the host.
    spinning: bool,
    closed: bool,
    /// The counters of each row; threads of higher rows leave.
    rows: Vec<Arc<Counters>>,
    size: usize,
    totals: Totals,
}

impl Pool {
    /// Without a thread so far.
    pub(crate) fn new(cpu_limit: u64) -> Self {
        Self {
            queue: Mutex::new(Queue {
                open: VecDeque::new(),
                clock: RunClock::new(),
                spinning: false,
                closed: false,
                rows: Vec::new(),
                size: 0,
                totals: Totals::default(),
            }),
            work: Condvar::new(),
            leave_to_claim: Condvar::new(),
            open: AtomicUsize::new(0),
            sleepers: AtomicUsize::new(0),
            cpu_limit: AtomicU64::new(cpu_limit),
        }
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

    /// The next chunk for a thread; waits for one. `None` once it has to leave.
    pub(crate) fn next(&self, seat: &mut Seat) -> Option<(Arc<Search>, Claim)> {
        let mut queue = self.lock();
        let mut may_spin = true;
        let chunk = loop {
            if queue.closed || seat.row >= queue.size {
                self.wake_another();
                break None;
            }
            let nap = seat.nap(self.cpu_limit.load(Ordering::Relaxed));
            if queue.clock.is_paused() || nap.is_some() {
                queue = self.rest(queue, seat, nap);
                continue;
            }
            if let Some(chunk) = self.take(&mut queue) {
                break Some(chunk);
            }
            turn(&queue, seat, Idle::Seeking);
            if may_spin && !queue.spinning {
                queue = self.spin(queue);
            } else {
                self.sleepers.fetch_add(1, Ordering::Relaxed);
                queue = self.work.wait(queue).expect("nothing panics under this lock");
                self.sleepers.fetch_sub(1, Ordering::Relaxed);
            }
            may_spin = false;
        };
        turn(&queue, seat, Idle::Not);
        if let Some((search, _)) = &chunk {
            seat.counters.take_search(search.tag);
        }
        chunk
    }

    /// Sleeps through a pause, or until the thread may use its CPU again.
    fn rest<'a>(
        &'a self,
        queue: MutexGuard<'a, Queue>,
        seat: &Seat,
        nap: Option<Duration>,
    ) -> MutexGuard<'a, Queue> {
        turn(&queue, seat, Idle::Resting);
        if queue.clock.is_paused() {
            return self.leave_to_claim.wait(queue).expect("nothing panics under this lock");
        }
        self.wake_another();
        let woken = self.leave_to_claim.wait_timeout(queue, nap.unwrap_or_default());
        woken.expect("nothing panics under this lock").0
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
                if let Some(waited) = search.note_first_chunk() {
                    queue.totals.first_chunk.note(waited);
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
        search.note_stop();
        if search.claims.stop(stop) {
            self.end(search);
        }
    }

    /// Takes leave of a search that is over. Called once for each.
    pub(crate) fn end(&self, search: &Search) {
        let end = search.claims.end();
        let (leave, wasted) = search.note_end(&end);
        let mut queue = self.lock();
        queue.clock.end_search();
        queue.totals.wasted += wasted;
        if let Some(leave) = leave {
            queue.totals.leave.note(leave);
        }
        drop(queue);
        search.report(end);
    }

    pub(crate) fn note_panic(&self, seat: &Seat, message: &str) {
        seat.counters.note_error(message);
        self.lock().totals.panics += 1;
    }

    /// Keeps threads from claiming, or lets them again. Claims that are made already go on.
    pub(crate) fn pause(&self, paused: bool) {
        self.lock().clock.pause(paused);
        if !paused {
            self.wake_all();
        }
    }

    pub(crate) fn limit_cpu(&self, percent: u64) {
        self.cpu_limit.store(percent, Ordering::Relaxed);
        drop(self.lock()); // whoever read the old limit sleeps by now, and hears the call
        self.leave_to_claim.notify_all();
    }

    /// Makes room for so many threads: the seats of those to start. Threads of rows above leave,
    /// and [`Pool::forget`] drops their rows.
    pub(crate) fn seat(&self, size: usize) -> Vec<Seat> {
        let mut queue = self.lock();
        let now = queue.clock.now();
        let first = queue.rows.len().min(size);
        queue.size = size;
        let seats = (first..size).map(|row| Seat::new(row, Arc::new(Counters::new(now))));
        let seats: Vec<_> = seats.collect();
        queue.rows.extend(seats.iter().map(|seat| Arc::clone(&seat.counters)));
        drop(queue);
        self.wake_all();
        seats
    }

    /// Drops the rows of threads that are gone; what they hashed stays counted.
    pub(crate) fn forget_from(&self, row: usize) {
        let mut queue = self.lock();
        let gone: Vec<_> = queue.rows.drain(row..).collect();
        queue.totals.hashes += gone.iter().map(|counters| counters.hashes()).sum::<u64>();
    }

    /// Stops every search and sends the threads home.
    pub(crate) fn close(&self) {
        let mut queue = self.lock();
        queue.closed = true;
        let open = std::mem::take(&mut queue.open);
        self.open.store(0, Ordering::Relaxed);
        drop(queue);
        self.wake_all();
        for search in open {
            self.stop(&search, Stop::Closed);
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    pub(crate) fn stats(&self, warnings: Vec<String>) -> EngineStats {
        let queue = self.lock();
        let now = queue.clock.now();
        let threads: Vec<_> = queue.rows.iter().map(|counters| counters.read(now)).collect();
        EngineStats {
            searches: queue.clock.searches(),
            hashes: queue.totals.hashes + threads.iter().map(|thread| thread.hashes).sum::<u64>(),
            threads,
            paused: queue.clock.is_paused(),
            cpu_limit: self.cpu_limit.load(Ordering::Relaxed),
            panics: queue.totals.panics,
            wasted: queue.totals.wasted,
            first_chunk: queue.totals.first_chunk,
            leave: queue.totals.leave,
            warnings,
        }
    }

    fn wake_all(&self) {
        self.work.notify_all();
        self.leave_to_claim.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect("nothing panics under this lock")
    }
}

/// Counts a thread's time from now on as that.
fn turn(queue: &Queue, seat: &Seat, idle: Idle) {
    if !seat.counters.is(idle) {
        seat.counters.turn(idle, queue.clock.now());
    }
}
