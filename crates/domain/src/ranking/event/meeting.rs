//! The review meeting, the adopted list and the proposal to the deciding authority.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ItemRef;
use crate::document::DocumentRef;
use crate::dossier::content::Voting;
use crate::evaluation::vocabulary::Lane;
use crate::ids::{DossierId, ItemId, OfficialId};

/// Minutes (biên bản) of the meeting that reviewed the ranked items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MeetingRecorded {
    /// Number of the minutes.
    pub minutes_number: String,
    /// The day of the meeting.
    pub date: NaiveDate,
    /// The body that met.
    pub body: String,
    /// Title of the chair.
    pub chair: String,
    /// Title of the secretary.
    pub secretary: String,
    /// All members: the denominator of every vote.
    pub members_total: u32,
    /// Those present.
    pub members_present: u32,
    /// How they voted.
    pub voting: Voting,
    /// Those present, where the minutes name them; participation is recorded, never the vote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub present: Vec<OfficialId>,
    /// Who took no part in which item, R54.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recusals: Vec<Recusal>,
    /// The tally an item.
    pub ballots: Vec<Ballot>,
    /// The signed minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentRef>,
}

/// A member who took no part in an item (không tham gia biểu quyết), R54.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recusal {
    /// The item.
    pub item: ItemId,
    /// The member.
    pub official: OfficialId,
}

/// The tally of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ballot {
    /// The item.
    pub item: ItemId,
    /// The dossier that holds it.
    pub dossier: DossierId,
    /// Votes for.
    #[serde(rename = "for")]
    pub in_favour: u32,
    /// Votes against.
    pub against: u32,
    /// Abstentions.
    pub abstained: u32,
    /// Members present who took no part.
    pub recused: u32,
    /// Whether the share of the total members that approves was exceeded.
    pub approved: bool,
}

/// The Steering Committee adopted the ranked list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShortlistAdopted {
    /// The ranking it rests on.
    pub ranking_edition: u32,
    /// The day it was adopted.
    pub date: NaiveDate,
    /// The items a lane, by place.
    pub lanes: Vec<ShortlistedLane>,
}

/// The adopted items of one lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShortlistedLane {
    /// The lane.
    pub lane: Lane,
    /// Its items, best first.
    pub items: Vec<ItemRef>,
}

/// The adopted list no longer stands; what was proposed on it and is not signed falls with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShortlistReopened {
    /// The ranking the list rested on.
    pub ranking_edition: u32,
    /// Why.
    pub reason: String,
    /// The items of the list that were not signed.
    pub items: Vec<ItemRef>,
}

/// The proposal (Tờ trình) went to the deciding authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProposalSubmitted {
    /// Its number.
    pub number: String,
    /// Its date.
    pub date: NaiveDate,
    /// The ranking behind the adopted list.
    pub ranking_edition: u32,
    /// The items proposed.
    pub items: Vec<ItemRef>,
    /// The signed letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentRef>,
}
