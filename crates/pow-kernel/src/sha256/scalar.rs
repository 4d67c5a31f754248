//! SHA-256 one nonce at a time, as FIPS 180-4 writes it. Every other kernel is held to this file.

use super::consts::{IV, K};
use crate::segment::{Segment, Tail};

/// The compression function (FIPS 180-4 §6.2.2).
pub fn compress(state: &mut [u32; 8], block: &[u32; 16]) {
    rounds(state, &schedule(block));
}

/// The message schedule (§6.2.2 step 1) with the round constants added.
pub fn schedule(block: &[u32; 16]) -> [u32; 64] {
    let mut w = [0u32; 64];
    w[..16].copy_from_slice(block);
    for t in 16..64 {
        w[t] = small_sigma1(w[t - 2])
            .wrapping_add(w[t - 7])
            .wrapping_add(small_sigma0(w[t - 15]))
            .wrapping_add(w[t - 16]);
    }
    core::array::from_fn(|t| w[t].wrapping_add(K[t]))
}

/// All 64 rounds over a schedule that holds K + W, and the feed-forward.
pub fn rounds(state: &mut [u32; 8], kw: &[u32; 64]) {
    let mut v = *state;
    for &kw in kw {
        round(&mut v, kw);
    }
    for i in 0..8 {
        state[i] = state[i].wrapping_add(v[i]);
    }
}

/// One round (§6.2.2 step 3) with K + W given.
pub fn round(v: &mut [u32; 8], kw: u32) {
    let [a, b, c, d, e, f, g, h] = *v;
    let t1 = h.wrapping_add(big_sigma1(e)).wrapping_add((e & f) ^ (!e & g)).wrapping_add(kw);
    let t2 = big_sigma0(a).wrapping_add((a & b) ^ (a & c) ^ (b & c));
    *v = [t1.wrapping_add(t2), a, b, c, d.wrapping_add(t1), e, f, g];
}

fn big_sigma0(x: u32) -> u32 {
    x.rotate_right(2) ^ x.rotate_right(13) ^ x.rotate_right(22)
}

fn big_sigma1(x: u32) -> u32 {
    x.rotate_right(6) ^ x.rotate_right(11) ^ x.rotate_right(25)
}

/// σ0 (§4.1.2).
pub const fn small_sigma0(x: u32) -> u32 {
    x.rotate_right(7) ^ x.rotate_right(18) ^ (x >> 3)
}

/// σ1 (§4.1.2).
pub const fn small_sigma1(x: u32) -> u32 {
    x.rotate_right(17) ^ x.rotate_right(19) ^ (x >> 10)
}

/// The digest of a whole message.
pub fn digest(message: &[u8]) -> [u8; 32] {
    let mut padded = message.to_vec();
    pad(&mut padded);
    let mut state = IV;
    for block in padded.chunks_exact(64) {
        compress(&mut state, &words(block));
    }
    bytes(&state)
}

/// Appends the padding of FIPS 180-4 §5.1.1.
pub fn pad(message: &mut Vec<u8>) {
    let bits = 8 * message.len() as u64;
    message.push(0x80);
    message.resize((message.len() + 8).next_multiple_of(64) - 8, 0);
    message.extend(bits.to_be_bytes());
}

/// A 64-byte block as big-endian words.
pub fn words(block: &[u8]) -> [u32; 16] {
    core::array::from_fn(|i| u32::from_be_bytes([0, 1, 2, 3].map(|b| block[4 * i + b])))
}

/// A state as digest bytes.
pub fn bytes(state: &[u32; 8]) -> [u8; 32] {
    core::array::from_fn(|i| state[i / 4].to_be_bytes()[i % 4])
}

/// The digest words of a digest: the second hash of SHA-256d.
pub fn again(digest: &[u32; 8]) -> [u32; 8] {
    let mut block = [0; 16];
    block[..8].copy_from_slice(digest);
    block[8] = 0x8000_0000;
    block[15] = 256;
    let mut state = IV;
    compress(&mut state, &block);
    state
}

/// The first candidate among `count` lanes from lane `from`, one lane after the other.
pub(super) fn scan(segment: &Segment, from: u32, count: u32) -> Option<u32> {
    let Tail::Sha256(tail) = segment.tail else { return None };
    (0..count).map(|i| from + i).find(|&lane| {
        let (block, next) = segment.blocks(lane);
        let mut state = segment.midstate;
        compress(&mut state, &block);
        if let Some(next) = next {
            compress(&mut state, &next);
        }
        for schedule in tail {
            rounds(&mut state, schedule);
        }
        if segment.double {
            state = again(&state);
        }
        segment.filter.passes(state[segment.filter.word])
    })
}
