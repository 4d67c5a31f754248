//! Proof-of-work kernels. No threads, no I/O, no dependencies.
//!
//! [`Work`] says what is hashed, [`Goal`] what wins. A [`Plan`] is both prepared for searching;
//! a [`Kernel`] is one hash on one CPU feature. [`Plan::scan`] gives the lowest nonce of a range
//! whose digest meets the goal, the same one for every kernel.

#[macro_use]
mod lanes;

mod batch;
mod digits;
mod filter;
mod frame;
mod goal;
mod hash;
mod kernel;
mod plan;
mod segment;
mod work;

mod blake2s;
mod sha256;

pub use goal::Goal;
pub use hash::Hash;
pub use kernel::Kernel;
pub use plan::Plan;
pub use work::{ByteOrder, Encoding, NonceLayout, Work, WorkError};
