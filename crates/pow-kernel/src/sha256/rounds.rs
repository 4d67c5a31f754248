//! SHA-256 over many nonces at once: one nonce per 32-bit lane, written once for every width of
//! vector. Rounds as in FIPS 180-4 §6.2.2; `scalar.rs` says what is right.
//!
//! Which schedule words vary is known when the code is compiled, one copy for each place the nonce
//! can have in its block. What does not vary is computed once per segment (`schedule.rs`), what is
//! constant from lane to lane is left to the compiler to take out of the loop.

/// Calls a macro for each round number in turn.
macro_rules! each_round {
    ($round:ident, first 16) => { each!($round: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15) };
    ($round:ident, next 16) => {
        each!($round: 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31)
    };
    ($round:ident, all 64) => {
        each_round!($round, first 16);
        each_round!($round, next 16);
        each!($round: 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47);
        each!($round: 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63);
    };
}

/// A `scan` function over the lanes in scope (see `crate::lanes`) for one CPU feature, and the
/// `digests` of `batch.rs`.
macro_rules! sha256_scan {
    ($feature:literal, sets: $($set:literal)*, rounds: $rounds:ident) => {
        use super::consts::{IV, K};
        use super::schedule::{Folded, SECOND, varies};
        use crate::segment::{Segment, Tail};

        /// Independent sets of lanes side by side: while one waits for a rotation, the other works.
        const SETS: usize = [$($set),*].len();
        /// Eight state words of each set of lanes.
        type State = [[Lanes; 8]; SETS];

        /// The first candidate among `count` lanes from lane `from`.
        #[target_feature(enable = $feature)]
        pub(super) fn scan(segment: &Segment, from: u32, count: u32) -> Option<u32> {
            macro_rules! place { ($word:literal) => {
                match (segment.word == $word, segment.double) {
                    (true, false) => return scan_word::<$word, 2, true>(segment, from, count),
                    (true, true) => return scan_word::<$word, 2, FOLD_DOUBLE>(segment, from, count),
                    (false, _) => {}
                }
            } }
            if segment.word == 3 && segment.double && !segment.two_words {
                return scan_word::<3, 1, FOLD_DOUBLE>(segment, from, count);
            }
            each!(place: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14);
            scan_word::<15, 1, false>(segment, from, count)
        }

        /// Nonce bytes in `COUNT` words from word `FIRST` of their block. `FOLD`: rounds 16 to 31
        /// written out with all that is constant in them folded. A double hash leaves them in the
        /// loop: it had 64 to 134 cycles with them, as its pages happened to lie, and 66 without.
        #[inline(never)]
        #[target_feature(enable = $feature)]
        fn scan_word<const FIRST: usize, const COUNT: usize, const FOLD: bool>(
            segment: &Segment,
            from: u32,
            count: u32,
        ) -> Option<u32> {
            let Tail::Sha256(tail) = segment.tail else { return None };
            let folded = Folded::new(segment.midstate, &segment.block, FIRST, COUNT);
            let next = segment.next.map(|block| Folded::new([0; 8], &block, 0, 1));
            let start = folded.start.map(|word| splat(word));
            let before = segment.midstate.map(|word| splat(word));
            let filter = segment.filter;
            let mut done = 0;
            while done < count {
                let lane = from + done;
                let varying = [$(varying(segment, lane.wrapping_add(($set * LANES) as u32))),*];
                let words = [$(core::array::from_fn(|i| {
                    xor(splat(folded.schedule[FIRST + i]), varying[$set][i])
                })),*];
                let after = rounds::<FIRST, COUNT, FOLD>([$({ let _ = $set; start }),*], words, &folded.schedule);
                let mut state = [$(sum(before, after[$set])),*];
                if let Some(next) = &next {
                    let word = splat(next.schedule[0]);
                    let words = [$([if FIRST == 15 { xor(word, varying[$set][1]) } else { word }]),*];
                    next_block(&mut state, words, &next.schedule);
                }
                for schedule in tail {
                    constant_block(&mut state, schedule);
                }
                let words = match (segment.double, filter.word) {
                    (false, word) => [$(state[$set][word]),*],
                    (true, 0) => second::<0>(&state, filter.word),
                    (true, 7) => second::<7>(&state, filter.word),
                    (true, _) => second::<8>(&state, filter.word),
                };
                if let Some(hit) = first_hit(&words, &filter, count - done) {
                    return Some(lane + hit);
                }
                done += (SETS * LANES) as u32;
            }
            None
        }

        /// A second block with nonce bytes, of which word 0 may vary.
        #[target_feature(enable = $feature)]
        fn next_block(state: &mut State, words: [[Lanes; 1]; SETS], schedule: &[u32; 64]) {
            let after = rounds::<0, 1, false>(*state, words, schedule);
            $(state[$set] = sum(state[$set], after[$set]);)*
        }

        /// A block the same in every lane: its schedule holds K + W.
        #[target_feature(enable = $feature)]
        fn constant_block(state: &mut State, schedule: &[u32; 64]) {
            let mut v = *state;
            for eight in schedule.chunks_exact(8) {
                macro_rules! constant { ($t:literal) => {
                    $(round::<$t>(&mut v[$set], splat(eight[$t]));)*
                } }
                each!(constant: 0 1 2 3 4 5 6 7);
            }
            $(state[$set] = sum(state[$set], v[$set]);)*
        }

        /// σ0 (FIPS 180-4 §4.1.2).
        #[inline]
        #[target_feature(enable = $feature)]
        fn small_sigma0(x: Lanes) -> Lanes {
            xor3(ror::<7>(x), ror::<18>(x), shr::<3>(x))
        }

        /// σ1 (FIPS 180-4 §4.1.2).
        #[inline]
        #[target_feature(enable = $feature)]
        fn small_sigma1(x: Lanes) -> Lanes {
            xor3(ror::<17>(x), ror::<19>(x), shr::<10>(x))
        }

        /// Round `T` with K + W given. The words of `v` do not move: round `T` calls word
        /// `(8 - T) mod 8` its `a`, and after 64 rounds every word is back under its own name.
        #[inline]
        #[target_feature(enable = $feature)]
        fn round<const T: usize>(v: &mut [Lanes; 8], kw: Lanes) {
            first_half::<T>(v, kw);
            second_half::<T>(v);
        }

        /// T1 of round `T`: what `e` leads to.
        #[inline]
        #[target_feature(enable = $feature)]
        fn first_half<const T: usize>(v: &mut [Lanes; 8], kw: Lanes) {
            let [d, e, f, g, h] = const { [3, 4, 5, 6, 7] }.map(|name| (name + 64 - T) % 8);
            let sigma1 = xor3(ror::<6>(v[e]), ror::<11>(v[e]), ror::<25>(v[e]));
            v[h] = add(add(add(v[h], kw), choose(v[e], v[f], v[g])), sigma1);
            v[d] = add(v[d], v[h]);
        }

        /// T2 of round `T`: what `a` leads to.
        #[inline]
        #[target_feature(enable = $feature)]
        fn second_half<const T: usize>(v: &mut [Lanes; 8]) {
            let [a, b, c, h] = const { [0, 1, 2, 7] }.map(|name| (name + 64 - T) % 8);
            let sigma0 = xor3(ror::<2>(v[a]), ror::<13>(v[a]), ror::<22>(v[a]));
            v[h] = add(add(v[h], majority(v[a], v[b], v[c])), sigma0);
        }

        /// Word by word.
        #[inline]
        #[target_feature(enable = $feature)]
        fn sum(a: [Lanes; 8], b: [Lanes; 8]) -> [Lanes; 8] {
            core::array::from_fn(|i| add(a[i], b[i]))
        }

        $rounds!($feature, sets: $($set)*);
    };
}
