//! Sixteen lanes: AVX-512F and AVX-512BW.

use core::arch::x86_64::*;

lanes_of_segments!("avx512f,avx512bw");

/// One 32-bit word of each lane.
pub type Lanes = __m512i;
/// Nonces side by side.
pub const LANES: usize = 16;

/// The same word in every lane.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn splat(x: u32) -> Lanes {
    _mm512_set1_epi32(x.cast_signed())
}

/// Sixteen words, lane 0 first.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn load(x: &[u32; LANES]) -> Lanes {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = x.map(u32::cast_signed);
    _mm512_set_epi32(p, o, n, m, l, k, j, i, h, g, f, e, d, c, b, a)
}

/// Its words, lane 0 first.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn store(a: Lanes) -> [u32; LANES] {
    let (low, high) = (_mm512_castsi512_si256(a), _mm512_extracti64x4_epi64::<1>(a));
    [
        _mm256_extract_epi32::<0>(low),
        _mm256_extract_epi32::<1>(low),
        _mm256_extract_epi32::<2>(low),
        _mm256_extract_epi32::<3>(low),
        _mm256_extract_epi32::<4>(low),
        _mm256_extract_epi32::<5>(low),
        _mm256_extract_epi32::<6>(low),
        _mm256_extract_epi32::<7>(low),
        _mm256_extract_epi32::<0>(high),
        _mm256_extract_epi32::<1>(high),
        _mm256_extract_epi32::<2>(high),
        _mm256_extract_epi32::<3>(high),
        _mm256_extract_epi32::<4>(high),
        _mm256_extract_epi32::<5>(high),
        _mm256_extract_epi32::<6>(high),
        _mm256_extract_epi32::<7>(high),
    ]
    .map(i32::cast_unsigned)
}

/// `x`, `x + 1`, … one to a lane.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn count_from(x: u32) -> Lanes {
    add(splat(x), load(&core::array::from_fn(|i| i as u32)))
}

/// Sum modulo 2^32.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn add(a: Lanes, b: Lanes) -> Lanes {
    _mm512_add_epi32(a, b)
}

/// Exclusive or.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn xor(a: Lanes, b: Lanes) -> Lanes {
    _mm512_xor_si512(a, b)
}

/// Exclusive or of three.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn xor3(a: Lanes, b: Lanes, c: Lanes) -> Lanes {
    _mm512_ternarylogic_epi32::<0x96>(a, b, c)
}

/// `b` where a bit of `a` is set, else `c` (FIPS 180-4 Ch).
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn choose(a: Lanes, b: Lanes, c: Lanes) -> Lanes {
    _mm512_ternarylogic_epi32::<0xca>(a, b, c)
}

/// The bit that at least two have (FIPS 180-4 Maj).
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn majority(a: Lanes, b: Lanes, c: Lanes) -> Lanes {
    _mm512_ternarylogic_epi32::<0xe8>(a, b, c)
}

/// Rotation right by `N` bits.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn ror<const N: i32>(a: Lanes) -> Lanes {
    _mm512_ror_epi32::<N>(a)
}

/// Shift right by `N` bits.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn shr<const N: u32>(a: Lanes) -> Lanes {
    _mm512_srli_epi32::<N>(a)
}

/// Shift left by a run-time count; 32 and more give zero.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn shift_left(a: Lanes, bits: u32) -> Lanes {
    _mm512_sll_epi32(a, _mm_cvtsi32_si128(bits.cast_signed()))
}

/// Shift right by a run-time count; 32 and more give zero.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn shift_right(a: Lanes, bits: u32) -> Lanes {
    _mm512_srl_epi32(a, _mm_cvtsi32_si128(bits.cast_signed()))
}

/// Each word's bytes reversed.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn swap_bytes(a: Lanes) -> Lanes {
    let order = _mm512_set4_epi32(0x0c0d_0e0f, 0x0809_0a0b, 0x0405_0607, 0x0001_0203);
    _mm512_shuffle_epi8(a, order)
}

/// Bit `i` is set where `(a & mask) ^ value <= limit` in lane `i`, unsigned.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn at_most(a: Lanes, mask: u32, value: u32, limit: u32) -> u32 {
    let difference = _mm512_xor_si512(_mm512_and_si512(a, splat(mask)), splat(value));
    _mm512_cmple_epu32_mask(difference, splat(limit)).into()
}
