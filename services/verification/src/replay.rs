//! Recorded verdicts made again: what the log says was judged, judged anew from what was known then.
//!
//! The log is read twice: first the verdicts are noted, then the facts are folded, and at the very
//! position a verdict's facts were read at it is compared.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use hoso_domain::decider::{Decider as _, StoredDecider as _};
use hoso_domain::evaluation::ENGINE;
use hoso_domain::ids::DossierId;
use hoso_domain::verification::command::{JudgedItem, RecordEvaluation};
use hoso_domain::verification::event::{CriterionVerdict, EligibilityEvaluated, Event};
use hoso_domain::verification::{Case, CaseState};
use hoso_ledger::{Position, RecordedEvent};
use hoso_runtime::Fold as _;

use crate::judge::evaluate;
use crate::views::Foreign;

/// Verdicts that were judged together.
type Batch = BTreeMap<(DossierId, NaiveDate), Vec<(Position, EligibilityEvaluated)>>;

/// The replay of all verdicts.
#[derive(Default)]
pub struct Replay {
    recorded: BTreeMap<Position, Batch>,
    foreign: Foreign,
    cases: BTreeMap<DossierId, CaseState>,
    verdicts: u64,
}

impl Replay {
    /// Verdicts noted.
    #[must_use]
    pub fn verdicts(&self) -> u64 {
        self.verdicts
    }

    /// First reading: notes a verdict.
    pub fn note(&mut self, event: &RecordedEvent) {
        if event.event_type != "EligibilityEvaluated" || event.stream.category() != Case::CATEGORY {
            return;
        }
        // One that cannot be read is a difference of its stream.
        if let Ok(Event::EligibilityEvaluated(verdict)) = serde_json::from_str(&event.data) {
            self.verdicts += 1;
            let at = self.recorded.entry(verdict.facts_position).or_default();
            let together = (verdict.dossier.clone(), verdict.as_of);
            at.entry(together)
                .or_default()
                .push((event.position, verdict));
        }
    }

    /// Whether everything that was noted has been compared: nothing behind is of any account.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.recorded.is_empty()
    }

    /// After the second reading: the verdicts that name facts which the log does not have, in words.
    pub fn rest(&mut self) -> Vec<String> {
        let left = std::mem::take(&mut self.recorded);
        let left = left.into_iter().flat_map(|(facts, batch)| {
            let verdicts = batch.into_values().flatten();
            verdicts.map(move |(position, verdict)| {
                let item = verdict.item;
                format!(
                    "position {position}: item {item}: the log has no facts of position {facts}"
                )
            })
        });
        left.collect()
    }

    /// Second reading: folds an event; how the verdicts from facts up to it differ, in words.
    pub fn apply(&mut self, event: &RecordedEvent) -> Vec<String> {
        self.foreign.apply(event);
        if event.stream.category() == Case::CATEGORY
            && let Ok(dossier) = DossierId::parse(event.stream.id())
            && let Ok(happened) = serde_json::from_str::<Event>(&event.data)
        {
            let state = self.cases.entry(dossier).or_default();
            *state = Case::evolve(std::mem::take(state), &happened);
        }
        let batch = self.recorded.remove(&event.position).unwrap_or_default();
        let mut differences = Vec::new();
        for ((dossier, as_of), verdicts) in batch {
            let judged = self.judged(&dossier, event.position, as_of);
            for (position, recorded) in verdicts {
                let difference = match &judged {
                    Ok(_) if position <= event.position => Some(format!(
                        "the facts of position {} came later",
                        event.position
                    )),
                    Ok(judged) => difference(judged, &recorded),
                    Err(reason) => Some(reason.clone()),
                };
                let item = &recorded.item;
                let told =
                    difference.map(|what| format!("position {position}: item {item}: {what}"));
                differences.extend(told);
            }
        }
        differences
    }

    fn judged(
        &self,
        dossier: &DossierId,
        position: Position,
        as_of: NaiveDate,
    ) -> Result<RecordEvaluation, String> {
        let Some(CaseState::Opened(case)) = self.cases.get(dossier) else {
            return Err(format!("there was no case of {dossier} then"));
        };
        evaluate(&self.foreign, position, case, as_of).map_err(|problem| problem.to_string())
    }
}

/// How a recorded verdict differs from the one judged anew; by the same engine to the last letter.
fn difference(judged: &RecordEvaluation, recorded: &EligibilityEvaluated) -> Option<String> {
    let Some(item) = judged.items.iter().find(|one| one.item == recorded.item) else {
        return Some("was not forwarded then".to_owned());
    };
    if judged.inputs_digest != recorded.inputs_digest {
        let (then, now) = (&recorded.inputs_digest, &judged.inputs_digest);
        return Some(format!("its facts were {then} and are {now}"));
    }
    if judged.rule_book != recorded.rule_book {
        return Some("is of another rule book than the round's".to_owned());
    }
    if item.verdict != recorded.verdict {
        let (then, now) = (recorded.verdict, item.verdict);
        return Some(format!("was found {then} and is {now}"));
    }
    if let Some(rule) = other_criterion(item, recorded) {
        return Some(format!("{rule} is judged otherwise"));
    }
    let same_engine = recorded.engine.as_deref() == Some(ENGINE);
    let same_receipt = item.receipt_digest == recorded.receipt_digest;
    (same_engine && !same_receipt).then(|| "its receipt is another".to_owned())
}

fn other_criterion(item: &JudgedItem, recorded: &EligibilityEvaluated) -> Option<String> {
    if item.criteria.len() != recorded.criteria.len() {
        return Some("the row of criteria".to_owned());
    }
    let figures = |c: &CriterionVerdict| (c.rule, c.verdict, c.value.clone(), c.threshold.clone());
    let mut both = item.criteria.iter().zip(&recorded.criteria);
    let other = both.find(|(now, then)| figures(now) != figures(then));
    other.map(|(_, then)| then.rule.to_string())
}
