//! How the lanes came into order: council scores, rankings, rulings on ties.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ItemRef;
use crate::dossier::content::Voting;
use crate::evaluation::vocabulary::{Eligibility, ItemOutcome, Lane};
use crate::ids::{AppealId, DossierId, ItemId};
use crate::percent::Percent;

/// The council scored individuals. Ballots carry no name and stand in no order of members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CouncilScored {
    /// The day of the meeting.
    pub date: NaiveDate,
    /// The body that scored.
    pub body: String,
    /// All its members.
    pub members_total: u32,
    /// Those present.
    pub members_present: u32,
    /// How the scores were given.
    pub voting: Voting,
    /// A score an item.
    pub scores: Vec<CouncilScore>,
}

/// An individual's score: the mean of the ballots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CouncilScore {
    /// The item.
    pub item: ItemId,
    /// The dossier that holds it.
    pub dossier: DossierId,
    /// Mean of the ballots, to 4 decimals.
    pub score: Percent,
    /// The ballots, highest first.
    pub ballots: Vec<Percent>,
}

/// The lanes were ranked under the round's rule book, from facts that can be found again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RankingComputed {
    /// 1, 2, 3 … in this round.
    pub edition: u32,
    /// The day the facts were judged for.
    pub as_of: NaiveDate,
    /// SHA-256 of the canonical round file, `sha256:<hex>`.
    pub inputs_digest: String,
    /// Position of the log up to which facts were known.
    pub facts_position: u64,
    /// Digest of the rule book, `sha256:<hex>`.
    pub rule_book_digest: String,
    /// The lanes with items, in the plan's order.
    pub lanes: Vec<LaneRanking>,
    /// Every item that was judged.
    pub items: Vec<ItemRanking>,
    /// What is unusual and no error.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Version of the code that ranked; absent in events from before it was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
}

/// One ranked lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LaneRanking {
    /// The lane.
    pub lane: Lane,
    /// Its quota.
    pub quota: u32,
    /// Number selected.
    pub selected: u32,
    /// Slots nobody was ranked for.
    pub empty: u32,
    /// Whether nothing in the lane is still open.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// The ranked items by place.
    pub ranked: Vec<RankedItem>,
}

/// An item's place in its lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RankedItem {
    /// The item.
    pub item: ItemId,
    /// Its place; equals share one.
    pub place: u32,
    /// The keys it was ranked by, for people: rounded, absent where a key could not be computed.
    pub keys: Vec<Option<String>>,
}

/// What became of an item in a ranking, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemRanking {
    /// The item.
    pub item: ItemId,
    /// The dossier that holds it.
    pub dossier: DossierId,
    /// Whether it is eligible.
    pub verdict: Eligibility,
    /// What became of it.
    pub outcome: ItemOutcome,
    /// Its place, if ranked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
    /// Why, in words.
    pub reason: String,
}

/// A tie at the cut was ruled on by people, with minutes (AMB-27).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TieRuled {
    /// The lane.
    pub lane: Lane,
    /// Every member of the group at the cut, best first.
    pub order: Vec<ItemRef>,
    /// Number of the minutes that hold the choice.
    pub minutes_number: String,
    /// Their date.
    pub date: NaiveDate,
    /// Why this order.
    pub reason: String,
}

/// Facts behind the ranking changed: it must be computed anew before anything is adopted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReevaluationNeeded {
    /// Position of the event that changed the facts.
    pub cause: u64,
    /// What changed.
    pub reason: String,
    /// The items it touches; empty where it may touch any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemRef>,
    /// The upheld appeal, if that is the cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal: Option<AppealId>,
    /// The lane's quota is used up: the authority must rule what an upheld appeal leads to.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ruling_needed: bool,
}
