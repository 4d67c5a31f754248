//! Interleavings of the claim protocol, explored by loom up to four preemptions:
//! `RUSTFLAGS="--cfg loom" cargo test -p pow-engine --test model --release`.

#![cfg(loom)]

use loom::model::Builder;
use loom::sync::Arc;
use loom::thread;
use pow_engine::End;
use pow_engine::claims::{Claims, Event, Stop};
// The bookkeeping of the test is no part of the protocol: loom need not reorder it.
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What the explored threads share. A unit is one nonce here.
struct Model {
    claims: Claims,
    winners: &'static [u64],
    /// How often each unit was hashed.
    hashed: [AtomicUsize; 4],
    /// The end, as it is when a call says that the search is over.
    ends: Mutex<Vec<End>>,
}

impl Model {
    fn new(units: u64, winners: &'static [u64]) -> Arc<Self> {
        Arc::new(Self {
            claims: Claims::new(units),
            winners,
            hashed: std::array::from_fn(|_| AtomicUsize::new(0)),
            ends: Mutex::default(),
        })
    }

    /// One engine thread, with claims of `most` units hashed unit by unit.
    fn hash(&self, most: u64) {
        while let Some(claim) = self.claims.claim(most) {
            let mut event = None;
            for unit in claim.first..claim.first + claim.units {
                if unit > claim.first && self.claims.may_leave(unit) {
                    event = Some((unit, Event::Left));
                    break;
                }
                self.hashed[unit as usize].fetch_add(1, Ordering::Relaxed);
                if self.winners.contains(&unit) {
                    event = Some((unit, Event::Found(unit)));
                    break;
                }
            }
            let over = self.claims.settle(claim, event);
            self.note(over);
        }
    }

    fn stop(&self, stop: Stop) {
        let over = self.claims.stop(stop);
        self.note(over);
    }

    fn note(&self, over: bool) {
        if over {
            let end = self.claims.end();
            self.ends.lock().unwrap().push(end);
        }
    }

    /// The end, once every thread is joined: reported once, and no unit hashed twice.
    fn end(&self) -> End {
        assert!(self.hashed.iter().all(|count| count.load(Ordering::Relaxed) <= 1));
        let mut ends = self.ends.lock().unwrap();
        assert_eq!(ends.len(), 1, "one end");
        ends.remove(0)
    }

    fn is_hashed(&self, units: u64) -> bool {
        self.hashed[..units as usize].iter().all(|count| count.load(Ordering::Relaxed) == 1)
    }
}

/// Two threads hash, and a third stops them if `stop` says so. Explored is every run with at most
/// four preemptions.
fn explore(model: impl Fn() -> Arc<Model> + Sync + Send + 'static, stop: Option<Stop>, most: u64) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(4);
    builder.check(move || {
        let model = model();
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let model = Arc::clone(&model);
                thread::spawn(move || model.hash(most))
            })
            .collect();
        if let Some(stop) = stop {
            model.stop(stop);
        }
        for thread in threads {
            thread.join().unwrap();
        }
        let end = model.end();
        let lowest = model.winners.iter().min().copied();
        match (end, stop) {
            (End::Found(nonce), _) => {
                assert_eq!(Some(nonce), lowest, "the lowest winner");
                assert!(model.is_hashed(nonce + 1), "every nonce below it was hashed");
            }
            (End::Exhausted, _) => {
                assert_eq!(lowest, None, "a winner is never lost");
                assert!(model.is_hashed(3));
            }
            (End::Cancelled, Some(Stop::Cancelled)) | (End::Closed, Some(Stop::Closed)) => {}
            (end, _) => panic!("{end:?} is not among the possible ends"),
        }
    });
}

#[test]
fn the_lowest_winner_is_found_by_single_units() {
    explore(|| Model::new(3, &[1, 2]), None, 1);
}

#[test]
fn the_lowest_winner_is_found_by_longer_claims() {
    explore(|| Model::new(4, &[1, 2, 3]), None, 2);
}

#[test]
fn a_range_without_a_winner_is_exhausted() {
    explore(|| Model::new(3, &[]), None, 1);
}

#[test]
fn a_cancel_at_any_moment_loses_no_certain_winner() {
    explore(|| Model::new(3, &[1, 2]), Some(Stop::Cancelled), 1);
}

#[test]
fn a_close_at_any_moment_ends_a_search_once() {
    explore(|| Model::new(3, &[]), Some(Stop::Closed), 2);
}
