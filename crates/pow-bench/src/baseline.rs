//! Figures of earlier runs, by CPU model: `{ model: { layout: { kernel: cycles per hash } } }`.

use serde_json::{Map, Value};
use std::path::Path;

/// The contents of a baseline file.
#[derive(Default)]
pub struct Baseline(Map<String, Value>);

impl Baseline {
    /// Reads a file. The error is for people.
    pub fn read(path: &Path) -> Result<Self, String> {
        let explain = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| explain(&error))?;
        serde_json::from_str(&text).map(Self).map_err(|error| explain(&error))
    }

    /// Writes the file. The error is for people.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        let text = format!("{:#}\n", Value::Object(self.0.clone()));
        std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Whether it has figures of that CPU.
    pub fn knows(&self, model: &str) -> bool {
        self.0.contains_key(model)
    }

    /// Cycles per hash of a row.
    pub fn cycles(&self, model: &str, layout: &str, kernel: &str) -> Option<f64> {
        self.0.get(model)?.get(layout)?.get(kernel)?.as_f64()
    }

    /// Layout and kernel of every row of that CPU.
    pub fn rows(&self, model: &str) -> Vec<(&str, &str)> {
        let mut rows = Vec::new();
        for (layout, kernels) in self.0.get(model).and_then(Value::as_object).into_iter().flatten()
        {
            for kernel in kernels.as_object().into_iter().flat_map(Map::keys) {
                rows.push((layout.as_str(), kernel.as_str()));
            }
        }
        rows
    }

    /// Drops the figures of a CPU.
    pub fn forget(&mut self, model: &str) {
        self.0.remove(model);
    }

    /// Puts a figure in, rounded to a tenth of a cycle.
    pub fn put(&mut self, model: &str, layout: &str, kernel: &str, cycles: f64) {
        // Indexing a `Value` by a key that is missing makes it.
        let of_model = self.0.entry(model).or_insert_with(|| Map::new().into());
        of_model[layout][kernel] = ((cycles * 10.0).round() / 10.0).into();
    }
}
