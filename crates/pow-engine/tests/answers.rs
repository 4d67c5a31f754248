//! The answer of a search is the lowest winning nonce of its range, and nothing else.

mod scans;

use pow_engine::{End, PlanScan, Scan};
use pow_kernel::{ByteOrder, Encoding, Goal, Hash, NonceLayout, Plan, Work};
use scans::{ALL, Fake, engine, search, start, winners};
use std::sync::{Arc, Mutex};

#[test]
fn one_two_and_seven_threads_find_the_lowest_of_many_winners() {
    let scan = winners(&[5_000_017, 3_000_001, 3_000_000, 2_999_999, 9_999_999]);
    for threads in [1, 2, 7] {
        let engine = engine(threads);
        for _ in 0..20 {
            let end = search(&engine, Arc::clone(&scan), (1000, 10_000_000));
            assert_eq!(end, End::Found(2_999_999), "{threads} threads");
        }
    }
}

#[test]
fn every_kernel_and_thread_count_agrees_with_the_scalar_definition() {
    let nonce = NonceLayout { offset: 38, encoding: Encoding::U64Le, digits: None };
    for hash in Hash::ALL {
        let work = Work::new(hash, &[7; 46], nonce, ByteOrder::Le).unwrap();
        let mut target = [0xff; 32];
        target[..2].copy_from_slice(&[0, 1]);
        let goal = Goal::Target(target);
        let lowest =
            (90..u64::MAX).find(|&n| goal.is_met_by(&work.digest(n), work.order())).unwrap();
        for kernel in hash.kernels().iter().filter(|kernel| kernel.is_available()) {
            for threads in [1, 2, 7] {
                let plan = Plan::new(work.clone(), goal);
                let scan = Arc::new(PlanScan { plan, kernel });
                let end = search(&engine(threads), scan, (90, ALL));
                assert_eq!(end, End::Found(lowest), "{} {}", hash.name(), kernel.name);
            }
        }
    }
}

#[test]
fn an_empty_range_is_exhausted_without_a_scan() {
    let scan: Arc<dyn Scan> = Arc::new(Fake(|_, _| panic!("nothing to scan")));
    let engine = engine(2);
    for at in [0, 77, u64::MAX] {
        assert_eq!(search(&engine, Arc::clone(&scan), (at, at.into())), End::Exhausted);
    }
}

#[test]
fn a_range_of_one_nonce_sees_that_nonce_alone() {
    let engine = engine(2);
    let scan = winners(&[41, 43]);
    assert_eq!(search(&engine, Arc::clone(&scan), (42, 43)), End::Exhausted);
    assert_eq!(search(&engine, Arc::clone(&scan), (41, 42)), End::Found(41));
    assert_eq!(search(&engine, winners(&[u64::MAX]), (u64::MAX, ALL)), End::Found(u64::MAX));
}

#[test]
fn the_last_nonce_of_all_is_inside_a_range_that_ends_at_two_to_the_64() {
    let engine = engine(2);
    let from = u64::MAX - 100_000;
    assert_eq!(search(&engine, winners(&[u64::MAX]), (from, ALL)), End::Found(u64::MAX));
    assert_eq!(search(&engine, winners(&[u64::MAX]), (from, ALL - 1)), End::Exhausted);
}

#[test]
fn the_full_range_can_be_searched_to_either_end() {
    let engine = engine(2);
    assert_eq!(search(&engine, winners(&[12_345, u64::MAX]), (0, ALL)), End::Found(12_345));
    assert_eq!(search(&engine, winners(&[u64::MAX]), (0, ALL)), End::Found(u64::MAX));
    assert_eq!(search(&engine, winners(&[]), (0, ALL)), End::Exhausted);
}

#[test]
fn a_range_that_is_none_is_refused() {
    let engine = engine(1);
    assert!(engine.start(0, winners(&[]), (5, 4), Box::new(|_| ())).is_err());
    assert!(engine.start(0, winners(&[]), (0, ALL + 1), Box::new(|_| ())).is_err());
}

#[test]
fn every_nonce_of_a_range_is_hashed_exactly_once_and_counted() {
    for threads in [1, 2, 7] {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&seen);
        let scan = Arc::new(Fake(move |first, count| {
            record.lock().unwrap().push((first, count));
            None
        }));
        let engine = engine(threads);
        let (handle, ended) = start(&engine, scan, (13, 1_234_567));
        assert_eq!(ended.recv_timeout(scans::PATIENCE), Ok(End::Exhausted));
        let mut spans = seen.lock().unwrap().clone();
        spans.sort_unstable();
        let next = spans.iter().fold(13, |next, &(first, count)| {
            assert_eq!(first, next, "no gap, no overlap");
            first + count
        });
        assert_eq!(next, 1_234_567);
        assert_eq!(handle.hashes(), 1_234_567 - 13);
        let counted: u64 = engine.stats().threads.iter().map(|thread| thread.hashes).sum();
        assert_eq!(counted, handle.hashes());
    }
}

#[test]
fn fifty_searches_at_once_each_get_their_own_answer() {
    let engine = engine(3);
    let running: Vec<_> = (0..50u64)
        .map(|i| {
            let winner = i * 40_000 + 17;
            let scan = Arc::new(Fake(move |first: u64, count: u64| {
                (first..first + count).contains(&winner).then_some(winner)
            }));
            (winner, start(&engine, scan, (0, 1 << 40)))
        })
        .collect();
    for (winner, (_, ended)) in running {
        assert_eq!(ended.recv_timeout(scans::PATIENCE), Ok(End::Found(winner)));
    }
    assert_eq!(engine.stats().searches, 0);
}
