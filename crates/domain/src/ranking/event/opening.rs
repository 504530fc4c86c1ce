//! What is fixed when a round opens: rule book, quotas, publications, deadlines, units.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::evaluation::vocabulary::{Group, Lane, PublicationKind, RoundKind};
use crate::ids::{RoundId, UnitId};
use crate::rulebook::{AppealPeriod, ParameterName, RuleBookRef, Voting};

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
    /// The day it was opened.
    pub opened_on: NaiveDate,
    /// First year of the achievements rewarded; the award year is the last.
    pub achievement_from: u16,
    /// The rule book (bộ quy tắc) of the round.
    pub rule_book: RuleBookRef,
    /// The round's own answers over the rule book's, by name of the parameter.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<ParameterName, String>,
    /// Number of awards a lane, R7; a lane without an entry takes no items.
    pub quotas: Vec<LaneQuota>,
    /// The publications the round rests on, R10.
    pub publications: Vec<PublicationRef>,
    /// Last day for dossiers, a publication, R42.
    pub deadlines: Vec<Deadline>,
    /// The assessed units as the registry had them, R5.
    pub units: Vec<SnapshotUnit>,
    /// How meetings decide, AMB-32.
    pub voting: Voting,
    /// How long an appeal is admitted.
    pub appeal: AppealPeriod,
    /// Years the round's file is kept.
    pub retention_years: u32,
    /// What is unusual and no error, such as a group of another size (R5).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
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
    pub edition: u16,
}

/// Last day for dossiers whose period starts with a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deadline {
    /// The publication the period starts with (AMB-1).
    pub publication: PublicationKind,
    /// The last day, which ends at 24:00 in Việt Nam.
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
