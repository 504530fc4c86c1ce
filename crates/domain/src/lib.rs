//! Hoso's pure domain: what the plan asks, as deciders, rules and one evaluation function.
//!
//! Nothing here does IO, reads a clock or draws a random number: time, ids and facts looked up
//! elsewhere arrive inside commands. `decide` turns a command into events or a rejection,
//! `evolve` folds events into state, and `evaluation` turns one round's facts into its outcome.

pub mod actor;
pub mod calendar;
pub mod decider;
pub mod document;
pub mod dossier;
pub mod evaluation;
pub mod ids;
pub mod log_key;
pub mod parked;
pub mod percent;
pub mod procedure;
pub mod ranking;
pub mod registry;
pub mod rulebook;
pub mod rules;
pub mod text;
pub mod verification;
