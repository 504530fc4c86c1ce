//! Findings (kết luận thẩm định): a human's word on one criterion of one item, with evidence.
//!
//! A later finding on the same criterion supersedes the earlier one; both stay on record.

use crate::actor::Refusal;
use crate::calendar::civil_day;
use crate::dossier::content::ProposedItem;
use crate::evaluation::vocabulary::RuleId;
use crate::rulebook::{Computation, RuleBook};

use super::command::RecordFinding;
use super::event::{Event, FindingRecorded};
use super::state::{CaseFile, Stage};
use super::{Act, ENTRIES_MAX, Rejection, TEXT_CHARACTERS_MAX, at_most, authority, refused, text};

/// Records a finding.
pub(super) fn record(
    act: &Act<'_>,
    case: &CaseFile,
    finding: RecordFinding,
) -> Result<Vec<Event>, Rejection> {
    let item = case
        .proposed(&finding.item)
        .ok_or_else(|| Rejection::UnknownItem {
            item: finding.item.clone(),
        })?;
    if let Some(refusal) = authority::refuse_finder(act.by, case, item, finding.rule, act.action) {
        return Ok(refused(refusal));
    }
    if case.stage != Stage::Verifying {
        return Err(act.wrong_step(case, "VERIFYING"));
    }
    if finding.round_closed {
        let reason = format!("round {} is closed", case.round);
        return Ok(refused(Refusal::new(act.action, "R43", reason)));
    }
    if !case.items.get(&finding.item).is_some_and(|i| i.forwarded) {
        return Err(Rejection::NotForwarded { item: finding.item });
    }
    check_criterion(item, finding.rule, &finding.rule_book)?;
    let received_on = case.receipt.as_ref().map(|r| civil_day(r.received_at));
    if finding.found_on > act.day() || received_on.is_some_and(|day| finding.found_on < day) {
        return Err(Rejection::FindingDay);
    }
    at_most("documents", &finding.documents, ENTRIES_MAX)?;
    Ok(vec![Event::FindingRecorded(FindingRecorded {
        dossier: case.dossier.clone(),
        round: case.round.clone(),
        item: finding.item,
        rule: finding.rule,
        verdict: finding.verdict,
        evidence: text("evidence", &finding.evidence, TEXT_CHARACTERS_MAX)?,
        documents: finding.documents,
        found_on: finding.found_on,
        finder: act.by.official.clone(),
        finder_agency: act.by.agency.clone(),
    })])
}

/// The rule is one of the item's row and leaves something for a human to say.
fn check_criterion(item: &ProposedItem, rule: RuleId, book: &RuleBook) -> Result<(), Rejection> {
    if !book.criteria(item.lane, item.basis).contains(&rule) {
        return Err(Rejection::ForeignCriterion {
            item: item.item.clone(),
            rule,
        });
    }
    let computation = book.criterion(rule).map(|c| &c.computation);
    if matches!(computation, Some(Computation::Floor { .. })) {
        return Err(Rejection::ComputedCriterion { rule });
    }
    Ok(())
}
