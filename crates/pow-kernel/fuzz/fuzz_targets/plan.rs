//! Any plan: every kernel finds what the plain definition finds.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pow_kernel::Encoding;
use pow_kernel_fuzz::{AnyGoal, AnyWork, check, range};

fuzz_target!(|input: (AnyWork, AnyGoal, u8, u64, u16)| {
    let (work, goal, encoding, first, count) = input;
    let encoding = Encoding::ALL[usize::from(encoding) % Encoding::ALL.len()];
    let Some(work) = work.work(encoding) else { return };
    let (first, count) = range(&work, first, count);
    let goal = goal.goal(&work, first, count);
    check(&work, goal, first, count);
});
