//! One kind of published fact for one year: publications, their corrections, and the entries.
//!
//! Entries may be recorded before the publication is registered; a round opens only on published
//! ones (R10). Once published, a value changes only in sight: as [`IndexCorrected`] (AMB-36).

mod decide;
mod entries;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use decide::{Command, Index, RecordEntries, Rejection};
pub use entries::{
    COUNT_MAX, ComponentEntry, ENTRIES_MAX, Entries, Entry, RateEntry, ScoreEntry, TaskEntry,
};

use crate::actor::Refusal;
use crate::decider::StoredEvent;

/// Kind of published fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IndexKind {
    /// The provincial index of the Ministry (Chỉ số CCHC cấp tỉnh): component indexes.
    ProvincialIndex,
    /// The units' index (Chỉ số CCHC của đơn vị): scores.
    UnitIndex,
    /// Satisfaction (tỷ lệ hài lòng): rates.
    Satisfaction,
    /// Assigned tasks (nhiệm vụ CCHC được giao): counts; reported, not published.
    Tasks,
}

impl IndexKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::ProvincialIndex,
        Self::UnitIndex,
        Self::Satisfaction,
        Self::Tasks,
    ];

    /// The written form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProvincialIndex => "PROVINCIAL_INDEX",
            Self::UnitIndex => "UNIT_INDEX",
            Self::Satisfaction => "SATISFACTION",
            Self::Tasks => "TASKS",
        }
    }

    /// Reads the written form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }

    /// Id of the stream of a kind and year, such as `UNIT_INDEX-2024`.
    #[must_use]
    pub fn stream_id(self, year: u16) -> String {
        format!("{}-{year}", self.as_str())
    }

    /// Whether the kind's facts count only once published.
    #[must_use]
    pub const fn is_published(self) -> bool {
        match self {
            Self::ProvincialIndex | Self::UnitIndex | Self::Satisfaction => true,
            Self::Tasks => false,
        }
    }
}

impl std::fmt::Display for IndexKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A publication (công bố) or, from edition 2, its correction (đính chính).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IndexPublished {
    /// What was published.
    pub kind: IndexKind,
    /// For which year.
    pub year: u16,
    /// 1 for the publication, 2 and on for corrections.
    pub edition: u16,
    /// Day of publication.
    pub published_on: NaiveDate,
    /// Number of the decision.
    pub decision_number: String,
    /// Who published.
    pub publisher: String,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Entries as they were recorded: those that are new or changed, and those taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntriesRecorded {
    /// What.
    pub kind: IndexKind,
    /// For which year.
    pub year: u16,
    /// The edition known when they were recorded; 0: recorded ahead of the publication.
    pub edition: u16,
    /// New and changed entries.
    pub entries: Entries,
    /// Units or components that have no entry any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
}

/// One value that changed after publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The unit or component.
    pub subject: String,
    /// Value before, as text; absent: there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Value after, as text; absent: there is none any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// Published values changed: open rounds are evaluated anew, awards flagged for review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IndexCorrected {
    /// What.
    pub kind: IndexKind,
    /// For which year.
    pub year: u16,
    /// The edition the new values belong to.
    pub edition: u16,
    /// What changed.
    pub changes: Vec<Change>,
}

/// What happened to an index of a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// Published, or corrected by a new edition.
    IndexPublished(IndexPublished),
    /// Entries recorded.
    EntriesRecorded(EntriesRecorded),
    /// Published values changed.
    IndexCorrected(IndexCorrected),
    /// Somebody tried what they may not.
    AttemptRefused(Refusal),
}

impl StoredEvent for Event {
    fn event_type(&self) -> &'static str {
        match self {
            Self::IndexPublished(_) => "IndexPublished",
            Self::EntriesRecorded(_) => "EntriesRecorded",
            Self::IndexCorrected(_) => "IndexCorrected",
            Self::AttemptRefused(_) => "AttemptRefused",
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::AttemptRefused(refusal) => Some(refusal),
            Self::IndexPublished(_) | Self::EntriesRecorded(_) | Self::IndexCorrected(_) => None,
        }
    }
}

/// An index of a year as its stream tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IndexState {
    /// Publications by edition, 1 first.
    pub editions: Vec<IndexPublished>,
    /// Entries by unit or component.
    pub entries: std::collections::BTreeMap<String, Entry>,
    /// Edition under which entries were last recorded.
    pub recorded_edition: u16,
}

impl IndexState {
    /// The newest edition's number; 0 before the publication.
    #[must_use]
    pub fn edition(&self) -> u16 {
        self.editions.last().map_or(0, |e| e.edition)
    }

    /// The newest edition published by a day.
    #[must_use]
    pub fn edition_on(&self, day: NaiveDate) -> Option<&IndexPublished> {
        self.editions.iter().rev().find(|e| e.published_on <= day)
    }
}

#[cfg(test)]
mod tests;
