//! Other people's crates on the same work in the same run.

use crate::layouts::Layout;
use crate::places::best_place;
use crate::row::{Figure, Selection};
use pow_buster::message::DecimalMessage;
use pow_buster::solver::{SOLVE_TYPE_LT, Solver};
use pow_engine::timing::measure;
use pow_kernel::{Encoding, Hash};
use sha2::{Digest, Sha256};
use std::hint::black_box;
use std::time::Duration;

/// Most hashes of one run.
const MOST: u64 = 1 << 20;

/// Every peer that knows a layout wanted. A single kernel asked for leaves them out.
pub fn figures(only: &Selection, time: Duration) -> impl Iterator<Item = Figure> {
    let peers = [pow_buster, sha2];
    let wanted = only.layouts().filter(|_| only.kernel.is_none());
    wanted.flat_map(move |layout| peers.into_iter().filter_map(move |peer| peer(layout, time)))
}

/// Searches SHA-256 of text with a decimal nonce. It chooses the digits itself, so that the ones
/// that vary stand where they cost it least.
fn pow_buster(layout: &'static Layout, time: Duration) -> Option<Figure> {
    let work = layout.work();
    if work.hash() != Hash::Sha256 || work.nonce().encoding != Encoding::Decimal {
        return None;
    }
    let solver = || DecimalMessage::new(work.template(), 0).map(pow_buster::DecimalSolver::from);
    let (nonce, _) = solver()?.solve::<SOLVE_TYPE_LT>(1 << 52, u64::MAX)?;
    let digest = Sha256::digest([work.template(), nonce.to_string().as_bytes()].concat());
    assert_eq!(digest[0], 0, "its answer is wrong, so its speed means nothing");
    let search = |count| {
        let Some(mut solver) = solver() else { return };
        solver.set_limit(count);
        // Nothing is below zero: it searches to its limit, rounded up to a pass of its lanes.
        black_box(solver.solve::<SOLVE_TYPE_LT>(0, u64::MAX));
        assert!(solver.get_attempted_nonces() - count < 16, "it did more than it was asked to");
    };
    let speed = best_place(time, |time| measure(time, 4, MOST, search).into());
    Some(Figure { layout: layout.name, name: "pow-buster 0.2.0".to_owned(), speed })
}

/// Hashes the bytes after the ones that never change, from their midstate.
fn sha2(layout: &'static Layout, time: Duration) -> Option<Figure> {
    let work = layout.work();
    if work.hash() == Hash::Blake2s {
        return None;
    }
    let message = work.message(layout.first);
    let (constant, rest) = message.split_at(work.nonce().offset);
    let midstate = Sha256::new_with_prefix(constant);
    let mut rest = rest.to_vec();
    let mut hash = |count| {
        for nonce in 0..count {
            rest[0] = nonce as u8;
            let digest = midstate.clone().chain_update(&rest).finalize();
            if work.hash() == Hash::Sha256d {
                black_box(Sha256::digest(digest));
            } else {
                black_box(digest);
            }
        }
    };
    let speed = best_place(time, |time| measure(time, 4, MOST, &mut hash).into());
    Some(Figure { layout: layout.name, name: "sha2 0.10".to_owned(), speed })
}
