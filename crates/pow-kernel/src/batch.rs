//! Digests of many independent messages at once, one to a lane.

use crate::{Hash, Kernel};

/// Bytes of a block, of every hash here.
const BLOCK: usize = 64;
/// Messages handed to a kernel in one call: several passes of the widest.
const AT_ONCE: usize = 64;

/// The digests of messages that all take equally many blocks, in their order.
pub(crate) type Digests = unsafe fn(hash: Hash, messages: &[&[u8]], digests: &mut [[u8; 32]]);

impl Hash {
    /// The digest of each message, in the order of the messages: the same as [`Hash::digest`] of
    /// one after the other. Messages that take equally many blocks are hashed side by side.
    pub fn digest_batch(self, messages: &[&[u8]]) -> Vec<[u8; 32]> {
        self.digest_groups(messages, |count| self.kernel_of(count))
    }

    /// [`Hash::digest_batch`] on one kernel, whether it suits the messages or not.
    ///
    /// # Panics
    ///
    /// When the kernel is not one of this hash, or the CPU lacks its feature.
    pub fn digest_batch_on(self, kernel: &Kernel, messages: &[&[u8]]) -> Vec<[u8; 32]> {
        assert!(
            self.kernels().iter().any(|own| std::ptr::eq(own, kernel)),
            "{} has no such kernel",
            self.name()
        );
        self.digest_groups(messages, |_| kernel)
    }

    /// Hashes the messages by count of blocks, each group on the kernel that `choose` gives for
    /// its size.
    fn digest_groups<'a>(
        self,
        messages: &[&[u8]],
        choose: impl Fn(usize) -> &'a Kernel,
    ) -> Vec<[u8; 32]> {
        let blocks = |&i: &usize| self.blocks(messages[i].len());
        let mut order: Vec<usize> = (0..messages.len()).collect();
        order.sort_by_key(blocks);
        let mut digests = vec![[0; 32]; messages.len()];
        let mut together = Vec::new();
        let mut theirs = [[0; 32]; AT_ONCE];
        for group in order.chunk_by(|a, b| blocks(a) == blocks(b)) {
            for part in group.chunks(AT_ONCE) {
                together.clear();
                together.extend(part.iter().map(|&i| messages[i]));
                choose(part.len()).digests(self, &together, &mut theirs[..part.len()]);
                for (&i, digest) in part.iter().zip(&theirs) {
                    digests[i] = *digest;
                }
            }
        }
        digests
    }

    /// The kernel for `count` messages, at least one.
    fn kernel_of(self, count: usize) -> &'static Kernel {
        let mut rows = self.kernels().iter().filter(|row| row.is_available());
        let found = rows.find(|row| row.pays_from <= count);
        found.expect("the scalar row is always available, and pays from one message on")
    }

    /// Blocks of a message of that many bytes, padding included.
    pub(crate) fn blocks(self, length: usize) -> usize {
        match self {
            Self::Blake2s => length.div_ceil(BLOCK).max(1),
            // One byte that ends the message, and eight of its length.
            Self::Sha256 | Self::Sha256d => (length + 9).div_ceil(BLOCK),
        }
    }

    /// Block `index` of a message, padded where the message ends.
    pub(crate) fn block(self, message: &[u8], index: usize) -> [u8; BLOCK] {
        let rest = message.get(BLOCK * index..).unwrap_or_default();
        if let Some(&block) = rest.first_chunk() {
            return block;
        }
        let mut block = [0; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        if self != Self::Blake2s {
            if message.len() >= BLOCK * index {
                block[rest.len()] = 0x80;
            }
            if index + 1 == self.blocks(message.len()) {
                block[BLOCK - 8..].copy_from_slice(&(8 * message.len() as u64).to_be_bytes());
            }
        }
        block
    }
}

/// One message to a lane, all of equally many blocks.
pub(crate) struct Pass<'a, const LANES: usize>([&'a [u8]; LANES]);

impl<'a, const LANES: usize> Pass<'a, LANES> {
    /// The pass of messages `from`, `from + 1`, … Lanes that are left repeat the last message.
    pub fn new(messages: &[&'a [u8]], from: usize) -> Self {
        Self(core::array::from_fn(|lane| messages[(from + lane).min(messages.len() - 1)]))
    }

    /// Block `index` of each message, padded.
    #[inline]
    pub fn blocks(&self, hash: Hash, index: usize) -> [[u8; BLOCK]; LANES] {
        self.0.map(|message| hash.block(message, index))
    }

    /// The sixteen words of block `index`, each for every lane, read with the first byte lowest.
    #[inline]
    pub fn words(&self, hash: Hash, index: usize) -> [[u32; LANES]; 16] {
        let mut words = [[0; LANES]; 16];
        for (lane, block) in self.blocks(hash, index).iter().enumerate() {
            for (word, bytes) in words.iter_mut().zip(block.as_chunks().0) {
                word[lane] = u32::from_le_bytes(*bytes);
            }
        }
        words
    }

    /// Bytes of each message up to the end of block `index`.
    #[inline]
    pub fn counters(&self, index: usize) -> [u64; LANES] {
        self.0.map(|message| message.len().min(BLOCK * (index + 1)) as u64)
    }
}

/// Writes digests from their words, each word for every lane, read with the first byte lowest.
#[inline]
pub(crate) fn write<const LANES: usize>(words: &[[u32; LANES]; 8], digests: &mut [[u8; 32]]) {
    for (lane, digest) in digests.iter_mut().enumerate() {
        for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(words) {
            *bytes = word[lane].to_le_bytes();
        }
    }
}

/// The digests by the scalar definition.
pub(crate) fn one_by_one(hash: Hash, messages: &[&[u8]], digests: &mut [[u8; 32]]) {
    for (message, digest) in messages.iter().zip(digests) {
        *digest = hash.digest(message);
    }
}
