//! An engine that gives way to others: resized, paused and limited while it searches.

mod scans;

use pow_engine::{End, Scan, StartError};
use scans::{ALL, Fake, Gate, PATIENCE, endless, engine, search, start, winners};
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread::{scope, sleep, spawn};
use std::time::Duration;

fn resize(engine: &pow_engine::Engine, threads: usize) {
    engine.request(NonZeroUsize::new(threads).unwrap()).unwrap();
    engine.settle().unwrap();
}

/// Some hundred milliseconds.
const NONCES: u64 = 20_000_000;

#[test]
fn while_threads_come_and_go_every_nonce_is_hashed_once_and_none_is_forgotten() {
    let engine = engine(2);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let scan = Arc::new(Fake(move |first, count| {
        record.lock().unwrap().push((first, count));
        (first..first + count).find(|&nonce| black_box(nonce) == u64::MAX)
    }));
    let (handle, ended) = start(&engine, scan, (7, NONCES.into()));
    let mut hashes = 0;
    for threads in [5, 1, 3, 2, 7, 1].into_iter().cycle() {
        resize(&engine, threads);
        let stats = engine.stats();
        assert_eq!(stats.threads.len(), threads);
        assert!(stats.hashes >= hashes, "{} after {hashes}", stats.hashes);
        hashes = stats.hashes;
        if let Ok(end) = ended.try_recv() {
            assert_eq!(end, End::Exhausted);
            break;
        }
    }
    let mut spans = seen.lock().unwrap().clone();
    spans.sort_unstable();
    let next = spans.iter().fold(7, |next, &(first, count)| {
        assert_eq!(first, next, "no gap, no overlap");
        first + count
    });
    assert_eq!(next, NONCES);
    assert_eq!(handle.hashes(), NONCES - 7);
    assert_eq!(engine.stats().hashes, handle.hashes());
}

#[test]
fn the_lowest_winner_wins_through_resizes_from_several_sides() {
    let engine = engine(3);
    let scan = winners(&[5_000_017, 3_000_001, 2_999_999]);
    let over = AtomicU64::new(0);
    scope(|scope| {
        for sizes in [[1, 4], [2, 7]] {
            let (engine, over) = (&engine, &over);
            scope.spawn(move || {
                while over.load(Ordering::Relaxed) == 0 {
                    resize(engine, sizes[0]);
                    resize(engine, sizes[1]);
                }
            });
        }
        for _ in 0..100 {
            let end = search(&engine, Arc::clone(&scan), (1000, 10_000_000));
            assert_eq!(end, End::Found(2_999_999));
        }
        over.store(1, Ordering::Relaxed);
    });
    resize(&engine, 2);
    assert_eq!(engine.stats().threads.len(), 2);
}

#[test]
fn a_paused_engine_claims_nothing_and_its_searches_can_be_cancelled_and_closed() {
    let engine = engine(2);
    engine.pause();
    let scan: Arc<dyn Scan> = Arc::new(Fake(|_, _| panic!("it is paused")));
    let (cancelled, first) = start(&engine, Arc::clone(&scan), (0, ALL));
    let (_closed, second) = start(&engine, scan, (0, ALL));
    assert!(engine.stats().paused);
    resize(&engine, 4);
    cancelled.cancel();
    assert_eq!(first.try_recv(), Ok(End::Cancelled), "no thread is in it: it ends at once");
    engine.close();
    assert_eq!(second.try_recv(), Ok(End::Closed));
    assert_eq!(engine.stats().panics, 0);
}

#[test]
fn a_pause_lets_the_chunk_in_hand_end_and_a_resume_goes_on_behind_it() {
    let engine = engine(1);
    let gate = Arc::new(Gate::default());
    let held = Arc::clone(&gate);
    let scan = Arc::new(Fake(move |first: u64, count: u64| {
        held.pass();
        (first..first + count).contains(&100_000).then_some(100_000)
    }));
    let (handle, ended) = start(&engine, scan, (0, ALL));
    gate.wait_for(1);
    let starved = engine.stats().threads[0].starved; // until it was awake
    engine.pause();
    gate.open();
    while engine.stats().threads[0].search.is_some() {
        sleep(Duration::from_millis(1));
    }
    assert_eq!(handle.hashes(), 4096, "the first chunk");
    assert_eq!(engine.stats().threads[0].starved, starved, "it waits");
    engine.resume();
    assert_eq!(ended.recv_timeout(PATIENCE), Ok(End::Found(100_000)));
    assert!(!engine.stats().paused);
}

#[test]
fn a_close_and_a_new_limit_wake_those_who_sleep_for_their_limit() {
    let engine = engine(2);
    engine.limit_cpu(1);
    assert_eq!(engine.stats().cpu_limit, 1);
    // Not asleep, as `endless` is: that costs no CPU time. Eight steps of some 100 ms of it are
    // owed for longer than the test has patience.
    let busy: Arc<dyn Scan> =
        Arc::new(Fake(|_, _| (0..25_000_000).find(|&turn| black_box(turn) == u64::MAX)));
    let (_first, exhausted) = start(&engine, Arc::clone(&busy), (0, 1 << 12));
    assert_eq!(exhausted.recv_timeout(PATIENCE), Ok(End::Exhausted));
    resize(&engine, 1);
    let (_next, ended) = start(&engine, Arc::clone(&busy), (0, 1 << 12));
    engine.limit_cpu(100);
    assert_eq!(ended.recv_timeout(PATIENCE), Ok(End::Exhausted));
    // Another engine: the thread of this one may not have seen that there was no limit meanwhile,
    // and then it sleeps for minutes before it begins.
    let engine = self::engine(1);
    engine.limit_cpu(1);
    let (last, closed) = start(&engine, busy, (0, ALL));
    while last.hashes() < 4096 {
        sleep(Duration::from_millis(1)); // its first chunk; then it sleeps
    }
    let (tell, told) = channel();
    let closing = Arc::new(engine);
    let engine = Arc::clone(&closing);
    spawn(move || {
        closing.close();
        tell.send(()).unwrap();
    });
    assert_eq!(told.recv_timeout(PATIENCE), Ok(()), "a close does not wait for a sleeper");
    assert_eq!(closed.try_recv(), Ok(End::Closed));
    drop(engine);
}

#[test]
fn an_engine_cannot_be_resized_by_its_own_report_or_after_a_close() {
    let engine = Arc::new(engine(2));
    let (sender, told) = channel();
    let own = Arc::clone(&engine);
    let report = Box::new(move |_| sender.send(own.settle().is_err()).unwrap());
    let _search = engine.start(0, winners(&[3]), (0, 9), report).unwrap();
    assert_eq!(told.recv_timeout(PATIENCE), Ok(true));
    engine.close();
    let refused = engine.request(NonZeroUsize::new(3).unwrap());
    assert_eq!(refused, Err(StartError::Closed));
}

#[test]
fn a_panic_is_counted_and_its_thread_tells_of_it() {
    let engine = engine(1);
    let scan: Arc<dyn Scan> = Arc::new(Fake(|_, _| panic!("planted")));
    for round in 1..=3 {
        let end = search(&engine, Arc::clone(&scan), (0, 9));
        assert_eq!(end, End::Panicked("planted".to_owned()));
        assert_eq!(engine.stats().panics, round);
    }
    assert_eq!(engine.stats().threads[0].last_error.as_deref(), Some("planted"));
    assert_eq!(search(&engine, winners(&[3]), (0, 9)), End::Found(3));
}

#[test]
fn a_stopped_search_tells_how_long_it_took_to_leave_and_what_was_hashed_in_vain() {
    let engine = engine(1);
    let gate = Arc::new(Gate::default());
    let held = Arc::clone(&gate);
    let scan = Arc::new(Fake(move |_, _| {
        held.pass();
        None
    }));
    let (handle, ended) = start(&engine, scan, (0, ALL));
    gate.wait_for(1);
    assert!(handle.stats().first_chunk.is_some());
    handle.cancel();
    assert_eq!(handle.stats().leave, None, "a thread is still in it");
    gate.open();
    assert_eq!(ended.recv_timeout(PATIENCE), Ok(End::Cancelled));
    let stats = handle.stats();
    assert!(stats.leave.is_some());
    assert_eq!(stats.wasted, 512, "the step in hand, one of eight");
    let totals = engine.stats();
    assert_eq!((totals.wasted, totals.leave.count, totals.first_chunk.count), (512, 1, 1));
    assert_eq!(Some(totals.leave.last), stats.leave);
    let (_other, other_ended) = start(&engine, endless(), (0, 10));
    assert_eq!(other_ended.recv_timeout(PATIENCE), Ok(End::Exhausted));
    assert_eq!(engine.stats().leave.count, 1, "nobody stopped that one");
}
