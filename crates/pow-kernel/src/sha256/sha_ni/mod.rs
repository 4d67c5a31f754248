//! SHA-256 over a few nonces at once: the x86 SHA extension, one nonce to a stream of vectors.
//!
//! The extension does two rounds in an instruction that takes four cycles and can start every two:
//! streams side by side keep it busy, and hide the longer chain of the message schedule. The rest
//! hides behind the rounds, so only rounds are worth saving. `scalar.rs` says what is right; `tests/oracle.rs` holds this file to it, bit for bit.
//! Nothing here reads through a pointer, so nothing here is `unsafe`.

use super::consts::{IV, K};
use super::scalar::round;
use crate::segment::{Segment, Tail};
use core::arch::x86_64::*;
use core::array;

mod batch;

pub use batch::digests;

/// Nonces side by side. Two would keep the unit for rounds busy if nothing ever waited; four
/// measured 9 % faster on Zen 5, although their vectors do not fit the sixteen registers.
pub const STREAMS: usize = 4;

/// Four words, the first one lowest.
type Quad = __m128i;
/// Words f, e, b, a and h, g, d, c: the order of the instruction for rounds.
type State = [Quad; 2];

/// The first candidate among `count` lanes from lane `from`.
#[target_feature(enable = "sha,avx")]
pub fn scan(segment: &Segment, from: u32, count: u32) -> Option<u32> {
    macro_rules! place {
        ($word:literal) => {
            if segment.word == $word {
                return scan_word::<$word>(segment, from, count);
            }
        };
    }
    each!(place: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14);
    scan_word::<15>(segment, from, count)
}

/// Nonce bytes in word `FIRST` of their block and the word behind it.
#[inline(never)]
#[target_feature(enable = "sha,avx")]
fn scan_word<const FIRST: usize>(segment: &Segment, from: u32, count: u32) -> Option<u32> {
    let Tail::Sha256(tail) = segment.tail else { return None };
    let midstate = pack(segment.midstate);
    let start = start(segment, FIRST);
    let block = quads(&segment.block);
    let mut done = 0;
    while done < count {
        let lane = from + done;
        let varying: [_; STREAMS] =
            array::from_fn(|i| segment.varying(lane.wrapping_add(i as u32)));
        let mut state = [start; STREAMS];
        let mut w = [block; STREAMS];
        for i in 0..STREAMS {
            let mut bits = [0; 17];
            bits[FIRST..FIRST + 2].copy_from_slice(&varying[i]);
            for q in 0..4 {
                let bits = quad(array::from_fn(|j| bits[4 * q + j]));
                w[i][q] = _mm_or_si128(w[i][q], bits);
            }
            if FIRST % 2 == 1 {
                let [first, _] = varying[i];
                state[i][0] = _mm_add_epi32(start[0], quad([0, first, 0, first]));
            }
        }
        rounds::<FIRST, 0>(&mut state, &mut w);
        add(&mut state, &[midstate; STREAMS]);
        if let Some(block) = &segment.next {
            let words = varying.map(|[_, second]| if FIRST == 15 { second } else { 0 });
            next_block(&mut state, block, words);
        }
        for schedule in tail {
            constant_block(&mut state, schedule);
        }
        let words = match (segment.double, segment.filter.word) {
            (false, word) => state.map(|state| unpack(state)[word]),
            (true, 7) => second_word_7(&state),
            (true, word) => again(&state).map(|state| unpack(state)[word]),
        };
        let mut nonces = (0u32..).zip(words);
        if let Some((hit, _)) = nonces.find(|&(_, word)| segment.filter.passes(word)) {
            // A last pass may reach past the range, and past 2^32.
            return (hit < count - done).then(|| lane + hit);
        }
        done += STREAMS as u32;
    }
    None
}

/// The state in which [`rounds`] takes over when the first varying word is `first`. Rounds come in
/// pairs: where that word's own round is the second of a pair, it is done here with the word's
/// constant bits, and each nonce adds its varying bits to what this makes of words a and e.
#[target_feature(enable = "sha,avx")]
fn start(segment: &Segment, first: usize) -> State {
    let mut state = segment.midstate;
    for (k, word) in K.iter().zip(segment.block).take(first.next_multiple_of(2)) {
        round(&mut state, k.wrapping_add(word));
    }
    pack(state)
}

/// A second block with nonce bytes; `varying` are those of its word 0.
#[target_feature(enable = "sha,avx")]
fn next_block(state: &mut [State; STREAMS], block: &[u32; 16], varying: [u32; STREAMS]) {
    let before = *state;
    let mut w = varying.map(|word| {
        let [first, rest @ ..] = quads(block);
        let [b, c, d] = rest;
        [_mm_or_si128(first, quad([word, 0, 0, 0])), b, c, d]
    });
    rounds::<0, 0>(state, &mut w);
    add(state, &before);
}

/// A block the same for every nonce: its schedule holds K + W.
#[target_feature(enable = "sha,avx")]
fn constant_block(state: &mut [State; STREAMS], schedule: &[u32; 64]) {
    let before = *state;
    let (quads, _) = schedule.as_chunks();
    for &words in quads {
        four_rounds(state, &[quad(words); STREAMS]);
    }
    add(state, &before);
}

/// The second hash of SHA-256d.
#[target_feature(enable = "sha,avx")]
fn again(digest: &[State; STREAMS]) -> [State; STREAMS] {
    let mut w = digest.map(|digest| {
        let [low, high] = halves(digest);
        [low, high, quad([0x8000_0000, 0, 0, 0]), quad([0, 0, 0, 256])]
    });
    let start = [pack(IV); STREAMS];
    let mut state = start;
    rounds::<0, 0>(&mut state, &mut w);
    add(&mut state, &start);
    state
}

/// Word 7 of the second hash of SHA-256d. It needs rounds 0 to 60: round 0 is two additions, and
/// rounds 1 to 60 are fifteen whole quads of a schedule that begins with W[1].
#[target_feature(enable = "sha,avx")]
fn second_word_7(digest: &[State; STREAMS]) -> [u32; STREAMS] {
    let mut state = [start_of_second(); STREAMS];
    let mut w = [[quad([0; 4]); 4]; STREAMS];
    for i in 0..STREAMS {
        let [low, high] = halves(digest[i]);
        let first = _mm_shuffle_epi32::<0>(low);
        state[i][0] = _mm_add_epi32(state[i][0], _mm_blend_epi16::<0xcc>(quad([0; 4]), first));
        // W[16] is W[0] + σ0(W[1]): W[9] and W[14] are zero.
        let word_16 = _mm_slli_si128::<12>(_mm_sha256msg1_epu32(low, high));
        w[i] = [
            _mm_alignr_epi8::<4>(high, low),
            _mm_alignr_epi8::<4>(quad([0x8000_0000, 0, 0, 0]), high),
            quad([0; 4]),
            _mm_or_si128(quad([0, 0, 256, 0]), word_16),
        ];
    }
    rounds::<0, 1>(&mut state, &mut w);
    // Word h after 64 rounds is word e after 61.
    state.map(|[feba, _]| _mm_extract_epi32::<1>(feba).cast_unsigned().wrapping_add(IV[7]))
}

/// The state after round 0 of the second hash of SHA-256d, without W[0] in words a and e.
#[target_feature(enable = "sha,avx")]
fn start_of_second() -> State {
    let mut state = IV;
    round(&mut state, K[0]);
    pack(state)
}

/// Rounds from `FIRST` on, from `FIRST + 1` where that is even. `w` holds the message words.
/// `SHIFT`: it holds those from W[1] on, and rounds 1 to 60 are done.
#[target_feature(enable = "sha,avx")]
fn rounds<const FIRST: usize, const SHIFT: usize>(
    state: &mut [State; STREAMS],
    w: &mut [[Quad; 4]; STREAMS],
) {
    macro_rules! quad_of_rounds {
        ($quad:literal) => {
            if const { $quad < 16 - SHIFT } {
                if const { $quad >= 4 } {
                    for w in &mut *w {
                        let [t16, t12, t8, t4] = [0, 1, 2, 3].map(|i| w[($quad + i) % 4]);
                        let sum = _mm_sha256msg1_epu32(t16, t12);
                        let sum = _mm_add_epi32(sum, _mm_alignr_epi8::<4>(t4, t8));
                        w[$quad % 4] = _mm_sha256msg2_epu32(sum, t4);
                    }
                }
                let k = quad(array::from_fn(|i| K[(4 * $quad + SHIFT + i) % 64]));
                let kw = array::from_fn(|i| _mm_add_epi32(w[i][$quad % 4], k));
                if const { 4 * $quad >= FIRST } {
                    four_rounds(state, &kw);
                } else if const { 4 * $quad + 2 >= FIRST } {
                    two_rounds(state, &kw);
                }
            }
        };
    }
    each!(quad_of_rounds: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
}

/// Four rounds, K + W given.
#[inline]
#[target_feature(enable = "sha,avx")]
fn four_rounds(state: &mut [State; STREAMS], kw: &[Quad; STREAMS]) {
    for i in 0..STREAMS {
        let [feba, hgdc] = state[i];
        state[i] = [_mm_sha256rnds2_epu32(hgdc, feba, kw[i]), feba];
    }
    two_rounds(state, kw);
}

/// The last two of four rounds.
#[inline]
#[target_feature(enable = "sha,avx")]
fn two_rounds(state: &mut [State; STREAMS], kw: &[Quad; STREAMS]) {
    for i in 0..STREAMS {
        let [feba, hgdc] = state[i];
        state[i] = [_mm_sha256rnds2_epu32(hgdc, feba, _mm_shuffle_epi32::<0b1110>(kw[i])), feba];
    }
}

/// Word by word.
#[inline]
#[target_feature(enable = "sha,avx")]
fn add(state: &mut [State; STREAMS], before: &[State; STREAMS]) {
    for i in 0..STREAMS {
        state[i] = [0, 1].map(|half| _mm_add_epi32(state[i][half], before[i][half]));
    }
}

/// Four words, the first one lowest.
#[inline]
#[target_feature(enable = "sha,avx")]
fn quad(words: [u32; 4]) -> Quad {
    let [a, b, c, d] = words.map(u32::cast_signed);
    _mm_set_epi32(d, c, b, a)
}

/// The sixteen words of a block.
#[inline]
#[target_feature(enable = "sha,avx")]
fn quads(block: &[u32; 16]) -> [Quad; 4] {
    array::from_fn(|i| quad(array::from_fn(|j| block[4 * i + j])))
}

/// Words a to h as a state.
#[inline]
#[target_feature(enable = "sha,avx")]
fn pack([a, b, c, d, e, f, g, h]: [u32; 8]) -> State {
    [quad([f, e, b, a]), quad([h, g, d, c])]
}

/// Words a to d and e to h.
#[inline]
#[target_feature(enable = "sha,avx")]
fn halves([feba, hgdc]: State) -> [Quad; 2] {
    let abef = _mm_shuffle_epi32::<0b0001_1011>(feba);
    let cdgh = _mm_shuffle_epi32::<0b0001_1011>(hgdc);
    [_mm_unpacklo_epi64(abef, cdgh), _mm_unpackhi_epi64(abef, cdgh)]
}

/// Words a to h.
#[inline]
#[target_feature(enable = "sha,avx")]
fn unpack(state: State) -> [u32; 8] {
    let [low, high] = halves(state);
    let words = |half: Quad| {
        [
            _mm_extract_epi32::<0>(half),
            _mm_extract_epi32::<1>(half),
            _mm_extract_epi32::<2>(half),
            _mm_extract_epi32::<3>(half),
        ]
    };
    let [[a, b, c, d], [e, f, g, h]] = [words(low), words(high)];
    [a, b, c, d, e, f, g, h].map(i32::cast_unsigned)
}
