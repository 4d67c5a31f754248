//! The 256-bit comparison against integers of any size, and patterns bit by bit.

#![no_main]

use libfuzzer_sys::fuzz_target;
use num_bigint::BigUint;
use pow_kernel::{ByteOrder, Goal};

type Bytes = [u8; 32];

fuzz_target!(|input: (Bytes, Bytes, Bytes, Option<(u8, u8)>)| {
    let (digest, mut target, mask, near) = input;
    // Two random numbers differ in their first byte: let some differ in one byte anywhere.
    if let Some((at, by)) = near {
        target = digest;
        target[usize::from(at) % 32] = target[usize::from(at) % 32].wrapping_add(by);
    }
    let limit = BigUint::from_bytes_be(&target);
    let goal = Goal::Target(target);
    assert_eq!(goal.is_met_by(&digest, ByteOrder::Be), BigUint::from_bytes_be(&digest) <= limit);
    assert_eq!(goal.is_met_by(&digest, ByteOrder::Le), BigUint::from_bytes_le(&digest) <= limit);

    let bit = |bytes: &Bytes, i: usize| bytes[i / 8] >> (i % 8) & 1;
    let equal = (0..256).all(|i| bit(&mask, i) == 0 || bit(&digest, i) == bit(&target, i));
    let pattern = Goal::Pattern { mask, value: target };
    for order in [ByteOrder::Be, ByteOrder::Le] {
        assert_eq!(pattern.is_met_by(&digest, order), equal);
    }
});
