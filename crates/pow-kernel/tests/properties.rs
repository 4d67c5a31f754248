//! What holds for every work, goal and range, on every kernel of this CPU.

use pow_kernel::{ByteOrder, Encoding, Goal, Hash, Kernel, NonceLayout, Plan, Work};
use proptest::prelude::*;
use proptest::sample::select;

/// Cases of each property: together they stay within seconds in a debug build.
const CASES: u32 = 100;
/// Nonces of one range: some passes of the widest kernel, and a partial one.
const COUNT: u64 = 150;

/// Any layout around any bytes; the nonce may straddle words and blocks.
fn any_work(encodings: &'static [Encoding]) -> impl Strategy<Value = Work> {
    let order = select(&[ByteOrder::Le, ByteOrder::Be]);
    let parts = (select(&Hash::ALL), order, select(encodings), any::<bool>(), 1..=20_u8);
    let bytes = prop::collection::vec(any::<u8>(), 8..200);
    (parts, bytes, any::<prop::sample::Index>()).prop_map(|(parts, message, place)| {
        let (hash, order, encoding, fixed, digits) = parts;
        let offset = place.index(message.len() - encoding.width().unwrap_or(0) + 1);
        let most = if encoding == Encoding::Hex { 16 } else { 20 };
        // Fewer than three digits hold no whole range.
        let digits = (fixed && encoding.base().is_some()).then(|| digits.clamp(3, most));
        Work::new(hash, &message, NonceLayout { offset, encoding, digits }, order)
            .expect("the nonce lies within the message")
    })
}

/// A target that about one nonce in a hundred meets.
fn any_target() -> impl Strategy<Value = Goal> {
    (0..6_u8, any::<[u8; 31]>()).prop_map(|(first, rest)| {
        let mut target = [first; 32];
        target[1..].copy_from_slice(&rest);
        Goal::Target(target)
    })
}

/// The kernels of that hash that this CPU has.
fn kernels(hash: Hash) -> impl Iterator<Item = &'static Kernel> {
    hash.kernels().iter().filter(|kernel| kernel.is_available())
}

/// Brings a number into the layout, with room for [`COUNT`] nonces behind it.
fn start(work: &Work, wish: u64) -> u64 {
    let last = work.nonces() - u128::from(COUNT);
    u128::from(wish).min(last) as u64
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) })]

    #[test]
    fn the_lowest_winner_does_not_depend_on_how_a_range_is_split(
        work in any_work(&Encoding::ALL),
        goal in any_target(),
        wish in any::<u64>(),
        mut cuts in prop::collection::vec(0..=COUNT, 0..6),
    ) {
        let first = start(&work, wish);
        let hash = work.hash();
        let plan = Plan::new(work, goal);
        cuts.extend([0, COUNT]);
        cuts.sort_unstable();
        for kernel in kernels(hash) {
            let whole = plan.scan(kernel, first, COUNT);
            let mut parts = cuts.windows(2).map(|cut| (first.wrapping_add(cut[0]), cut[1] - cut[0]));
            let found = parts.find_map(|(at, count)| plan.scan(kernel, at, count));
            prop_assert_eq!(found, whole, "{:?}", kernel);
        }
    }

    #[test]
    fn every_winner_of_a_range_is_found_once_when_each_search_goes_on_behind_the_last(
        work in any_work(&Encoding::ALL),
        goal in any_target(),
        wish in any::<u64>(),
    ) {
        let first = start(&work, wish);
        let plan = Plan::new(work.clone(), goal);
        let wins = |i: &u64| plan.is_met_by(first + i);
        let expected: Vec<u64> = (0..COUNT).filter(wins).collect();
        for kernel in kernels(work.hash()) {
            let (mut found, mut at) = (Vec::new(), 0);
            while let Some(nonce) = plan.scan(kernel, first.wrapping_add(at), COUNT - at) {
                found.push(nonce - first);
                at = nonce - first + 1;
            }
            prop_assert_eq!(&found, &expected, "{:?}", kernel);
        }
    }

    #[test]
    fn a_text_nonce_is_found_on_both_sides_of_a_change_of_width(
        work in any_work(&[Encoding::Decimal, Encoding::Hex]),
        power in 0..20_u32,
        before in 0..COUNT,
        lane in 0..COUNT,
    ) {
        let base = work.nonce().encoding.base().unwrap_or(10);
        let border = base.saturating_pow(power);
        let first = start(&work, border.saturating_sub(before));
        let nonce = first + lane;
        let plan = Plan::new(work.clone(), Goal::Pattern { mask: [0xff; 32], value: work.digest(nonce) });
        for kernel in kernels(work.hash()) {
            prop_assert_eq!(plan.scan(kernel, first, COUNT), Some(nonce), "{:?}", kernel);
        }
    }

    #[test]
    fn no_kernel_passes_over_a_digest_that_meets_the_goal(
        work in any_work(&Encoding::ALL),
        wish in any::<u64>(),
        mask in any::<[u8; 32]>(),
        sparse in any::<[u8; 32]>(),
        above in prop::option::of((0..32_usize, 1..=255_u8)),
    ) {
        let nonce = start(&work, wish);
        let digest = work.digest(nonce);
        let mask: [u8; 32] = std::array::from_fn(|i| mask[i] & sparse[i]);
        let mut target = digest;
        if work.order() == ByteOrder::Le {
            target.reverse();
        }
        // The digest itself, or a number a little or much above it.
        if let Some((place, more)) = above {
            target[place] = target[place].saturating_add(more);
        }
        for goal in [Goal::Target(target), Goal::Pattern { mask, value: digest }] {
            let plan = Plan::new(work.clone(), goal);
            prop_assert!(plan.is_met_by(nonce));
            for kernel in kernels(work.hash()) {
                prop_assert_eq!(plan.scan(kernel, nonce, 1), Some(nonce), "{:?} {:?}", kernel, goal);
            }
        }
    }

    #[test]
    fn a_digest_that_misses_the_goal_is_never_found(
        work in any_work(&Encoding::ALL),
        wish in any::<u64>(),
        bit in 0..256_usize,
    ) {
        let nonce = start(&work, wish);
        let mut value = work.digest(nonce);
        value[bit / 8] ^= 1 << (bit % 8);
        let plan = Plan::new(work.clone(), Goal::Pattern { mask: [0xff; 32], value });
        for kernel in kernels(work.hash()) {
            prop_assert_eq!(plan.scan(kernel, nonce, 1), None, "{:?}", kernel);
        }
    }
}
