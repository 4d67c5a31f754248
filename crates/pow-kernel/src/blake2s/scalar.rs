//! Blake2s-256 one nonce at a time, as RFC 7693 writes it. Every other kernel is held to this file.

use super::consts::{IV, QUARTERS, SIGMA};
use crate::segment::{Segment, Tail};

/// The unkeyed 32-byte-digest parameter block folded into the first word (RFC 7693 §2.5).
pub const PARAMETERS: u32 = 0x0101_0020;

/// The state before the first block.
pub const START: [u32; 8] = [IV[0] ^ PARAMETERS, IV[1], IV[2], IV[3], IV[4], IV[5], IV[6], IV[7]];

/// The compression function F (RFC 7693 §3.2): `counter` bytes so far, `last` for the final block.
pub fn compress(state: &mut [u32; 8], block: &[u32; 16], counter: u64, last: bool) {
    let mut v = [0; 16];
    v[..8].copy_from_slice(state);
    v[8..].copy_from_slice(&IV);
    v[12] ^= counter as u32;
    v[13] ^= (counter >> 32) as u32;
    if last {
        v[14] = !v[14];
    }
    for sigma in &SIGMA {
        for (i, &[a, b, c, d]) in QUARTERS.iter().enumerate() {
            quarter(&mut v, [a, b, c, d], block[sigma[2 * i]], block[sigma[2 * i + 1]]);
        }
    }
    for i in 0..8 {
        state[i] ^= v[i] ^ v[i + 8];
    }
}

/// The mixing function G (RFC 7693 §3.1).
pub fn quarter(v: &mut [u32; 16], [a, b, c, d]: [usize; 4], x: u32, y: u32) {
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(x);
    v[d] = (v[d] ^ v[a]).rotate_right(16);
    v[c] = v[c].wrapping_add(v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(12);
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(y);
    v[d] = (v[d] ^ v[a]).rotate_right(8);
    v[c] = v[c].wrapping_add(v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(7);
}

/// The digest of a whole message.
pub fn digest(message: &[u8]) -> [u8; 32] {
    let mut state = START;
    let blocks = message.len().div_ceil(64).max(1);
    for i in 0..blocks {
        let bytes = &message[64 * i..message.len().min(64 * (i + 1))];
        let last = i + 1 == blocks;
        compress(&mut state, &words(bytes), (64 * i + bytes.len()) as u64, last);
    }
    bytes(&state)
}

/// Up to 64 bytes as little-endian words, zeros behind them.
pub fn words(bytes: &[u8]) -> [u32; 16] {
    let mut block = [0; 64];
    block[..bytes.len()].copy_from_slice(bytes);
    core::array::from_fn(|i| u32::from_le_bytes([0, 1, 2, 3].map(|b| block[4 * i + b])))
}

/// A state as digest bytes.
pub fn bytes(state: &[u32; 8]) -> [u8; 32] {
    core::array::from_fn(|i| state[i / 4].to_le_bytes()[i % 4])
}

/// The first candidate among `count` lanes from lane `from`, one lane after the other.
pub(super) fn scan(segment: &Segment, from: u32, count: u32) -> Option<u32> {
    let Tail::Blake2s(tail) = segment.tail else { return None };
    (0..count).map(|i| from + i).find(|&lane| {
        let (block, next) = segment.blocks(lane);
        let mut state = segment.midstate;
        let mut counter = segment.counter;
        compress(&mut state, &block, counter, counter == segment.length);
        for block in next.iter().chain(tail) {
            counter = (counter + 64).min(segment.length);
            compress(&mut state, block, counter, counter == segment.length);
        }
        segment.filter.passes(state[segment.filter.word])
    })
}
