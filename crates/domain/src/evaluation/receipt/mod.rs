//! The receipt of a verdict (phiếu giải trình): by which engine, under which rule book, from which
//! facts and where they came from, by which words of the plan, who found what, and why.
//!
//! Its canonical JSON (RFC 8785) has one digest, so that it can be kept, signed and compared. What
//! becomes of the item in its lane is for the ranking's explanation to say, not here.

mod english;
mod fact_key;
mod inputs;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use fact_key::{FactKey, FactKeyError, FactKind};

use super::criteria::{Judge, Judged, eligibility};
use super::round_file::{Item, Round, RoundFile};
use super::vocabulary::{Basis, Eligibility, FindingVerdict, Lane, RuleId, Verdict};
use crate::ids::{ItemId, OfficialId, SubjectId, UnitId};
use crate::rulebook::{ParameterName, RuleBook, RuleBookRef};

/// Version of the code that judges.
pub const ENGINE: &str = env!("CARGO_PKG_VERSION");

/// The same words in Vietnamese and English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bilingual {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// A fact a criterion looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InputUsed {
    /// What it is of.
    pub kind: FactKind,
    /// Id of the unit, component or initiative.
    pub of: String,
    /// Year, of the kinds that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
    /// What it says, such as `89.2`, `41/41` or `RECOGNISED 2024-11-20`; absent: no such record, or
    /// not published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Position of the event that said so last, where a ledger knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
}

impl InputUsed {
    /// The fact's name.
    #[must_use]
    pub fn key(&self) -> FactKey {
        FactKey::new(self.kind, &self.of, self.year)
    }
}

/// A human's word that a verdict took up, and whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingUsed {
    /// What was found.
    pub verdict: FindingVerdict,
    /// Who found and where it stands, where a ledger knows.
    #[serde(default, flatten, skip_serializing_if = "Option::is_none")]
    pub source: Option<FindingSource>,
}

/// Who found, when, and where it stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingSource {
    /// Who found.
    pub finder: OfficialId,
    /// The agency the finder acted for.
    pub finder_agency: UnitId,
    /// The day of the finding.
    pub found_on: NaiveDate,
    /// Position of the finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
}

/// One criterion of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CriterionReceipt {
    /// The criterion.
    pub rule: RuleId,
    /// Section of the plan.
    pub citation: String,
    /// The rule book's exact words.
    pub clause: Bilingual,
    /// Its verdict.
    pub verdict: Verdict,
    /// The figure, rounded for people; absent: missing, or a finding alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What the figure was held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<String>,
    /// The facts looked at.
    pub inputs: Vec<InputUsed>,
    /// The finding, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<FindingUsed>,
    /// Why, in words.
    pub explanation: Bilingual,
}

/// The receipt of the verdict on one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// Version of the code that judged.
    pub engine: String,
    /// The rule book.
    pub rule_book: RuleBookRef,
    /// Judged under a rule book that is not in force.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulation: bool,
    /// The round.
    pub round: Round,
    /// The day for which facts were taken.
    pub as_of: NaiveDate,
    /// The round's own answers to open questions, over the rule book's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<ParameterName, String>,
    /// Digest of the round file, `sha256:<hex>`.
    pub inputs_digest: String,
    /// The log's position up to which facts were read, where a ledger knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts_position: Option<u64>,
    /// The item.
    pub item: ItemId,
    /// Its lane.
    pub lane: Lane,
    /// Whom it is for.
    pub subject: SubjectId,
    /// The ground, for an individual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// The verdict.
    pub verdict: Eligibility,
    /// Every criterion, in the table's order.
    pub criteria: Vec<CriterionReceipt>,
}

impl Receipt {
    /// The canonical text (RFC 8785).
    ///
    /// # Errors
    /// None occurs for these types; the signature is the serialiser's.
    pub fn canonical(&self) -> Result<String, serde_json::Error> {
        serde_json_canonicalizer::to_string(self)
    }

    /// `sha256:` and the lower-case hex digest of the canonical text.
    ///
    /// # Errors
    /// As [`Receipt::canonical`].
    pub fn digest(&self) -> Result<String, serde_json::Error> {
        let hash = Sha256::digest(self.canonical()?.as_bytes());
        Ok(format!("sha256:{}", hex::encode(hash)))
    }
}

/// Where the facts of a round file came from; nothing, for a file of its own.
#[derive(Debug, Clone, Default)]
pub struct Sources<'s> {
    /// The log's position up to which facts were read.
    pub facts_position: Option<u64>,
    /// Position of each fact.
    pub facts: Option<&'s BTreeMap<FactKey, u64>>,
    /// Who found, by item and criterion.
    pub findings: BTreeMap<(ItemId, RuleId), FindingSource>,
}

/// The receipts of a file's items, in the file's order.
///
/// # Errors
/// None occurs for these types; the signature is the serialiser's.
pub fn receipts(
    file: &RoundFile,
    book: &RuleBook,
    sources: &Sources<'_>,
) -> Result<Vec<Receipt>, serde_json::Error> {
    let judge = Judge::new(file, book);
    let issue = Issue {
        judge: &judge,
        sources,
        inputs_digest: &file.digest()?,
    };
    Ok(file.items.iter().map(|item| issue.receipt(item)).collect())
}

struct Issue<'i, 'a> {
    judge: &'i Judge<'a>,
    sources: &'i Sources<'i>,
    inputs_digest: &'i str,
}

impl<'a> Issue<'_, 'a> {
    fn receipt(&self, item: &'a Item) -> Receipt {
        let (file, judged) = (self.judge.file, self.judge.criteria(item));
        Receipt {
            engine: ENGINE.to_owned(),
            rule_book: self.judge.book.reference(),
            simulation: false,
            round: file.round,
            as_of: file.as_of,
            parameters: file.parameters.clone(),
            inputs_digest: self.inputs_digest.to_owned(),
            facts_position: self.sources.facts_position,
            item: item.id.clone(),
            lane: item.lane,
            subject: item.subject.clone(),
            basis: item.basis,
            verdict: eligibility(&judged),
            criteria: judged.iter().map(|one| self.criterion(item, one)).collect(),
        }
    }

    fn criterion(&self, item: &'a Item, judged: &Judged<'_>) -> CriterionReceipt {
        let (clause, result) = (judged.criterion, judged.result());
        let looked = self.judge.inputs(item, clause).into_iter();
        let finding = judged.finding.map(|verdict| {
            let named = (item.id.clone(), clause.rule);
            let source = self.sources.findings.get(&named).cloned();
            FindingUsed { verdict, source }
        });
        CriterionReceipt {
            rule: result.rule,
            citation: result.citation,
            clause: Bilingual {
                vi: clause.vi.clone(),
                en: clause.en.clone(),
            },
            verdict: result.verdict,
            value: result.value,
            threshold: result.threshold,
            inputs: looked.map(|(key, value)| self.input(key, value)).collect(),
            finding,
            explanation: Bilingual {
                vi: result.explanation,
                en: english::explained(judged),
            },
        }
    }

    fn input(&self, key: FactKey, value: Option<String>) -> InputUsed {
        // Of a fact that is not there, nothing in the log says so.
        let known = self.sources.facts.filter(|_| value.is_some());
        let position = known.and_then(|facts| facts.get(&key));
        InputUsed {
            position: position.copied(),
            kind: key.kind,
            of: key.of,
            year: key.year,
            value,
        }
    }
}
