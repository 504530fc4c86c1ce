//! `hoso audit` over the real binary: what is sealed, what is proved, what is found.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test's helpers: a broken setup must stop the test"
)]

mod administrator;
mod beside;
mod bundle;
mod by_hand;
mod check;
mod dossier;
mod erased_documents;
mod erasure;
mod full;
mod later;
mod policy;
mod rotate;
mod rotated;
mod seal;
mod serve;
mod tamper;
