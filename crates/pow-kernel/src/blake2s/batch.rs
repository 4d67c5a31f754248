//! Blake2s-256 of many independent messages at once: one message per 32-bit lane, on the
//! compression of `rounds.rs`.

/// A `digests` function (`crate::batch::Digests`) on the lanes of [`blake2s_scan!`].
macro_rules! blake2s_digests {
    ($feature:literal) => {
        use super::scalar::START;
        use crate::Hash;
        use crate::batch::{Pass, write};

        /// The digests of messages of equally many blocks, one pass after the other.
        #[target_feature(enable = $feature)]
        pub(super) fn digests(hash: Hash, messages: &[&[u8]], digests: &mut [[u8; 32]]) {
            let width = SETS * LANES;
            for (messages, digests) in messages.chunks(width).zip(digests.chunks_mut(width)) {
                let passes: [_; SETS] =
                    core::array::from_fn(|set| Pass::<LANES>::new(messages, set * LANES));
                let mut state = [START.map(|word| splat(word)); SETS];
                let blocks = hash.blocks(messages[0].len());
                for index in 0..blocks {
                    let block = core::array::from_fn(|set| {
                        passes[set].words(hash, index).map(|word| load(&word))
                    });
                    let counters = core::array::from_fn(|set| {
                        let counters = passes[set].counters(index);
                        [0, 32].map(|bits| load(&counters.map(|counter| (counter >> bits) as u32)))
                    });
                    compress(&mut state, &block, &counters, index + 1 == blocks);
                }
                for (state, digests) in state.into_iter().zip(digests.chunks_mut(LANES)) {
                    write(&state.map(|word| store(word)), digests);
                }
            }
        }
    };
}
