//! SHA-256 and double SHA-256 (FIPS 180-4): the table of kernels.

use crate::Kernel;

#[macro_use]
mod batch;
#[macro_use]
mod rounds;

#[cfg(target_arch = "aarch64")]
mod arm_sha;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
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
    Kernel { name: "avx512", lanes: 16, available: || is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw"), scan: avx512::scan, digests: avx512::digests, pays_from: 23 },
    #[cfg(target_arch = "x86_64")]
    Kernel { name: "sha_ni", lanes: sha_ni::STREAMS, available: || is_x86_feature_detected!("sha") && is_x86_feature_detected!("avx"), scan: sha_ni::scan, digests: sha_ni::digests, pays_from: 1 },
    #[cfg(target_arch = "x86_64")]
    Kernel { name: "avx2", lanes: 8, available: || is_x86_feature_detected!("avx2"), scan: avx2::scan, digests: avx2::digests, pays_from: 2 },
    #[cfg(target_arch = "aarch64")]
    Kernel { name: "arm_sha", lanes: arm_sha::STREAMS, available: || std::arch::is_aarch64_feature_detected!("sha2"), scan: arm_sha::scan, digests: arm_sha::digests, pays_from: 1 },
    #[cfg(target_arch = "aarch64")]
    Kernel { name: "neon", lanes: 4, available: || std::arch::is_aarch64_feature_detected!("neon"), scan: neon::scan, digests: neon::digests, pays_from: 3 },
    Kernel { name: "scalar", lanes: 1, available: || true, scan: scalar::scan, digests: crate::batch::one_by_one, pays_from: 1 },
];
