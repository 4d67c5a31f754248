//! Cancel, panic and close: each ends what it should, once, and nothing else.

mod scans;

use pow_engine::{End, Engine, EngineOptions, Priority, Scan, StartError};
use scans::{ALL, Fake, Gate, PATIENCE, endless, engine, search, start, winners};
use std::num::NonZeroUsize;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

#[test]
fn a_search_cancelled_before_its_first_chunk_is_never_scanned() {
    let engine = engine(1);
    let gate = Arc::new(Gate::default());
    let held = Arc::clone(&gate);
    let busy = Arc::new(Fake(move |_, _| {
        held.pass();
        None
    }));
    let (_busy, busy_ended) = start(&engine, busy, (0, 1));
    gate.wait_for(1);
    let scan: Arc<dyn Scan> = Arc::new(Fake(|_, _| panic!("it was cancelled")));
    let (waiting, ended) = start(&engine, scan, (0, ALL));
    waiting.cancel();
    assert_eq!(ended.try_recv(), Ok(End::Cancelled), "no thread is in it: it ends at once");
    gate.open();
    assert_eq!(busy_ended.recv_timeout(PATIENCE), Ok(End::Exhausted));
}

#[test]
fn a_running_search_ends_when_cancelled_twice_and_reports_once() {
    let engine = engine(2);
    let (running, ended) = start(&engine, endless(), (0, ALL));
    running.cancel();
    running.cancel();
    assert_eq!(ended.recv_timeout(PATIENCE), Ok(End::Cancelled));
    running.cancel();
    assert!(ended.recv_timeout(PATIENCE).is_err(), "the reporter is gone after one report");
    assert_eq!(search(&engine, winners(&[3]), (0, 9)), End::Found(3));
}

#[test]
fn a_cancel_does_not_take_a_winner_below_which_every_nonce_is_hashed() {
    let engine = engine(1);
    let gate = Arc::new(Gate::default());
    let held = Arc::clone(&gate);
    let scan = Arc::new(Fake(move |first, _| {
        held.pass();
        Some(first)
    }));
    let (running, ended) = start(&engine, scan, (5, ALL));
    gate.wait_for(1);
    running.cancel();
    gate.open();
    assert_eq!(ended.recv_timeout(PATIENCE), Ok(End::Found(5)));
}

#[test]
fn a_cancel_takes_a_winner_that_may_not_be_the_lowest() {
    let engine = engine(2);
    let (low, high) = (Arc::new(Gate::default()), Arc::new(Gate::default()));
    let (at_low, at_high) = (Arc::clone(&low), Arc::clone(&high));
    // 512 nonces are one of the eight steps of a first chunk.
    let scan = Arc::new(Fake(move |first: u64, _| match first {
        0 => {
            at_low.pass();
            None
        }
        512..4096 => Some(first),
        _ => {
            at_high.pass();
            Some(first)
        }
    }));
    // The thread of the first chunk is held before it may wake another, so a second search wakes
    // one: it is the first search's turn, and the thread takes its second chunk.
    let (running, ended) = start(&engine, scan, (0, ALL));
    low.wait_for(1);
    let (_second, second_ended) = start(&engine, winners(&[]), (0, 10));
    high.wait_for(1);
    running.cancel();
    high.open();
    low.open();
    assert_eq!(ended.recv_timeout(PATIENCE), Ok(End::Cancelled));
    assert_eq!(second_ended.recv_timeout(PATIENCE), Ok(End::Exhausted));
}

#[test]
fn a_panic_ends_its_own_search_alone_and_the_thread_goes_on() {
    let engine = engine(2);
    let (other, other_ended) = start(&engine, endless(), (0, ALL));
    let scan = Arc::new(Fake(|first: u64, count: u64| {
        assert!(first + count <= 100_000, "planted at {}", 100_000);
        None
    }));
    for _ in 0..5 {
        let end = search(&engine, Arc::clone(&scan) as Arc<dyn Scan>, (0, ALL));
        assert_eq!(end, End::Panicked("planted at 100000".to_owned()));
    }
    assert!(other_ended.try_recv().is_err(), "the other search still runs");
    other.cancel();
    assert_eq!(other_ended.recv_timeout(PATIENCE), Ok(End::Cancelled));
    assert_eq!(search(&engine, winners(&[3]), (0, 9)), End::Found(3));
}

#[test]
fn a_panic_above_the_winner_changes_nothing() {
    for threads in [1, 2, 7] {
        let engine = engine(threads);
        let scan: Arc<dyn Scan> = Arc::new(Fake(|first: u64, count: u64| {
            assert!(first < 200_000, "planted");
            (first..first + count).contains(&150_000).then_some(150_000)
        }));
        for _ in 0..20 {
            assert_eq!(search(&engine, Arc::clone(&scan), (0, ALL)), End::Found(150_000));
        }
    }
}

#[test]
fn a_panic_in_the_report_costs_no_thread() {
    let engine = engine(1);
    let (sender, called) = channel();
    let report = Box::new(move |end| {
        sender.send(end).unwrap();
        panic!("planted");
    });
    let _search = engine.start(0, winners(&[3]), (0, 9), report).unwrap();
    assert_eq!(called.recv_timeout(PATIENCE), Ok(End::Found(3)));
    assert_eq!(search(&engine, winners(&[4]), (0, 9)), End::Found(4));
}

#[test]
fn close_ends_running_and_waiting_searches_and_refuses_new_ones() {
    let engine = engine(2);
    let running: Vec<_> = (0..20).map(|_| start(&engine, endless(), (0, ALL))).collect();
    engine.close();
    for (_, ended) in &running {
        assert_eq!(ended.try_recv(), Ok(End::Closed), "reported before close returns");
    }
    assert_eq!(engine.stats().searches, 0);
    engine.close();
    let refused = engine.start(0, winners(&[]), (0, 9), Box::new(|_| panic!("never called")));
    assert_eq!(refused.err(), Some(StartError::Closed));
}

#[test]
fn dropping_an_engine_closes_it() {
    let engine = engine(3);
    let (_search, ended) = start(&engine, endless(), (0, ALL));
    drop(engine);
    assert_eq!(ended.try_recv(), Ok(End::Closed));
}

#[test]
fn an_engine_can_be_closed_and_dropped_by_its_own_report() {
    let (sender, dropped) = channel();
    let slot = Arc::new(Mutex::new(None::<Engine>));
    let own = Arc::clone(&slot);
    let engine = engine(2);
    let (held, go) = channel::<()>();
    let report = Box::new(move |_| {
        go.recv().unwrap();
        let engine = own.lock().unwrap().take().expect("the engine is in its slot");
        engine.close();
        drop(engine);
        sender.send(()).unwrap();
    });
    let _search = engine.start(0, winners(&[1]), (0, 9), report).unwrap();
    *slot.lock().unwrap() = Some(engine);
    held.send(()).unwrap();
    assert_eq!(dropped.recv_timeout(PATIENCE), Ok(()));
}

#[test]
fn busy_time_belongs_to_chunks_and_starved_time_to_threads_that_found_none() {
    let engine = engine(2);
    let gate = Arc::new(Gate::default());
    let held = Arc::clone(&gate);
    let scan = Arc::new(Fake(move |_, _| {
        held.pass();
        None
    }));
    let (_search, ended) = start(&engine, scan, (0, 1));
    gate.wait_for(1);
    std::thread::sleep(std::time::Duration::from_millis(5));
    let during = engine.stats();
    assert_eq!(during.searches, 1);
    assert!(during.threads.iter().any(|thread| !thread.starved.is_zero()));
    gate.open();
    assert_eq!(ended.recv_timeout(PATIENCE), Ok(End::Exhausted));
    engine.close();
    let after = engine.stats();
    let busy = after.threads.iter().filter(|thread| !thread.busy.is_zero());
    assert_eq!(busy.count(), 1, "one thread held the only chunk");
    std::thread::sleep(std::time::Duration::from_millis(2));
    assert_eq!(engine.stats().threads, after.threads, "without a search nobody starves");
}

#[test]
fn a_pin_that_cannot_be_had_is_a_warning_and_the_engine_works() {
    let options = EngineOptions {
        threads: NonZeroUsize::new(2).unwrap(),
        priority: Priority::Background,
        affinity: Some(vec![1_000_000]),
        cpu_limit: 100,
    };
    let engine = Engine::new(&options).unwrap();
    let warnings = engine.stats().warnings;
    assert_eq!(warnings.iter().filter(|text| text.contains("1000000")).count(), 1);
    assert_eq!(search(&engine, winners(&[4]), (0, 9)), End::Found(4));
}
