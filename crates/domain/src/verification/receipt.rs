//! The receipt of a recorded verdict, made again of the event, the item, the round and the rule book:
//! whose words it quotes are those of the book, whose digest the event names.

use std::collections::BTreeMap;

use super::event::{CriterionVerdict, EligibilityEvaluated};
use crate::dossier::content::ProposedItem;
use crate::evaluation::{Bilingual, CriterionReceipt, Receipt, Round};
use crate::rulebook::{ParameterName, RuleBook};

/// The round a verdict was recorded in, as it was opened.
#[derive(Debug, Clone, Copy)]
pub struct JudgedRound<'r> {
    /// Kind and year.
    pub round: Round,
    /// Its own answers to open questions.
    pub parameters: &'r BTreeMap<ParameterName, String>,
    /// The rule book everything in it is decided under.
    pub rule_book: &'r RuleBook,
}

/// The receipt of a recorded verdict; `None` for one from before receipts, or where the rule book is
/// another than the event names.
#[must_use]
pub fn receipt(
    judged: JudgedRound<'_>,
    item: &ProposedItem,
    recorded: &EligibilityEvaluated,
) -> Option<Receipt> {
    let reference = judged.rule_book.reference();
    let engine = recorded.engine.clone()?;
    if reference != recorded.rule_book || item.item != recorded.item {
        return None;
    }
    let criteria = recorded.criteria.iter();
    Some(Receipt {
        engine,
        rule_book: reference,
        simulation: false,
        round: judged.round,
        as_of: recorded.as_of,
        parameters: judged.parameters.clone(),
        inputs_digest: recorded.inputs_digest.clone(),
        facts_position: Some(recorded.facts_position),
        item: recorded.item.clone(),
        lane: item.lane,
        subject: item.subject.clone(),
        basis: item.basis,
        verdict: recorded.verdict,
        criteria: criteria
            .map(|one| criterion(judged.rule_book, one))
            .collect::<Option<_>>()?,
    })
}

fn criterion(book: &RuleBook, recorded: &CriterionVerdict) -> Option<CriterionReceipt> {
    let clause = book.criterion(recorded.rule)?;
    Some(CriterionReceipt {
        rule: recorded.rule,
        citation: recorded.citation.clone(),
        clause: Bilingual {
            vi: clause.vi.clone(),
            en: clause.en.clone(),
        },
        verdict: recorded.verdict,
        value: recorded.value.clone(),
        threshold: recorded.threshold.clone(),
        inputs: recorded.inputs.clone(),
        finding: recorded.finding.clone(),
        explanation: Bilingual {
            vi: recorded.explanation.clone(),
            en: recorded.explanation_en.clone()?,
        },
    })
}
