//! Text nonces where their width changes, or the last four digits roll over.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pow_kernel::Encoding;
use pow_kernel_fuzz::{AnyGoal, AnyWork, check, range};

fuzz_target!(|input: (AnyWork, AnyGoal, bool, u8, u8, u16, u8)| {
    let (work, goal, hex, power, times, count, before) = input;
    let (encoding, base) = if hex { (Encoding::Hex, 16_u64) } else { (Encoding::Decimal, 10) };
    let Some(work) = work.work(encoding) else { return };
    let border = base.saturating_pow(u32::from(power) % 20).saturating_mul(times.into());
    let (first, count) = range(&work, border.saturating_sub(before.into()), count);
    let goal = goal.goal(&work, first, count);
    check(&work, goal, first, count);
});
