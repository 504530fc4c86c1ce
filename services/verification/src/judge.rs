//! Judging a case: the round file of its forwarded items put together, each item judged by the
//! round's rule book. The verdict on an item needs no other dossier's items, so none are here.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use hoso_domain::dossier::content::ProposedItem;
use hoso_domain::evaluation::{CriterionResult, Item, Round, RoundFile, judge};
use hoso_domain::rulebook::RuleBook;
use hoso_domain::verification::command::{JudgedItem, RecordEvaluation};
use hoso_domain::verification::event::CriterionVerdict;
use hoso_domain::verification::{CaseFile, ItemFile};
use hoso_runtime::Problem;

use crate::error;
use crate::views::Foreign;

/// The verdicts on a case's forwarded items from the facts of a view at a position.
pub(crate) fn evaluate(
    foreign: &Foreign,
    facts_position: u64,
    case: &CaseFile,
    as_of: NaiveDate,
) -> Result<RecordEvaluation, Problem> {
    let round = foreign.round(&case.round)?;
    let book = round.rule_book()?;
    let file = foreign.registry.round_inputs(as_of).into_file(
        Round {
            kind: round.opened.kind,
            year: round.opened.year,
        },
        as_of,
        round.opened.parameters.clone(),
        items(case),
        Vec::new(),
    );
    file.check().map_err(error::facts_unusable)?;
    Ok(RecordEvaluation {
        as_of,
        rule_book: book.reference(),
        facts_position,
        inputs_digest: file.digest().map_err(Problem::internal)?,
        items: file.items.iter().map(|i| judged(&file, book, i)).collect(),
        only_changes: false,
        round_closed: round.closed,
    })
}

/// The forwarded items with the findings in force.
fn items(case: &CaseFile) -> Vec<Item> {
    let proposed = case.content.items.iter();
    let known = proposed.filter_map(|p| Some((p, case.items.get(&p.item)?)));
    let forwarded = known.filter(|(_, file)| file.forwarded);
    forwarded.map(|(p, file)| item(p, file)).collect()
}

fn item(proposed: &ProposedItem, file: &ItemFile) -> Item {
    let findings = file.findings.iter();
    Item {
        id: proposed.item.clone(),
        lane: proposed.lane,
        subject: proposed.subject.clone(),
        basis: proposed.basis,
        components: proposed.components.clone(),
        initiative: proposed.initiative.clone(),
        findings: findings
            .map(|(rule, finding)| (*rule, finding.verdict))
            .collect::<BTreeMap<_, _>>(),
        council_score: None,
    }
}

fn judged(file: &RoundFile, book: &RuleBook, item: &Item) -> JudgedItem {
    let verdict = judge(file, book, item);
    JudgedItem {
        item: item.id.clone(),
        verdict: verdict.verdict,
        criteria: verdict.criteria.into_iter().map(criterion).collect(),
    }
}

fn criterion(result: CriterionResult) -> CriterionVerdict {
    CriterionVerdict {
        rule: result.rule,
        verdict: result.verdict,
        citation: result.citation,
        value: result.value,
        threshold: result.threshold,
        explanation: result.explanation,
    }
}
