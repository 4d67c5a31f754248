//! Any work, any goal, any range; and what every kernel must say to them.

use arbitrary::Arbitrary;
use pow_kernel::{ByteOrder, Encoding, Goal, Hash, NonceLayout, Plan, Work};

/// Most nonces of one case: the definition hashes each message whole.
const MOST_NONCES: u64 = 200;
/// Longest message: several blocks before the nonce and several behind it.
const LONGEST: usize = 400;

/// A work as bytes choose it.
#[derive(Arbitrary, Debug)]
pub struct AnyWork {
    hash: u8,
    big_endian: bool,
    digits: Option<u8>,
    offset: u16,
    message: Vec<u8>,
}

impl AnyWork {
    /// The work, or `None` where the bytes make none.
    pub fn work(mut self, encoding: Encoding) -> Option<Work> {
        let hash = Hash::ALL[usize::from(self.hash) % Hash::ALL.len()];
        let order = if self.big_endian { ByteOrder::Be } else { ByteOrder::Le };
        self.message.truncate(LONGEST);
        let room = self.message.len().checked_sub(encoding.width().unwrap_or(0))?;
        let offset = usize::from(self.offset) % (room + 1);
        let digits = self.digits.filter(|_| encoding.base().is_some()).map(|d| 1 + d % 20);
        Work::new(hash, &self.message, NonceLayout { offset, encoding, digits }, order).ok()
    }
}

/// A goal that is met now and then.
#[derive(Arbitrary, Debug)]
pub enum AnyGoal {
    /// At most these leading bytes, then anything.
    Easy([u8; 2]),
    /// Any target: hardly ever met.
    Target([u8; 32]),
    /// The digest of a nonce of the range, read as an integer.
    Equal(u8),
    /// One less than that.
    OneLess(u8),
    /// A few bits of the digest of a nonce of the range.
    Bits(u8, [u8; 3]),
    /// Any mask and value.
    Pattern([u8; 32], [u8; 32]),
}

impl AnyGoal {
    /// The goal for a search that begins at `first`.
    pub fn goal(self, work: &Work, first: u64, count: u64) -> Goal {
        let digest = |lane: u8| work.digest(first + u64::from(lane) % count.max(1));
        let integer = |lane: u8| {
            let mut bytes = digest(lane);
            if work.order() == ByteOrder::Le {
                bytes.reverse();
            }
            bytes
        };
        match self {
            Self::Easy([high, low]) => {
                let mut target = [0xff; 32];
                (target[0], target[1]) = (high, low);
                Goal::Target(target)
            }
            Self::Target(target) => Goal::Target(target),
            Self::Equal(lane) => Goal::Target(integer(lane)),
            Self::OneLess(lane) => {
                let mut target = integer(lane);
                if let Some(last) = target.iter().rposition(|&byte| byte != 0) {
                    target[last] -= 1;
                    target[last + 1..].fill(0xff);
                }
                Goal::Target(target)
            }
            Self::Bits(lane, bits) => {
                let mut mask = [0; 32];
                for bit in bits {
                    mask[usize::from(bit / 8)] |= 1 << (bit % 8);
                }
                Goal::Pattern { mask, value: digest(lane) }
            }
            Self::Pattern(mask, value) => Goal::Pattern { mask, value },
        }
    }
}

/// Brings a range into the layout.
pub fn range(work: &Work, first: u64, count: u16) -> (u64, u64) {
    let nonces = work.nonces();
    let count = u128::from(u64::from(count) % (MOST_NONCES + 1)).min(nonces);
    let first = u128::from(first).min(nonces - count);
    // A range at the very end may begin at 2^64 only when it is empty.
    (u64::try_from(first).unwrap_or(u64::MAX), u64::try_from(count).unwrap_or(MOST_NONCES))
}

/// Scans with every kernel of this CPU and with the definition.
///
/// # Panics
///
/// When they disagree.
pub fn check(work: &Work, goal: Goal, first: u64, count: u64) {
    let met = |&nonce: &u64| goal.is_met_by(&work.digest(nonce), work.order());
    let expected = (0..count).map(|i| first + i).find(met);
    let hash = work.hash();
    let plan = Plan::new(work.clone(), goal);
    for kernel in hash.kernels().iter().filter(|kernel| kernel.is_available()) {
        let found = plan.scan(kernel, first, count);
        assert_eq!(found, expected, "{kernel:?} {work:?} {goal:?} from {first:#x} count {count}");
    }
}
