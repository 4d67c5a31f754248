//! Core cycles per hash, on a machine that others use too.
//!
//! A run of a fraction of a millisecond often meets no interruption, so the fastest of thousands
//! is what the code itself takes. Seconds still depend on the clock, which changes with load and
//! heat: a chain of dependent additions, timed between the runs, takes one core cycle for each
//! and so tells how many cycles a second had. `Instant` reads the TSC on `x86_64` Linux, so both
//! need no `unsafe`.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Nonces hashed in all runs.
    pub hashes: u64,
    /// Wall time they took.
    pub time: Duration,
    /// Core cycles per hash in the fastest run; `None` where additions are not known to take one
    /// cycle each, or the clock is too coarse.
    pub cycles_per_hash: Option<f64>,
    /// Hashes per second of the fastest run.
    pub hashes_per_second: f64,
}

/// A run is at least this long, so that reading the clock weighs nothing.
const SHORTEST_RUN: Duration = Duration::from_micros(50);
/// Steps of the chain, two dependent one-cycle operations each: about 20 microseconds.
const CHAIN_STEPS: u32 = 40_000;

/// Times `run(count)`, which hashes `count` nonces, over and over for `time`. The count is a power
/// of `base` (the stretches of a text nonce are powers of its base), at most `most`.
pub fn measure(time: Duration, base: u64, most: u64, mut run: impl FnMut(u64)) -> Figures {
    let count = long_enough(base, most, &mut run);
    let start = Instant::now();
    let mut figures =
        Figures { hashes: 0, time: Duration::ZERO, cycles_per_hash: None, hashes_per_second: 0.0 };
    let (mut fastest, mut cycle) = (f64::INFINITY, f64::INFINITY);
    while figures.hashes == 0 || start.elapsed() < time {
        cycle = cycle.min(seconds_per_cycle());
        let begun = Instant::now();
        run(count);
        let took = begun.elapsed();
        fastest = fastest.min(took.as_secs_f64());
        figures.hashes += count;
        figures.time += took;
    }
    let counts_cycles = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
    let cycles = fastest / cycle / as_f64(count);
    figures.hashes_per_second = as_f64(count) / fastest;
    figures.cycles_per_hash = (counts_cycles && cycles.is_normal()).then_some(cycles);
    figures
}

/// The smallest power of `base` whose run is long enough to be timed.
fn long_enough(base: u64, most: u64, run: &mut impl FnMut(u64)) -> u64 {
    let mut count = base.min(most);
    loop {
        run(count); // first touches: pages, tables, frames
        let begun = Instant::now();
        run(count);
        if begun.elapsed() >= SHORTEST_RUN || count > most / base {
            return count;
        }
        count *= base;
    }
}

/// Seconds for each step of a chain of operations that wait for one another.
fn seconds_per_cycle() -> f64 {
    // Values the compiler does not know, and two operations that do not combine: it can neither
    // fold the chain nor shorten it.
    let (add, flip) = black_box((0x9e37_79b9_7f4a_7c15_u64, 0x5851_f42d_4c95_7f2d_u64));
    let mut x = black_box(1_u64);
    let begun = Instant::now();
    for _ in 0..CHAIN_STEPS {
        x = x.wrapping_add(add) ^ flip;
    }
    black_box(x);
    begun.elapsed().as_secs_f64() / f64::from(2 * CHAIN_STEPS)
}

#[expect(clippy::cast_precision_loss, reason = "counts of hashes are far below 2^53")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hash_of_every_run_is_counted_once() {
        let mut hashed = 0;
        let mut runs = Vec::new();
        let figures = measure(Duration::ZERO, 10, 1000, |count| {
            hashed += count;
            runs.push(count);
            std::thread::sleep(Duration::from_micros(count));
        });
        let probes: u64 = runs[..runs.len() - 1].iter().sum();
        assert_eq!(figures.hashes, hashed - probes);
        assert!(runs.iter().all(|count| [10, 100, 1000].contains(count)));
    }

    #[test]
    fn a_run_is_never_longer_than_there_are_nonces() {
        for most in [1, 7, 10] {
            let figures = measure(Duration::ZERO, 10, most, |count| assert_eq!(count, most));
            assert_eq!(figures.hashes, most);
        }
    }
}
