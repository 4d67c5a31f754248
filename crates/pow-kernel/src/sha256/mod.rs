//! SHA-256 and double SHA-256 (FIPS 180-4): the table of kernels.

use crate::Kernel;
use crate::kernel::anywhere;

#[macro_use]
mod batch;
#[macro_use]
mod looped;
#[macro_use]
mod rounds;
#[cfg(target_arch = "x86_64")]
#[macro_use]
mod written;

#[cfg(target_arch = "aarch64")]
mod arm_sha;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod avx512_wide;
pub(crate) mod consts;
#[cfg(target_arch = "aarch64")]
mod neon;
pub mod scalar;
mod schedule;
#[cfg(target_arch = "x86_64")]
mod sha_ni;

/// Every SHA-256 kernel in this build, fastest first; each does the double hash too. A new one is
/// one file and one row here: `Hash::detect`, the oracle test and the benches all walk this table.
#[rustfmt::skip] // one row per line
pub static KERNELS: &[Kernel] = &[
    #[cfg(target_arch = "x86_64")]
    Kernel { name: "avx512_wide", lanes: 16, available: || is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw"), suits: four_a_cycle, scan: avx512_wide::scan, digests: avx512_wide::digests, pays_from: 23 },
    #[cfg(target_arch = "x86_64")]
    Kernel { name: "avx512", lanes: 16, available: || is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw"), suits: anywhere, scan: avx512::scan, digests: avx512_wide::digests, pays_from: 23 },
    #[cfg(target_arch = "x86_64")]
    Kernel { name: "sha_ni", lanes: sha_ni::STREAMS, available: || is_x86_feature_detected!("sha") && is_x86_feature_detected!("avx"), suits: anywhere, scan: sha_ni::scan, digests: sha_ni::digests, pays_from: 1 },
    #[cfg(target_arch = "x86_64")]
    Kernel { name: "avx2", lanes: 8, available: || is_x86_feature_detected!("avx2"), suits: anywhere, scan: avx2::scan, digests: avx2::digests, pays_from: 2 },
    #[cfg(target_arch = "aarch64")]
    Kernel { name: "arm_sha", lanes: arm_sha::STREAMS, available: || std::arch::is_aarch64_feature_detected!("sha2"), suits: anywhere, scan: arm_sha::scan, digests: arm_sha::digests, pays_from: 1 },
    #[cfg(target_arch = "aarch64")]
    Kernel { name: "neon", lanes: 4, available: || std::arch::is_aarch64_feature_detected!("neon"), suits: anywhere, scan: neon::scan, digests: neon::digests, pays_from: 3 },
    Kernel { name: "scalar", lanes: 1, available: || true, suits: anywhere, scan: scalar::scan, digests: crate::batch::one_by_one, pays_from: 1 },
];

/// Whether this CPU starts four 512-bit operations a cycle: AMD Zen 5, which alone has both of these
/// features. Elsewhere (Intel, Zen 4) it is two, and the other AVX-512 row is a tenth faster.
#[cfg(target_arch = "x86_64")]
fn four_a_cycle() -> bool {
    is_x86_feature_detected!("avx512vp2intersect") && is_x86_feature_detected!("avxvnni")
}
