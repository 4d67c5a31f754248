//! One digest word against one bound: the test every lane can afford.

use crate::{ByteOrder, Goal, Hash};

/// Passes every digest that meets the goal, and few others: `(word & mask) ^ value <= limit`,
/// unsigned. Survivors are candidates and are compared in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Which of the eight digest words is looked at.
    pub word: usize,
    /// The word's bytes are reversed first.
    pub swap: bool,
    /// Bits of the word that count.
    pub mask: u32,
    /// What those bits should be.
    pub value: u32,
    /// The greatest difference that passes.
    pub limit: u32,
}

impl Filter {
    /// The filter of `goal`: the most significant word of a target, or the pattern word with most
    /// bits in its mask.
    pub fn new(hash: Hash, order: ByteOrder, goal: &Goal) -> Self {
        // Blake2s words are little-endian, SHA-256 words big-endian.
        let words_are_le = hash == Hash::Blake2s;
        match goal {
            Goal::Target(target) => {
                let (word, swap) = match order {
                    ByteOrder::Le => (7, !words_are_le),
                    ByteOrder::Be => (0, words_are_le),
                };
                let limit = u32::from_be_bytes([target[0], target[1], target[2], target[3]]);
                Self { word, swap, mask: u32::MAX, value: 0, limit }
            }
            Goal::Pattern { mask, value } => {
                let read = |bytes: &[u8; 32], word: usize| {
                    let bytes = [0, 1, 2, 3].map(|i| bytes[4 * word + i]);
                    if words_are_le { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }
                };
                let strictest = (0..8).rev().max_by_key(|&word| read(mask, word).count_ones());
                let word = strictest.unwrap_or(0);
                let mask = read(mask, word);
                Self { word, swap: false, mask, value: read(value, word) & mask, limit: 0 }
            }
        }
    }

    /// Whether a digest word passes.
    pub fn passes(&self, word: u32) -> bool {
        let word = if self.swap { word.swap_bytes() } else { word };
        (word & self.mask) ^ self.value <= self.limit
    }
}
