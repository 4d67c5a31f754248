//! JavaScript values to kernel values. Algorithms and encodings are indices into the lists of
//! `ts/native/contract.ts`.

use crate::error::{Code, Result};
use napi::bindgen_prelude::BigInt;
use pow_kernel::{ByteOrder, Encoding, Goal, Hash, NonceLayout, Work};
use std::num::NonZeroUsize;

/// `GOAL_BYTES` of `ts/native/contract.ts`: kind, order, value, mask.
pub const GOAL_BYTES: usize = 66;

/// A hash by its index.
pub fn hash(index: usize) -> Result<Hash> {
    let found = Hash::ALL.get(index).copied();
    found.ok_or_else(|| Code::Argument.because(format!("algorithm {index}")))
}

/// Work, with a copy of the message: the bytes JavaScript holds may change or go away.
pub fn work(
    algorithm: u32,
    message: &[u8],
    offset: u32,
    encoding: u32,
    digits: u32,
    order: ByteOrder,
) -> Result<Work> {
    let encoding = Encoding::ALL.get(encoding as usize).copied();
    let encoding = encoding.ok_or_else(|| Code::Argument.because("nonce encoding"))?;
    let digits = u8::try_from(digits).map_err(|_| Code::Argument.because("nonce digits"))?;
    let nonce =
        NonceLayout { offset: offset as usize, encoding, digits: (digits > 0).then_some(digits) };
    Work::new(hash(algorithm as usize)?, message, nonce, order)
        .map_err(|error| Code::Argument.because(error))
}

/// A goal and how it reads a digest, from [`GOAL_BYTES`].
pub fn goal(bytes: &[u8]) -> Result<(Goal, ByteOrder)> {
    let bytes: &[u8; GOAL_BYTES] =
        bytes.try_into().map_err(|_| Code::Argument.because("goal length"))?;
    let (value, mask) = bytes[2..].split_at(32);
    let array = |half: &[u8]| <[u8; 32]>::try_from(half).expect("half of 64 bytes");
    let goal = match bytes[0] {
        0 => Goal::Target(array(value)),
        1 => Goal::Pattern { mask: array(mask), value: array(value) },
        _ => return Err(Code::Argument.because("goal kind")),
    };
    let order = match bytes[1] {
        0 => ByteOrder::Le,
        1 => ByteOrder::Be,
        _ => return Err(Code::Argument.because("goal order")),
    };
    Ok((goal, order))
}

/// Message `i` is `bytes[ends[i - 1] ?? 0, ends[i])`.
pub fn messages<'a>(bytes: &'a [u8], ends: &[u32]) -> Result<Vec<&'a [u8]>> {
    let mut start = 0;
    let messages = ends.iter().map(|&end| {
        let message = bytes.get(start..end as usize);
        start = end as usize;
        message.ok_or_else(|| Code::Argument.because("ends ascend within bytes"))
    });
    messages.collect()
}

/// A nonce or the end of a range, `0 <= n <= 2^64`.
pub fn nonce(value: &BigInt) -> Result<u128> {
    let words = value.words.iter().rposition(|&word| word != 0).map_or(0, |last| last + 1);
    match (value.sign_bit && words > 0, &value.words[..words]) {
        (false, []) => Ok(0),
        (false, &[low]) => Ok(low.into()),
        (false, &[0, 1]) => Ok(1 << 64),
        _ => Err(Code::Argument.because("a nonce is at most 2^64")),
    }
}

/// A number of threads.
pub fn threads(threads: u32) -> Result<NonZeroUsize> {
    NonZeroUsize::new(threads as usize).ok_or_else(|| Code::Argument.because("threads"))
}

/// A count or a time as JavaScript's number; exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "a Number has no more digits")]
pub fn number(value: u64) -> f64 {
    value as f64
}
