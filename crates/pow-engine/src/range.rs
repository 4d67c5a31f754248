//! A range of nonces, counted in units.

/// Half-open `[start, end)`, `end` at most 2^64, as units of `unit` nonces; the last unit may be
/// shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    start: u64,
    nonces: u128,
    unit: u64,
}

/// Nonces `[first, first + count)`, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) first: u64,
    pub(crate) count: u64,
}

impl Range {
    /// `None` where `start > end` or `end > 2^64`. A unit is a multiple of `lanes`, as small as
    /// leaves fewer than 2^63 of them.
    pub(crate) fn new(start: u64, end: u128, lanes: u64) -> Option<Self> {
        if end > 1 << 64 {
            return None;
        }
        let nonces = end.checked_sub(start.into())?;
        let mut unit = lanes.max(1);
        while nonces.div_ceil(unit.into()) >= 1 << 63 {
            unit *= 2;
        }
        Some(Self { start, nonces, unit })
    }

    /// Units of the whole range.
    pub(crate) fn units(&self) -> u64 {
        self.nonces.div_ceil(self.unit.into()) as u64
    }

    /// Whole units in `nonces` nonces, at least one.
    pub(crate) fn units_in(&self, nonces: u64) -> u64 {
        (nonces / self.unit).max(1)
    }

    /// The nonces of units `[first, first + units)`, which lie within the range and hold fewer
    /// than 2^64 nonces.
    pub(crate) fn span(&self, first: u64, units: u64) -> Span {
        let unit = u128::from(self.unit);
        let below = u128::from(first) * unit;
        let count = (u128::from(units) * unit).min(self.nonces - below);
        // `below` is less than `nonces`, so the sum is less than 2^64.
        Span { first: self.start + below as u64, count: count as u64 }
    }

    /// Nonces from the start to this one, itself included, as far as a `u64` can tell.
    pub(crate) fn nonces_to(&self, nonce: u64) -> u64 {
        nonce.wrapping_sub(self.start).saturating_add(1)
    }

    /// The unit a nonce of the range lies in.
    pub(crate) fn unit_of(&self, nonce: u64) -> u64 {
        nonce.wrapping_sub(self.start) / self.unit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: u128 = 1 << 64;

    #[test]
    fn a_range_that_runs_backwards_or_past_the_last_nonce_is_refused() {
        assert_eq!(Range::new(5, 4, 1), None);
        assert_eq!(Range::new(0, ALL + 1, 1), None);
    }

    #[test]
    fn the_last_unit_of_the_full_range_ends_with_the_last_nonce() {
        for lanes in [1, 2, 16, 48] {
            let range = Range::new(0, ALL, lanes).unwrap();
            let last = range.span(range.units() - 1, 1);
            assert_eq!(u128::from(last.first) + u128::from(last.count), ALL);
            assert_eq!(range.unit_of(u64::MAX), range.units() - 1);
        }
    }

    proptest! {
        #[test]
        fn claims_of_any_size_cut_a_range_into_spans_without_gap_or_overlap(
            start: u64,
            nonces in prop_oneof![0..70_000u128, Just(ALL)],
            lanes in 1..70u64,
            sizes in prop::collection::vec(1..u64::MAX, 1..40),
        ) {
            let end = (u128::from(start) + nonces).min(ALL);
            let range = Range::new(start, end, lanes).unwrap();
            let mut next = u128::from(start);
            let mut unit = 0;
            for size in sizes.iter().cycle().take(80) {
                if unit == range.units() {
                    break;
                }
                let units = size.min(&(range.units() - unit)).to_owned().min(1 << 40);
                let span = range.span(unit, units);
                prop_assert!(span.count >= 1);
                prop_assert_eq!(u128::from(span.first), next);
                prop_assert_eq!(range.unit_of(span.first), unit);
                unit += units;
                prop_assert_eq!(range.unit_of(span.first + (span.count - 1)), unit - 1);
                next += u128::from(span.count);
            }
            prop_assert!(next <= end);
            prop_assert_eq!(next == end, unit == range.units());
        }
    }
}
