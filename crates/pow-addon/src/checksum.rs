//! CRC32C, by the CPU's own instruction where it has one.

use napi_derive::napi;

/// CRC32C (Castagnoli) of `bytes`, going on from `seed`: the CRC of what came before, or 0.
#[napi(catch_unwind)]
pub fn crc32c(bytes: &[u8], seed: u32) -> u32 {
    crc32c::crc32c_append(seed, bytes)
}
