//! The catalogue of rules R1 to R55: what each says, where it stands, and the computations among them.
//!
//! A rule that can be computed is a function beside its entry and answers with what is wrong, never with
//! a bare `bool` where somebody must be told why. Criteria (R11 to R34) are judged by `evaluation` from
//! the rule book's figures; here they have only their entries.

pub mod certificate;
pub mod dossier;
pub mod exclusions;
pub mod flag;
pub mod law;
pub mod process;
pub mod rounds;
pub mod scope;
pub mod timeliness;

use serde::Serialize;

use crate::decider::Violation;
use crate::evaluation::vocabulary::RuleId;
use crate::ids::ItemId;

/// What a rule rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Source {
    /// The plan's own words (Kế hoạch 52/KH-UBND).
    Plan,
    /// A law or decree.
    Law,
    /// Inferred from the plan's words.
    Inferred,
    /// Good administrative practice; no text demands it.
    Practice,
}

/// A rule (quy tắc).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Id.
    pub id: RuleId,
    /// Section of the plan, or the law.
    pub citation: &'static str,
    /// Title in Vietnamese.
    pub title_vi: &'static str,
    /// Title in English.
    pub title_en: &'static str,
    /// What it rests on.
    pub source: Source,
}

/// A violation of `id`, cited from the catalogue.
#[must_use]
pub fn violation(id: RuleId, item: Option<&ItemId>, reason: impl Into<String>) -> Violation {
    Violation {
        rule: id.as_str(),
        citation: rule(id).map_or("", |entry| entry.citation),
        item: item.cloned(),
        reason: reason.into(),
    }
}

const GROUPS: [&[Rule]; 9] = [
    scope::RULES,
    rounds::RULES,
    flag::RULES,
    certificate::RULES,
    exclusions::RULES,
    dossier::RULES,
    timeliness::RULES,
    process::RULES,
    law::RULES,
];

/// Every rule, in order of id.
pub fn catalogue() -> impl Iterator<Item = &'static Rule> {
    GROUPS.into_iter().flatten()
}

/// The entry of a rule; the catalogue has one for every id (tested).
#[must_use]
pub fn rule(id: RuleId) -> Option<&'static Rule> {
    catalogue().find(|rule| rule.id == id)
}

const fn entry(
    id: RuleId,
    source: Source,
    citation: &'static str,
    title_vi: &'static str,
    title_en: &'static str,
) -> Rule {
    Rule {
        id,
        citation,
        title_vi,
        title_en,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::RuleBook;

    #[test]
    fn the_catalogue_has_every_rule_once_and_in_order() {
        let ids: Vec<_> = catalogue().map(|rule| rule.id).collect();
        assert_eq!(ids, RuleId::ALL);
    }

    #[test]
    fn a_criterion_is_cited_alike_in_catalogue_and_rule_book() {
        let book = RuleBook::soc_trang();
        for entry in catalogue() {
            if let Some(criterion) = book.criterion(entry.id) {
                assert_eq!(criterion.citation, entry.citation, "{}", entry.id);
            }
        }
    }
}
