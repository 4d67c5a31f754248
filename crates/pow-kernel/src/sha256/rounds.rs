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
}

/// A `scan` function over the lanes in scope (see `crate::lanes`) for one CPU feature, and the
/// `digests` of `batch.rs`.
macro_rules! sha256_scan {
    ($feature:literal, sets: $($set:literal)*) => {
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
                    (true, true) => return scan_word::<$word, 2, false>(segment, from, count),
                    (false, _) => {}
                }
            } }
            if segment.word == 3 && segment.double && !segment.two_words {
                return scan_word::<3, 1, false>(segment, from, count);
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

        /// One word of the second hash of SHA-256d: `WORD`, or `word` where `WORD` is 8. Naming it
        /// lets the compiler leave out what does not lead to it: of the last rounds, half.
        #[target_feature(enable = $feature)]
        fn second<const WORD: usize>(digest: &State, word: usize) -> [Lanes; SETS] {
            let start = IV.map(|word| splat(word));
            let state = rounds::<0, 8, false>([$({ let _ = $set; start }),*], *digest, const { &SECOND });
            let word = if WORD < 8 { WORD } else { word };
            [$(add(start[word], state[$set][word])),*]
        }

        /// The rounds from `FIRST` on, words `FIRST .. FIRST + COUNT` varying. `state`: after the
        /// rounds before it; `schedule`: see [`Folded::schedule`].
        #[inline]
        #[target_feature(enable = $feature)]
        fn rounds<const FIRST: usize, const COUNT: usize, const FOLD: bool>(
            mut v: State,
            words: [[Lanes; COUNT]; SETS],
            schedule: &[u32; 64],
        ) -> State {
            let mut w = [[splat(0); 32]; SETS];
            macro_rules! early { ($t:literal) => {
                if const { $t >= FIRST } {
                    if const { varies(FIRST, COUNT)[$t] } {
                        $(
                            w[$set][$t] = words[$set][const { ($t as usize).saturating_sub(FIRST) }];
                            round::<$t>(&mut v[$set], add(w[$set][$t], splat(K[$t])));
                        )*
                    } else {
                        $(round::<$t>(&mut v[$set], splat(schedule[$t]));)*
                    }
                }
                if const { !varies(FIRST, COUNT)[$t] } {
                    $(w[$set][$t] = splat(schedule[$t].wrapping_sub(K[$t]));)*
                }
            } }
            macro_rules! late { ($t:literal) => {
                if const { varies(FIRST, COUNT)[$t] } {
                    $(
                        let mut sum = splat(schedule[$t]);
                        if const { varies(FIRST, COUNT)[$t - 16] } {
                            sum = add(sum, w[$set][$t - 16]);
                        }
                        if const { varies(FIRST, COUNT)[$t - 15] } {
                            sum = add(sum, small_sigma0(w[$set][$t - 15]));
                        }
                        if const { varies(FIRST, COUNT)[$t - 7] } {
                            sum = add(sum, w[$set][$t - 7]);
                        }
                        if const { varies(FIRST, COUNT)[$t - 2] } {
                            sum = add(sum, small_sigma1(w[$set][$t - 2]));
                        }
                        w[$set][$t] = sum;
                        round::<$t>(&mut v[$set], add(sum, splat(K[$t])));
                    )*
                } else {
                    $(
                        w[$set][$t] = splat(schedule[$t].wrapping_sub(K[$t]));
                        round::<$t>(&mut v[$set], splat(schedule[$t]));
                    )*
                }
            } }
            each_round!(early, first 16);
            if FOLD {
                each_round!(late, next 16);
                // By now every new word varies: no more to fold.
                let mut ring = [$(core::array::from_fn(|i| w[$set][16 + i])),*];
                last_rounds(&mut v, &mut ring, &K[32..]);
            } else {
                let mut ring = [$(core::array::from_fn(|i| w[$set][i])),*];
                last_rounds(&mut v, &mut ring, &K[16..]);
            }
            v
        }

        /// Sixteen rounds for each sixteen round constants, with a whole schedule. One loop for
        /// all who need it, not a copy each: a double hash must stay within the CPU's cache of
        /// decoded operations, or it runs at half speed.
        #[inline(never)]
        #[target_feature(enable = $feature)]
        fn last_rounds(state: &mut State, ring: &mut [[Lanes; 16]; SETS], k: &[u32]) {
            let (mut v, mut w) = (*state, *ring);
            for k in k.chunks_exact(16) {
                macro_rules! last { ($t:literal) => { $(
                    let ring = &mut w[$set];
                    let sigma0 = small_sigma0(ring[($t + 1) % 16]);
                    let sum = add(ring[$t], add(sigma0, ring[($t + 9) % 16]));
                    ring[$t] = add(sum, small_sigma1(ring[($t + 14) % 16]));
                    round::<$t>(&mut v[$set], add(ring[$t], splat(k[$t])));
                )* } }
                each_round!(last, first 16);
            }
            *state = v;
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
            let [a, b, c, d, e, f, g, h] =
                const { [0, 1, 2, 3, 4, 5, 6, 7] }.map(|name| (name + 64 - T) % 8);
            let sigma1 = xor3(ror::<6>(v[e]), ror::<11>(v[e]), ror::<25>(v[e]));
            let sigma0 = xor3(ror::<2>(v[a]), ror::<13>(v[a]), ror::<22>(v[a]));
            let t1 = add(add(add(v[h], kw), choose(v[e], v[f], v[g])), sigma1);
            v[d] = add(v[d], t1);
            v[h] = add(add(t1, majority(v[a], v[b], v[c])), sigma0);
        }

        /// Word by word.
        #[inline]
        #[target_feature(enable = $feature)]
        fn sum(a: [Lanes; 8], b: [Lanes; 8]) -> [Lanes; 8] {
            core::array::from_fn(|i| add(a[i], b[i]))
        }

        sha256_digests!($feature);
    };
}
