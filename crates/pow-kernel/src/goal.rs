//! What a digest must be: at or below a 256-bit target, or equal to a value under a mask.

use crate::ByteOrder;

/// The condition a digest is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The digest, read as an integer, is at or below this one (32 bytes, most significant first).
    Target([u8; 32]),
    /// Digest bytes under `mask` equal `value`, from digest byte 0, whatever the byte order.
    Pattern {
        /// Bits of the digest that count.
        mask: [u8; 32],
        /// What those bits must be. Bits outside the mask are ignored.
        value: [u8; 32],
    },
}

impl Goal {
    /// Whether `digest` (wire order) wins.
    pub fn is_met_by(&self, digest: &[u8; 32], order: ByteOrder) -> bool {
        match self {
            Self::Target(target) => match order {
                ByteOrder::Be => digest <= target,
                ByteOrder::Le => digest.iter().rev().le(target.iter()),
            },
            Self::Pattern { mask, value } => (0..32).all(|i| (digest[i] ^ value[i]) & mask[i] == 0),
        }
    }
}
