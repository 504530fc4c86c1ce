//! Rows against each other and against the registry. A row that fails is taken out, with reasons.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;
use hoso_domain::ids::{SubjectId, UnitId};
use hoso_domain::registry::facts::Facts;

use super::rows::{
    ComponentRow, InitiativeRow, Numbered, RateRow, RowError, Rows, TaskRow, UnitRow,
};

/// How a collective is named as an author.
const COLLECTIVE: &str = "Tập thể ";

/// Rows that passed, errors of those that did not, and what a person should look at.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) rows: Rows,
    pub(super) errors: Vec<RowError>,
    pub(super) warnings: Vec<RowError>,
}

/// Checks the rows of a table.
pub(super) fn check(rows: Rows, facts: &Facts) -> Checked {
    let mut errors = Vec::new();
    let mut warnings = Vec::new();
    let wrong = &mut errors;
    let rows = match rows {
        Rows::Units(rows) => Rows::Units(units(rows, facts, wrong)),
        Rows::Index(rows) => Rows::Index(records(rows, facts, wrong, &mut warnings, of_rate)),
        Rows::Satisfaction(rows) => {
            Rows::Satisfaction(records(rows, facts, wrong, &mut warnings, of_rate))
        }
        Rows::Tasks(rows) => Rows::Tasks(records(rows, facts, wrong, &mut warnings, of_tasks)),
        Rows::Components(rows) => Rows::Components(components(rows, facts, wrong)),
        Rows::Initiatives(rows) => {
            let rows = once(rows, "ma_sang_kien", wrong, |r| r.initiative.to_string());
            Rows::Initiatives(keep(rows, wrong, |n| {
                author(&n.row, facts)
                    .map(|_| ())
                    .map_err(|reason| RowError::new(n.number, "tac_gia", reason))
            }))
        }
        Rows::Holds(rows) => Rows::Holds(once(rows, "doi_tuong", wrong, |r| {
            format!("{} {}", r.subject, r.opened)
        })),
        Rows::Publications(rows) => Rows::Publications(once(rows, "loai", wrong, |r| {
            format!("{} {} {}", r.kind, r.year, r.edition)
        })),
    };
    errors.sort();
    Checked {
        rows,
        errors,
        warnings,
    }
}

/// A unit's record of a year: the unit, what the table calls it, the year.
type OfUnit<'a> = (&'a UnitId, Option<&'a str>, u16);

fn of_rate(row: &RateRow) -> OfUnit<'_> {
    (&row.unit, row.name.as_deref(), row.year)
}

fn of_tasks(row: &TaskRow) -> OfUnit<'_> {
    (&row.unit, row.name.as_deref(), row.year)
}

/// One record a unit and year, of a unit that is assessed that year.
fn records<T>(
    rows: Vec<Numbered<T>>,
    facts: &Facts,
    errors: &mut Vec<RowError>,
    warnings: &mut Vec<RowError>,
    of_unit: impl Fn(&T) -> OfUnit<'_>,
) -> Vec<Numbered<T>> {
    let key = |row: &T| {
        let (unit, _, year) = of_unit(row);
        format!("{unit} {year}")
    };
    let rows = once(rows, "ma_don_vi", errors, key);
    let rows = keep(rows, errors, |n| {
        let (unit, _, year) = of_unit(&n.row);
        assessed(facts, n.number, "ma_don_vi", unit, year)
    });
    for numbered in &rows {
        let (unit, name, _) = of_unit(&numbered.row);
        if let Some(name) = name
            && !is_called(facts, unit, name)
        {
            let reason = format!("`{name}` is not what the registry calls `{unit}`");
            warnings.push(RowError::new(numbered.number, "ten_don_vi", reason));
        }
    }
    rows
}

fn components(
    rows: Vec<Numbered<ComponentRow>>,
    facts: &Facts,
    errors: &mut Vec<RowError>,
) -> Vec<Numbered<ComponentRow>> {
    let key = |row: &ComponentRow| format!("{} {}", row.component, row.year);
    let rows = once(rows, "ma_chi_so", errors, key);
    keep(rows, errors, |n| {
        let row = &n.row;
        assessed(facts, n.number, "don_vi_tham_muu", &row.adviser, row.year)
    })
}

/// Takes out every row whose key stands there before; the first one stays.
fn once<T>(
    rows: Vec<Numbered<T>>,
    column: &'static str,
    errors: &mut Vec<RowError>,
    key: impl Fn(&T) -> String,
) -> Vec<Numbered<T>> {
    let mut first: BTreeMap<String, u32> = BTreeMap::new();
    let mut kept = Vec::new();
    for numbered in rows {
        let key = key(&numbered.row);
        if let Some(row) = first.get(&key) {
            let reason = format!("`{key}` stands in row {row} already");
            errors.push(RowError::new(numbered.number, column, reason));
        } else {
            first.insert(key, numbered.number);
            kept.push(numbered);
        }
    }
    kept
}

fn keep<T>(
    rows: Vec<Numbered<T>>,
    errors: &mut Vec<RowError>,
    test: impl Fn(&Numbered<T>) -> Result<(), RowError>,
) -> Vec<Numbered<T>> {
    let mut kept = Vec::new();
    for numbered in rows {
        match test(&numbered) {
            Ok(()) => kept.push(numbered),
            Err(error) => errors.push(error),
        }
    }
    kept
}

/// The unit is in the registry, is assessed, and existed in that year.
fn assessed(
    facts: &Facts,
    row: u32,
    column: &'static str,
    unit: &UnitId,
    year: u16,
) -> Result<(), RowError> {
    unassessed(facts, unit, year).map_or(Ok(()), |reason| Err(RowError::new(row, column, reason)))
}

/// Why a unit has no record of a year.
pub(crate) fn unassessed(facts: &Facts, unit: &UnitId, year: u16) -> Option<String> {
    let Some((state, since)) = facts
        .unit(unit)
        .and_then(|state| Some((state, state.first_year()?)))
    else {
        return Some(format!("unknown unit `{unit}`"));
    };
    if state.latest().is_none_or(|details| details.group.is_none()) {
        return Some(format!("`{unit}` belongs to no assessed group"));
    }
    if year < since {
        return Some(format!(
            "{year} lies before {since}, the first year of `{unit}`"
        ));
    }
    match &state.end {
        Some(end) if i32::from(year) > end.valid_to.year() => Some(format!(
            "{year} lies behind {}, the last day of `{unit}`",
            end.valid_to
        )),
        Some(_) | None => None,
    }
}

/// Whether the registry knows a name for a unit. If not, a row may have slipped.
fn is_called(facts: &Facts, unit: &UnitId, name: &str) -> bool {
    facts
        .unit(unit)
        .is_some_and(|state| state.versions.iter().any(|v| v.name == name))
}

/// A successor is in the registry or in the same table, once more after rows were taken out.
fn units(
    rows: Vec<Numbered<UnitRow>>,
    facts: &Facts,
    errors: &mut Vec<RowError>,
) -> Vec<Numbered<UnitRow>> {
    let mut rows = once(rows, "ma_don_vi", errors, |r| r.details.unit.to_string());
    loop {
        let there: BTreeSet<UnitId> = rows.iter().map(|n| n.row.details.unit.clone()).collect();
        let before = rows.len();
        rows = keep(rows, errors, |n| match &n.row.successor {
            Some(successor) if !there.contains(successor) && facts.unit(successor).is_none() => {
                let reason = format!("unknown unit `{successor}`");
                Err(RowError::new(n.number, "don_vi_ke_thua", reason))
            }
            Some(_) | None => Ok(()),
        });
        if rows.len() == before {
            return rows;
        }
    }
}

/// The id behind an author: no event has a name in it.
pub(super) fn author(row: &InitiativeRow, facts: &Facts) -> Result<SubjectId, String> {
    if let Ok(id) = SubjectId::parse(&row.author) {
        return Ok(id);
    }
    row.author
        .strip_prefix(COLLECTIVE)
        .and_then(|name| facts.unit_by_name(name))
        .map(|unit| unit.clone().into())
        .ok_or_else(|| {
            "is neither an id nor `Tập thể` with the name of a unit in the registry; \
             a person stands here by id, not by name"
                .to_owned()
        })
}
