//! Who may hash what, and how a search ends: the whole protocol between the threads of a search.
//!
//! A search counts *units*, small fixed blocks of nonces, because an end of 2^64 nonces fits no
//! `u64`. A thread claims a run of units from the cursor, hashes them and settles them. Whatever
//! ends a search early shuts the cursor in the same atomic that hands out units, so the number of
//! units claimed is final from that moment on, and the search is over once as many are settled.
//!
//! The answer is the lowest *event* of the range. Units are claimed in ascending order, so below
//! an event every unit is hashed or itself has an event: a winner counts exactly when every nonce
//! below it was hashed, whoever cancelled what in the meantime.

use crate::atomics::{AtomicBool, AtomicU64, Mutex, Ordering};

/// How a search ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The lowest winning nonce of the range.
    Found(u64),
    /// Every nonce was hashed and none wins.
    Exhausted,
    /// Cancelled before an answer was certain.
    Cancelled,
    /// The engine was closed before an answer was certain.
    Closed,
    /// The scan panicked, with this message.
    Panicked(String),
}

/// Why a search is asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Its owner wants no answer any more.
    Cancelled,
    /// The engine closes.
    Closed,
}

/// A run of units that one thread hashes. It must be settled, exactly once.
#[derive(Debug)]
#[must_use = "a search never ends while a claim is not settled"]
pub struct Claim {
    pub first: u64,
    pub units: u64,
}

/// What cut a claim short.
#[derive(Debug)]
pub enum Event {
    /// This nonce wins.
    Found(u64),
    /// The scan panicked, with this message.
    Panicked(String),
    /// The thread left because of [`Claims::may_leave`].
    Left,
}

/// The state of one search, shared by its threads.
#[derive(Debug)]
pub struct Claims {
    /// Units of the whole range; below [`SHUT`].
    units: u64,
    /// Units claimed so far, at most `units`, and the flag [`SHUT`].
    cursor: AtomicU64,
    /// Units settled so far.
    settled: AtomicU64,
    /// Units above this one need no hashing any more.
    ceiling: AtomicU64,
    over: AtomicBool,
    record: Mutex<Record>,
}

/// What the end is decided from. Locked only by what is rare: an event, a stop, the end.
#[derive(Debug, Default)]
struct Record {
    /// The event of the lowest unit so far.
    lowest: Option<(u64, Event)>,
    /// The first stop.
    stop: Option<Stop>,
}

/// Flag of the cursor: no unit is claimed any more.
const SHUT: u64 = 1 << 63;

impl Claims {
    /// Nothing claimed yet. `units` is below 2^63.
    pub fn new(units: u64) -> Self {
        assert!(units < SHUT, "a range has fewer than 2^63 units");
        Self {
            units,
            cursor: AtomicU64::new(0),
            settled: AtomicU64::new(0),
            ceiling: AtomicU64::new(u64::MAX),
            over: AtomicBool::new(false),
            record: Mutex::new(Record::default()),
        }
    }

    /// The next units, at most `most` of them; `None` once nothing is left or the cursor is shut.
    pub fn claim(&self, most: u64) -> Option<Claim> {
        let mut first = self.cursor.load(Ordering::Acquire);
        loop {
            if first >= self.units {
                return None; // also when shut: the flag is above every count
            }
            let units = most.clamp(1, self.units - first);
            let next = first + units;
            match self.cursor.compare_exchange_weak(
                first,
                next,
                Ordering::AcqRel,
                Ordering::Acquire,
            ) {
                Ok(_) => return Some(Claim { first, units }),
                Err(now) => first = now,
            }
        }
    }

    /// Whether a claim may still succeed.
    pub fn is_open(&self) -> bool {
        self.cursor.load(Ordering::Acquire) < self.units
    }

    /// Whether a thread that has hashed its claim up to `unit` may settle it with
    /// [`Event::Left`]: the search was stopped, or the answer lies below.
    pub fn may_leave(&self, unit: u64) -> bool {
        self.ceiling.load(Ordering::Relaxed) < unit
    }

    /// Gives a claim back, hashed up to the unit of its event or altogether. True for the one
    /// call, of this and [`Claims::stop`], that ends the search.
    #[must_use = "the search is over when this is true"]
    #[expect(clippy::needless_pass_by_value, reason = "a claim is settled once")]
    pub fn settle(&self, claim: Claim, event: Option<(u64, Event)>) -> bool {
        if let Some((unit, event)) = event {
            let mut record = self.record.lock().expect("nothing panics under this lock");
            if record.lowest.as_ref().is_none_or(|(lowest, _)| unit < *lowest) {
                record.lowest = Some((unit, event));
            }
            drop(record);
            self.ceiling.fetch_min(unit, Ordering::Relaxed);
            self.cursor.fetch_or(SHUT, Ordering::AcqRel);
        }
        let settled = self.settled.fetch_add(claim.units, Ordering::AcqRel) + claim.units;
        self.end_if_last(settled)
    }

    /// Asks every thread to leave. The first stop names the end. True as in [`Claims::settle`].
    #[must_use = "the search is over when this is true"]
    pub fn stop(&self, stop: Stop) -> bool {
        self.record.lock().expect("nothing panics under this lock").stop.get_or_insert(stop);
        self.ceiling.fetch_min(0, Ordering::Relaxed);
        self.cursor.fetch_or(SHUT, Ordering::AcqRel);
        // A read that writes: either it sees the last `settle`, or that one sees the cursor shut.
        let settled = self.settled.fetch_add(0, Ordering::AcqRel);
        self.end_if_last(settled)
    }

    /// Ends a range that has no nonces. True as in [`Claims::settle`].
    #[must_use = "the search is over when this is true"]
    pub fn end_if_empty(&self) -> bool {
        self.units == 0 && self.end_if_last(0)
    }

    fn end_if_last(&self, settled: u64) -> bool {
        let cursor = self.cursor.load(Ordering::Acquire);
        let no_more = cursor >= self.units;
        no_more && settled == cursor & !SHUT && !self.over.swap(true, Ordering::AcqRel)
    }

    /// How the search ended. Asked once it is over.
    pub fn end(&self) -> End {
        let mut record = self.record.lock().expect("nothing panics under this lock");
        let all_claimed = self.cursor.load(Ordering::Acquire) & !SHUT == self.units;
        match (record.lowest.take(), record.stop) {
            (Some((_, Event::Found(nonce))), _) => End::Found(nonce),
            (Some((_, Event::Panicked(message))), _) => End::Panicked(message),
            (None, _) if all_claimed => End::Exhausted,
            (_, Some(Stop::Closed)) => End::Closed,
            (_, _) => End::Cancelled,
        }
    }
}
