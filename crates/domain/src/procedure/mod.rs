//! The declared procedure as data, and how far what happened follows it.
//!
//! A procedure is a file: for a dossier and for a round a Petri net of steps, and constraints over
//! what the steps say. [`check`] aligns what happened with the net and tells fitness and deviations.
//! Knows no event but by name: the file says which there are and where their fields are.

mod align;
mod check;
mod model;
#[cfg(test)]
mod tests;

pub use check::{Case, Checked, Deviation, DeviationKind, Seen, check};
pub use model::{Constraint, Field, Label, Move, Net, Procedure, ProcedureError, Scope};
