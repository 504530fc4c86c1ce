//! Verification: what Home Affairs and the Standing Office do with a submitted dossier.
//!
//! One stream a dossier, `case-<dossier>`: receipt, completeness, supplement, acceptance,
//! findings, and the verdict on each item. Knows no index and no ranking: verdicts arrive computed,
//! and what is recorded here is who saw what, when, and what followed.

pub mod event;

pub use event::Event;
