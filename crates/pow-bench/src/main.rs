//! Times every kernel on every layout. `--help` says the rest.

mod arguments;
mod baseline;
mod check;
mod cpu;
mod elsewhere;
mod layouts;
#[cfg(feature = "peers")]
mod peers;
mod places;
mod row;

use arguments::{HELP, Task};
use baseline::Baseline;
use row::{Figure, Selection};
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// How long each figure of the table takes.
const FIGURE: Duration = Duration::from_secs(1);
/// Copies of this program that a figure of a baseline is measured in as well.
const COPIES: usize = 2;

fn main() -> ExitCode {
    let done = arguments::parse(std::env::args().skip(1)).map(|(task, only)| match task {
        Task::Help => {
            print!("{HELP}");
            Ok(true)
        }
        Task::Table => {
            table(&only);
            Ok(true)
        }
        Task::Json => {
            as_json(&only);
            Ok(true)
        }
        Task::Record(path) => record(&path, &only).map(|()| true),
        Task::Check(path) => Baseline::read(&path)
            .map(|baseline| check::check(&baseline, cpu::model().as_deref(), &only)),
    });
    match done.and_then(|done| done) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(mistake) => {
            eprint!("{mistake}\n\n{HELP}");
            ExitCode::from(2)
        }
    }
}

/// Every figure asked for, as soon as it is there.
fn figures(only: &Selection) -> impl Iterator<Item = Figure> {
    let kernels = only.rows().into_iter().map(|row| row.figure(FIGURE));
    #[cfg(feature = "peers")]
    let kernels = kernels.chain(peers::figures(only, FIGURE));
    kernels
}

fn table(only: &Selection) {
    println!("{}", cpu::model().as_deref().unwrap_or("unknown CPU"));
    println!("{:<14} {:<18} {:>12} {:>9}", "layout", "kernel", "cycles/hash", "MH/s");
    for Figure { layout, name, speed } in figures(only) {
        let megahashes = speed.rate / 1e6;
        println!("{layout:<14} {name:<18} {:>12.1} {megahashes:>9.2}", speed.cycles);
    }
    println!();
    for layout in only.layouts() {
        println!("{:<14} {}", layout.name, layout.summary);
    }
}

fn as_json(only: &Selection) {
    let rows: Vec<_> = figures(only)
        .map(|Figure { layout, name, speed }| {
            json!({
                "layout": layout, "kernel": name,
                "cyclesPerHash": speed.cycles, "hashesPerSecond": speed.rate,
            })
        })
        .collect();
    println!("{:#}", json!({ "cpu": cpu::model(), "rows": rows }));
}

fn record(path: &Path, only: &Selection) -> Result<(), String> {
    let model = cpu::model().ok_or("this system does not name its CPU")?;
    let mut baseline = if path.exists() { Baseline::read(path)? } else { Baseline::default() };
    if only.is_everything() {
        baseline.forget(&model);
    }
    for row in only.rows() {
        let Figure { layout, name, speed } = row.figure(FIGURE);
        let again = (0..COPIES).filter_map(|_| elsewhere::cycles(&row));
        let cycles = again.fold(speed.cycles, f64::min);
        println!("{layout:<14} {name:<18} {cycles:>12.1}");
        baseline.put(&model, layout, &name, cycles);
    }
    baseline.write(path)
}
