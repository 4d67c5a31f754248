//! Holds the kernels to a baseline.

use crate::baseline::Baseline;
use crate::elsewhere;
use crate::row::{Row, Selection};
use std::time::Duration;

/// A kernel may need this many times the cycles of its baseline.
const MOST: f64 = 1.15;
/// The first look at a row.
const GLANCE: Duration = Duration::from_millis(250);
/// Further looks at a row that seems slow, each of a second and from a new copy of this program.
/// Another program on the same core makes a row slow for seconds, a bad place in memory for as long
/// as a process or its file lives; a kernel that became slower is slow every time.
const FURTHER: usize = 6;

/// How many rows of each kind there were.
#[derive(Default)]
struct Seen {
    held: usize,
    slower: usize,
    skipped: usize,
}

/// Prints one line per row that is slower or unknown, then a line of counts. False when a kernel
/// became slower, or is gone.
pub fn check(baseline: &Baseline, model: Option<&str>, only: &Selection) -> bool {
    let rows = only.rows();
    let Some(model) = model.filter(|model| baseline.knows(model)) else {
        println!("{} skipped: no baseline for {}", rows.len(), model.unwrap_or("this CPU"));
        return true;
    };
    let mut seen = Seen::default();
    for row in &rows {
        let Some(limit) = baseline.cycles(model, row.layout.name, row.kernel.name) else {
            println!("skipped  {}: not in the baseline", row.name());
            seen.skipped += 1;
            continue;
        };
        let cycles = patient_cycles(row, limit * MOST);
        if cycles <= limit * MOST {
            seen.held += 1;
        } else {
            let times = cycles / limit;
            println!("slower   {}: {cycles:.1} cycles, {times:.2} x {limit}", row.name());
            seen.slower += 1;
        }
    }
    if only.is_everything() {
        let here = |wanted: &(&str, &str)| {
            rows.iter().any(|row| (row.layout.name, row.kernel.name) == *wanted)
        };
        for (layout, kernel) in baseline.rows(model).iter().filter(|row| !here(row)) {
            println!("gone     {layout}, {kernel}: in the baseline, but not in this build");
            seen.slower += 1;
        }
    }
    println!("{} held, {} slower, {} skipped on {model}", seen.held, seen.slower, seen.skipped);
    seen.slower == 0
}

/// The fewest cycles per hash seen, looking again while they are above the limit.
fn patient_cycles(row: &Row, limit: f64) -> f64 {
    let mut fewest = row.measure(GLANCE).cycles;
    for _ in 0..FURTHER {
        if fewest <= limit {
            break;
        }
        fewest = elsewhere::cycles(row).map_or(fewest, |cycles| fewest.min(cycles));
    }
    fewest
}
