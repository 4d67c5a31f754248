//! Interleavings of the queue's protocol (who sleeps, who is woken), explored by loom up to three
//! preemptions: `RUSTFLAGS="--cfg loom" cargo test -p pow-engine --lib --release model`.
//!
//! A wake-up that gets lost leaves every thread asleep with something left to claim, which loom
//! reports as a deadlock. Sleeps for the CPU limit end by a clock and are not part of the model.

use crate::claims::{End, Stop};
use crate::pool::Pool;
use crate::range::Range;
use crate::scan::Scan;
use crate::search::{Search, SearchHandle};
use crate::thread::run;
use loom::model::Builder;
use loom::sync::Notify;
use loom::thread::{JoinHandle, spawn};
// The bookkeeping of the test is no part of the protocol: loom need not reorder it.
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A claim is one unit, whatever the clock says of the pace: a unit is as long as a claim may be.
const UNIT: u64 = 1 << 56;
const UNITS: usize = 2;

/// No winner; counts how often each unit is hashed.
#[derive(Default)]
struct Counting([AtomicUsize; UNITS]);

impl Scan for Counting {
    fn scan(&self, first: u64, _: u64) -> Option<u64> {
        self.0[(first / UNIT) as usize].fetch_add(1, Ordering::Relaxed);
        None
    }

    fn lanes(&self) -> u64 {
        UNIT
    }

    fn compressions_per_hash(&self) -> u64 {
        1
    }
}

/// A pool and the search on it.
struct Model {
    pool: Arc<Pool>,
    scan: Arc<Counting>,
    search: Arc<Search>,
    ended: loom::sync::Arc<Notify>,
    ends: Arc<Mutex<Vec<End>>>,
}

impl Model {
    fn new() -> Self {
        let scan = Arc::new(Counting::default());
        let ended = loom::sync::Arc::new(Notify::new());
        let ends = Arc::new(Mutex::new(Vec::new()));
        let (tell, list) = (loom::sync::Arc::clone(&ended), Arc::clone(&ends));
        let on_end = Box::new(move |end| {
            list.lock().unwrap().push(end);
            tell.notify();
        });
        let range = Range::new(0, u128::from(UNIT) * UNITS as u128, UNIT).unwrap();
        let search = Search::new(0, Arc::clone(&scan) as Arc<dyn Scan>, range, on_end);
        Self { pool: Arc::new(Pool::new(100)), scan, search: Arc::new(search), ended, ends }
    }

    /// Brings the pool to so many threads: the new ones.
    fn grow(&self, size: usize) -> Vec<JoinHandle<()>> {
        let seats = self.pool.seat(size).into_iter();
        let started = seats.map(|seat| {
            let pool = Arc::clone(&self.pool);
            spawn(move || run(&pool, seat))
        });
        started.collect()
    }

    fn start(&self) {
        assert!(self.pool.start(&self.search));
    }

    /// Waits for the end, closes, and says how it ended and how often each unit was hashed.
    fn finish(self, threads: Vec<JoinHandle<()>>) -> (End, Vec<usize>) {
        while self.ends.lock().unwrap().is_empty() {
            self.ended.wait(); // now and then for nothing
        }
        self.pool.close();
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(self.ends.lock().unwrap().len(), 1, "one end");
        let end = self.ends.lock().unwrap().remove(0);
        (end, self.scan.0.iter().map(|count| count.load(Ordering::Relaxed)).collect())
    }
}

/// Every run with at most three preemptions.
fn explore(run: impl Fn() + Sync + Send + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(run);
}

const EACH_ONCE: (End, [usize; UNITS]) = (End::Exhausted, [1; UNITS]);

fn assert_each_once((end, hashed): (End, Vec<usize>)) {
    assert_eq!((&end, &hashed[..]), (&EACH_ONCE.0, &EACH_ONCE.1[..]));
}

#[test]
fn a_shrinking_pool_hashes_every_unit_once_and_takes_no_wake_up_along() {
    explore(|| {
        let model = Model::new();
        let threads = model.grow(2);
        model.start();
        model.grow(1);
        assert_each_once(model.finish(threads));
    });
}

#[test]
fn a_search_that_starts_while_a_thread_leaves_is_still_taken() {
    explore(|| {
        let model = Model::new();
        let threads = model.grow(2);
        model.grow(1);
        model.start();
        assert_each_once(model.finish(threads));
    });
}

#[test]
fn a_growing_pool_hashes_every_unit_once() {
    explore(|| {
        let model = Model::new();
        let mut threads = model.grow(1);
        model.start();
        threads.extend(model.grow(2));
        assert_each_once(model.finish(threads));
    });
}

#[test]
fn a_pause_and_its_end_lose_no_search() {
    explore(|| {
        let model = Model::new();
        let threads = model.grow(2);
        model.pool.pause(true);
        model.start();
        model.pool.pause(false);
        assert_each_once(model.finish(threads));
    });
}

#[test]
fn a_paused_search_can_be_cancelled() {
    explore(|| {
        let model = Model::new();
        let threads = model.grow(2);
        model.start();
        model.pool.pause(true);
        let (search, pool) = (Arc::clone(&model.search), Arc::clone(&model.pool));
        SearchHandle { search, pool }.cancel();
        let (end, hashed) = model.finish(threads);
        match end {
            End::Exhausted => assert_eq!(hashed, EACH_ONCE.1),
            End::Cancelled => assert!(hashed.iter().all(|&count| count <= 1)),
            end => panic!("{end:?} is not among the possible ends"),
        }
    });
}

#[test]
fn a_pause_during_a_close_ends_every_thread() {
    explore(|| {
        let model = Model::new();
        let threads = model.grow(2);
        model.start();
        model.pool.pause(true);
        model.pool.stop(&model.search, Stop::Closed);
        model.finish(threads);
    });
}
