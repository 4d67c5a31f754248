//! Scans whose winners, panics and speed a test plants, and an engine to run them on.

#![allow(dead_code, reason = "each test file uses some of these")]

use pow_engine::{End, Engine, EngineOptions, Priority, Scan, SearchHandle};
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// One nonce past the last.
pub const ALL: u128 = 1 << 64;

pub fn engine(threads: usize) -> Engine {
    let threads = NonZeroUsize::new(threads).unwrap();
    let priority = Priority::Normal;
    Engine::new(&EngineOptions { threads, priority, affinity: None, cpu_limit: 100 }).unwrap()
}

/// Starts a search whose end can be waited for.
pub fn start(
    engine: &Engine,
    scan: Arc<dyn Scan>,
    range: (u64, u128),
) -> (SearchHandle, Receiver<End>) {
    let (sender, ended) = channel();
    let on_end = Box::new(move |end| sender.send(end).unwrap());
    (engine.start(0, scan, range, on_end).unwrap(), ended)
}

pub fn search(engine: &Engine, scan: Arc<dyn Scan>, range: (u64, u128)) -> End {
    let (_search, ended) = start(engine, scan, range);
    ended.recv_timeout(PATIENCE).expect("the search ends")
}

/// Calls a function; one lane, one compression.
pub struct Fake<F>(pub F);

impl<F: Fn(u64, u64) -> Option<u64> + Send + Sync> Scan for Fake<F> {
    fn scan(&self, first: u64, count: u64) -> Option<u64> {
        (self.0)(first, count)
    }

    fn lanes(&self) -> u64 {
        1
    }

    fn compressions_per_hash(&self) -> u64 {
        1
    }
}

/// The listed nonces win.
pub fn winners(nonces: &'static [u64]) -> Arc<dyn Scan> {
    Arc::new(Fake(move |first: u64, count: u64| {
        let last = first + (count - 1);
        nonces.iter().copied().filter(|nonce| (first..=last).contains(nonce)).min()
    }))
}

/// No nonce wins, and the range never ends while a test looks: a millisecond per call.
pub fn endless() -> Arc<dyn Scan> {
    Arc::new(Fake(|_, _| {
        std::thread::sleep(Duration::from_millis(1));
        None
    }))
}

/// Holds threads until the test opens it, and tells it how many arrived.
#[derive(Default)]
pub struct Gate {
    state: Mutex<(bool, usize)>,
    changed: Condvar,
}

impl Gate {
    pub fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.1 += 1;
        self.changed.notify_all();
        drop(self.changed.wait_timeout_while(state, PATIENCE, |(open, _)| !*open).unwrap());
    }

    pub fn open(&self) {
        self.state.lock().unwrap().0 = true;
        self.changed.notify_all();
    }

    pub fn wait_for(&self, arrived: usize) {
        let state = self.state.lock().unwrap();
        let (state, late) =
            self.changed.wait_timeout_while(state, PATIENCE, |(_, n)| *n < arrived).unwrap();
        drop(state);
        assert!(!late.timed_out(), "{arrived} threads reach the gate");
    }
}
