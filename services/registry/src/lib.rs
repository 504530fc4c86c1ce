//! Registry.
pub mod import;
pub mod views;
