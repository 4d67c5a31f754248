//! The Node addon: conversions between JavaScript values and the engine, and nothing else.
//!
//! The caller has checked every value. What is checked again here is what could panic otherwise.

#![cfg(not(test))] // nothing runs without Node: `__test__/native` tests it
#![expect(clippy::needless_pass_by_value, reason = "Node-API and `map_err` hand values over")]

mod batch;
mod bench;
mod checksum;
mod convert;
mod cpu;
mod engine;
mod error;
mod merkle;
mod planted;
mod stats;
mod teardown;
