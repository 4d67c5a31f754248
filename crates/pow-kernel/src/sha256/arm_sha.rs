//! SHA-256 with Arm's SHA extension (v8): four rounds of one nonce in a pair of instructions, two
//! nonces interleaved, because every four rounds wait for the four before them.
//!
//! `scalar.rs` says what is right; `tests/oracle.rs` holds this file to it, bit for bit. Nothing
//! here reads through a pointer, so nothing here is `unsafe`.

use super::consts::{IV, K};
use super::scalar::{bytes, words};
use crate::Hash;
use crate::batch::Pass;
use crate::lanes::neon::{Lanes, add, first_hit, load, store, xor};
use crate::segment::{Segment, Tail};
use core::arch::aarch64::*;

/// Nonces hashed side by side.
pub const STREAMS: usize = 2;

/// State words a to d and e to h of each nonce.
type State = [[Lanes; 2]; STREAMS];
/// Sixteen words of message schedule of each nonce, four to a vector.
type Schedule = [[Lanes; 4]; STREAMS];

/// The first candidate among `count` lanes from lane `from`.
#[target_feature(enable = "sha2")]
pub(super) fn scan(segment: &Segment, from: u32, count: u32) -> Option<u32> {
    match segment.word / 4 {
        0 => scan_vector::<0>(segment, from, count),
        1 => scan_vector::<1>(segment, from, count),
        2 => scan_vector::<2>(segment, from, count),
        _ => scan_vector::<3>(segment, from, count),
    }
}

/// Nonce bytes in vector `FIRST` of their block, and maybe the first word behind it.
#[target_feature(enable = "sha2")]
fn scan_vector<const FIRST: usize>(segment: &Segment, from: u32, count: u32) -> Option<u32> {
    let Tail::Sha256(tail) = segment.tail else { return None };
    let filter = segment.filter;
    let before = vectors::<2>(&segment.midstate);
    let block = vectors::<4>(&segment.block);
    let next = segment.next.map(|block| vectors::<4>(&block));
    let here = places(segment, 4 * FIRST);
    let behind = places(segment, 4 * FIRST + 4);
    let mut start = before;
    for (t, &words) in block.iter().enumerate().take(FIRST) {
        four_rounds(&mut start, add(words, four(&K, t)));
    }
    let mut done = 0;
    while done < count {
        let lane = from + done;
        let varying = [0, 1].map(|stream| {
            // Behind the last nonce of a range that ends at 2^32 lies one that nobody asked for.
            let [first, second] = segment.varying(lane.wrapping_add(stream));
            load(&[first, second, 0, 0])
        });
        let mut state = [start; STREAMS];
        let mut w = [block; STREAMS];
        for (w, &varying) in w.iter_mut().zip(&varying) {
            w[FIRST] = xor(w[FIRST], place(varying, here));
            if FIRST < 3 {
                w[FIRST + 1] = xor(w[FIRST + 1], place(varying, behind));
            }
        }
        rounds::<FIRST>(&mut state, w);
        feed_forward(&mut state, &[before; STREAMS]);
        if let Some(next) = next {
            let mut w = [next; STREAMS];
            if FIRST == 3 {
                for (w, &varying) in w.iter_mut().zip(&varying) {
                    w[0] = xor(w[0], place(varying, behind));
                }
            }
            let before = state;
            rounds::<0>(&mut state, w);
            feed_forward(&mut state, &before);
        }
        for schedule in tail {
            constant_block(&mut state, schedule);
        }
        if segment.double {
            state = again(&state);
        }
        let half = state.map(|state| state[filter.word / 4]);
        let word = pick(half, filter.word % 4);
        // One vector, whose upper lanes repeat the streams' words.
        if let Some(hit) = first_hit(&[word], &filter, (count - done).min(STREAMS as u32)) {
            return Some(lane + hit);
        }
        done += STREAMS as u32;
    }
    None
}

/// The digests of messages of equally many blocks, one pass after the other.
#[target_feature(enable = "sha2")]
pub(super) fn digests(hash: Hash, messages: &[&[u8]], digests: &mut [[u8; 32]]) {
    for (messages, digests) in messages.chunks(STREAMS).zip(digests.chunks_mut(STREAMS)) {
        let pass = Pass::<STREAMS>::new(messages, 0);
        let mut state = [vectors::<2>(&IV); STREAMS];
        for index in 0..hash.blocks(messages[0].len()) {
            let before = state;
            let w = pass.blocks(hash, index).map(|block| vectors::<4>(&words(&block)));
            rounds::<0>(&mut state, w);
            feed_forward(&mut state, &before);
        }
        if hash == Hash::Sha256d {
            state = again(&state);
        }
        for ([low, high], digest) in state.into_iter().zip(digests) {
            let ([a, b, c, d], [e, f, g, h]) = (store(low), store(high));
            *digest = bytes(&[a, b, c, d, e, f, g, h]);
        }
    }
}

/// A block the same for every nonce: its schedule holds K + W.
#[target_feature(enable = "sha2")]
fn constant_block(state: &mut State, schedule: &[u32; 64]) {
    let before = *state;
    for t in 0..16 {
        let kw = four(schedule, t);
        for state in state.iter_mut() {
            four_rounds(state, kw);
        }
    }
    feed_forward(state, &before);
}

/// The second hash of SHA-256d.
#[target_feature(enable = "sha2")]
fn again(digest: &State) -> State {
    let start = [vectors::<2>(&IV); STREAMS];
    let padding = vectors::<2>(&[0x8000_0000, 0, 0, 0, 0, 0, 0, 256]);
    let mut state = start;
    rounds::<0>(&mut state, digest.map(|[low, high]| [low, high, padding[0], padding[1]]));
    feed_forward(&mut state, &start);
    state
}

/// The rounds from `4 * FIRST` on, over the message words `w`.
#[inline]
#[target_feature(enable = "sha2")]
fn rounds<const FIRST: usize>(state: &mut State, mut w: Schedule) {
    macro_rules! four {
        ($t:literal) => {
            if FIRST <= $t {
                for (state, w) in state.iter_mut().zip(&mut w) {
                    if $t >= 4 {
                        let partly = vsha256su0q_u32(w[$t % 4], w[($t + 1) % 4]);
                        w[$t % 4] = vsha256su1q_u32(partly, w[($t + 2) % 4], w[($t + 3) % 4]);
                    }
                    four_rounds(state, add(w[$t % 4], four(&K, $t)));
                }
            }
        };
    }
    each!(four: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
}

/// Four rounds with K + W given (FIPS 180-4 §6.2.2 step 3).
#[inline]
#[target_feature(enable = "sha2")]
fn four_rounds(state: &mut [Lanes; 2], kw: Lanes) {
    let [low, high] = *state;
    *state = [vsha256hq_u32(low, high, kw), vsha256h2q_u32(high, low, kw)];
}

/// Adds the state before the block (FIPS 180-4 §6.2.2 step 4).
#[inline]
#[target_feature(enable = "sha2")]
fn feed_forward(state: &mut State, before: &State) {
    for (state, before) in state.iter_mut().zip(before) {
        *state = [add(state[0], before[0]), add(state[1], before[1])];
    }
}

/// Words `4 * t` to `4 * t + 3` of a schedule.
#[inline]
#[target_feature(enable = "sha2")]
fn four(words: &[u32; 64], t: usize) -> Lanes {
    load(&core::array::from_fn(|i| words[4 * t + i]))
}

/// Words as vectors of four.
#[inline]
#[target_feature(enable = "sha2")]
fn vectors<const COUNT: usize>(words: &[u32]) -> [Lanes; COUNT] {
    core::array::from_fn(|t| load(&core::array::from_fn(|i| words[4 * t + i])))
}

/// For each byte of the four words from `first`, counted from the start of the nonce's block:
/// which byte of the two varying words comes there. A byte number that does not exist means zero.
#[target_feature(enable = "sha2")]
fn places(segment: &Segment, first: usize) -> Lanes {
    load(&core::array::from_fn(|i| match (first + i).checked_sub(segment.word) {
        Some(0) => 0x0302_0100,
        Some(1) if segment.two_words => 0x0706_0504,
        _ => u32::MAX,
    }))
}

/// A nonce's varying words moved to their places.
#[inline]
#[target_feature(enable = "sha2")]
fn place(varying: Lanes, places: Lanes) -> Lanes {
    let bytes = vqtbl1q_u8(vreinterpretq_u8_u32(varying), vreinterpretq_u8_u32(places));
    vreinterpretq_u32_u8(bytes)
}

/// Word `word` of the two nonces' vectors, each in two lanes.
#[inline]
#[target_feature(enable = "sha2")]
fn pick(from: [Lanes; STREAMS], word: usize) -> Lanes {
    let [even, odd] = [0x0302_0100, 0x1312_1110].map(|bytes| bytes + 0x0404_0404 * word as u32);
    let [first, second] = from.map(|vector| vreinterpretq_u8_u32(vector));
    let order = vreinterpretq_u8_u32(load(&[even, odd, even, odd]));
    vreinterpretq_u32_u8(vqtbl2q_u8(uint8x16x2_t(first, second), order))
}
