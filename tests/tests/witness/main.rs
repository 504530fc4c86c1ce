//! `hoso witness` over the real binary: what it cosigns, what it refuses, and what it still knows
//! after it was killed.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers: a broken setup must stop the test"
)]

mod hostile;
mod log;
mod process;
mod refusals;
