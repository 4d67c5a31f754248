//! What this CPU can do, and which kernels that makes available.

use crate::error::{Code, Result};
use napi_derive::napi;
use pow_kernel::{Hash, Kernel};

/// One row of a kernel table.
#[napi(object, object_from_js = false)]
pub struct KernelRow {
    /// The hash.
    #[napi(ts_type = "'blake2s' | 'sha256' | 'sha256d'")]
    pub algorithm: &'static str,
    /// The CPU feature it needs.
    pub name: &'static str,
    /// Nonces hashed side by side.
    pub lanes: u32,
    /// Whether this CPU can run it.
    pub available: bool,
}

/// Every kernel of this build, fastest first within an algorithm.
#[napi(catch_unwind)]
pub fn kernels() -> Vec<KernelRow> {
    let rows = Hash::ALL.into_iter().flat_map(|hash| {
        hash.kernels().iter().map(move |kernel| KernelRow {
            algorithm: hash.name(),
            name: kernel.name,
            lanes: kernel.lanes as u32,
            available: kernel.is_available(),
        })
    });
    rows.collect()
}

/// The kernel of each hash, in the order of [`Hash::ALL`]: the fastest, or the one of that name;
/// `None` where a hash has none of that name here.
pub fn choose(name: Option<&str>) -> Result<[Option<&'static Kernel>; 3]> {
    let Some(name) = name else { return Ok(Hash::ALL.map(|hash| Some(hash.detect()))) };
    let chosen = Hash::ALL.map(|hash| hash.kernel(name));
    if chosen.iter().all(Option::is_none) {
        return Err(no_kernel(name));
    }
    Ok(chosen)
}

/// The error of a kernel that is not there.
pub fn no_kernel(name: &str) -> napi::Error<Code> {
    Code::Kernel.because(format!("no kernel '{name}' for this hash on this CPU"))
}

/// CPU features that matter here, by name.
#[napi(catch_unwind)]
pub fn cpu_features() -> Vec<&'static str> {
    features().iter().filter(|(_, found)| *found).map(|(name, _)| *name).collect()
}

#[cfg(target_arch = "x86_64")]
fn features() -> Vec<(&'static str, bool)> {
    vec![
        ("sse4.1", is_x86_feature_detected!("sse4.1")),
        ("ssse3", is_x86_feature_detected!("ssse3")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512bw", is_x86_feature_detected!("avx512bw")),
        ("avx512vl", is_x86_feature_detected!("avx512vl")),
        ("sha", is_x86_feature_detected!("sha")),
        ("aes", is_x86_feature_detected!("aes")),
    ]
}

#[cfg(target_arch = "aarch64")]
fn features() -> Vec<(&'static str, bool)> {
    use std::arch::is_aarch64_feature_detected;
    vec![
        ("neon", is_aarch64_feature_detected!("neon")),
        ("sha2", is_aarch64_feature_detected!("sha2")),
        ("aes", is_aarch64_feature_detected!("aes")),
    ]
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn features() -> Vec<(&'static str, bool)> {
    Vec::new()
}
