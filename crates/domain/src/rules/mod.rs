//! The rules of the catalogue that are not criteria of an item: one file a subject.

pub mod dossier;
