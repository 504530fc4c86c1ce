//! The round file: one round's facts as typed records, and its canonical JSON.
//!
//! A service builds one from its own facts; [`RoundFile::read`] builds one from bytes. What it means
//! is for `evaluate` to say.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::vocabulary::{Basis, FindingVerdict, Group, Lane, RoundKind, RuleId};
use crate::ids::{ComponentId, InitiativeId, ItemId, SubjectId, UnitId};
use crate::percent::Percent;
use crate::rulebook::ParameterName;

/// First year a record can have.
pub const YEAR_FIRST: u16 = 2021;
/// Last year a record can have.
pub const YEAR_LAST: u16 = 2030;
/// Largest count of tasks.
pub const COUNT_MAX: u32 = 1_000_000;
/// Longest name, in Unicode code points.
pub const NAME_CHARS_MAX: usize = 500;

/// A round (đợt xét khen thưởng): its kind and award year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Round {
    /// Kind.
    pub kind: RoundKind,
    /// Award year.
    pub year: u16,
}

/// An assessed or advising unit (đơn vị).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unit {
    /// Id.
    pub id: UnitId,
    /// Name, 1 to 500 code points.
    pub name: String,
    /// Group (khối, nhóm).
    pub group: Group,
    /// Whether it is one of the advising units (đơn vị tham mưu); departments only.
    pub advising: bool,
    /// First year it is assessed; absent = 2021.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<u16>,
}

/// A unit's index score of a year (Chỉ số CCHC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScoreRecord {
    /// Unit.
    pub unit: UnitId,
    /// Year.
    pub year: u16,
    /// Score.
    pub score: Percent,
}

/// A unit's satisfaction rate of a year (tỷ lệ hài lòng).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SatisfactionRecord {
    /// Unit.
    pub unit: UnitId,
    /// Year.
    pub year: u16,
    /// Rate.
    pub rate: Percent,
}

/// A unit's reform tasks of a year (nhiệm vụ được giao).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TasksRecord {
    /// Unit.
    pub unit: UnitId,
    /// Year.
    pub year: u16,
    /// Tasks assigned.
    pub assigned: u32,
    /// Of them done on time.
    pub done_on_time: u32,
}

/// A component index of the province in a year (chỉ số thành phần).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComponentRecord {
    /// Component.
    pub id: ComponentId,
    /// The unit that advised on it that year (đơn vị tham mưu).
    pub adviser: UnitId,
    /// Year.
    pub year: u16,
    /// Rate; `None` = assigned, not published.
    pub rate: Option<Percent>,
}

/// An initiative that the council has judged (sáng kiến).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InitiativeRecord {
    /// Initiative.
    pub id: InitiativeId,
    /// Whether it is recognised.
    pub recognised: bool,
    /// Date of the recognition or refusal.
    pub date: NaiveDate,
}

/// A hold on a unit or person (tạm dừng, kỷ luật).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// The unit or person.
    pub subject: SubjectId,
    /// First day.
    pub opened: NaiveDate,
    /// The day it ended, which is free again; `None` = still open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<NaiveDate>,
}

/// An item (mục đề nghị): one subject in one lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// Id.
    pub id: ItemId,
    /// Lane.
    pub lane: Lane,
    /// A unit's id, or in `CERT_INDIVIDUAL` a person's.
    pub subject: SubjectId,
    /// In `CERT_INDIVIDUAL` only, and always there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// The components an adviser answers for; basis `ADVISER` only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<ComponentId>,
    /// The initiative of an outsider; basis `OUTSIDER` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiative: Option<InitiativeId>,
    /// Human findings by criterion (kết luận thẩm định); absent = nobody has found yet.
    pub findings: BTreeMap<RuleId, FindingVerdict>,
    /// The council's score of an individual (điểm Hội đồng).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub council_score: Option<Percent>,
}

/// A minuted choice between equals at the cut of a lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TieRuling {
    /// Lane.
    pub lane: Lane,
    /// Items, best first.
    pub order: Vec<ItemId>,
}

/// One round's facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoundFile {
    /// The round.
    pub round: Round,
    /// The civil day the outcome is for.
    pub as_of: NaiveDate,
    /// The round's own answers to open questions, over the rule book's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<ParameterName, String>,
    /// Units.
    pub units: Vec<Unit>,
    /// Index scores.
    pub index: Vec<ScoreRecord>,
    /// Satisfaction rates.
    pub satisfaction: Vec<SatisfactionRecord>,
    /// Tasks.
    pub tasks: Vec<TasksRecord>,
    /// Component indexes.
    pub components: Vec<ComponentRecord>,
    /// Initiatives.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub initiatives: Vec<InitiativeRecord>,
    /// Holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Hold>,
    /// Items.
    pub items: Vec<Item>,
    /// Tie rulings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tie_rulings: Vec<TieRuling>,
}

impl RoundFile {
    /// The canonical text: UTF-8 JSON of one line, fields in the order of the page.
    ///
    /// # Errors
    /// None occurs for these types; the signature is the serialiser's.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// `sha256:` and the lower-case hex digest of the canonical text.
    ///
    /// # Errors
    /// As [`RoundFile::to_json`].
    pub fn digest(&self) -> Result<String, serde_json::Error> {
        let text = self.to_json()?;
        Ok(format!(
            "sha256:{}",
            hex::encode(Sha256::digest(text.as_bytes()))
        ))
    }
}
