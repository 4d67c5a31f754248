//! What an engine tells of itself, as JavaScript objects.

use crate::convert::number;
use napi_derive::napi;
use pow_engine::{EngineStats, Latency, SearchStats, ThreadStats};
use std::time::Duration;

/// What one thread did.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct ThreadRow {
    /// Nonces hashed.
    pub hashes: f64,
    /// Time with a claimed chunk in hand.
    pub busy_ms: f64,
    /// Time with a search running somewhere but nothing left to claim.
    pub starved_ms: f64,
    /// Time without any search, paused, or asleep for the CPU limit.
    pub waiting_ms: f64,
    /// The search it is hashing for.
    pub search: Option<f64>,
    /// Its last panic, in words.
    pub last_error: Option<String>,
}

/// What one search did.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct SearchRow {
    /// From the start to the first claim.
    pub first_chunk_ms: Option<f64>,
    /// From the first stop to the end.
    pub leave_ms: Option<f64>,
    /// Hashed after a stop, or above the winner.
    pub wasted_hashes: f64,
}

/// Durations, added up.
#[napi(object, object_from_js = false)]
pub struct LatencyRow {
    /// How many.
    pub count: f64,
    /// Their sum.
    pub total_ms: f64,
    /// The longest.
    pub max_ms: f64,
    /// The newest.
    pub last_ms: f64,
}

/// The kernel in use for each hash; `none` where a forced one does not exist.
#[napi(object, object_from_js = false)]
pub struct KernelsInUse {
    /// For Blake2s.
    #[napi(js_name = "blake2s")]
    pub blake2s: &'static str,
    /// For SHA-256.
    pub sha256: &'static str,
    /// For double SHA-256.
    #[napi(js_name = "sha256d")]
    pub sha256d: &'static str,
}

/// A snapshot of an engine.
#[napi(object, object_from_js = false)]
pub struct NativeStats {
    /// Searches running now.
    pub searches: f64,
    /// Nonces hashed by all threads, also those that are gone.
    pub hashes: f64,
    /// One row for each thread.
    pub threads: Vec<ThreadRow>,
    /// Kernel in use for each hash.
    pub kernels: KernelsInUse,
    /// Whether threads are kept from claiming.
    pub paused: bool,
    /// Per cent of its time that a thread may hash.
    pub cpu_limit: f64,
    /// Scans that panicked.
    pub panics: f64,
    /// Hashed after a stop, or above a winner.
    pub wasted_hashes: f64,
    /// From a start to the first claim.
    pub first_chunk: LatencyRow,
    /// From a stop to the end.
    pub leave: LatencyRow,
    /// What the host refused, in words.
    pub warnings: Vec<String>,
}

impl NativeStats {
    /// The stats of an engine that has these kernels.
    pub fn new(stats: EngineStats, kernels: KernelsInUse) -> Self {
        Self {
            searches: number(stats.searches as u64),
            hashes: number(stats.hashes),
            threads: stats.threads.into_iter().map(ThreadRow::from).collect(),
            kernels,
            paused: stats.paused,
            cpu_limit: number(stats.cpu_limit),
            panics: number(stats.panics),
            wasted_hashes: number(stats.wasted),
            first_chunk: stats.first_chunk.into(),
            leave: stats.leave.into(),
            warnings: stats.warnings,
        }
    }
}

impl From<ThreadStats> for ThreadRow {
    fn from(thread: ThreadStats) -> Self {
        Self {
            hashes: number(thread.hashes),
            busy_ms: ms(thread.busy),
            starved_ms: ms(thread.starved),
            waiting_ms: ms(thread.waiting),
            search: thread.search.map(number),
            last_error: thread.last_error,
        }
    }
}

impl From<SearchStats> for SearchRow {
    fn from(search: SearchStats) -> Self {
        Self {
            first_chunk_ms: search.first_chunk.map(ms),
            leave_ms: search.leave.map(ms),
            wasted_hashes: number(search.wasted),
        }
    }
}

impl From<Latency> for LatencyRow {
    fn from(latency: Latency) -> Self {
        Self {
            count: number(latency.count),
            total_ms: ms(latency.total),
            max_ms: ms(latency.longest),
            last_ms: ms(latency.last),
        }
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
