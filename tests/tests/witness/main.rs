//! `hoso witness` over the real binary: what it cosigns, what it refuses, and what it still knows
//! after it was killed.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test's helpers: a broken setup must stop the test"
)]

mod cosigned;
mod hostile;
mod log;
mod lying;
mod process;
mod refusals;
