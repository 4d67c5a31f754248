//! The CPU time that a thread may use: so many per cent of the time that passes.

use std::time::Duration;

/// CPU time that an idle thread saves up at most, so that what comes after a pause begins at once.
const BURST: Duration = Duration::from_millis(20);

/// What one thread has used and earned. Times are readings of clocks whose zero does not matter.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    /// Wall and CPU time of the last look; `None` while there is no limit.
    seen: Option<(Duration, Duration)>,
    /// CPU time in hand, in hundredths of nanoseconds (so that no per cent is rounded away); below
    /// zero while the thread owes some.
    in_hand: i64,
}

impl Budget {
    /// Looks at the clocks: how long to sleep before the next chunk; `None`, not at all.
    ///
    /// A chunk may cost more than is in hand. It is paid for afterwards, and a sleep that was too
    /// long is earned back, so the share holds on average, whatever the lengths of both.
    pub(crate) fn nap(&mut self, percent: u64, wall: Duration, cpu: Duration) -> Option<Duration> {
        let share = i64::try_from(percent).unwrap_or(100);
        let (earned, used) = match self.seen.replace((wall, cpu)) {
            None => (hundredths(BURST), 0), // the limit is new
            Some((wall_then, cpu_then)) => (
                (hundredths(wall.saturating_sub(wall_then)) / 100).saturating_mul(share),
                hundredths(cpu.saturating_sub(cpu_then)),
            ),
        };
        let in_hand = self.in_hand.saturating_add(earned).saturating_sub(used);
        self.in_hand = in_hand.min(hundredths(BURST));
        let owed = self.in_hand.min(0).unsigned_abs();
        (owed > 0).then(|| Duration::from_nanos(owed.div_ceil(percent)))
    }

    /// There is no limit any more.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

fn hundredths(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos() * 100).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: Duration = Duration::from_millis(1);

    /// A thread that works in chunks and sleeps as it is told, and too long each time: the share of
    /// ten seconds that it worked, in per cent.
    fn share(percent: u64, chunk: Duration, oversleep: Duration) -> f64 {
        let (mut worked, mut slept) = (Duration::ZERO, Duration::ZERO);
        let mut budget = Budget::default();
        while worked + slept < 10_000 * MS {
            if let Some(nap) = budget.nap(percent, worked + slept, worked) {
                slept += nap + oversleep;
            } else {
                worked += chunk;
            }
        }
        worked.as_secs_f64() / (worked + slept).as_secs_f64() * 100.0
    }

    proptest! {
        #[test]
        fn ten_seconds_of_work_keep_the_share_within_half_a_point(
            percent in 1..100u32,
            chunk_us in 20..4000u64,
            oversleep_us in 0..300u64,
        ) {
            let chunk = Duration::from_micros(chunk_us);
            let share = share(percent.into(), chunk, Duration::from_micros(oversleep_us));
            prop_assert!((share - f64::from(percent)).abs() < 0.5, "{share} instead of {percent}");
        }
    }

    #[test]
    fn after_an_idle_hour_a_thread_has_a_short_burst_and_no_more() {
        let mut budget = Budget::default();
        assert_eq!(budget.nap(10, MS, MS), None);
        let (mut wall, mut cpu) = (3_600_000 * MS, MS);
        let mut burst = Duration::ZERO;
        while budget.nap(10, wall, cpu).is_none() {
            (wall, cpu, burst) = (wall + MS, cpu + MS, burst + MS);
        }
        assert!((20..=24).contains(&(burst.as_millis())), "{burst:?}");
    }

    #[test]
    fn a_debt_is_kept_when_the_limit_changes_and_forgotten_when_it_goes() {
        let mut budget = Budget::default();
        assert_eq!(budget.nap(10, MS, MS), None);
        assert_eq!(budget.nap(10, MS, 31 * MS), Some(100 * MS));
        assert_eq!(budget.nap(50, MS, 31 * MS), Some(20 * MS));
        budget.forget();
        assert_eq!(budget.nap(10, MS, 31 * MS), None);
    }
}
