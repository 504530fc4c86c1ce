//! Entries of an index of a year: as they stand in events, and as the state keeps them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{ComponentId, UnitId};
use crate::percent::Percent;

/// Most entries of one kind and year.
pub const ENTRIES_MAX: usize = 1_000;
/// Highest count of tasks (round-file.md, Reading).
pub const COUNT_MAX: u32 = 1_000_000;

/// A unit's score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScoreEntry {
    /// The unit.
    pub unit: UnitId,
    /// Its score in percent.
    pub score: Percent,
}

/// A unit's satisfaction rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RateEntry {
    /// The unit.
    pub unit: UnitId,
    /// Its rate in percent.
    pub rate: Percent,
}

/// A unit's tasks of a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskEntry {
    /// The unit.
    pub unit: UnitId,
    /// Tasks assigned (số nhiệm vụ được giao).
    pub assigned: u32,
    /// Of them done on time (hoàn thành đúng hạn).
    pub done_on_time: u32,
}

/// A component index of a year (chỉ số thành phần).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ComponentEntry {
    /// The component.
    pub component: ComponentId,
    /// What it is called.
    pub name: String,
    /// The unit that advises on it this year (đơn vị tham mưu).
    pub adviser: UnitId,
    /// Its rate in percent; absent: assigned, not published yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Percent>,
}

/// Entries of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Entries {
    /// Of the units' index.
    Scores(Vec<ScoreEntry>),
    /// Of satisfaction.
    Rates(Vec<RateEntry>),
    /// Of tasks.
    Tasks(Vec<TaskEntry>),
    /// Of the provincial index.
    Components(Vec<ComponentEntry>),
}

/// One entry as the state keeps it, under its unit or component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Entry {
    /// A score.
    Score(ScoreEntry),
    /// A satisfaction rate.
    Rate(RateEntry),
    /// Tasks.
    Tasks(TaskEntry),
    /// A component.
    Component(ComponentEntry),
}

impl Entry {
    /// The unit or component it belongs to.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::Score(entry) => entry.unit.as_str(),
            Self::Rate(entry) => entry.unit.as_str(),
            Self::Tasks(entry) => entry.unit.as_str(),
            Self::Component(entry) => entry.component.as_str(),
        }
    }

    /// The unit whose record it is: the assessed unit, or a component's adviser.
    #[must_use]
    pub fn unit(&self) -> &UnitId {
        match self {
            Self::Score(entry) => &entry.unit,
            Self::Rate(entry) => &entry.unit,
            Self::Tasks(entry) => &entry.unit,
            Self::Component(entry) => &entry.adviser,
        }
    }

    /// The value as text, as corrections show it.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Score(entry) => entry.score.to_string(),
            Self::Rate(entry) => entry.rate.to_string(),
            Self::Tasks(entry) => format!("{}/{}", entry.done_on_time, entry.assigned),
            Self::Component(entry) => match entry.rate {
                Some(rate) => format!("{rate} ({})", entry.adviser),
                None => format!("({})", entry.adviser),
            },
        }
    }
}

impl Entries {
    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Scores(entries) => entries.len(),
            Self::Rates(entries) => entries.len(),
            Self::Tasks(entries) => entries.len(),
            Self::Components(entries) => entries.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries one by one, in order.
    #[must_use]
    pub fn each(&self) -> Vec<Entry> {
        match self {
            Self::Scores(entries) => entries.iter().cloned().map(Entry::Score).collect(),
            Self::Rates(entries) => entries.iter().cloned().map(Entry::Rate).collect(),
            Self::Tasks(entries) => entries.iter().cloned().map(Entry::Tasks).collect(),
            Self::Components(entries) => entries.iter().cloned().map(Entry::Component).collect(),
        }
    }

    /// The entries that differ from what is known, of the same kind.
    #[must_use]
    pub fn changed_against(&self, known: &BTreeMap<String, Entry>) -> Self {
        let differs = |entry: Entry| known.get(entry.subject()) != Some(&entry);
        match self {
            Self::Scores(entries) => Self::Scores(kept(entries, |e| differs(Entry::Score(e)))),
            Self::Rates(entries) => Self::Rates(kept(entries, |e| differs(Entry::Rate(e)))),
            Self::Tasks(entries) => Self::Tasks(kept(entries, |e| differs(Entry::Tasks(e)))),
            Self::Components(entries) => {
                Self::Components(kept(entries, |e| differs(Entry::Component(e))))
            }
        }
    }
}

fn kept<T: Clone>(entries: &[T], keep: impl Fn(T) -> bool) -> Vec<T> {
    entries
        .iter()
        .filter(|entry| keep((*entry).clone()))
        .cloned()
        .collect()
}
