//! Verdicts on items (đủ điều kiện hay không), as `evaluation::judge` computed them.
//!
//! Nothing is judged here: what is recorded is the verdict, every criterion with its citation, and
//! from which facts under which rule book, so that anybody can compute it again.

use std::collections::BTreeSet;

use crate::actor::{Refusal, Role};
use crate::evaluation::vocabulary::{Eligibility, RuleId, Verdict, criteria_of};

use super::command::{JudgedItem, RecordEvaluation};
use super::event::{CriterionVerdict, EligibilityEvaluated, Event, ItemFoundIneligible};
use super::state::{CaseFile, Stage};
use super::{Act, EVALUATED_ITEMS_MAX, Rejection, at_most, refused};

/// Records verdicts.
pub(super) fn record(
    act: &Act<'_>,
    case: &CaseFile,
    evaluation: &RecordEvaluation,
) -> Result<Vec<Event>, Rejection> {
    let roles = [Role::StandingOffice, Role::System];
    if let Some(refusal) = Refusal::unless_role(act.by, &roles, act.action) {
        return Ok(refused(refusal));
    }
    if case.stage != Stage::Verifying {
        return Err(act.wrong_step(case, "VERIFYING"));
    }
    if evaluation.round_closed {
        let reason = format!("round {} is closed", case.round);
        return Ok(refused(Refusal::new(act.action, "R43", reason)));
    }
    // A reaction is dated like its cause, and repeats the day that was evaluated last.
    if evaluation.as_of > act.day() && !evaluation.only_changes {
        return Err(Rejection::Future { field: "asOf" });
    }
    at_most("items", &evaluation.items, EVALUATED_ITEMS_MAX)?;
    let distinct: BTreeSet<_> = evaluation.items.iter().map(|i| &i.item).collect();
    if distinct.is_empty() || distinct.len() != evaluation.items.len() {
        return Err(Rejection::EvaluatedItems);
    }
    let mut events = Vec::new();
    for judged in &evaluation.items {
        check_row(case, judged)?;
        events.extend(verdict(case, evaluation, judged));
    }
    Ok(events)
}

/// The item is in the round, and its verdict covers its row, in order.
fn check_row(case: &CaseFile, judged: &JudgedItem) -> Result<(), Rejection> {
    let forwarded = case.items.get(&judged.item).is_some_and(|i| i.forwarded);
    let proposed = case.proposed(&judged.item).filter(|_| forwarded);
    let item = proposed.ok_or_else(|| Rejection::NotForwarded {
        item: judged.item.clone(),
    })?;
    let row = criteria_of(item.lane, item.basis);
    if judged.criteria.iter().map(|c| &c.rule).eq(row) {
        return Ok(());
    }
    Err(Rejection::RowNotCovered {
        item: judged.item.clone(),
    })
}

fn verdict(case: &CaseFile, evaluation: &RecordEvaluation, judged: &JudgedItem) -> Vec<Event> {
    let last = case
        .items
        .get(&judged.item)
        .and_then(|item| item.evaluation.as_ref());
    let nothing_new = |last: &EligibilityEvaluated| {
        last.facts_position > evaluation.facts_position || says_the_same(last, evaluation, judged)
    };
    if evaluation.only_changes && last.is_some_and(nothing_new) {
        return Vec::new();
    }
    let not_met = not_met(&judged.criteria);
    let known = last.is_some_and(|last| {
        last.verdict == Eligibility::Ineligible && self::not_met(&last.criteria) == not_met
    });
    let mut events = vec![Event::EligibilityEvaluated(EligibilityEvaluated {
        dossier: case.dossier.clone(),
        round: case.round.clone(),
        item: judged.item.clone(),
        as_of: evaluation.as_of,
        verdict: judged.verdict,
        criteria: judged.criteria.clone(),
        rule_book: evaluation.rule_book.clone(),
        facts_position: evaluation.facts_position,
        inputs_digest: evaluation.inputs_digest.clone(),
        engine: judged.engine.clone(),
        receipt_digest: judged.receipt_digest.clone(),
    })];
    if judged.verdict == Eligibility::Ineligible && !known {
        events.push(Event::ItemFoundIneligible(ItemFoundIneligible {
            dossier: case.dossier.clone(),
            round: case.round.clone(),
            item: judged.item.clone(),
            rules: not_met,
        }));
    }
    events
}

fn not_met(criteria: &[CriterionVerdict]) -> Vec<RuleId> {
    criteria
        .iter()
        .filter(|c| c.verdict == Verdict::NotMet)
        .map(|c| c.rule)
        .collect()
}

/// Same verdicts from the same facts under the same rule book; wording, day and where in the log a
/// fact stands do not matter. A verdict from before receipts is compared by its figures.
fn says_the_same(
    last: &EligibilityEvaluated,
    evaluation: &RecordEvaluation,
    judged: &JudgedItem,
) -> bool {
    let figures = |c: &CriterionVerdict| (c.rule, c.verdict, c.value.clone(), c.threshold.clone());
    let facts = |c: &CriterionVerdict| -> Vec<_> {
        let inputs = c.inputs.iter();
        inputs.map(|i| (i.key(), i.value.clone())).collect()
    };
    let same_facts = last.receipt_digest.is_none()
        || last
            .criteria
            .iter()
            .map(facts)
            .eq(judged.criteria.iter().map(facts));
    last.verdict == judged.verdict
        && same_facts
        && last.rule_book == evaluation.rule_book
        && last
            .criteria
            .iter()
            .map(figures)
            .eq(judged.criteria.iter().map(figures))
}
