//! Judging a case: the round file of its forwarded items put together, each item judged by the
//! round's rule book. The verdict on an item needs no other dossier's items, so none are here.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use hoso_domain::dossier::content::ProposedItem;
use hoso_domain::evaluation::{
    CriterionReceipt, FindingSource, Item, Receipt, Round, RuleId, Sources, receipts,
};
use hoso_domain::ids::ItemId;
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
    let sources = Sources {
        facts_position: Some(facts_position),
        facts: Some(&foreign.registry.positions),
        findings: found(foreign, case),
    };
    let receipts = receipts(&file, book, &sources).map_err(Problem::internal)?;
    Ok(RecordEvaluation {
        as_of,
        rule_book: book.reference(),
        facts_position,
        inputs_digest: file.digest().map_err(Problem::internal)?,
        items: receipts.into_iter().map(judged).collect::<Result<_, _>>()?,
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

/// Who made the findings in force on the case's items, and where they stand.
fn found(foreign: &Foreign, case: &CaseFile) -> BTreeMap<(ItemId, RuleId), FindingSource> {
    let findings = case.items.values().flat_map(|item| item.findings.values());
    findings
        .map(|one| ((one.item.clone(), one.rule), foreign.source(one)))
        .collect()
}

fn judged(receipt: Receipt) -> Result<JudgedItem, Problem> {
    let digest = receipt.digest().map_err(Problem::internal)?;
    Ok(JudgedItem {
        item: receipt.item,
        verdict: receipt.verdict,
        criteria: receipt.criteria.into_iter().map(criterion).collect(),
        engine: Some(receipt.engine),
        receipt_digest: Some(digest),
    })
}

fn criterion(receipt: CriterionReceipt) -> CriterionVerdict {
    CriterionVerdict {
        rule: receipt.rule,
        verdict: receipt.verdict,
        citation: receipt.citation,
        value: receipt.value,
        threshold: receipt.threshold,
        explanation: receipt.explanation.vi,
        explanation_en: Some(receipt.explanation.en),
        inputs: receipt.inputs,
        finding: receipt.finding,
    }
}
