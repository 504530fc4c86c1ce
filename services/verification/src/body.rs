//! Cases as they are shown: everything the domain knows of them, in the API's words.

use chrono::{DateTime, NaiveDate, Utc};
use hoso_domain::document::DocumentRef;
use hoso_domain::dossier::content::ProposedItem;
use hoso_domain::evaluation::Verdict;
use hoso_domain::evaluation::{Basis, Eligibility, FindingVerdict, Lane, PublicationKind, RuleId};
use hoso_domain::ids::{DossierId, ItemId, OfficialId, RoundId, SubjectId, UnitId};
use hoso_domain::rulebook::RuleBookRef;
use hoso_domain::rules::dossier::Missing;
use hoso_domain::verification::event::{
    CriterionVerdict, EligibilityEvaluated, FindingRecorded, RejectionCode,
};
use hoso_domain::verification::{CaseFile, ItemFile, Receipt, Stage};
use serde::Serialize;
use utoipa::ToSchema;

/// A case in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CaseEntry)]
pub(crate) struct CaseEntry {
    #[schema(value_type = String)]
    dossier: DossierId,
    #[schema(value_type = String)]
    round: RoundId,
    #[schema(value_type = String)]
    unit: UnitId,
    #[schema(value_type = String)]
    submitted_by: UnitId,
    /// `AWAITING_RECEIPT`, `LATE`, `RECEIVED`, `COMPLETE`, `INCOMPLETE`, `SUPPLEMENT_REQUESTED`,
    /// `ACCEPTED`, `VERIFYING`, `LAPSED`, `REJECTED` or `WITHDRAWN`.
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    received_at: Option<DateTime<Utc>>,
    /// The last day of a supplement that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_on: Option<NaiveDate>,
    /// Number of items.
    items: usize,
    /// Version, as in the case's `ETag`.
    version: u64,
}

impl CaseEntry {
    /// The entry of a case.
    pub(crate) fn of(case: &CaseFile, version: u64) -> Self {
        Self {
            dossier: case.dossier.clone(),
            round: case.round.clone(),
            unit: case.unit.clone(),
            submitted_by: case.submitted_by.clone(),
            status: case.stage.status(),
            received_at: case.receipt.as_ref().map(|r| r.received_at),
            due_on: case.due(),
            items: case.items.len(),
            version,
        }
    }

    /// The key of the list.
    pub(crate) fn dossier(&self) -> &str {
        self.dossier.as_str()
    }
}

/// One case.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Case)]
pub(crate) struct CaseBody {
    #[schema(value_type = String)]
    dossier: DossierId,
    #[schema(value_type = String)]
    round: RoundId,
    /// The unit whose achievement it is.
    #[schema(value_type = String)]
    unit: UnitId,
    /// The unit that signed and submitted it.
    #[schema(value_type = String)]
    submitted_by: UnitId,
    /// As in the list.
    status: &'static str,
    /// When the unit sent it.
    sent_at: DateTime<Utc>,
    /// The stamp of Home Affairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<ReceiptBody>,
    /// Times it was returned for a supplement.
    supplement_rounds: u32,
    /// The last day of a supplement that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_on: Option<NaiveDate>,
    /// What is missing, while the dossier is incomplete or returned.
    missing: Vec<MissingBody>,
    /// Why it was not taken on.
    #[serde(skip_serializing_if = "Option::is_none")]
    rejection: Option<RejectionBody>,
    /// Why the unit withdrew it.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawal: Option<String>,
    /// Its items, in the dossier's order.
    items: Vec<ItemBody>,
}

/// The receipt stamp.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Receipt)]
pub(crate) struct ReceiptBody {
    received_at: DateTime<Utc>,
    number: String,
    #[schema(value_type = String)]
    gateway: UnitId,
}

/// Something missing from the dossier or wrong in it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Missing)]
pub(crate) struct MissingBody {
    /// R37 to R41.
    #[schema(value_type = String)]
    rule: RuleId,
    /// The item it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    item: Option<ItemId>,
    /// In Vietnamese, for the unit.
    text: String,
}

/// Why a dossier was not taken on.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Rejection)]
pub(crate) struct RejectionBody {
    #[schema(value_type = String)]
    code: RejectionCode,
    reason: String,
}

/// One item of the case.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CaseItem)]
pub(crate) struct ItemBody {
    #[schema(value_type = String)]
    item: ItemId,
    #[schema(value_type = String)]
    lane: Lane,
    #[schema(value_type = String)]
    subject: SubjectId,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    basis: Option<Basis>,
    /// Whether it was in time; absent before the receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    timeliness: Option<TimelinessBody>,
    /// It went into the round.
    forwarded: bool,
    /// The finding in force on each criterion.
    findings: Vec<FindingBody>,
    /// The last verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    evaluation: Option<EvaluationBody>,
}

/// Whether an item was in time (R42).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Timeliness)]
pub(crate) struct TimelinessBody {
    /// The publication its period runs from.
    #[schema(value_type = String)]
    publication: PublicationKind,
    due_on: NaiveDate,
    on_time: bool,
    /// The last day of an extension that readmitted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    extended_to: Option<NaiveDate>,
}

/// A human's word on a criterion.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Finding)]
pub(crate) struct FindingBody {
    #[schema(value_type = String)]
    rule: RuleId,
    /// `MET` or `NOT_MET`.
    #[schema(value_type = String)]
    verdict: FindingVerdict,
    evidence: String,
    #[schema(value_type = Vec<Object>)]
    documents: Vec<DocumentRef>,
    found_on: NaiveDate,
    #[schema(value_type = String)]
    finder: OfficialId,
    #[schema(value_type = String)]
    finder_agency: UnitId,
}

/// A verdict with its criteria: the item's receipt.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Evaluation)]
pub(crate) struct EvaluationBody {
    as_of: NaiveDate,
    /// `ELIGIBLE`, `PENDING` or `INELIGIBLE`.
    #[schema(value_type = String)]
    verdict: Eligibility,
    criteria: Vec<CriterionBody>,
    #[schema(value_type = Object)]
    rule_book: RuleBookRef,
    facts_position: u64,
    inputs_digest: String,
    /// Version of the code that judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<String>,
    /// Digest of the receipt, which `…/items/{item}/receipt` shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_digest: Option<String>,
}

/// The verdict on one criterion.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Criterion)]
pub(crate) struct CriterionBody {
    #[schema(value_type = String)]
    rule: RuleId,
    /// `MET`, `NOT_MET`, `UNKNOWN` or `NEEDS_FINDING`.
    #[schema(value_type = String)]
    verdict: Verdict,
    /// Where the plan says so.
    citation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<String>,
    explanation: String,
}

impl CaseBody {
    /// What is shown of a case.
    pub(crate) fn of(case: &CaseFile) -> Self {
        let proposed = case.content.items.iter();
        Self {
            dossier: case.dossier.clone(),
            round: case.round.clone(),
            unit: case.unit.clone(),
            submitted_by: case.submitted_by.clone(),
            status: case.stage.status(),
            sent_at: case.content.sent_at,
            receipt: case.receipt.as_ref().map(ReceiptBody::of),
            supplement_rounds: case.supplement_rounds,
            due_on: case.due(),
            missing: missing(&case.stage).iter().map(MissingBody::of).collect(),
            rejection: rejection(&case.stage),
            withdrawal: withdrawal(&case.stage),
            items: proposed
                .map(|p| ItemBody::of(p, case.items.get(&p.item)))
                .collect(),
        }
    }
}

fn missing(stage: &Stage) -> &[Missing] {
    match stage {
        Stage::Incomplete { missing } | Stage::SupplementRequested { missing, .. } => missing,
        Stage::AwaitingReceipt
        | Stage::Late
        | Stage::Received
        | Stage::Complete
        | Stage::Accepted
        | Stage::Verifying
        | Stage::Lapsed { .. }
        | Stage::Rejected { .. }
        | Stage::Withdrawn { .. } => &[],
    }
}

fn rejection(stage: &Stage) -> Option<RejectionBody> {
    if let Stage::Rejected { code, reason } = stage {
        let code = *code;
        let reason = reason.clone();
        return Some(RejectionBody { code, reason });
    }
    None
}

fn withdrawal(stage: &Stage) -> Option<String> {
    if let Stage::Withdrawn { reason } = stage {
        return Some(reason.clone());
    }
    None
}

impl ReceiptBody {
    fn of(receipt: &Receipt) -> Self {
        Self {
            received_at: receipt.received_at,
            number: receipt.number.clone(),
            gateway: receipt.gateway.clone(),
        }
    }
}

impl MissingBody {
    fn of(missing: &Missing) -> Self {
        Self {
            rule: missing.rule,
            item: missing.item.clone(),
            text: missing.text.clone(),
        }
    }
}

impl ItemBody {
    fn of(proposed: &ProposedItem, file: Option<&ItemFile>) -> Self {
        let timeliness = file.and_then(|file| {
            file.timeliness.as_ref().map(|t| TimelinessBody {
                publication: t.publication,
                due_on: t.due_on,
                on_time: t.on_time,
                extended_to: file.extended_to,
            })
        });
        Self {
            item: proposed.item.clone(),
            lane: proposed.lane,
            subject: proposed.subject.clone(),
            basis: proposed.basis,
            timeliness,
            forwarded: file.is_some_and(|file| file.forwarded),
            findings: file
                .map(|file| file.findings.values().map(FindingBody::of).collect())
                .unwrap_or_default(),
            evaluation: file.and_then(|file| file.evaluation.as_ref().map(EvaluationBody::of)),
        }
    }
}

impl FindingBody {
    fn of(finding: &FindingRecorded) -> Self {
        Self {
            rule: finding.rule,
            verdict: finding.verdict,
            evidence: finding.evidence.clone(),
            documents: finding.documents.clone(),
            found_on: finding.found_on,
            finder: finding.finder.clone(),
            finder_agency: finding.finder_agency.clone(),
        }
    }
}

impl EvaluationBody {
    fn of(evaluated: &EligibilityEvaluated) -> Self {
        Self {
            as_of: evaluated.as_of,
            verdict: evaluated.verdict,
            criteria: evaluated.criteria.iter().map(CriterionBody::of).collect(),
            rule_book: evaluated.rule_book.clone(),
            facts_position: evaluated.facts_position,
            inputs_digest: evaluated.inputs_digest.clone(),
            engine: evaluated.engine.clone(),
            receipt_digest: evaluated.receipt_digest.clone(),
        }
    }
}

impl CriterionBody {
    fn of(criterion: &CriterionVerdict) -> Self {
        Self {
            rule: criterion.rule,
            verdict: criterion.verdict,
            citation: criterion.citation.clone(),
            value: criterion.value.clone(),
            threshold: criterion.threshold.clone(),
            explanation: criterion.explanation.clone(),
        }
    }
}
