//! The same measurement with the stack in different places.
//!
//! A load that shares its lowest twelve address bits with a recent store waits for that store. So
//! a loop that spills can be a third slower where its stack happens to lie badly against what it
//! reads, and the system moves the stack from process to process.

use crate::row::Speed;
use std::hint::black_box;
use std::time::Duration;

/// Places in 4 KiB of addresses, [`STEP`] apart.
const PLACES: u32 = 8;
/// How far the stack moves from one place to the next, in bytes; a call adds a little.
const STEP: usize = 480;

/// The best speed of several places, in about `time`.
pub fn best_place(time: Duration, mut measure: impl FnMut(Duration) -> Speed) -> Speed {
    let mut best = Speed { cycles: f64::INFINITY, rate: 0.0 };
    for place in 0..PLACES {
        deeper(place, &mut || {
            let speed = measure(time / PLACES);
            best.cycles = best.cycles.min(speed.cycles);
            best.rate = best.rate.max(speed.rate);
        });
    }
    best
}

/// Calls `measure` that many steps further down the stack.
#[inline(never)]
fn deeper(steps: u32, measure: &mut dyn FnMut()) {
    let space = black_box([0_u8; STEP]);
    match steps {
        0 => measure(),
        more => deeper(more - 1, measure),
    }
    black_box(&space);
}
