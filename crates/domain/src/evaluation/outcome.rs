//! The outcome of a round, as it is written: what the command line prints and events carry.

use serde::{Deserialize, Serialize};

use super::round_file::Round;
use super::vocabulary::{Eligibility, ItemOutcome, Lane, RuleId, Verdict};
use crate::ids::ItemId;
use crate::rulebook::RuleBookRef;

/// The outcome of a round file under a rule book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Outcome {
    /// The round.
    pub round: Round,
    /// The rule book it was made under.
    pub rule_book: RuleBookRef,
    /// Made under a rule book that is not in force: a simulation, never recorded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulation: bool,
    /// What is odd but no error.
    pub warnings: Vec<String>,
    /// Lanes that have items, in table order.
    pub lanes: Vec<LaneOutcome>,
    /// Items, in the file's order.
    pub items: Vec<ItemResult>,
}

/// A lane ranked and cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LaneOutcome {
    /// Lane.
    pub lane: Lane,
    /// Awards there are (số lượng).
    pub quota: u32,
    /// Awards that have an item.
    pub selected: u32,
    /// Awards that nobody is ranked for (suất trống).
    pub empty: u32,
    /// Whether nothing in the lane is open any more.
    pub r#final: bool,
    /// The ranked items, by place, equals in the file's order.
    pub ranked: Vec<RankedItem>,
}

/// An item's place in its lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RankedItem {
    /// Item.
    pub item: ItemId,
    /// Place; equals share it.
    pub place: u32,
    /// The keys it was ranked by, rounded for people; `None` = cannot be computed.
    pub keys: Vec<Option<String>>,
}

/// What becomes of an item, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ItemResult {
    /// Item.
    pub id: ItemId,
    /// Verdict by its criteria.
    pub verdict: Eligibility,
    /// Outcome in the round.
    pub outcome: ItemOutcome,
    /// Place; `None` = not ranked.
    pub place: Option<u32>,
    /// The receipt (phiếu giải trình): every criterion.
    pub criteria: Vec<CriterionResult>,
    /// Why, in words.
    pub reason: String,
}

/// The verdict on a criterion, from which figure, by which clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CriterionResult {
    /// Rule.
    pub rule: RuleId,
    /// Verdict.
    pub verdict: Verdict,
    /// Section of the plan.
    pub citation: String,
    /// The figure, rounded for people; `None` = missing, or a finding alone.
    #[serde(default)]
    pub value: Option<String>,
    /// What the figure was held against, where there is such a thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<String>,
    /// Why, in words.
    pub explanation: String,
}
