//! SHA-256 over four nonces at once: NEON, one nonce per 32-bit lane.
//!
//! `rounds.rs` holds the rounds, `scalar.rs` says what is right; `tests/oracle.rs` holds this
//! file to it, bit for bit. Nothing here reads through a pointer, so nothing here is `unsafe`.

use crate::lanes::neon::*;

sha256_scan!("neon", sets: 0, rounds: sha256_looped);
sha256_digests!("neon");
