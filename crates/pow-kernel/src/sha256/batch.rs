//! SHA-256 of many independent messages at once: one message per 32-bit lane, on the rounds of
//! `rounds.rs`.

/// A `digests` function (`crate::batch::Digests`) on the lanes and rounds of [`sha256_scan!`].
macro_rules! sha256_digests {
    ($feature:literal) => {
        use crate::Hash;
        use crate::batch::{Pass, write};

        /// The digests of messages of equally many blocks, one pass after the other.
        #[target_feature(enable = $feature)]
        pub(super) fn digests(hash: Hash, messages: &[&[u8]], digests: &mut [[u8; 32]]) {
            let width = SETS * LANES;
            let start = [IV.map(|word| splat(word)); SETS];
            for (messages, digests) in messages.chunks(width).zip(digests.chunks_mut(width)) {
                let passes: [_; SETS] =
                    core::array::from_fn(|set| Pass::<LANES>::new(messages, set * LANES));
                let mut state = start;
                for index in 0..hash.blocks(messages[0].len()) {
                    let block = core::array::from_fn(|set| {
                        passes[set].words(hash, index).map(|word| swap_bytes(load(&word)))
                    });
                    let after = rounds::<0, 16, false>(state, block, &[0; 64]);
                    state = core::array::from_fn(|set| sum(state[set], after[set]));
                }
                if hash == Hash::Sha256d {
                    let after = rounds::<0, 8, false>(start, state, const { &SECOND });
                    state = core::array::from_fn(|set| sum(start[set], after[set]));
                }
                for (state, digests) in state.into_iter().zip(digests.chunks_mut(LANES)) {
                    write(&state.map(|word| store(swap_bytes(word))), digests);
                }
            }
        }
    };
}
