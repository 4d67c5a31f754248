//! Whole messages: their digests, or whether they win.

use crate::convert::{self, GOAL_BYTES};
use crate::error::{Code, Result};
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use pow_kernel::Hash;

/// Digests in wire order, 32 bytes each. Message `i` is `bytes[ends[i - 1] ?? 0, ends[i])`.
#[napi(catch_unwind)]
pub fn hash_messages(algorithms: &[u8], bytes: &[u8], ends: &[u32]) -> Result<Uint8Array> {
    Ok(digests(algorithms, bytes, ends)?.into_flattened().into())
}

/// One byte for each message: 1 where its goal is met.
#[napi(catch_unwind)]
pub fn verify_messages(
    algorithms: &[u8],
    bytes: &[u8],
    ends: &[u32],
    goals: &[u8],
) -> Result<Uint8Array> {
    let digests = digests(algorithms, bytes, ends)?;
    if goals.len() != digests.len() * GOAL_BYTES {
        return Err(Code::Argument.because("one goal for each message"));
    }
    let verdicts = digests.iter().zip(goals.chunks_exact(GOAL_BYTES)).map(|(digest, goal)| {
        let (goal, order) = convert::goal(goal)?;
        Ok(u8::from(goal.is_met_by(digest, order)))
    });
    Ok(verdicts.collect::<Result<Vec<u8>>>()?.into())
}

fn digests(algorithms: &[u8], bytes: &[u8], ends: &[u32]) -> Result<Vec<[u8; 32]>> {
    if algorithms.len() != ends.len() {
        return Err(Code::Argument.because("one algorithm for each message"));
    }
    let mut groups = Hash::ALL.map(|hash| Group { hash, places: Vec::new(), messages: Vec::new() });
    let messages = convert::messages(bytes, ends)?;
    for (place, (&algorithm, message)) in algorithms.iter().zip(messages).enumerate() {
        let hash = convert::hash(algorithm.into())?;
        let group = groups.iter_mut().find(|group| group.hash == hash);
        let group = group.expect("one group for each hash");
        group.places.push(place);
        group.messages.push(message);
    }
    let mut digests = vec![[0; 32]; ends.len()];
    for Group { hash, places, messages } in groups {
        for (place, digest) in places.into_iter().zip(hash.digest_batch(&messages)) {
            digests[place] = digest;
        }
    }
    Ok(digests)
}

/// The messages of one hash, and their places in the batch.
struct Group<'a> {
    hash: Hash,
    places: Vec<usize>,
    messages: Vec<&'a [u8]>,
}
