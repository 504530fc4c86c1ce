//! Checked rows as commands: one a stream, the rows it stands for beside it.

use std::collections::{BTreeMap, BTreeSet};

use hoso_domain::decider::StoredDecider;
use hoso_domain::ids::{HoldId, InitiativeId, SubjectId, UnitId};
use hoso_domain::registry::facts::Facts;
use hoso_domain::registry::hold::{self, Ground, HoldAct, HoldOpened};
use hoso_domain::registry::index::{
    self, ComponentEntry, Entries, IndexKind, IndexPublished, RateEntry, RecordEntries, ScoreEntry,
    TaskEntry,
};
use hoso_domain::registry::initiative::{self, InitiativeAssessed};
use hoso_domain::registry::unit::{self, UnitEnd};
use hoso_ledger::StreamName;
use sha2::{Digest, Sha256};

use super::Parsed;
use super::check::{self, Checked};
use super::rows::{
    ComponentRow, HoldRow, InitiativeRow, Numbered, RateRow, RowError, Rows, TaskRow, UnitRow,
};

/// Decision of a unit that ended, where the table does not name one.
const DECISION_NOT_NAMED: &str = "không nêu trong danh mục đơn vị";

/// What a step asks of which stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Of a unit.
    Unit(UnitId, unit::Command),
    /// Of an index of a year.
    Index(IndexKind, u16, index::Command),
    /// Of an initiative.
    Initiative(InitiativeId, initiative::Command),
    /// Of a hold.
    Hold(HoldId, hold::Command),
}

impl Act {
    /// The stream.
    #[must_use]
    pub fn stream(&self) -> StreamName {
        match self {
            Self::Unit(id, _) => StreamName::new(unit::Unit::CATEGORY, id.as_str()),
            Self::Index(kind, year, _) => {
                StreamName::new(index::Index::CATEGORY, &kind.stream_id(*year))
            }
            Self::Initiative(id, _) => {
                StreamName::new(initiative::Initiative::CATEGORY, id.as_str())
            }
            Self::Hold(id, _) => StreamName::new(hold::Hold::CATEGORY, id.as_str()),
        }
    }

    /// What tells this act from the others of one import.
    #[must_use]
    pub fn part(&self) -> String {
        match self {
            Self::Index(_, _, index::Command::Publish(published)) => {
                format!("{} edition {}", self.stream(), published.edition)
            }
            Self::Unit(..) | Self::Index(..) | Self::Initiative(..) | Self::Hold(..) => {
                self.stream().to_string()
            }
        }
    }
}

/// A command and the rows it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is asked.
    pub act: Act,
    /// The rows, by number.
    pub rows: Vec<u32>,
}

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Rows in the table that hold something.
    pub rows: usize,
    /// Commands, in the order they are run.
    pub steps: Vec<Step>,
    /// What is wrong, by row.
    pub rejected: Vec<RowError>,
    /// What a person should look at; stands in nothing's way.
    pub warnings: Vec<RowError>,
}

/// Holds a table's rows against the registry and makes them commands.
#[must_use]
pub fn plan(parsed: Parsed, facts: &Facts) -> Plan {
    let Checked {
        rows,
        errors,
        mut warnings,
    } = check::check(parsed.good, facts);
    let steps = match rows {
        Rows::Units(rows) => rows.into_iter().map(unit_step).collect(),
        Rows::Index(rows) => index_steps(&rows),
        Rows::Satisfaction(rows) => satisfaction_steps(&rows),
        Rows::Tasks(rows) => task_steps(&rows),
        Rows::Components(rows) => component_steps(&rows),
        Rows::Initiatives(rows) => rows
            .into_iter()
            .filter_map(|numbered| initiative_step(numbered, facts))
            .collect(),
        Rows::Holds(rows) => rows
            .into_iter()
            .filter_map(|numbered| hold_step(numbered, &mut warnings))
            .collect(),
        Rows::Publications(rows) => publication_steps(rows),
    };
    let mut rejected = parsed.rejected;
    rejected.extend(errors);
    rejected.sort();
    Plan {
        rows: parsed.rows,
        steps,
        rejected,
        warnings,
    }
}

fn unit_step(numbered: Numbered<UnitRow>) -> Step {
    let UnitRow {
        details,
        valid_to,
        successor,
    } = numbered.row;
    let end = valid_to.map(|valid_to| UnitEnd {
        valid_to,
        successor,
        decision: details
            .note
            .clone()
            .unwrap_or_else(|| DECISION_NOT_NAMED.to_owned()),
    });
    Step {
        rows: vec![numbered.number],
        act: Act::Unit(details.unit.clone(), unit::Command::Keep(details, end)),
    }
}

/// Entries of one year while they are gathered.
#[derive(Debug)]
struct Gathered<T> {
    entries: Vec<T>,
    absent: BTreeSet<String>,
    rows: Vec<u32>,
}

/// One command a year; rows without a value say that there is no record.
fn by_year<R, T>(
    kind: IndexKind,
    rows: &[Numbered<R>],
    year: impl Fn(&R) -> u16,
    entry: impl Fn(&R) -> Result<T, String>,
    entries: impl Fn(Vec<T>) -> Entries,
) -> Vec<Step> {
    let mut years: BTreeMap<u16, Gathered<T>> = BTreeMap::new();
    for numbered in rows {
        let gathered = years
            .entry(year(&numbered.row))
            .or_insert_with(|| Gathered {
                entries: Vec::new(),
                absent: BTreeSet::new(),
                rows: Vec::new(),
            });
        gathered.rows.push(numbered.number);
        match entry(&numbered.row) {
            Ok(entry) => gathered.entries.push(entry),
            Err(subject) => {
                gathered.absent.insert(subject);
            }
        }
    }
    years
        .into_iter()
        .map(|(year, gathered)| {
            let record = RecordEntries {
                kind,
                year,
                entries: entries(gathered.entries),
                absent: gathered.absent,
            };
            Step {
                act: Act::Index(kind, year, index::Command::Record(record)),
                rows: gathered.rows,
            }
        })
        .collect()
}

fn index_steps(rows: &[Numbered<RateRow>]) -> Vec<Step> {
    let entry = |row: &RateRow| match row.value {
        Some(score) => Ok(ScoreEntry {
            unit: row.unit.clone(),
            score,
        }),
        None => Err(row.unit.to_string()),
    };
    by_year(
        IndexKind::UnitIndex,
        rows,
        |r| r.year,
        entry,
        Entries::Scores,
    )
}

fn satisfaction_steps(rows: &[Numbered<RateRow>]) -> Vec<Step> {
    let entry = |row: &RateRow| match row.value {
        Some(rate) => Ok(RateEntry {
            unit: row.unit.clone(),
            rate,
        }),
        None => Err(row.unit.to_string()),
    };
    by_year(
        IndexKind::Satisfaction,
        rows,
        |r| r.year,
        entry,
        Entries::Rates,
    )
}

fn task_steps(rows: &[Numbered<TaskRow>]) -> Vec<Step> {
    let entry = |row: &TaskRow| match row.tasks {
        Some((assigned, done_on_time)) => Ok(TaskEntry {
            unit: row.unit.clone(),
            assigned,
            done_on_time,
        }),
        None => Err(row.unit.to_string()),
    };
    by_year(IndexKind::Tasks, rows, |r| r.year, entry, Entries::Tasks)
}

fn component_steps(rows: &[Numbered<ComponentRow>]) -> Vec<Step> {
    let entry = |row: &ComponentRow| {
        Ok(ComponentEntry {
            component: row.component.clone(),
            name: row.name.clone(),
            adviser: row.adviser.clone(),
            rate: row.rate,
        })
    };
    by_year(
        IndexKind::ProvincialIndex,
        rows,
        |r| r.year,
        entry,
        Entries::Components,
    )
}

fn initiative_step(numbered: Numbered<InitiativeRow>, facts: &Facts) -> Option<Step> {
    let row = numbered.row;
    let author = check::author(&row, facts).ok()?;
    let assessed = InitiativeAssessed {
        initiative: row.initiative.clone(),
        title: row.title,
        author,
        council: row.council,
        document: row.document,
        date: row.date,
        batch: row.batch,
        recognised: row.recognised,
    };
    Some(Step {
        act: Act::Initiative(row.initiative, initiative::Command::Assess(assessed)),
        rows: vec![numbered.number],
    })
}

fn hold_step(numbered: Numbered<HoldRow>, warnings: &mut Vec<RowError>) -> Option<Step> {
    let row = numbered.row;
    let hold = hold_id(&row)?;
    let ground = ground(row.note.as_deref().unwrap_or_default());
    if ground.is_none() {
        let reason = "does not say whether discipline is served or under consideration; \
                      taken as under consideration";
        warnings.push(RowError::new(numbered.number, "noi_dung", reason));
    }
    let lifted = row.closed.map(|on| HoldAct {
        on,
        document: row.document.clone(),
    });
    let opened = HoldOpened {
        hold: hold.clone(),
        subject: row.subject,
        opened_on: row.opened,
        ground: ground.unwrap_or(Ground::UnderConsideration),
        document: row.document,
        note: row.note,
    };
    Some(Step {
        act: Act::Hold(hold, hold::Command::Keep(opened, lifted)),
        rows: vec![numbered.number],
    })
}

/// The table names no hold: subject and first day do, so that the same row is the same hold.
fn hold_id(row: &HoldRow) -> Option<HoldId> {
    HoldId::parse(&format!("{}-{}", row.subject, row.opened))
        .or_else(|_| HoldId::parse(&format!("{}-{}", digest(&row.subject), row.opened)))
        .ok()
}

/// Short enough to stand in an id where the subject's own id is too long.
fn digest(subject: &SubjectId) -> String {
    let hex = hex::encode(Sha256::digest(subject.as_str().as_bytes()));
    hex.chars().take(32).collect()
}

fn ground(note: &str) -> Option<Ground> {
    let note = note.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| note.contains(word));
    if says(&["thi hành"]) {
        Some(Ground::Serving)
    } else if says(&["xem xét"]) {
        Some(Ground::UnderConsideration)
    } else if says(&["thanh tra", "kiểm tra", "kiểm toán", "tố cáo", "xác minh"]) {
        Some(Ground::Inspection)
    } else {
        None
    }
}

fn publication_steps(mut rows: Vec<Numbered<IndexPublished>>) -> Vec<Step> {
    rows.sort_by_key(|n| (n.row.kind, n.row.year, n.row.edition));
    rows.into_iter()
        .map(|numbered| Step {
            rows: vec![numbered.number],
            act: Act::Index(
                numbered.row.kind,
                numbered.row.year,
                index::Command::Publish(numbered.row),
            ),
        })
        .collect()
}
