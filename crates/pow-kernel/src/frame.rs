//! A frame: the message cut into blocks, for one width of the nonce.

use crate::digits::{self, MOST_DIGITS};
use crate::filter::Filter;
use crate::segment::{Segment, Source, Tail};
use crate::{Hash, Work, blake2s, sha256};

/// The blocks of a message whose nonce has a given width.
#[derive(Debug)]
pub struct Frame {
    /// State after the blocks before the nonce.
    midstate: [u32; 8],
    /// How many blocks that is.
    before: usize,
    /// The one or two blocks that hold the nonce, its bytes zero.
    head: [u8; 128],
    head_blocks: usize,
    tail: Tail,
    /// Bytes of the message.
    length: usize,
    /// Bytes of the nonce.
    width: usize,
    /// Where in `head` the varying bytes begin, and how many they are.
    low_at: usize,
    low_bytes: usize,
}

impl Frame {
    /// Cuts the message for nonces of `width` bytes.
    pub fn new(work: &Work, width: usize) -> Self {
        let offset = work.nonce().offset;
        let mut bytes = work.template().to_vec();
        match work.nonce().encoding.width() {
            Some(_) => bytes[offset..offset + width].fill(0),
            None => drop(bytes.splice(offset..offset, std::iter::repeat_n(0, width))),
        }
        let length = bytes.len();
        if work.hash() == Hash::Blake2s {
            bytes.resize(length.next_multiple_of(64).max(64), 0);
        } else {
            sha256::scalar::pad(&mut bytes);
        }
        let before = offset / 64;
        let head_blocks = (offset + width - 1) / 64 - before + 1;
        let (prefix, rest) = bytes.split_at(64 * before);
        let (head_bytes, tail_bytes) = rest.split_at(64 * head_blocks);
        let mut head = [0; 128];
        head[..head_bytes.len()].copy_from_slice(head_bytes);
        let mut midstate = start(work.hash());
        for (i, block) in prefix.chunks_exact(64).enumerate() {
            absorb(work.hash(), &mut midstate, block, 64 * (i as u64 + 1));
        }
        let tail = tail_bytes.chunks_exact(64);
        let tail = match work.hash() {
            Hash::Blake2s => Tail::Blake2s(tail.map(blake2s::scalar::words).collect()),
            Hash::Sha256 | Hash::Sha256d => Tail::Sha256(
                tail.map(|block| sha256::scalar::schedule(&sha256::scalar::words(block))).collect(),
            ),
        };
        let nonce_at = offset - 64 * before;
        let little = work.nonce().encoding.is_little_endian();
        let low_bytes = if work.nonce().encoding.width().is_none() {
            width.min(MOST_DIGITS as usize)
        } else if little
            && blake2s::short_tail_word(work.hash(), nonce_at, length - 64 * before).is_some()
        {
            // One varying word instead of two: see `blake2s::short_tail_word`.
            4 - nonce_at % 4
        } else {
            4
        };
        let low_at = if little { nonce_at } else { nonce_at + width - low_bytes };
        Self { midstate, before, head, head_blocks, tail, length, width, low_at, low_bytes }
    }

    /// Compressions a hash costs once the midstate is known, at the nonce's greatest width.
    pub fn compressions(work: &Work) -> u64 {
        let padding = if work.hash() == Hash::Blake2s { 0 } else { 9 };
        let text =
            if work.nonce().encoding.width().is_some() { 0 } else { work.width_of(u64::MAX) };
        let blocks = (work.template().len() + text + padding).div_ceil(64).max(1);
        let second = usize::from(work.hash() == Hash::Sha256d);
        (blocks - (work.nonce().offset / 64).min(blocks - 1) + second) as u64
    }

    /// The segment that holds `nonce`, the lane number of `nonce` in it, and its count of lanes.
    pub fn segment(&self, work: &Work, filter: Filter, nonce: u64) -> (Segment<'_>, u64, u64) {
        let encoding = work.nonce().encoding;
        let span = encoding.base().unwrap_or(256).pow(self.low_bytes as u32);
        let (high, low) = (nonce - nonce % span, nonce % span);
        let mut head = self.head;
        let place = work.nonce().offset - 64 * self.before;
        work.write(high, &mut head[place..place + self.width]);
        head[self.low_at..self.low_at + self.low_bytes].fill(0);
        let blake2s = work.hash() == Hash::Blake2s;
        let read = if blake2s { blake2s::scalar::words } else { sha256::scalar::words };

        let first = self.low_at / 64;
        let mut midstate = self.midstate;
        if first == 1 {
            let counter = 64 * (self.before as u64 + 1);
            absorb(work.hash(), &mut midstate, &head[..64], counter);
        }
        let shift = 8 * (self.low_at % 4);
        let segment = Segment {
            midstate,
            block: read(&head[64 * first..64 * first + 64]),
            word: self.low_at % 64 / 4,
            shift: shift as u32,
            two_words: self.low_at % 4 + self.low_bytes > 4,
            next: (first + 1 < self.head_blocks).then(|| read(&head[64..])),
            tail: &self.tail,
            length: self.length as u64,
            counter: (64 * (self.before + first + 1)).min(self.length) as u64,
            source: encoding.base().map_or(Source::Counter, |base| {
                Source::Text(digits::table(base, self.low_bytes as u32))
            }),
            // A counter reads as four bytes in the word order of the hash; text is stored with
            // its first character in the top byte.
            swap: if encoding.base().is_some() {
                blake2s
            } else {
                blake2s != encoding.is_little_endian()
            },
            double: work.hash() == Hash::Sha256d,
            filter,
        };
        (segment, low, span)
    }
}

/// The state before the first block.
fn start(hash: Hash) -> [u32; 8] {
    match hash {
        Hash::Blake2s => blake2s::scalar::START,
        Hash::Sha256 | Hash::Sha256d => sha256::consts::IV,
    }
}

/// Compresses a block that is not the last. `counter`: bytes up to its end (Blake2s).
fn absorb(hash: Hash, state: &mut [u32; 8], block: &[u8], counter: u64) {
    match hash {
        Hash::Blake2s => {
            blake2s::scalar::compress(state, &blake2s::scalar::words(block), counter, false);
        }
        Hash::Sha256 | Hash::Sha256d => {
            sha256::scalar::compress(state, &sha256::scalar::words(block));
        }
    }
}
