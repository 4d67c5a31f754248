//! Which words of a message schedule vary from nonce to nonce, and everything about the others
//! that can be computed once.

use super::consts::K;
use super::scalar::{round, small_sigma0, small_sigma1};

/// Whether W[t] varies when message words `first .. first + count` do (FIPS 180-4 §6.2.2 step 1).
pub const fn varies(first: usize, count: usize) -> [bool; 64] {
    let mut varies = [false; 64];
    let mut t = 0;
    while t < 64 {
        varies[t] = if t < 16 {
            t >= first && t < first + count
        } else {
            varies[t - 2] || varies[t - 7] || varies[t - 15] || varies[t - 16]
        };
        t += 1;
    }
    varies
}

/// A block with everything constant folded.
pub struct Folded {
    /// The state after the rounds before the first varying word, each word at the index it has
    /// after 64 rounds: the vector kernels move names, not words.
    pub start: [u32; 8],
    /// For a constant W[t]: K[t] + W[t]. For a varying message word: its constant bits. For any
    /// other varying W[t]: the sum of its constant terms, without K[t].
    pub schedule: [u32; 64],
}

impl Folded {
    /// Folds `block` for a kernel that varies words `first .. first + count`.
    pub fn new(midstate: [u32; 8], block: &[u32; 16], first: usize, count: usize) -> Self {
        let schedule = fold(block, &varies(first, count));
        let mut start = midstate;
        for &kw in &schedule[..first] {
            round(&mut start, kw);
        }
        start.rotate_left(first % 8);
        Self { start, schedule }
    }
}

/// See [`Folded::schedule`].
pub const fn fold(block: &[u32; 16], varies: &[bool; 64]) -> [u32; 64] {
    let mut w = [0u32; 64];
    let mut schedule = [0; 64];
    let mut t = 0;
    while t < 64 {
        if t < 16 {
            w[t] = block[t];
        } else {
            if !varies[t - 2] {
                w[t] = w[t].wrapping_add(small_sigma1(w[t - 2]));
            }
            if !varies[t - 7] {
                w[t] = w[t].wrapping_add(w[t - 7]);
            }
            if !varies[t - 15] {
                w[t] = w[t].wrapping_add(small_sigma0(w[t - 15]));
            }
            if !varies[t - 16] {
                w[t] = w[t].wrapping_add(w[t - 16]);
            }
        }
        schedule[t] = if varies[t] { w[t] } else { w[t].wrapping_add(K[t]) };
        t += 1;
    }
    schedule
}

/// The block of the second hash of SHA-256d: eight words of digest, which vary, and the padding.
pub const SECOND: [u32; 64] = {
    let mut block = [0; 16];
    block[8] = 0x8000_0000;
    block[15] = 256;
    fold(&block, &varies(0, 8))
};
