//! Every kernel of this CPU against the plain definition: hash each message whole, compare all
//! 256 bits. Both hits and misses must occur, or a test proves nothing.

use pow_kernel::{ByteOrder, Encoding, Goal, Hash, Kernel, NonceLayout, Plan, Work};

mod random;
use random::Random;

/// Random works for each kernel. Miri interprets, so it gets a few short ranges on the scalar
/// kernel.
const WORKS: usize = if cfg!(miri) { 12 } else { 600 };
/// How rare the winners of a random work are at most: one nonce in two to this power.
const RAREST: u64 = if cfg!(miri) { 3 } else { 8 };
/// Most nonces of a random work's range, and those of a counter's.
const MOST: u64 = if cfg!(miri) { 6 } else { 90 };
const COUNTED: u64 = if cfg!(miri) { 5 } else { 64 };
/// How rare a counter's winners are.
const ODDS: &[u64] = if cfg!(miri) { &[4] } else { &[4, 32, 1 << 12] };

/// How many cases of each kind a kernel must have met.
#[derive(Default, Debug)]
struct Seen {
    hits: usize,
    misses: usize,
}

/// The definition: the lowest winning nonce, one whole message at a time.
fn lowest(work: &Work, goal: &Goal, first: u64, count: u64) -> Option<u64> {
    (0..count).map(|i| first + i).find(|&nonce| goal.is_met_by(&work.digest(nonce), work.order()))
}

/// Scans with one kernel and with the definition.
fn check(kernel: &Kernel, work: &Work, goal: Goal, first: u64, count: u64, seen: &mut Seen) {
    let expected = lowest(work, &goal, first, count);
    let plan = Plan::new(work.clone(), goal);
    let found = plan.scan(kernel, first, count);
    assert_eq!(found, expected, "{kernel:?} {work:?} {goal:?} from {first:#x} count {count}");
    if expected.is_some() { seen.hits += 1 } else { seen.misses += 1 }
}

/// Runs `case` on every kernel this CPU has, and asks for hits and misses on each.
fn on_every_kernel(case: impl Fn(Hash, &Kernel, &mut Random, &mut Seen)) {
    for hash in Hash::ALL {
        for kernel in hash.kernels() {
            if !kernel.is_available() || (cfg!(miri) && kernel.name != "scalar") {
                println!("{} {}: not on this CPU", hash.name(), kernel.name);
                continue;
            }
            let mut seen = Seen::default();
            case(hash, kernel, &mut Random::new(0x70_6f_77), &mut seen);
            println!("{} {}: {seen:?}", hash.name(), kernel.name);
            assert!(seen.hits > 0, "{} {}: no hit", hash.name(), kernel.name);
            assert!(seen.misses > 0, "{} {}: no miss", hash.name(), kernel.name);
        }
    }
}

/// A layout at a place that may straddle words and blocks.
fn any_work(hash: Hash, random: &mut Random) -> Work {
    let encoding = *random.pick(&Encoding::ALL);
    let most_digits = if encoding == Encoding::Decimal { 20 } else { 16 };
    let digits = (encoding.base().is_some() && random.below(2) == 0)
        .then(|| 1 + random.below(most_digits) as u8);
    let length = random.below(300) as usize;
    let message = random.bytes(length + encoding.width().unwrap_or(0));
    let offset = random.below(length as u64 + 1) as usize;
    let order = *random.pick(&[ByteOrder::Le, ByteOrder::Be]);
    Work::new(hash, &message, NonceLayout { offset, encoding, digits }, order).unwrap()
}

/// A goal that about one nonce in `odds` meets.
fn any_goal(random: &mut Random, odds: u64) -> Goal {
    if random.below(3) == 0 {
        let (mut mask, mut value) = ([0; 32], [0; 32]);
        for _ in 0..odds.ilog2() {
            let bit = random.below(256) as usize;
            mask[bit / 8] |= 1 << (bit % 8);
        }
        value.copy_from_slice(&random.bytes(32));
        return Goal::Pattern { mask, value };
    }
    let mut target = [0xff; 32];
    target[..8].copy_from_slice(&(u64::MAX / odds).to_be_bytes());
    Goal::Target(target)
}

/// A place to start in: near zero, near a border of digits or bytes, near the end, or anywhere.
fn any_start(work: &Work, count: u64, random: &mut Random) -> u64 {
    let last = work.nonces() - u128::from(count);
    let base = work.nonce().encoding.base().unwrap_or(256);
    let border = u128::from(base).saturating_pow(random.below(20) as u32);
    let near = border.saturating_sub(u128::from(random.below(count + 2)));
    let start = match random.below(6) {
        0 => 0,
        1 => last,
        2 | 3 => near,
        4 => u128::from(random.next() >> random.below(64)),
        _ => u128::from(random.next()),
    };
    start.min(last) as u64
}

#[test]
fn random_works_have_the_same_lowest_winner_on_every_kernel() {
    on_every_kernel(|hash, kernel, random, seen| {
        for _ in 0..WORKS {
            let work = any_work(hash, random);
            let count = random.below(MOST).min(work.nonces() as u64);
            let first = any_start(&work, count, random);
            let odds = 1 << random.below(RAREST + 1);
            let goal = any_goal(random, odds);
            check(kernel, &work, goal, first, count, seen);
        }
    });
}

#[test]
#[cfg_attr(miri, ignore = "long when interpreted; random works reach the same code")]
fn every_offset_of_every_encoding_agrees() {
    on_every_kernel(|hash, kernel, random, seen| {
        for encoding in Encoding::ALL {
            for offset in 0..140 {
                let behind = 8 + random.below(100) as usize;
                let message = random.bytes(offset + behind);
                let layout = NonceLayout { offset, encoding, digits: None };
                let work = Work::new(hash, &message, layout, ByteOrder::Be).unwrap();
                let first = any_start(&work, 40, random);
                check(kernel, &work, any_goal(random, 32), first, 40, seen);
            }
        }
    });
}

/// The two famous headers have scans of their own; so does the header behind a pool's two bytes.
fn famous(hash: Hash, random: &mut Random) -> Vec<Work> {
    let layouts: &[(usize, usize, Encoding)] = match hash {
        Hash::Blake2s => &[(286, 278, Encoding::U64Le), (286, 280, Encoding::U48Le)],
        Hash::Sha256 | Hash::Sha256d => &[(80, 76, Encoding::U32Le)],
    };
    let work = |&(length, offset, encoding): &(usize, usize, Encoding)| {
        let layout = NonceLayout { offset, encoding, digits: None };
        Work::new(hash, &random.bytes(length), layout, ByteOrder::Le).unwrap()
    };
    layouts.iter().map(work).collect()
}

#[test]
fn counters_that_carry_change_sign_or_end_agree() {
    on_every_kernel(|hash, kernel, random, seen| {
        for work in famous(hash, random) {
            let end = (work.nonces() - 1) as u64;
            let starts = [
                0,
                0xffd0,
                0xffff,
                0x7fff_fffd,
                u64::from(u32::MAX) - 3,
                u64::from(u32::MAX) - 40,
                0x7fff_ffff_ffff_ffd0,
                end - (COUNTED - 1),
            ];
            for start in starts.into_iter().filter(|&start| start <= end - (COUNTED - 1)) {
                for &odds in ODDS {
                    let goal = any_goal(random, odds);
                    check(kernel, &work, goal, start, COUNTED, seen);
                }
            }
        }
    });
}

#[test]
#[cfg_attr(miri, ignore = "long when interpreted; random works reach the same code")]
fn a_target_equal_to_the_hash_wins_and_one_below_it_does_not() {
    on_every_kernel(|hash, kernel, random, seen| {
        for round in 0..80 {
            let famous = famous(hash, random);
            let work = if round % 2 == 0 { famous[0].clone() } else { any_work(hash, random) };
            if work.nonces() < 33 {
                continue;
            }
            let first = any_start(&work, 33, random);
            let nonce = first + random.below(33);
            let mut target = work.digest(nonce);
            if work.order() == ByteOrder::Le {
                target.reverse();
            }
            check(kernel, &work, Goal::Target(target), nonce, 1, seen);
            check(kernel, &work, Goal::Target(target), first, 33, seen);
            let last = target.iter().rposition(|&byte| byte != 0).unwrap();
            target[last] -= 1;
            target[last + 1..].fill(0xff);
            check(kernel, &work, Goal::Target(target), nonce, 1, seen);
        }
    });
}

#[test]
#[cfg_attr(miri, ignore = "long when interpreted; random works reach the same code")]
fn each_lane_answers_for_itself() {
    on_every_kernel(|hash, kernel, random, seen| {
        for work in famous(hash, random) {
            let first = any_start(&work, 64, random);
            for lane in 0..48 {
                let value = work.digest(first + lane);
                let goal = Goal::Pattern { mask: [0xff; 32], value };
                check(kernel, &work, goal, first, 48, seen);
                check(kernel, &work, goal, first, lane, seen);
            }
        }
    });
}

#[test]
#[cfg_attr(miri, ignore = "long when interpreted; random works reach the same code")]
fn text_of_1_to_20_digits_agrees_where_its_width_changes() {
    on_every_kernel(|hash, kernel, random, seen| {
        for (encoding, base, most) in [(Encoding::Decimal, 10u64, 20), (Encoding::Hex, 16, 16)] {
            for digits in 1..=most {
                let offset = random.below(130) as usize;
                let behind = random.below(150) as usize;
                let message = random.bytes(offset + behind);
                let natural = NonceLayout { offset, encoding, digits: None };
                let work = Work::new(hash, &message, natural, ByteOrder::Be).unwrap();
                let border = base.checked_pow(digits - 1).unwrap_or(0);
                check(kernel, &work, any_goal(random, 16), border.saturating_sub(9), 30, seen);
                let fixed = NonceLayout { digits: Some(digits as u8), ..natural };
                let work = Work::new(hash, &message, fixed, ByteOrder::Le).unwrap();
                let count = 40.min(work.nonces() as u64);
                check(kernel, &work, any_goal(random, 16), 0, count, seen);
                let first = any_start(&work, count, random);
                check(kernel, &work, any_goal(random, 16), first, count, seen);
            }
        }
    });
}
