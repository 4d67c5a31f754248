//! What an engine thread does: chunk after chunk, until the engine closes.

use crate::claims::{Claim, Event};
use crate::pool::Pool;
use crate::search::Search;
use crate::seat::Seat;
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::time::Instant;

thread_local! {
    /// The pool that this thread works for.
    static EMPLOYER: Cell<*const Pool> = const { Cell::new(ptr::null()) };
}

/// Whether the caller runs on a thread of this pool (in an `on_end`).
pub(crate) fn is_of(pool: &Pool) -> bool {
    EMPLOYER.get() == ptr::from_ref(pool)
}

/// Runs until the pool closes, or has no place for this seat any more.
pub(crate) fn run(pool: &Pool, mut seat: Seat) {
    EMPLOYER.set(ptr::from_ref(pool));
    while let Some((search, claim)) = pool.next(&mut seat) {
        let begun = Instant::now();
        let units = claim.units;
        let (hashes, event) = hash(pool, &search, &claim);
        let took = begun.elapsed();
        search.add_hashes(hashes);
        seat.add_work(hashes, took);
        match &event {
            None => search.pace(units, took),
            Some((_, Event::Panicked(message))) => pool.note_panic(&seat, message),
            Some(_) => {}
        }
        if search.claims.settle(claim, event) {
            pool.end(&search);
        }
    }
}

/// Hashes a claim: how many nonces, and the unit and event that cut it short.
fn hash(pool: &Pool, search: &Search, claim: &Claim) -> (u64, Option<(u64, Event)>) {
    let mut hashes = 0;
    for (unit, span) in search.steps(claim) {
        if unit > claim.first && search.claims.may_leave(unit) {
            return (hashes, Some((unit, Event::Left)));
        }
        let scan = AssertUnwindSafe(|| search.scan.scan(span.first, span.count));
        match catch_unwind(scan) {
            Ok(None) => hashes += span.count,
            Ok(Some(nonce)) => {
                hashes += nonce.saturating_sub(span.first) + 1;
                return (hashes, Some((search.range.unit_of(nonce), Event::Found(nonce))));
            }
            Err(panic) => return (hashes, Some((unit, Event::Panicked(message(&*panic))))),
        }
        if unit == claim.first {
            pool.wake_another();
        }
    }
    (hashes, None)
}

/// The text of a panic.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}
