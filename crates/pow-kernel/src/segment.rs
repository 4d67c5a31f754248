//! A segment: the stretch of a nonce range in which only one or two message words vary.

use crate::filter::Filter;

/// What lane `i` writes into the varying bytes.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// `i` itself, as a big-endian number of four bytes (of `swap`: little-endian).
    Counter,
    /// Entry `i` of a table of digit strings.
    Text(&'static [u32]),
}

/// Constant blocks behind the ones that hold the nonce.
#[derive(Debug)]
pub enum Tail {
    /// Message words.
    Blake2s(Vec<[u32; 16]>),
    /// Message schedules with the round constants added: only the rounds are left to do.
    Sha256(Vec<[u32; 64]>),
}

/// One stretch of nonces, prepared for the kernels. The nonce's upper digits are in the blocks
/// already; its lower bytes are zero there and are added by each lane.
#[derive(Debug)]
pub struct Segment<'a> {
    /// Hash state before `block`.
    pub midstate: [u32; 8],
    /// The block in which the varying bytes begin.
    pub block: [u32; 16],
    /// The first varying word of `block`. Varying bytes may reach into the word behind it.
    pub word: usize,
    /// Bits of that word in front of the first varying byte: 0, 8, 16 or 24.
    pub shift: u32,
    /// Whether the word behind `word` varies too.
    pub two_words: bool,
    /// A second block that holds nonce bytes. Its word 0 varies when `word` is 15 and `two_words`.
    pub next: Option<[u32; 16]>,
    /// The rest of the message.
    pub tail: &'a Tail,
    /// Bytes of the whole message.
    pub length: u64,
    /// Bytes of the message up to the end of `block`, or to its own end if that is nearer.
    pub counter: u64,
    /// What the varying bytes are.
    pub source: Source,
    /// The lane's number is written with its least significant byte first (or its digits are,
    /// in a hash of little-endian words).
    pub swap: bool,
    /// The digest is hashed again.
    pub double: bool,
    /// Which digests are candidates.
    pub filter: Filter,
}

impl Segment<'_> {
    /// Whether words are little-endian, and so the shift of what is written into them.
    pub fn is_little_endian(&self) -> bool {
        matches!(self.tail, Tail::Blake2s(_))
    }

    /// The varying bits of words `word` and `word + 1` in lane `i`: the plain form of what the
    /// vector kernels do to sixteen lanes at once.
    pub fn varying(&self, i: u32) -> [u32; 2] {
        let bytes = match self.source {
            Source::Counter => i,
            Source::Text(table) => table[i as usize],
        };
        let bytes = if self.swap { bytes.swap_bytes() } else { bytes };
        let behind = |word: u32, by: u32| {
            if self.is_little_endian() { word.checked_shr(by) } else { word.checked_shl(by) }
        };
        let first = if self.is_little_endian() { bytes << self.shift } else { bytes >> self.shift };
        [first, behind(bytes, 32 - self.shift).unwrap_or(0)]
    }

    /// `block` and `next` with the bytes of lane `i` in place.
    pub fn blocks(&self, i: u32) -> ([u32; 16], Option<[u32; 16]>) {
        let (mut block, mut next) = (self.block, self.next);
        let [first, second] = self.varying(i);
        block[self.word] |= first;
        if self.two_words {
            match (self.word, &mut next) {
                (15, Some(next)) => next[0] |= second,
                (word, _) => block[word + 1] |= second,
            }
        }
        (block, next)
    }
}
