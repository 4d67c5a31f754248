//! The 64 rounds written out, one set of lanes after the other: for CPUs that start two vector
//! operations a cycle and are kept busy by one set. Everything constant is folded, the schedule is
//! computed sixteen rounds ahead between the halves of a round, where it waits for nothing, and the
//! second hash leaves out what does not lead to the word that is filtered.

/// The rounds of [`sha256_scan!`], with `second` for the second hash of SHA-256d.
macro_rules! sha256_written {
    ($feature:literal, sets: $($set:literal)*) => {
        /// Double hashes fold as single ones do.
        const FOLD_DOUBLE: bool = true;

        /// The rounds from `FIRST` on, words `FIRST .. FIRST + COUNT` varying. `v`: after the
        /// rounds before it; `schedule`: see [`Folded::schedule`].
        #[inline]
        #[target_feature(enable = $feature)]
        fn rounds<const FIRST: usize, const COUNT: usize, const FOLD: bool>(
            v: State,
            words: [[Lanes; COUNT]; SETS],
            schedule: &[u32; 64],
        ) -> State {
            [$(one_set::<FIRST, COUNT>(&v[$set], &words[$set], schedule)),*]
        }

        #[inline(never)]
        #[target_feature(enable = $feature)]
        fn one_set<const FIRST: usize, const COUNT: usize>(
            v: &[Lanes; 8],
            words: &[Lanes; COUNT],
            schedule: &[u32; 64],
        ) -> [Lanes; 8] {
            written::<FIRST, COUNT, 8>(v, words, schedule)
        }

        /// One word of the second hash: `WORD`, or `word` where `WORD` is 8.
        #[target_feature(enable = $feature)]
        fn second<const WORD: usize>(digest: &State, word: usize) -> [Lanes; SETS] {
            [$(second_of_one::<WORD>(&digest[$set], word)),*]
        }

        /// A copy of its own for each `WORD`: of the last rounds, half does not lead to it.
        #[inline(never)]
        #[target_feature(enable = $feature)]
        fn second_of_one<const WORD: usize>(digest: &[Lanes; 8], word: usize) -> Lanes {
            let start = IV.map(|word| splat(word));
            let v = written::<0, 8, WORD>(&start, digest, const { &SECOND });
            let word = if WORD < 8 { WORD } else { word };
            add(start[word], v[word])
        }

        /// Every round. `WORD` only tells copies apart.
        #[inline]
        #[target_feature(enable = $feature)]
        fn written<const FIRST: usize, const COUNT: usize, const WORD: usize>(
            v: &[Lanes; 8],
            words: &[Lanes; COUNT],
            schedule: &[u32; 64],
        ) -> [Lanes; 8] {
            let mut v = *v;
            let mut w = [splat(0); 64];
            w[FIRST..FIRST + COUNT].copy_from_slice(words);
            macro_rules! step { ($t:literal) => {
                step::<FIRST, COUNT, $t>(&mut v, &mut w, schedule);
            } }
            each_round!(step, all 64);
            v
        }

        /// Round `T`, and W[T + 16].
        #[inline]
        #[target_feature(enable = $feature)]
        fn step<const FIRST: usize, const COUNT: usize, const T: usize>(
            v: &mut [Lanes; 8],
            w: &mut [Lanes; 64],
            schedule: &[u32; 64],
        ) {
            let varies = const { varies(FIRST, COUNT) };
            let next = (T + 16) % 64;
            let term = |back: usize| T < 48 && varies[next] && varies[(next + 64 - back) % 64];
            let mut sum = splat(schedule[next]);
            if T >= FIRST {
                let kw = if varies[T] { add(w[T], splat(K[T])) } else { splat(schedule[T]) };
                first_half::<T>(v, kw);
            }
            if term(16) {
                sum = add(sum, w[T]);
            }
            if term(15) {
                sum = add(sum, small_sigma0(w[(T + 1) % 64]));
            }
            if term(7) {
                sum = add(sum, w[(T + 9) % 64]);
            }
            if T >= FIRST {
                second_half::<T>(v);
            }
            if term(2) {
                sum = add(sum, small_sigma1(w[(T + 14) % 64]));
            }
            if T < 48 && varies[next] {
                w[next] = sum;
            }
        }
    };
}
