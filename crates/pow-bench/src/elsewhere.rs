//! The same row in another process, run from a new copy of this program.
//!
//! A loop that nearly fills the cache of decoded operations fits or not depending on the physical
//! pages its code lies in, and those stay while the file does. A copy has pages of its own.

use crate::row::Row;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Cycles per hash in a new process, or `None` where none can be started.
pub fn cycles(row: &Row) -> Option<f64> {
    let program = std::env::current_exe().ok()?;
    let copy = Copy(program.with_extension(format!("copy-{}", std::process::id())));
    std::fs::copy(&program, &copy.0).ok()?;
    figure(&copy.0, row)?["cyclesPerHash"].as_f64()
}

fn figure(program: &Path, row: &Row) -> Option<Value> {
    let only = ["--kernel", row.kernel.name, "--layout", row.layout.name, "--json"];
    let run = Command::new(program).args(only).output().ok()?;
    let mut report: Value = serde_json::from_slice(&run.stdout).ok()?;
    Some(report["rows"][0].take())
}

/// A file that goes when this value does.
struct Copy(PathBuf);

impl Drop for Copy {
    fn drop(&mut self) {
        // Left over, it is a stray file among build output.
        let _ = std::fs::remove_file(&self.0);
    }
}
