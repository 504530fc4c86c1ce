//! Two outcomes of one round file side by side: what another rule book would change, item by item,
//! and why. Both are simulations but for the one under the book in force.

use serde::{Deserialize, Serialize};

use super::outcome::{CriterionResult, ItemResult, Outcome};
use super::vocabulary::{Eligibility, ItemOutcome, RuleId, Verdict};
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

impl Standing {
    /// Of a result.
    pub(super) fn of(result: &ItemResult) -> Self {
        Self {
            verdict: result.verdict,
            outcome: result.outcome,
            place: result.place,
        }
    }
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
    /// Why it stood so under the first, in words.
    pub from_reason: String,
    /// Why it stands so under the second, in words.
    pub to_reason: String,
    /// The criteria that are judged otherwise; none where only others moved, or the quota.
    pub criteria: Vec<CriterionDifference>,
}

/// A criterion that is judged otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CriterionDifference {
    /// Rule.
    pub rule: RuleId,
    /// Verdict under the first; `None` = it is no criterion there.
    pub from: Option<Verdict>,
    /// Verdict under the second.
    pub to: Option<Verdict>,
    /// Why under the first.
    pub from_explanation: Option<String>,
    /// Why under the second.
    pub to_explanation: Option<String>,
}

/// The items that are selected under one rule book only, in the file's order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Winners {
    /// Selected under the second only.
    pub gained: Vec<ItemId>,
    /// Selected under the first only.
    pub lost: Vec<ItemId>,
}

/// The items of one round file that stand otherwise in a second outcome, in the file's order.
#[must_use]
pub fn differences(from: &Outcome, to: &Outcome) -> Vec<Difference> {
    let both = from.items.iter().zip(&to.items);
    both.map(|(from, to)| Difference {
        item: from.id.clone(),
        from: Standing::of(from),
        to: Standing::of(to),
        from_reason: from.reason.clone(),
        to_reason: to.reason.clone(),
        criteria: criteria(from, to),
    })
    .filter(|difference| difference.from != difference.to)
    .collect()
}

/// Who wins and who loses an award by the differences.
#[must_use]
pub fn winners(differences: &[Difference]) -> Winners {
    let of = |wanted: (bool, bool)| {
        let changed = differences.iter().filter(|one| {
            let selected = |standing: Standing| standing.outcome == ItemOutcome::Selected;
            (selected(one.from), selected(one.to)) == wanted
        });
        changed.map(|one| one.item.clone()).collect()
    };
    Winners {
        gained: of((false, true)),
        lost: of((true, false)),
    }
}

/// The criteria of an item whose verdicts differ, in the order of the table.
fn criteria(from: &ItemResult, to: &ItemResult) -> Vec<CriterionDifference> {
    let of = |result: &ItemResult, rule: RuleId| -> Option<CriterionResult> {
        let mut criteria = result.criteria.iter();
        criteria.find(|one| one.rule == rule).cloned()
    };
    let named = from.criteria.iter().chain(&to.criteria).map(|one| one.rule);
    let rules: std::collections::BTreeSet<RuleId> = named.collect();
    let both = rules
        .into_iter()
        .map(|rule| (rule, of(from, rule), of(to, rule)));
    both.filter_map(|(rule, from, to)| {
        let verdict = |one: &Option<CriterionResult>| one.as_ref().map(|one| one.verdict);
        (verdict(&from) != verdict(&to)).then(|| CriterionDifference {
            rule,
            from: verdict(&from),
            to: verdict(&to),
            from_explanation: from.map(|one| one.explanation),
            to_explanation: to.map(|one| one.explanation),
        })
    })
    .collect()
}
