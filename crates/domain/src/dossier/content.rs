//! What a dossier holds at the moment it is handed in: everything verification needs, and no more.
//!
//! Shared by the events `DossierSubmitted` and `DossierSupplemented` and by the case that is opened
//! on them. Names of persons are not here; a person is an id.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::evaluation::vocabulary::{Basis, Lane};
use crate::ids::{ComponentId, InitiativeId, ItemId, PersonId, SubjectId, UnitId};

/// To whom the proposal is addressed (nơi kính gửi), R41.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Addressee {
    /// To the Standing Office of the provincial committee through Home Affairs (qua Sở Nội vụ), as the plan asks.
    HomeAffairs,
    /// Past Home Affairs: to the Standing Office, the committee or the Chairman at once.
    Direct,
}

/// How the dossier travels (hình thức gửi).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Channel {
    /// On paper (bản giấy); the stamp of arrival counts (AMB-3).
    Paper,
    /// As electronic documents (bản điện tử), R51.
    Electronic,
}

/// How a meeting voted (hình thức biểu quyết).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Voting {
    /// By show of hands (biểu quyết).
    Open,
    /// By secret ballot (bỏ phiếu kín).
    Secret,
}

/// An item as the unit proposes it (mục đề nghị): one subject in one lane of the round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProposedItem {
    /// The item.
    pub item: ItemId,
    /// The lane it is proposed in.
    pub lane: Lane,
    /// The unit or person proposed.
    pub subject: SubjectId,
    /// On which ground an individual is proposed; present for individuals only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// The component indexes an adviser works on; basis `ADVISER` only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<ComponentId>,
    /// The recognised initiative relied on; basis `OUTSIDER` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initiative: Option<InitiativeId>,
    /// The unit an individual works in; absent for an outsider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// The unit that nominates an outsider (AMB-29).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nominated_by: Option<UnitId>,
    /// In which role it is proposed, in the office's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// The signed proposal (Tờ trình) with its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProposalSummary {
    /// Number and symbol, such as `729/TTr-SNV`.
    pub number: String,
    /// Its date.
    pub date: NaiveDate,
    /// The items its list names.
    pub list: Vec<ItemId>,
}

/// The minutes of the review meeting (Biên bản họp xét).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MinutesSummary {
    /// Number and symbol, such as `03/BB-BCĐ`.
    pub number: String,
    /// Day of the meeting.
    pub date: NaiveDate,
    /// The items the meeting dealt with.
    pub covers: Vec<ItemId>,
}

/// A report of achievements (Báo cáo thành tích), and whether it is confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportSummary {
    /// The item it is about.
    pub item: ItemId,
    /// Whether the Steering Committee of the submitting level has confirmed it.
    pub confirmed: bool,
    /// The day it was confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_on: Option<NaiveDate>,
}

/// What the dossier holds when it is handed in (thành phần hồ sơ, R37 to R41).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierContent {
    /// To whom the proposal is addressed.
    pub addressee: Addressee,
    /// The items proposed, by id.
    pub items: Vec<ProposedItem>,
    /// The signed proposal.
    pub proposal: ProposalSummary,
    /// The minutes of the review meeting, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<MinutesSummary>,
    /// The reports, by item.
    pub reports: Vec<ReportSummary>,
    /// Number of sets (bộ hồ sơ); the plan asks for 2.
    pub sets: u32,
    /// Whether the sets are originals (bản chính).
    pub originals: bool,
    /// How it travels.
    pub channel: Channel,
    /// When the unit sent it.
    pub sent_at: DateTime<Utc>,
    /// Persons who confirmed or refused a report, or signed the proposal: they may not verify this dossier (R55).
    pub confirmers: Vec<PersonId>,
}
