//! SHA-256 over sixteen nonces at once: AVX-512, one nonce per 32-bit lane.
//!
//! `rounds.rs` holds the rounds, `scalar.rs` says what is right; `tests/oracle.rs` holds this
//! file to it, bit for bit. Nothing here reads through a pointer, so nothing here is `unsafe`.

use crate::lanes::avx512::*;

sha256_scan!("avx512f,avx512bw", sets: 0 1, rounds: sha256_written);
