//! Merkle roots above the coinbases of many shares.

use crate::convert;
use crate::error::{Code, Result};
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use pow_kernel::Hash;

const DIGEST: usize = 32;

/// The root above each coinbase, 32 bytes each, level by level for all of them. Coinbase `i` is
/// `bytes[ends[i - 1] ?? 0, ends[i])`; its neighbours are the hashes `spans[2 * i]` up to
/// `spans[2 * i + 1]` of `branches`.
#[napi(catch_unwind)]
pub fn merkle_roots(
    bytes: &[u8],
    ends: &[u32],
    branches: &[u8],
    spans: &[u32],
) -> Result<Uint8Array> {
    let coinbases = convert::messages(bytes, ends)?;
    let (hashes, spans) = (branches.as_chunks::<DIGEST>().0, spans.as_chunks::<2>().0);
    if spans.len() != coinbases.len() {
        return Err(Code::Argument.because("one branch for each coinbase"));
    }
    let branches = spans.iter().map(|&[from, to]| {
        let branch = hashes.get(from as usize..to as usize);
        branch.ok_or_else(|| Code::Argument.because("a branch lies within branches"))
    });
    let branches = branches.collect::<Result<Vec<_>>>()?;
    Ok(fold(Hash::Sha256d.digest_batch(&coinbases), &branches).into_flattened().into())
}

/// What each branch leads to from its leaf.
fn fold(mut nodes: Vec<[u8; DIGEST]>, branches: &[&[[u8; DIGEST]]]) -> Vec<[u8; DIGEST]> {
    for level in 0.. {
        let (places, pairs): (Vec<_>, Vec<_>) = branches
            .iter()
            .enumerate()
            .filter_map(|(place, branch)| Some((place, pair(&nodes[place], branch.get(level)?))))
            .unzip();
        if places.is_empty() {
            break;
        }
        let messages: Vec<&[u8]> = pairs.iter().map(<[u8; 2 * DIGEST]>::as_slice).collect();
        for (place, node) in places.into_iter().zip(Hash::Sha256d.digest_batch(&messages)) {
            nodes[place] = node;
        }
    }
    nodes
}

fn pair(left: &[u8; DIGEST], right: &[u8; DIGEST]) -> [u8; 2 * DIGEST] {
    let mut pair = [0; 2 * DIGEST];
    pair[..DIGEST].copy_from_slice(left);
    pair[DIGEST..].copy_from_slice(right);
    pair
}
