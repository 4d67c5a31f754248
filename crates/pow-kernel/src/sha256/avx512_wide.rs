//! SHA-256 over twice sixteen nonces at once: AVX-512 where a CPU starts four 512-bit operations
//! a cycle (AMD Zen 5), one nonce per 32-bit lane.
//!
//! `rounds.rs` holds the rounds, `scalar.rs` says what is right; `tests/oracle.rs` holds this
//! file to it, bit for bit. Nothing here reads through a pointer, so nothing here is `unsafe`.

use crate::lanes::avx512::*;

sha256_scan!("avx512f,avx512bw", sets: 0 1, rounds: sha256_looped);
sha256_digests!("avx512f,avx512bw");
