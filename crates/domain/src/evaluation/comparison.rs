//! Two outcomes of one round file side by side: what another rule book would change, item by item.

use serde::{Deserialize, Serialize};

use super::outcome::{ItemResult, Outcome};
use super::vocabulary::{Eligibility, ItemOutcome};
use crate::ids::ItemId;

/// What became of an item under one of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Standing {
    /// Verdict by its criteria.
    pub verdict: Eligibility,
    /// Outcome.
    pub outcome: ItemOutcome,
    /// Place; `None` = not ranked.
    pub place: Option<u32>,
}

/// An item that stands otherwise under the second rule book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Difference {
    /// Item.
    pub item: ItemId,
    /// Under the first.
    pub from: Standing,
    /// Under the second.
    pub to: Standing,
}

/// The items of one round file that stand otherwise in a second outcome, in the file's order.
#[must_use]
pub fn differences(from: &Outcome, to: &Outcome) -> Vec<Difference> {
    let both = from.items.iter().zip(&to.items);
    let standing = |result: &ItemResult| Standing {
        verdict: result.verdict,
        outcome: result.outcome,
        place: result.place,
    };
    both.map(|(from, to)| Difference {
        item: from.id.clone(),
        from: standing(from),
        to: standing(to),
    })
    .filter(|difference| difference.from != difference.to)
    .collect()
}
