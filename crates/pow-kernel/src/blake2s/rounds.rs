//! Blake2s-256 over many nonces at once: one nonce per 32-bit lane, written once for every width
//! of vector. Rounds as in RFC 7693 §3.2; `scalar.rs` says what is right.

/// The order in which the steps of four independent quarter-rounds are written: each quarter one
/// operation behind the one before it. LLVM keeps this order, and it measured 3 % faster than
/// quarters side by side.
macro_rules! staggered {
    ($stage:ident) => {
        staggered!($stage:
            (0 0)
            (1 0) (0 1)
            (2 0) (1 1) (0 2)
            (3 0) (2 1) (1 2) (0 3)
            (4 0) (3 1) (2 2) (1 3)
            (5 0) (4 1) (3 2) (2 3)
            (6 0) (5 1) (4 2) (3 3)
            (7 0) (6 1) (5 2) (4 3)
            (8 0) (7 1) (6 2) (5 3)
            (9 0) (8 1) (7 2) (6 3)
            (10 0) (9 1) (8 2) (7 3)
            (11 0) (10 1) (9 2) (8 3)
            (12 0) (11 1) (10 2) (9 3)
            (13 0) (12 1) (11 2) (10 3)
            (13 1) (12 2) (11 3)
            (13 2) (12 3)
            (13 3)
        )
    };
    ($stage:ident: $(($operation:literal $quarter:literal))*) => {
        $($stage!($operation $quarter);)*
    };
}

/// A `scan` function over the lanes in scope (see `crate::lanes`) for one CPU feature, and the
/// `digests` of `batch.rs`.
macro_rules! blake2s_scan {
    ($feature:literal, sets: $($set:literal)*) => {
        use super::consts::{IV, QUARTERS, SIGMA};
        use super::{scalar, short_tail};
        use core::hint::black_box;
        use crate::segment::{Segment, Tail};

        /// Independent sets of lanes side by side: while one waits for a rotation, the other works.
        const SETS: usize = [$($set),*].len();
        /// Words of a short block that are looked at: in a loop the absent ones cannot be left out.
        const PRESENT: usize = if LANES < 16 { 16 } else { 8 };

        /// The first candidate among `count` lanes from lane `from`.
        #[target_feature(enable = $feature)]
        pub(super) fn scan(segment: &Segment, from: u32, count: u32) -> Option<u32> {
            match short_tail(segment) {
                Some(5) => scan_short::<5>(segment, from, count),
                Some(6) => scan_short::<6>(segment, from, count),
                _ => scan_any(segment, from, count),
            }
        }

        /// One last block of eight words at most, of which `WORD` alone varies, filtered on digest
        /// word 7: a Chainweb header. Absent words cost nothing, the columns of round 0 that do not
        /// touch `WORD` are computed here, and of the last diagonals the compiler keeps the two
        /// that lead to digest word 7.
        #[target_feature(enable = $feature)]
        fn scan_short<const WORD: usize>(segment: &Segment, from: u32, count: u32) -> Option<u32> {
            let mut state = [0; 16];
            state[..8].copy_from_slice(&segment.midstate);
            state[8..].copy_from_slice(&IV);
            state[12] ^= segment.counter as u32;
            state[13] ^= (segment.counter >> 32) as u32;
            state[14] = !state[14];
            for column in (0..4).filter(|&column| column != WORD / 2) {
                let [x, y] = [2 * column, 2 * column + 1].map(|word| segment.block[word]);
                scalar::quarter(&mut state, QUARTERS[column], x, y);
            }
            let start = state.map(|word| splat(word));
            let constant: [Lanes; PRESENT] = core::array::from_fn(|word| splat(segment.block[word]));
            // Read again from memory for every half of a round: kept in registers, they would push
            // the state out of theirs.
            let mut words = [constant; SETS];
            let filter = segment.filter;
            let mut done = 0;
            while done < count {
                let lane = from + done;
                $(
                    let varying_word = varying(segment, lane.wrapping_add(($set * LANES) as u32))[0];
                    words[$set][WORD] = xor(constant[WORD], varying_word);
                )*
                let m = &words;
                let mut v = [start; SETS];
                macro_rules! column { ($operation:literal) => {
                    $(if const { WORD / 2 == 2 } {
                        mix::<2, $operation, PRESENT>(&mut v[$set], &m[$set], &SIGMA[0]);
                    } else {
                        mix::<3, $operation, PRESENT>(&mut v[$set], &m[$set], &SIGMA[0]);
                    })*
                } }
                each!(column: 0 1 2 3 4 5 6 7 8 9 10 11 12 13);
                let m = black_box(m);
                $(diagonals(&mut v[$set], &m[$set], &SIGMA[0]);)*
                // Written out, absent words cost nothing. Narrow vectors need three times the
                // instructions, which would not fit the CPU's cache of decoded operations.
                if LANES < 16 {
                    for sigma in &SIGMA[1..] {
                        $(columns(&mut v[$set], &m[$set], sigma);)*
                        $(diagonals(&mut v[$set], &m[$set], sigma);)*
                    }
                } else {
                    macro_rules! round { ($round:literal) => {
                        $(columns(&mut v[$set], &black_box(m)[$set], &SIGMA[$round]);)*
                        $(diagonals(&mut v[$set], &black_box(m)[$set], &SIGMA[$round]);)*
                    } }
                    each!(round: 1 2 3 4 5 6 7 8 9);
                }
                let words = [$(xor3(splat(segment.midstate[7]), v[$set][7], v[$set][15])),*];
                if let Some(hit) = first_hit(&words, &filter, count - done) {
                    return Some(lane + hit);
                }
                done += (SETS * LANES) as u32;
            }
            None
        }

        /// Any message: nonce bytes in one or two words, any number of blocks behind them.
        #[target_feature(enable = $feature)]
        fn scan_any(segment: &Segment, from: u32, count: u32) -> Option<u32> {
            let Tail::Blake2s(tail) = segment.tail else { return None };
            let filter = segment.filter;
            let mut done = 0;
            while done < count {
                let lane = from + done;
                let varying = [$(varying(segment, lane.wrapping_add(($set * LANES) as u32))),*];
                let constant = segment.block.map(|word| splat(word));
                let mut m = [constant; SETS];
                $(
                    let [first, second] = varying[$set];
                    m[$set][segment.word] = xor(m[$set][segment.word], first);
                    if segment.two_words && segment.word < 15 {
                        m[$set][segment.word + 1] = xor(m[$set][segment.word + 1], second);
                    }
                )*
                let mut counter = segment.counter;
                let mut state = [segment.midstate.map(|word| splat(word)); SETS];
                compress(&mut state, &m, &counters(counter), counter == segment.length);
                let mut next = |m: &[[Lanes; 16]; SETS]| {
                    counter = (counter + 64).min(segment.length);
                    compress(&mut state, m, &counters(counter), counter == segment.length);
                };
                if let Some(block) = segment.next {
                    let mut m = [block.map(|word| splat(word)); SETS];
                    if segment.two_words && segment.word == 15 {
                        $(m[$set][0] = xor(m[$set][0], varying[$set][1]);)*
                    }
                    next(&m);
                }
                for block in tail {
                    next(&[block.map(|word| splat(word)); SETS]);
                }
                let words = [$(state[$set][filter.word]),*];
                if let Some(hit) = first_hit(&words, &filter, count - done) {
                    return Some(lane + hit);
                }
                done += (SETS * LANES) as u32;
            }
            None
        }

        /// A count of bytes, the same in every lane: its low word and its high word.
        #[inline]
        #[target_feature(enable = $feature)]
        fn counters(counter: u64) -> [[Lanes; 2]; SETS] {
            [[splat(counter as u32), splat((counter >> 32) as u32)]; SETS]
        }

        /// The compression function F (RFC 7693 §3.2): `counters` bytes so far.
        #[target_feature(enable = $feature)]
        fn compress(
            state: &mut [[Lanes; 8]; SETS],
            m: &[[Lanes; 16]; SETS],
            counters: &[[Lanes; 2]; SETS],
            last: bool,
        ) {
            let mut low = [IV.map(|word| splat(word)); SETS];
            for (low, [near, far]) in low.iter_mut().zip(counters) {
                low[4] = xor(low[4], *near);
                low[5] = xor(low[5], *far);
                low[6] = xor(low[6], splat(if last { u32::MAX } else { 0 }));
            }
            let mut v = [$(core::array::from_fn(|i| if i < 8 { state[$set][i] } else { low[$set][i - 8] })),*];
            for sigma in &SIGMA {
                $(columns(&mut v[$set], &m[$set], sigma);)*
                $(diagonals(&mut v[$set], &m[$set], sigma);)*
            }
            for i in 0..8 {
                $(state[$set][i] = xor3(state[$set][i], v[$set][i], v[$set][i + 8]);)*
            }
        }

        /// The four columns of a round.
        #[inline]
        #[target_feature(enable = $feature)]
        fn columns<const WORDS: usize>(v: &mut [Lanes; 16], m: &[Lanes; WORDS], sigma: &[usize; 16]) {
            macro_rules! stage { ($operation:literal $quarter:literal) => {
                mix::<$quarter, $operation, WORDS>(v, m, sigma)
            } }
            staggered!(stage);
        }

        /// The four diagonals of a round.
        #[inline]
        #[target_feature(enable = $feature)]
        fn diagonals<const WORDS: usize>(v: &mut [Lanes; 16], m: &[Lanes; WORDS], sigma: &[usize; 16]) {
            macro_rules! stage { ($operation:literal $quarter:literal) => {
                mix::<{ 4 + $quarter }, $operation, WORDS>(v, m, sigma)
            } }
            staggered!(stage);
        }

        /// One of the fourteen operations of the mixing function G (RFC 7693 §3.1). The message
        /// word is added first: `(a + m) + b` lets it wait for nothing.
        #[inline]
        #[target_feature(enable = $feature)]
        fn mix<const QUARTER: usize, const OPERATION: usize, const WORDS: usize>(
            v: &mut [Lanes; 16],
            m: &[Lanes; WORDS],
            sigma: &[usize; 16],
        ) {
            let [a, b, c, d] = const { QUARTERS[QUARTER] };
            match OPERATION {
                0 | 7 => {
                    let word = sigma[2 * QUARTER + usize::from(OPERATION == 7)];
                    if WORDS == 16 {
                        v[a] = add(v[a], m[word % WORDS]);
                    } else if word < WORDS {
                        v[a] = add(v[a], m[word]);
                    }
                }
                1 | 8 => v[a] = add(v[a], v[b]),
                2 | 9 => v[d] = xor(v[d], v[a]),
                3 => v[d] = ror::<16>(v[d]),
                10 => v[d] = ror::<8>(v[d]),
                4 | 11 => v[c] = add(v[c], v[d]),
                5 | 12 => v[b] = xor(v[b], v[c]),
                6 => v[b] = ror::<12>(v[b]),
                _ => v[b] = ror::<7>(v[b]),
            }
        }

        blake2s_digests!($feature);
    };
}
