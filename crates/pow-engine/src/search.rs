//! One search: what is scanned, how far it is, and whom it tells.

use crate::claims::{Claim, Claims, End, Stop};
use crate::pool::Pool;
use crate::range::{Range, Span};
use crate::scan::Scan;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Called exactly once, after the last thread has left the search. Mostly on an engine thread;
/// on the caller's own where a cancel, a close or an empty range leaves nothing to wait for. It
/// should return at once. A panic in it is dropped.
pub type OnEnd = Box<dyn FnOnce(End) + Send>;

/// Hashing time of a chunk: how long a cancelled thread may take to notice is a part of it.
const CHUNK_NS: u64 = 1_000_000;
/// Compressions of a first chunk: about [`CHUNK_NS`] in scalar code, at most this many nonces.
const FIRST_CHUNK: u64 = 4096;
/// A claim is hashed in this many steps; between them its thread may leave.
const STEPS_PER_CLAIM: u64 = 8;

/// Shared by its threads, the queue and the handle.
pub(crate) struct Search {
    pub(crate) scan: Arc<dyn Scan>,
    pub(crate) range: Range,
    pub(crate) claims: Claims,
    /// Units of the next claim.
    claim_units: AtomicU64,
    hashes: AtomicU64,
    on_end: Mutex<Option<OnEnd>>,
}

impl Search {
    pub(crate) fn new(scan: Arc<dyn Scan>, range: Range, on_end: OnEnd) -> Self {
        let first = FIRST_CHUNK / scan.compressions_per_hash().max(1);
        Self {
            claims: Claims::new(range.units()),
            claim_units: AtomicU64::new(range.units_in(first)),
            hashes: AtomicU64::new(0),
            on_end: Mutex::new(Some(on_end)),
            scan,
            range,
        }
    }

    /// The next chunk to hash, if any is left.
    pub(crate) fn claim(&self) -> Option<Claim> {
        self.claims.claim(self.claim_units.load(Ordering::Relaxed))
    }

    /// A claim in steps: the first unit of each, and its nonces.
    pub(crate) fn steps(&self, claim: &Claim) -> impl Iterator<Item = (u64, Span)> + use<> {
        let (range, end) = (self.range, claim.first + claim.units);
        let step = claim.units.div_ceil(STEPS_PER_CLAIM);
        (claim.first..end)
            .step_by(step as usize)
            .map(move |unit| (unit, range.span(unit, step.min(end - unit))))
    }

    /// Learns from a chunk that was hashed whole. One slow chunk (its thread was preempted) at
    /// most halves the next; one fast chunk makes it at most four times as long.
    pub(crate) fn pace(&self, units: u64, took: Duration) {
        let took_ns = (took.as_nanos() as u64).max(1);
        let fits = u128::from(units) * u128::from(CHUNK_NS) / u128::from(took_ns);
        let most = self.range.units_in(1 << 56);
        let next = (fits.min(u128::from(most)) as u64).clamp(units / 2, units * 4).clamp(1, most);
        self.claim_units.store(next, Ordering::Relaxed);
    }

    pub(crate) fn add_hashes(&self, hashes: u64) {
        self.hashes.fetch_add(hashes, Ordering::Relaxed);
    }

    /// Tells the owner. Called once, by whoever ended the search.
    pub(crate) fn report(&self) {
        let on_end = self.on_end.lock().expect("nothing panics under this lock").take();
        if let Some(on_end) = on_end {
            let end = self.claims.end();
            // The panic hook has already printed it, and it is not the engine's to handle.
            let _ = catch_unwind(AssertUnwindSafe(|| on_end(end)));
        }
    }
}

/// The owner's side of a search. Dropping it does not end the search.
pub struct SearchHandle {
    pub(crate) search: Arc<Search>,
    pub(crate) pool: Arc<Pool>,
}

impl SearchHandle {
    /// Nonces hashed so far, chunk by chunk; final once the end is reported.
    pub fn hashes(&self) -> u64 {
        self.search.hashes.load(Ordering::Relaxed)
    }

    /// Asks every thread to leave the search and returns at once. A winner below which every
    /// nonce is already hashed is reported all the same; otherwise the end is
    /// [`End::Cancelled`]. Safe to call twice or after the end.
    pub fn cancel(&self) {
        self.pool.stop(&self.search, Stop::Cancelled);
    }
}
