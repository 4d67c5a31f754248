//! Four lanes: NEON.

use core::arch::aarch64::*;

lanes_of_segments!("neon");

/// One 32-bit word of each lane.
pub type Lanes = uint32x4_t;
/// Nonces side by side.
pub const LANES: usize = 4;

/// The same word in every lane.
#[inline]
#[target_feature(enable = "neon")]
pub fn splat(x: u32) -> Lanes {
    vdupq_n_u32(x)
}

/// Four words, lane 0 first.
#[inline]
#[target_feature(enable = "neon")]
pub fn load(x: &[u32; LANES]) -> Lanes {
    let [a, b, c, d] = x.map(u64::from);
    vcombine_u32(vcreate_u32(a | b << 32), vcreate_u32(c | d << 32))
}

/// Its words, lane 0 first.
#[inline]
#[target_feature(enable = "neon")]
pub fn store(a: Lanes) -> [u32; LANES] {
    [vgetq_lane_u32::<0>(a), vgetq_lane_u32::<1>(a), vgetq_lane_u32::<2>(a), vgetq_lane_u32::<3>(a)]
}

/// `x`, `x + 1`, … one to a lane.
#[inline]
#[target_feature(enable = "neon")]
pub fn count_from(x: u32) -> Lanes {
    add(splat(x), load(&core::array::from_fn(|i| i as u32)))
}

/// Sum modulo 2^32.
#[inline]
#[target_feature(enable = "neon")]
pub fn add(a: Lanes, b: Lanes) -> Lanes {
    vaddq_u32(a, b)
}

/// Exclusive or.
#[inline]
#[target_feature(enable = "neon")]
pub fn xor(a: Lanes, b: Lanes) -> Lanes {
    veorq_u32(a, b)
}

/// Exclusive or of three.
#[inline]
#[target_feature(enable = "neon")]
pub fn xor3(a: Lanes, b: Lanes, c: Lanes) -> Lanes {
    xor(xor(a, b), c)
}

/// `b` where a bit of `a` is set, else `c` (FIPS 180-4 Ch).
#[inline]
#[target_feature(enable = "neon")]
pub fn choose(a: Lanes, b: Lanes, c: Lanes) -> Lanes {
    vbslq_u32(a, b, c)
}

/// The bit that at least two have (FIPS 180-4 Maj). One round's `a ^ b` is the next one's `b ^ c`:
/// the compiler computes it once.
#[inline]
#[target_feature(enable = "neon")]
pub fn majority(a: Lanes, b: Lanes, c: Lanes) -> Lanes {
    xor(b, vandq_u32(xor(a, b), xor(b, c)))
}

/// Rotation right by `N` bits. By 16 and by 8 whole bytes move; of the two shifts of any other the
/// compiler makes one that moves and one that moves and adds.
#[inline]
#[target_feature(enable = "neon")]
pub fn ror<const N: i32>(a: Lanes) -> Lanes {
    match N {
        8 => shuffle(a, 0x0407_0605_0003_0201, 0x0c0f_0e0d_080b_0a09),
        16 => vreinterpretq_u32_u16(vrev32q_u16(vreinterpretq_u16_u32(a))),
        _ => vorrq_u32(shift(a, -N), shift(a, 32 - N)),
    }
}

/// Shift right by `N` bits.
#[inline]
#[target_feature(enable = "neon")]
pub fn shr<const N: u32>(a: Lanes) -> Lanes {
    shift_right(a, N)
}

/// Shift left by a run-time count; 32 and more give zero.
#[inline]
#[target_feature(enable = "neon")]
pub fn shift_left(a: Lanes, bits: u32) -> Lanes {
    shift(a, bits.min(32).cast_signed())
}

/// Shift right by a run-time count; 32 and more give zero.
#[inline]
#[target_feature(enable = "neon")]
pub fn shift_right(a: Lanes, bits: u32) -> Lanes {
    shift(a, -bits.min(32).cast_signed())
}

/// Shift left, or right by a negative count. The instruction reads the count's low byte alone.
#[inline]
#[target_feature(enable = "neon")]
fn shift(a: Lanes, bits: i32) -> Lanes {
    vshlq_u32(a, vdupq_n_s32(bits))
}

/// Each word's bytes reversed.
#[inline]
#[target_feature(enable = "neon")]
pub fn swap_bytes(a: Lanes) -> Lanes {
    vreinterpretq_u32_u8(vrev32q_u8(vreinterpretq_u8_u32(a)))
}

/// Bytes reordered: the low eight by `low`, the high eight by `high`.
#[inline]
#[target_feature(enable = "neon")]
fn shuffle(a: Lanes, low: u64, high: u64) -> Lanes {
    let order = vcombine_u8(vcreate_u8(low), vcreate_u8(high));
    vreinterpretq_u32_u8(vqtbl1q_u8(vreinterpretq_u8_u32(a), order))
}

/// Bit `i` is set where `(a & mask) ^ value <= limit` in lane `i`, unsigned.
#[inline]
#[target_feature(enable = "neon")]
pub fn at_most(a: Lanes, mask: u32, value: u32, limit: u32) -> u32 {
    let difference = xor(vandq_u32(a, splat(mask)), splat(value));
    let passes = vcleq_u32(difference, splat(limit));
    vaddvq_u32(vandq_u32(passes, load(&[1, 2, 4, 8])))
}
