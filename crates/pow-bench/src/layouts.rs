//! The works that are timed: one row for each kind of plan a kernel can be given.

use pow_kernel::{ByteOrder, Encoding, Hash, NonceLayout, Work};

/// One kind of work.
pub struct Layout {
    /// What `--layout` takes.
    pub name: &'static str,
    /// For people: what is hashed.
    pub summary: &'static str,
    hash: Hash,
    /// Bytes of the message without an inserted nonce, and where the nonce stands in it.
    length: usize,
    offset: usize,
    encoding: Encoding,
    order: ByteOrder,
    /// The first nonce timed: it gives a text nonce its width.
    pub first: u64,
}

/// Every layout; the table, the baseline and its check walk it.
#[rustfmt::skip] // one row per line
pub static LAYOUTS: &[Layout] = &[
    Layout { name: "chainweb", summary: "Chainweb header: 286 bytes, u64le at 278", hash: Hash::Blake2s, length: 286, offset: 278, encoding: Encoding::U64Le, order: ByteOrder::Le, first: 0 },
    Layout { name: "chainweb-pool", summary: "the same behind a pool's two bytes: u48le at 280", hash: Hash::Blake2s, length: 286, offset: 280, encoding: Encoding::U48Le, order: ByteOrder::Le, first: 0 },
    Layout { name: "blake2s", summary: "any message: 200 bytes, u64be at 91, two blocks and a tail", hash: Hash::Blake2s, length: 200, offset: 91, encoding: Encoding::U64Be, order: ByteOrder::Be, first: 0 },
    Layout { name: "bitcoin", summary: "80-byte header, u32le at 76, double hash", hash: Hash::Sha256d, length: 80, offset: 76, encoding: Encoding::U32Le, order: ByteOrder::Le, first: 0 },
    Layout { name: "short-text", summary: "28 characters and 8 decimal digits: one block", hash: Hash::Sha256, length: 28, offset: 28, encoding: Encoding::Decimal, order: ByteOrder::Be, first: 10_000_000 },
    Layout { name: "long-text", summary: "52 characters and 8 decimal digits: two blocks", hash: Hash::Sha256, length: 52, offset: 52, encoding: Encoding::Decimal, order: ByteOrder::Be, first: 10_000_000 },
    Layout { name: "chaincore", summary: "ChainCore block text: 105 bytes, 10 digits, 145 bytes, double hash", hash: Hash::Sha256d, length: 250, offset: 105, encoding: Encoding::Decimal, order: ByteOrder::Be, first: 1_000_000_000 },
];

impl Layout {
    /// The work: filler bytes of which none is zero, so that no kernel can leave more out than the
    /// layout itself allows.
    ///
    /// # Panics
    ///
    /// When the row itself is wrong.
    pub fn work(&self) -> Work {
        let message: Vec<u8> = (0..self.length).map(|i| 0x21 + (i % 94) as u8).collect();
        let nonce = NonceLayout { offset: self.offset, encoding: self.encoding, digits: None };
        Work::new(self.hash, &message, nonce, self.order).expect("the row is a work")
    }

    /// The hash that is timed.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// By how much a run may grow so that it still ends where a stretch of nonces does.
    pub fn base(&self) -> u64 {
        self.encoding.base().unwrap_or(4)
    }
}
