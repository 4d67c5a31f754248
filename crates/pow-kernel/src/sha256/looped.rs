//! The rounds with the later ones in a loop, all sets of lanes side by side: a CPU that starts four
//! vector operations a cycle needs two sets to be busy, and loses half its speed on code that does
//! not fit its cache of decoded operations.

/// The rounds of [`sha256_scan!`], with `second` for the second hash of SHA-256d.
macro_rules! sha256_looped {
    ($feature:literal, sets: $($set:literal)*) => {
        /// Of a double hash only single ones fold: see `scan_word`.
        const FOLD_DOUBLE: bool = false;

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
    };
}
