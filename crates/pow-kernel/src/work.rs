//! Work: message bytes, and where and how the nonce is written into them.

use crate::Hash;
use std::fmt;

/// How a nonce is written into the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Four bytes, least significant first, overwritten in place.
    U32Le,
    /// Four bytes, most significant first, overwritten in place.
    U32Be,
    /// Six bytes, least significant first, overwritten in place.
    U48Le,
    /// Six bytes, most significant first, overwritten in place.
    U48Be,
    /// Eight bytes, least significant first, overwritten in place.
    U64Le,
    /// Eight bytes, most significant first, overwritten in place.
    U64Be,
    /// Decimal text, inserted.
    Decimal,
    /// Hexadecimal text in lower case, inserted.
    Hex,
}

impl Encoding {
    /// Every encoding, for tests that walk them.
    pub const ALL: [Self; 8] = [
        Self::U32Le,
        Self::U32Be,
        Self::U48Le,
        Self::U48Be,
        Self::U64Le,
        Self::U64Be,
        Self::Decimal,
        Self::Hex,
    ];

    /// Bytes a binary nonce takes; `None` for text.
    pub fn width(self) -> Option<usize> {
        match self {
            Self::U32Le | Self::U32Be => Some(4),
            Self::U48Le | Self::U48Be => Some(6),
            Self::U64Le | Self::U64Be => Some(8),
            Self::Decimal | Self::Hex => None,
        }
    }

    /// The base of a text nonce; `None` for binary.
    pub fn base(self) -> Option<u64> {
        match self {
            Self::Decimal => Some(10),
            Self::Hex => Some(16),
            _ => None,
        }
    }

    /// Whether the least significant byte (or digit) comes first.
    pub fn is_little_endian(self) -> bool {
        matches!(self, Self::U32Le | Self::U48Le | Self::U64Le)
    }
}

/// How the 32 hash bytes read as an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// The last byte is the most significant.
    Le,
    /// The first byte is the most significant.
    Be,
}

/// Where and how the nonce is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NonceLayout {
    /// Byte offset of a binary nonce, or the insertion point of a text nonce.
    pub offset: usize,
    /// How the nonce is written there.
    pub encoding: Encoding,
    /// Text only: a fixed width in digits, padded with zeros. `None`: natural width.
    pub digits: Option<u8>,
}

/// Why a [`Work`] cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkError {
    /// The nonce does not lie within the message.
    Offset,
    /// `digits` belongs to text, 1 to 20 decimal or 1 to 16 hexadecimal.
    Digits,
    /// The message is longer than [`Work::MAX_MESSAGE`].
    Size,
}

impl fmt::Display for WorkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Offset => "the nonce lies outside the message",
            Self::Digits => "digits: 1 to 20 for decimal, 1 to 16 for hex, none for binary",
            Self::Size => "the message is longer than 1 MiB",
        })
    }
}

impl std::error::Error for WorkError {}

/// A message with a place for a nonce, and how to hash it.
#[derive(Clone, Debug)]
pub struct Work {
    hash: Hash,
    message: Box<[u8]>,
    nonce: NonceLayout,
    order: ByteOrder,
}

impl Work {
    /// Longest message in bytes.
    pub const MAX_MESSAGE: usize = 1 << 20;

    /// Checks that the nonce fits the message.
    ///
    /// # Errors
    ///
    /// [`WorkError`], when the nonce lies outside the message, `digits` does not fit the
    /// encoding, or the message is too long.
    pub fn new(
        hash: Hash,
        message: &[u8],
        nonce: NonceLayout,
        order: ByteOrder,
    ) -> Result<Self, WorkError> {
        if message.len() > Self::MAX_MESSAGE {
            return Err(WorkError::Size);
        }
        let width = nonce.encoding.width().unwrap_or(0);
        if nonce.offset > message.len() || message.len() - nonce.offset < width {
            return Err(WorkError::Offset);
        }
        let most_digits = match nonce.encoding {
            Encoding::Decimal => 20,
            Encoding::Hex => 16,
            _ => 0,
        };
        if nonce.digits.is_some_and(|digits| digits == 0 || digits > most_digits) {
            return Err(WorkError::Digits);
        }
        Ok(Self { hash, message: message.into(), nonce, order })
    }

    /// The hash of this work.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// The bytes the nonce is written into.
    pub fn template(&self) -> &[u8] {
        &self.message
    }

    /// Where and how the nonce is written.
    pub fn nonce(&self) -> NonceLayout {
        self.nonce
    }

    /// How the hash reads as an integer.
    pub fn order(&self) -> ByteOrder {
        self.order
    }

    /// How many nonces the layout holds: at most 2^64.
    pub fn nonces(&self) -> u128 {
        const ALL: u128 = 1 << 64;
        match (self.nonce.encoding.width(), self.nonce.encoding.base(), self.nonce.digits) {
            (Some(width), _, _) => 1 << (8 * width),
            (_, Some(base), Some(digits)) => u128::from(base).pow(digits.into()).min(ALL),
            _ => ALL,
        }
    }

    /// Bytes that `nonce` takes in the message.
    pub fn width_of(&self, nonce: u64) -> usize {
        let NonceLayout { encoding, digits, .. } = self.nonce;
        let natural = |base: u64| nonce.checked_ilog(base).unwrap_or(0) as usize + 1;
        match (encoding.width(), encoding.base(), digits) {
            (Some(width), _, _) => width,
            (_, _, Some(digits)) => digits.into(),
            (_, base, None) => natural(base.unwrap_or(10)),
        }
    }

    /// Writes `nonce` over all of `place`. A nonce too large for it is cut to its low bytes.
    pub fn write(&self, nonce: u64, place: &mut [u8]) {
        let encoding = self.nonce.encoding;
        let width = place.len();
        match encoding.base() {
            None if encoding.is_little_endian() => {
                place.copy_from_slice(&nonce.to_le_bytes()[..width]);
            }
            None => place.copy_from_slice(&nonce.to_be_bytes()[8 - width..]),
            Some(base) => {
                let mut rest = nonce;
                for digit in place.iter_mut().rev() {
                    *digit = b"0123456789abcdef"[(rest % base) as usize];
                    rest /= base;
                }
            }
        }
    }

    /// The exact bytes hashed for `nonce`. A nonce beyond [`Work::nonces`] is cut to its width.
    pub fn message(&self, nonce: u64) -> Vec<u8> {
        let NonceLayout { offset, encoding, .. } = self.nonce;
        let width = self.width_of(nonce);
        let mut bytes = self.message.to_vec();
        if encoding.base().is_some() {
            bytes.splice(offset..offset, std::iter::repeat_n(0, width));
        }
        self.write(nonce, &mut bytes[offset..offset + width]);
        bytes
    }

    /// The digest in wire order. For [`Hash::Sha256d`] the second hash, never reversed.
    pub fn digest(&self, nonce: u64) -> [u8; 32] {
        self.hash.digest(&self.message(nonce))
    }
}
