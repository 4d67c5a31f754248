//! Eight lanes: AVX2.

use core::arch::x86_64::*;

lanes_of_segments!("avx2");

/// One 32-bit word of each lane.
pub type Lanes = __m256i;
/// Nonces side by side.
pub const LANES: usize = 8;

/// The same word in every lane.
#[inline]
#[target_feature(enable = "avx2")]
pub fn splat(x: u32) -> Lanes {
    _mm256_set1_epi32(x.cast_signed())
}

/// Eight words, lane 0 first.
#[inline]
#[target_feature(enable = "avx2")]
pub fn load(x: &[u32; LANES]) -> Lanes {
    let [a, b, c, d, e, f, g, h] = x.map(u32::cast_signed);
    _mm256_set_epi32(h, g, f, e, d, c, b, a)
}

/// Its words, lane 0 first.
#[inline]
#[target_feature(enable = "avx2")]
pub fn store(a: Lanes) -> [u32; LANES] {
    [
        _mm256_extract_epi32::<0>(a),
        _mm256_extract_epi32::<1>(a),
        _mm256_extract_epi32::<2>(a),
        _mm256_extract_epi32::<3>(a),
        _mm256_extract_epi32::<4>(a),
        _mm256_extract_epi32::<5>(a),
        _mm256_extract_epi32::<6>(a),
        _mm256_extract_epi32::<7>(a),
    ]
    .map(i32::cast_unsigned)
}

/// `x`, `x + 1`, … one to a lane.
#[inline]
#[target_feature(enable = "avx2")]
pub fn count_from(x: u32) -> Lanes {
    add(splat(x), load(&core::array::from_fn(|i| i as u32)))
}

/// Sum modulo 2^32.
#[inline]
#[target_feature(enable = "avx2")]
pub fn add(a: Lanes, b: Lanes) -> Lanes {
    _mm256_add_epi32(a, b)
}

/// Exclusive or.
#[inline]
#[target_feature(enable = "avx2")]
pub fn xor(a: Lanes, b: Lanes) -> Lanes {
    _mm256_xor_si256(a, b)
}

/// Exclusive or of three.
#[inline]
#[target_feature(enable = "avx2")]
pub fn xor3(a: Lanes, b: Lanes, c: Lanes) -> Lanes {
    xor(xor(a, b), c)
}

/// `b` where a bit of `a` is set, else `c` (FIPS 180-4 Ch).
#[inline]
#[target_feature(enable = "avx2")]
pub fn choose(a: Lanes, b: Lanes, c: Lanes) -> Lanes {
    xor(c, _mm256_and_si256(a, xor(b, c)))
}

/// The bit that at least two have (FIPS 180-4 Maj). One round's `a ^ b` is the next one's `b ^ c`:
/// the compiler computes it once.
#[inline]
#[target_feature(enable = "avx2")]
pub fn majority(a: Lanes, b: Lanes, c: Lanes) -> Lanes {
    xor(b, _mm256_and_si256(xor(a, b), xor(b, c)))
}

/// Rotation right by `N` bits. By 8 it is one shuffle of bytes; by 16 the compiler makes one of
/// these shifts, and a worse one of a shuffle written here.
#[inline]
#[target_feature(enable = "avx2")]
pub fn ror<const N: i32>(a: Lanes) -> Lanes {
    if N == 8 {
        return shuffle(a, 0x0407_0605_0003_0201, 0x0c0f_0e0d_080b_0a09);
    }
    let right = _mm256_srl_epi32(a, _mm_cvtsi32_si128(N));
    _mm256_or_si256(right, _mm256_sll_epi32(a, _mm_cvtsi32_si128(32 - N)))
}

/// Shift right by `N` bits.
#[inline]
#[target_feature(enable = "avx2")]
pub fn shr<const N: u32>(a: Lanes) -> Lanes {
    _mm256_srl_epi32(a, _mm_cvtsi32_si128(N.cast_signed()))
}

/// Shift left by a run-time count; 32 and more give zero.
#[inline]
#[target_feature(enable = "avx2")]
pub fn shift_left(a: Lanes, bits: u32) -> Lanes {
    _mm256_sll_epi32(a, _mm_cvtsi32_si128(bits.cast_signed()))
}

/// Shift right by a run-time count; 32 and more give zero.
#[inline]
#[target_feature(enable = "avx2")]
pub fn shift_right(a: Lanes, bits: u32) -> Lanes {
    _mm256_srl_epi32(a, _mm_cvtsi32_si128(bits.cast_signed()))
}

/// Each word's bytes reversed.
#[inline]
#[target_feature(enable = "avx2")]
pub fn swap_bytes(a: Lanes) -> Lanes {
    shuffle(a, 0x0405_0607_0001_0203, 0x0c0d_0e0f_0809_0a0b)
}

/// Bytes of each 16-byte part reordered: the low eight by `low`, the high eight by `high`.
#[inline]
#[target_feature(enable = "avx2")]
fn shuffle(a: Lanes, low: i64, high: i64) -> Lanes {
    _mm256_shuffle_epi8(a, _mm256_set_epi64x(high, low, high, low))
}

/// Bit `i` is set where `(a & mask) ^ value <= limit` in lane `i`, unsigned.
#[inline]
#[target_feature(enable = "avx2")]
pub fn at_most(a: Lanes, mask: u32, value: u32, limit: u32) -> u32 {
    let difference = xor(_mm256_and_si256(a, splat(mask)), splat(value));
    let smaller = _mm256_min_epu32(difference, splat(limit));
    let equal = _mm256_cmpeq_epi32(smaller, difference);
    _mm256_movemask_ps(_mm256_castsi256_ps(equal)).cast_unsigned()
}
