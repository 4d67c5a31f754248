//! The command line.

use crate::row::Selection;
use std::path::PathBuf;

/// Shown for `--help` and beside a mistake.
pub const HELP: &str = "\
Times every kernel on every layout: core cycles per hash, and hashes per second on one thread.

  cargo run --release -p pow-bench -- [options]

  --kernel NAME    only that kernel (avx512, avx2, ...)
  --layout NAME    only that layout (chainweb, bitcoin, ...)
  --json           the figures as JSON
  --record FILE    write the figures into a baseline, under this CPU's model
  --check FILE     fail when a kernel needs more than 1.15 times the cycles of its baseline

With `--features peers` other people's crates are timed in the same run.
Exit codes: 0 done (or no baseline for this CPU), 1 slower than the baseline, 2 bad usage.
";

/// What is done with the figures.
pub enum Task {
    /// Print them for people.
    Table,
    /// Print them for machines.
    Json,
    /// Write them into a baseline.
    Record(PathBuf),
    /// Hold them to a baseline.
    Check(PathBuf),
    /// Print [`HELP`].
    Help,
}

/// Reads the command line, program name left out. The error is for people.
pub fn parse(mut words: impl Iterator<Item = String>) -> Result<(Task, Selection), String> {
    let (mut task, mut only) = (Task::Table, Selection::default());
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--kernel" => only.kernel = Some(value()?),
            "--layout" => only.layout = Some(value()?),
            "--json" => task = Task::Json,
            "--record" => task = Task::Record(value()?.into()),
            "--check" => task = Task::Check(value()?.into()),
            "--help" => task = Task::Help,
            _ => return Err(format!("unknown option {word}")),
        }
    }
    if only.rows().is_empty() {
        return Err("no kernel of this CPU has that name, or no layout".to_owned());
    }
    Ok((task, only))
}
