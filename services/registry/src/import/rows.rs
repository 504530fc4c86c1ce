//! Rows as they are meant, and what can be wrong with one. How they are read stands in
//! [`super::reading`].

use chrono::NaiveDate;
use hoso_domain::ids::{ComponentId, InitiativeId, SubjectId, UnitId};
use hoso_domain::percent::Percent;
use hoso_domain::registry::index::IndexPublished;
use hoso_domain::registry::unit::UnitDetails;
use serde::Serialize;
use utoipa::ToSchema;

/// Something wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowError {
    /// Row as the person sees it in the file: line of a CSV, row of a sheet.
    pub row: u32,
    /// The column, by its name in the CSV files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<&'static str>,
    /// What is wrong.
    pub reason: String,
}

impl RowError {
    /// In a column.
    #[must_use]
    pub fn new(row: u32, column: &'static str, reason: impl Into<String>) -> Self {
        Self {
            row,
            column: Some(column),
            reason: format!("{column}: {}", reason.into()),
        }
    }

    /// In the row as a whole.
    #[must_use]
    pub fn whole(row: u32, reason: impl Into<String>) -> Self {
        Self {
            row,
            column: None,
            reason: reason.into(),
        }
    }
}

/// A row and its number in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered<T> {
    /// Row as the person sees it.
    pub number: u32,
    /// What it says.
    pub row: T,
}

/// A unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRow {
    /// The unit from its first day on.
    pub details: UnitDetails,
    /// Its last day, if it ended.
    pub valid_to: Option<NaiveDate>,
    /// Who continues its work.
    pub successor: Option<UnitId>,
}

/// A unit's score or satisfaction rate of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateRow {
    /// The unit.
    pub unit: UnitId,
    /// Its name, to compare.
    pub name: Option<String>,
    /// The year.
    pub year: u16,
    /// The value; `None`: not there (yet).
    pub value: Option<Percent>,
}

/// A unit's tasks of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// The unit.
    pub unit: UnitId,
    /// Its name, to compare.
    pub name: Option<String>,
    /// The year.
    pub year: u16,
    /// Assigned and done on time; `None`: not there.
    pub tasks: Option<(u32, u32)>,
}

/// A component index of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentRow {
    /// The component.
    pub component: ComponentId,
    /// What it is called.
    pub name: String,
    /// The year.
    pub year: u16,
    /// Who advises.
    pub adviser: UnitId,
    /// The rate; `None`: assigned, not published.
    pub rate: Option<Percent>,
}

/// An assessed initiative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitiativeRow {
    /// The initiative.
    pub initiative: InitiativeId,
    /// What it is called.
    pub title: String,
    /// A person's or unit's id, or "Tập thể" and a unit's name.
    pub author: String,
    /// The council.
    pub council: String,
    /// The document.
    pub document: String,
    /// Its date.
    pub date: NaiveDate,
    /// The batch.
    pub batch: String,
    /// Recognised.
    pub recognised: bool,
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRow {
    /// The unit or person.
    pub subject: SubjectId,
    /// First day.
    pub opened: NaiveDate,
    /// First day no longer in force, if it was lifted.
    pub closed: Option<NaiveDate>,
    /// What it is about.
    pub note: Option<String>,
    /// The document.
    pub document: String,
}

/// The rows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// Of units.
    Units(Vec<Numbered<UnitRow>>),
    /// Of the units' index.
    Index(Vec<Numbered<RateRow>>),
    /// Of satisfaction.
    Satisfaction(Vec<Numbered<RateRow>>),
    /// Of tasks.
    Tasks(Vec<Numbered<TaskRow>>),
    /// Of component indexes.
    Components(Vec<Numbered<ComponentRow>>),
    /// Of initiatives.
    Initiatives(Vec<Numbered<InitiativeRow>>),
    /// Of holds.
    Holds(Vec<Numbered<HoldRow>>),
    /// Of publications.
    Publications(Vec<Numbered<IndexPublished>>),
}
