//! SHA-256 of many independent messages at once: the x86 SHA extension, one message to a stream.

use super::{STREAMS, add, again, pack, quads, rounds, unpack};
use crate::Hash;
use crate::batch::Pass;
use crate::sha256::consts::IV;
use crate::sha256::scalar::{bytes, words};

/// The digests of messages of equally many blocks, one pass after the other.
#[target_feature(enable = "sha,avx")]
pub fn digests(hash: Hash, messages: &[&[u8]], digests: &mut [[u8; 32]]) {
    for (messages, digests) in messages.chunks(STREAMS).zip(digests.chunks_mut(STREAMS)) {
        let pass = Pass::<STREAMS>::new(messages, 0);
        let mut state = [pack(IV); STREAMS];
        for index in 0..hash.blocks(messages[0].len()) {
            let before = state;
            let mut w = pass.blocks(hash, index).map(|block| quads(&words(&block)));
            rounds::<0, 0>(&mut state, &mut w);
            add(&mut state, &before);
        }
        if hash == Hash::Sha256d {
            state = again(&state);
        }
        for (state, digest) in state.into_iter().zip(digests) {
            *digest = bytes(&unpack(state));
        }
    }
}
