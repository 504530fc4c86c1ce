//! What is fixed when a round opens: rule book, quotas, publications, deadlines, units.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::evaluation::vocabulary::{Group, Lane, PublicationKind, RoundKind};
use crate::ids::{RoundId, RuleBookId, UnitId};

/// The round is open. Everything later is decided under what stands here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoundOpened {
    /// The round, such as `annual-2024`.
    pub round: RoundId,
    /// Kind of round.
    pub kind: RoundKind,
    /// Award year.
    pub year: u16,
    /// The rule book (bộ quy tắc) of the round.
    pub rule_book: RuleBookRef,
    /// Its parameters that differ from the defaults, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// Number of awards a lane, R7; a lane without an entry takes no items.
    pub quotas: Vec<LaneQuota>,
    /// The publications the round rests on, R10.
    pub publications: Vec<PublicationRef>,
    /// Last day for dossiers, a publication, R42.
    pub deadlines: Vec<Deadline>,
    /// The assessed units as the registry had them, R5.
    pub units: Vec<SnapshotUnit>,
    /// How meetings decide, AMB-32.
    pub voting: VotingRules,
    /// Days after the notice within which an appeal is admitted.
    pub appeal_days: u32,
    /// Years the round's file is kept.
    pub retention_years: u32,
    /// What is unusual and no error, such as a group of another size (R5).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A rule book, named so that nobody can mistake it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleBookRef {
    /// Its id.
    pub id: RuleBookId,
    /// Its version.
    pub version: u32,
    /// Digest of its text, `sha256:<hex>`.
    pub digest: String,
}

/// Number of awards of a lane (số lượng).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LaneQuota {
    /// The lane.
    pub lane: Lane,
    /// A ceiling; an empty slot stays empty (AMB-24).
    pub quota: u32,
}

/// A publication (công bố) the round rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicationRef {
    /// What was published.
    pub kind: PublicationKind,
    /// The day it was published.
    pub published_on: NaiveDate,
    /// Number of the publishing decision.
    pub decision_number: String,
    /// 1, or more after a correction (đính chính).
    pub edition: u32,
}

/// Last day for dossiers whose period starts with a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deadline {
    /// The publication the period starts with (AMB-1).
    pub publication: PublicationKind,
    /// The last day, which ends at 24:00 in Asia/Ho_Chi_Minh.
    pub due_on: NaiveDate,
}

/// An assessed unit as the registry had it when the round opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotUnit {
    /// The unit.
    pub unit: UnitId,
    /// Its group (khối).
    pub group: Group,
    /// Whether it is one of the advising agencies (cơ quan tham mưu).
    pub advising: bool,
    /// First year it is assessed.
    pub since: u16,
}

/// How meetings decide (AMB-32). Shares are of the total members, never of those present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VotingRules {
    /// A meeting is valid with at least this share present.
    pub quorum: Share,
    /// An item is approved by more than this share.
    pub approval_above: Share,
}

/// A share in whole numbers, such as 2 of 3: exact where a percentage is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    /// So many …
    pub parts: u32,
    /// … of so many.
    pub whole: u32,
}

impl Share {
    /// Whether `count` of `total` is at least this share.
    #[must_use]
    pub fn reached_by(self, count: u32, total: u32) -> bool {
        u64::from(count) * u64::from(self.whole) >= u64::from(total) * u64::from(self.parts)
    }

    /// Whether `count` of `total` is more than this share.
    #[must_use]
    pub fn exceeded_by(self, count: u32, total: u32) -> bool {
        u64::from(count) * u64::from(self.whole) > u64::from(total) * u64::from(self.parts)
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.parts, self.whole)
    }
}
