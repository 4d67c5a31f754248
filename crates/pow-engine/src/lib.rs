//! Searches nonce ranges on its own threads. No Node here: `cargo test` reaches all of it.
//!
//! An [`Engine`] owns threads that sleep while there is nothing to do. A search is a [`Scan`] and
//! a range of nonces; any number run at once and share the threads chunk by chunk. The answer is
//! the lowest winning nonce of the range, whatever the thread count or timing.

#![forbid(unsafe_code)]

mod atomics;
mod budget;
#[cfg(not(loom))]
mod claims;
#[cfg(loom)]
#[expect(missing_docs, reason = "public only for the model tests")]
pub mod claims;
mod counters;
mod engine;
mod host;
#[cfg(all(loom, test))]
mod model;
mod pool;
mod range;
mod scan;
mod search;
mod seat;
mod stats;
mod thread;
pub mod timing;

pub use claims::End;
pub use engine::{Engine, EngineOptions, Priority, StartError};
pub use scan::{PlanScan, Scan};
pub use search::{OnEnd, SearchHandle};
pub use stats::{EngineStats, Latency, SearchStats, ThreadStats};
