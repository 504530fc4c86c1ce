//! `hoso backup` and `hoso restore` over the real binary: what is in a backup, what is noticed, what
//! a crash leaves behind.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's helpers: a broken setup must stop the test"
)]

mod crash;
mod full;
mod load;
mod mark;
mod place;
mod postgres;
mod restore;
mod take;
mod tamper;
