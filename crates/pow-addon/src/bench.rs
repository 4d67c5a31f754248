//! Times a kernel.

use crate::convert;
use crate::cpu::no_kernel;
use crate::error::Result;
use napi_derive::napi;
use pow_engine::timing;
use pow_kernel::{ByteOrder, Goal, Plan};
use std::time::Duration;

/// How fast a kernel is.
#[napi(object, object_from_js = false)]
pub struct BenchFigures {
    /// Nonces hashed.
    pub hashes: f64,
    /// Wall time they took.
    pub seconds: f64,
    /// Core cycles per hash, minimum over many short runs; `null` where a cycle cannot be timed.
    #[napi(ts_type = "number | null")]
    pub cycles_per_hash: Option<f64>,
}

/// Times a kernel on this thread, with no winner in sight, for about `milliseconds`.
#[napi(catch_unwind)]
pub fn bench_kernel(
    algorithm: u32,
    message: &[u8],
    offset: u32,
    encoding: u32,
    digits: u32,
    kernel: String,
    milliseconds: f64,
) -> Result<BenchFigures> {
    let work = convert::work(algorithm, message, offset, encoding, digits, ByteOrder::Le)?;
    let kernel = work.hash().kernel(&kernel).ok_or_else(|| no_kernel(&kernel))?;
    // Eight digits where the width is free, as in real work; the stretches of text nonces are
    // powers of their base.
    let text = work.nonce().encoding.base();
    let first = if text.is_some() && digits == 0 { 10_000_000 } else { 0 };
    let (base, nonces) = (text.unwrap_or(4), u64::try_from(work.nonces()).unwrap_or(u64::MAX));
    // No digest is below zero, short of a preimage.
    let plan = Plan::new(work, Goal::Target([0; 32]));
    let time = Duration::try_from_secs_f64(milliseconds / 1e3).unwrap_or_default();
    let figures = timing::measure(time, base, nonces - first, |count| {
        std::hint::black_box(plan.scan(kernel, first, count));
    });
    Ok(BenchFigures {
        hashes: convert::number(figures.hashes),
        seconds: figures.time.as_secs_f64(),
        cycles_per_hash: figures.cycles_per_hash,
    })
}
