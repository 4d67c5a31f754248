//! Blake2s-256 (RFC 7693): the table of kernels, and what they share.

use crate::kernel::anywhere;
use crate::segment::{Segment, Tail};
use crate::{Hash, Kernel};

#[macro_use]
mod batch;
#[macro_use]
mod rounds;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod consts;
#[cfg(target_arch = "aarch64")]
mod neon;
pub mod scalar;
#[cfg(target_arch = "x86_64")]
mod sse41;

/// Every Blake2s kernel in this build, fastest first. A new one is one file and one row here:
/// `Hash::detect`, the oracle test and the benches all walk this table.
#[rustfmt::skip] // one row per line
pub static KERNELS: &[Kernel] = &[
    #[cfg(target_arch = "x86_64")]
    Kernel { name: "avx512", lanes: 16, available: || is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw"), suits: anywhere, scan: avx512::scan, digests: avx512::digests, pays_from: 17 },
    #[cfg(target_arch = "x86_64")]
    Kernel { name: "avx2", lanes: 8, available: || is_x86_feature_detected!("avx2"), suits: anywhere, scan: avx2::scan, digests: avx2::digests, pays_from: 9 },
    #[cfg(target_arch = "x86_64")]
    Kernel { name: "sse41", lanes: 4, available: || is_x86_feature_detected!("sse4.1"), suits: anywhere, scan: sse41::scan, digests: sse41::digests, pays_from: 3 },
    #[cfg(target_arch = "aarch64")]
    Kernel { name: "neon", lanes: 4, available: || std::arch::is_aarch64_feature_detected!("neon"), suits: anywhere, scan: neon::scan, digests: neon::digests, pays_from: 3 },
    Kernel { name: "scalar", lanes: 1, available: || true, suits: anywhere, scan: scalar::scan, digests: crate::batch::one_by_one, pays_from: 1 },
];

/// Where a binary little-endian nonce stands in a short last block: word 5 from its upper half on
/// (a Chainweb header: nonce at 278, block offset 22) or word 6 (the same behind a pool's two
/// bytes). Stepping that one word visits nonces in their natural order.
///
/// `nonce_at` and `length` count from the start of the nonce's block.
pub fn short_tail_word(hash: Hash, nonce_at: usize, length: usize) -> Option<usize> {
    match (hash, nonce_at) {
        (Hash::Blake2s, 22) if length <= 32 => Some(5),
        (Hash::Blake2s, 24) if length <= 32 => Some(6),
        _ => None,
    }
}

/// The varying word of a segment that the specialised scans can take.
fn short_tail(segment: &Segment) -> Option<usize> {
    let one_block =
        segment.next.is_none() && matches!(segment.tail, Tail::Blake2s(tail) if tail.is_empty());
    let short = !segment.two_words && segment.block[8..].iter().all(|&word| word == 0);
    let filter = segment.filter.word == 7 && !segment.filter.swap;
    (one_block && short && filter).then_some(segment.word)
}
