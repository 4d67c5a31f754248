//! SHA-256 over eight nonces at once: AVX2, one nonce per 32-bit lane.
//!
//! `rounds.rs` holds the rounds, `scalar.rs` says what is right; `tests/oracle.rs` holds this
//! file to it, bit for bit. Nothing here reads through a pointer, so nothing here is `unsafe`.

use crate::lanes::avx2::*;

sha256_scan!("avx2", sets: 0, rounds: sha256_looped);
sha256_digests!("avx2");
