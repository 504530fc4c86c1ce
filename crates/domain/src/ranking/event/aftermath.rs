//! After the decision: corrections, revocations, notices, the end of the round and its archive.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ItemRef;
use super::decision::IssuingBody;
use crate::document::DocumentRef;
use crate::evaluation::vocabulary::Lane;
use crate::ids::{DossierId, ItemId};

/// How an error in a decision is put right (R53).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CorrectionKind {
    /// An error of form (đính chính): by letter; the decision keeps its number.
    Correction,
    /// An error of content (thay thế): a new decision supersedes the old one.
    Replacement,
}

/// A decision was corrected or replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DecisionCorrected {
    /// The decision with the error.
    pub decision: String,
    /// How it is put right.
    pub kind: CorrectionKind,
    /// Number of the correcting letter, or of the decision that replaces.
    pub correction_number: String,
    /// Its date.
    pub date: NaiveDate,
    /// Title of the signer.
    pub signed_by: String,
    /// What changes, in words.
    pub changes: String,
    /// The items rewarded from now on.
    pub items: Vec<ItemRef>,
    /// Items of the replaced decision that the new one no longer rewards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<ItemRef>,
}

/// Grounds of revocation (căn cứ hủy bỏ quyết định khen thưởng), R49.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RevocationGround {
    /// Fraud in declaring achievements.
    A,
    /// False information or forged dossier.
    B,
    /// Appraisal, review or proposal contrary to law.
    C,
    /// Violations within the achievement period, found by a competent authority.
    D,
}

/// An award was revoked. Its slot is not filled again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AwardRevoked {
    /// The item.
    pub item: ItemId,
    /// The dossier that holds it.
    pub dossier: DossierId,
    /// The ground.
    pub ground: RevocationGround,
    /// What proves it: conclusion, decision or judgment, by number and date.
    pub evidence: String,
    /// For ground D: the year the violations fall into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub violation_year: Option<u16>,
    /// Number of the revoking decision.
    pub decision_number: String,
    /// In whose name, as the award's.
    pub body: IssuingBody,
    /// Its date.
    pub date: NaiveDate,
    /// Object and money are to be given back.
    pub recovery_due: bool,
    /// The evidence itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentRef>,
}

/// Object and money of a revoked award were given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AwardRecovered {
    /// The item.
    pub item: ItemId,
    /// The dossier that holds it.
    pub dossier: DossierId,
    /// The day.
    pub on: NaiveDate,
    /// What came back.
    pub note: String,
}

/// An award rests on facts that were corrected after the decision (AMB-36). The award stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AwardFlaggedForReview {
    /// The item.
    pub item: ItemId,
    /// The dossier that holds it.
    pub dossier: DossierId,
    /// Position of the event that changed the facts.
    pub cause: u64,
    /// What changed.
    pub reason: String,
}

/// A number of a body's register was voided: the gap is explained, the number never used again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NumberVoided {
    /// The body whose register it is.
    pub body: IssuingBody,
    /// The register's year.
    pub year: i32,
    /// The number.
    pub number: String,
    /// Why.
    pub reason: String,
}

/// Units were told the outcome of their items, with reasons (R50).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutcomesNotified {
    /// The day of the notice.
    pub on: NaiveDate,
    /// A notice a dossier.
    pub notices: Vec<Notice>,
}

/// The notice to the unit that submitted a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The dossier.
    pub dossier: DossierId,
    /// Its items and what became of each.
    pub items: Vec<NotifiedItem>,
}

/// What a unit was told about an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotifiedItem {
    /// The item.
    pub item: ItemId,
    /// `AWARDED`, `WITHDRAWN`, `DECLINED`, `NOT_APPROVED`, `EXCLUDED_DISCIPLINE`, `LAPSED`,
    /// `REVOKED`, or the outcome of the last ranking.
    pub outcome: String,
    /// Why, in words.
    pub reason: String,
}

/// The round is over: nothing more is ranked or signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoundClosed {
    /// The day.
    pub on: NaiveDate,
    /// Items still suspended: they lapse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lapsed: Vec<ItemRef>,
    /// Lanes with slots left empty, and why (AMB-24: no transfer, no lowering).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vacant: Vec<VacantSlots>,
}

/// Slots of a lane that stayed empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VacantSlots {
    /// The lane.
    pub lane: Lane,
    /// Number of empty slots.
    pub empty: u32,
    /// Why.
    pub reason: String,
}

/// The round's file went to the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoundArchived {
    /// The day.
    pub on: NaiveDate,
    /// Kept until the end of this day at least.
    pub retain_until: NaiveDate,
}
