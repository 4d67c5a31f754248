//! One search: what is scanned, how far it is, and whom it tells.

use crate::claims::{Claim, Claims, End, Stop};
use crate::pool::Pool;
use crate::range::{Range, Span};
use crate::scan::Scan;
use crate::stats::SearchStats;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

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
    /// What its owner calls it.
    pub(crate) tag: u64,
    /// Units of the next claim.
    claim_units: AtomicU64,
    hashes: AtomicU64,
    started: Instant,
    first_chunk: OnceLock<Duration>,
    /// When it was first told to stop, and the hashes made by then.
    stopped: OnceLock<(Instant, u64)>,
    /// From the stop to the end, and the hashes wasted: set at the end.
    over: OnceLock<(Option<Duration>, u64)>,
    on_end: Mutex<Option<OnEnd>>,
}

impl Search {
    pub(crate) fn new(tag: u64, scan: Arc<dyn Scan>, range: Range, on_end: OnEnd) -> Self {
        let first = FIRST_CHUNK / scan.compressions_per_hash().max(1);
        Self {
            claims: Claims::new(range.units()),
            claim_units: AtomicU64::new(range.units_in(first)),
            hashes: AtomicU64::new(0),
            started: Instant::now(),
            first_chunk: OnceLock::new(),
            stopped: OnceLock::new(),
            over: OnceLock::new(),
            tag,
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

    /// A first claim was made: how long after the start. `None` for every later one.
    pub(crate) fn note_first_chunk(&self) -> Option<Duration> {
        if self.first_chunk.get().is_some() {
            return None;
        }
        let waited = self.started.elapsed();
        self.first_chunk.set(waited).is_ok().then_some(waited)
    }

    pub(crate) fn note_stop(&self) {
        let _ = self.stopped.set((Instant::now(), self.hashes.load(Ordering::Relaxed)));
    }

    /// How long the threads took to leave once they were told to, and the hashes wasted. Asked
    /// once the search is over.
    pub(crate) fn note_end(&self, end: &End) -> (Option<Duration>, u64) {
        let hashes = self.hashes.load(Ordering::Relaxed);
        let wasted = match (end, self.stopped.get()) {
            (End::Found(nonce), _) => hashes.saturating_sub(self.range.nonces_to(*nonce)),
            (End::Cancelled | End::Closed, Some((_, then))) => hashes.saturating_sub(*then),
            _ => 0,
        };
        *self.over.get_or_init(|| (self.stopped.get().map(|(at, _)| at.elapsed()), wasted))
    }

    fn stats(&self) -> SearchStats {
        let over = self.over.get().copied();
        SearchStats {
            hashes: self.hashes.load(Ordering::Relaxed),
            first_chunk: self.first_chunk.get().copied(),
            leave: over.and_then(|(leave, _)| leave),
            wasted: over.map_or(0, |(_, wasted)| wasted),
        }
    }

    /// Tells the owner. Called once, by whoever ended the search.
    pub(crate) fn report(&self, end: End) {
        let on_end = self.on_end.lock().expect("nothing panics under this lock").take();
        if let Some(on_end) = on_end {
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

    /// What it did so far.
    pub fn stats(&self) -> SearchStats {
        self.search.stats()
    }

    /// Asks every thread to leave the search and returns at once. A winner below which every
    /// nonce is already hashed is reported all the same; otherwise the end is
    /// [`End::Cancelled`]. Safe to call twice or after the end.
    pub fn cancel(&self) {
        self.pool.stop(&self.search, Stop::Cancelled);
    }
}
