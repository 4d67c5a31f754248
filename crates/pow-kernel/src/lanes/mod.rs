//! Vectors of 32-bit words, one nonce to a lane: the few operations the hashes are made of, once
//! for each CPU feature under the same names. The kernels import one of these modules.

/// What every set of lanes has on top of its own operations: the nonce bytes of a segment, and the
/// loop over passes.
macro_rules! lanes_of_segments {
    ($feature:literal) => {
        use crate::filter::Filter;
        use crate::segment::{Segment, Source};

        /// The varying bits of words `word` and `word + 1` in lanes `from`, `from + 1`, …
        /// ([`Segment::varying`] of each).
        #[inline]
        #[target_feature(enable = $feature)]
        pub fn varying(segment: &Segment, from: u32) -> [Lanes; 2] {
            let bytes = match segment.source {
                Source::Counter => count_from(from),
                Source::Text(table) => {
                    let row = table[from as usize..].first_chunk();
                    load(row.expect("tables end in slack for a last, partial pass"))
                }
            };
            let bytes = if segment.swap { swap_bytes(bytes) } else { bytes };
            let (near, far) = (segment.shift, 32 - segment.shift);
            if segment.is_little_endian() {
                [shift_left(bytes, near), shift_right(bytes, far)]
            } else {
                [shift_right(bytes, near), shift_left(bytes, far)]
            }
        }

        /// Which of the first `left` lanes of several sets is the first to pass `filter`; `words`
        /// are the digest words it looks at.
        #[inline]
        #[target_feature(enable = $feature)]
        pub fn first_hit(words: &[Lanes], filter: &Filter, left: u32) -> Option<u32> {
            let mut hits = 0;
            for (set, &word) in words.iter().enumerate() {
                let word = if filter.swap { swap_bytes(word) } else { word };
                let here = at_most(word, filter.mask, filter.value, filter.limit);
                hits |= u64::from(here) << (set * LANES);
            }
            let hit = hits.trailing_zeros();
            (hits != 0 && hit < left).then_some(hit)
        }
    };
}

/// Calls a macro with each literal in turn: a loop that is unrolled where it is written.
macro_rules! each {
    ($step:ident: $($literal:literal)*) => {
        $($step!($literal);)*
    };
}

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
#[cfg(target_arch = "aarch64")]
pub mod neon;
#[cfg(target_arch = "x86_64")]
pub mod sse41;
