//! Tables into the registry: CSV and xlsx as offices keep them, errors row by row, consequences
//! first.
//!
//! [`parse`] reads a file by itself; [`plan`] holds its rows against the registry and makes them
//! commands; [`run`] shows what they would do and, if nothing stands in the way, does it. The
//! command line and the API go the same way.

mod cell;
mod check;
mod file;
mod kind;
mod plan;
mod reading;
mod rows;
mod run;
mod table;

pub(crate) use check::unassessed;
pub use file::{FileError, Format};
pub use kind::ImportKind;
pub use plan::{Act, Plan, plan};
pub use rows::{
    ComponentRow, HoldRow, InitiativeRow, Numbered, RateRow, RowError, Rows, TaskRow, UnitRow,
};
pub use run::{Consequence, ImportOptions, ImportReport, import, run};

/// A table read from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// Rows that hold something.
    pub rows: usize,
    /// Those that can be read.
    pub good: Rows,
    /// What is wrong with the others, by row.
    pub rejected: Vec<RowError>,
}

/// Reads a table from a file's bytes. `hint` is a media type or a file name.
///
/// # Errors
/// The file cannot be read, or no visible table has the columns of the kind.
pub fn parse(kind: ImportKind, bytes: &[u8], hint: Option<&str>) -> Result<Parsed, FileError> {
    let table = file::read(bytes, Format::of(hint, bytes), kind.columns())?;
    let (good, rejected) = reading::read(kind, &table);
    Ok(Parsed {
        rows: table.len(),
        good,
        rejected,
    })
}

#[cfg(test)]
mod tests;
