//! Work and goal, prepared for searching.

use crate::filter::Filter;
use crate::frame::Frame;
use crate::{Goal, Kernel, Work};
use std::sync::OnceLock;

/// Most nonces a kernel is asked for in one call, so that lane numbers stay within 32 bits.
const MOST_PER_CALL: u64 = 1 << 30;

/// Work and goal, prepared once and shared by every thread that searches them.
pub struct Plan {
    work: Work,
    goal: Goal,
    filter: Filter,
    /// One frame for each width the nonce can have; binary nonces and fixed digits use one.
    frames: [OnceLock<Frame>; 20],
}

impl Plan {
    /// Prepares a search.
    pub fn new(work: Work, goal: Goal) -> Self {
        let filter = Filter::new(work.hash(), work.order(), &goal);
        Self { work, goal, filter, frames: [const { OnceLock::new() }; 20] }
    }

    /// The work searched.
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// What wins.
    pub fn goal(&self) -> &Goal {
        &self.goal
    }

    /// Compressions a hash costs once the midstate is known: what a nonce weighs when work is cut
    /// into chunks of equal time.
    pub fn compressions_per_hash(&self) -> u64 {
        Frame::compressions(&self.work)
    }

    /// Whether `nonce` wins, by the scalar definition.
    pub fn is_met_by(&self, nonce: u64) -> bool {
        self.goal.is_met_by(&self.work.digest(nonce), self.work.order())
    }

    /// The lowest winning nonce of `[first, first + count)`. `count` may be zero; the range must
    /// lie within [`Work::nonces`].
    ///
    /// # Panics
    ///
    /// When the CPU lacks the kernel's feature.
    pub fn scan(&self, kernel: &Kernel, first: u64, count: u64) -> Option<u64> {
        let (mut at, mut left) = (first, count);
        while left > 0 {
            let frame = self.frame_of(at);
            let (segment, low, span) = frame.segment(&self.work, self.filter, at);
            let here = left.min(span - low).min(MOST_PER_CALL);
            let (mut from, mut rest) = (low as u32, here as u32);
            while rest > 0 {
                let Some(lane) = kernel.scan(&segment, from, rest) else { break };
                let nonce = at + (u64::from(lane) - low);
                if self.is_met_by(nonce) {
                    return Some(nonce);
                }
                rest -= lane - from + 1;
                from = lane.wrapping_add(1);
            }
            // The last step of a range that ends at 2^64 wraps to zero; nothing is left then.
            at = at.wrapping_add(here);
            left -= here;
        }
        None
    }

    fn frame_of(&self, nonce: u64) -> &Frame {
        let width = self.work.width_of(nonce);
        self.frames[width - 1].get_or_init(|| Frame::new(&self.work, width))
    }
}
