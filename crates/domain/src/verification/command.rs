//! What may be asked of a case. Facts looked up elsewhere (deadlines, holidays, verdicts) are fields.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use crate::calendar::Holidays;
use crate::document::DocumentRef;
use crate::dossier::content::DossierContent;
use crate::evaluation::vocabulary::{Eligibility, FindingVerdict, RuleId};
use crate::ids::{DossierId, ItemId, RoundId, UnitId};

use crate::rulebook::{RuleBook, RuleBookRef};

use crate::rules::dossier::Missing;

use super::event::{CriterionVerdict, RejectionCode};

/// A command to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Reaction to a submitted dossier.
    OpenCase(OpenCase),
    /// Stamps the receipt.
    ReceiveDossier(ReceiveDossier),
    /// Readmits late items.
    GrantExtension(GrantExtension),
    /// Checks what the dossier holds.
    CheckCompleteness(CheckCompleteness),
    /// Sends it back for a supplement.
    ReturnForSupplement(ReturnForSupplement),
    /// Reaction to a supplement.
    RecordSupplement(RecordSupplement),
    /// Ends a case whose supplement did not come.
    LapseOverdue(LapseOverdue),
    /// Does not take it on.
    RejectDossier(RejectDossier),
    /// Takes it on.
    AcceptDossier,
    /// Hands it on to the Standing Office.
    ForwardDossier,
    /// Records a human's word on a criterion.
    RecordFinding(RecordFinding),
    /// Records computed verdicts.
    RecordEvaluation(RecordEvaluation),
    /// Reaction to a withdrawal.
    RecordWithdrawal(RecordWithdrawal),
}

impl Command {
    /// The command's name, as refusals carry it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OpenCase(_) => "OpenCase",
            Self::ReceiveDossier(_) => "ReceiveDossier",
            Self::GrantExtension(_) => "GrantExtension",
            Self::CheckCompleteness(_) => "CheckCompleteness",
            Self::ReturnForSupplement(_) => "ReturnForSupplement",
            Self::RecordSupplement(_) => "RecordSupplement",
            Self::LapseOverdue(_) => "LapseOverdue",
            Self::RejectDossier(_) => "RejectDossier",
            Self::AcceptDossier => "AcceptDossier",
            Self::ForwardDossier => "ForwardDossier",
            Self::RecordFinding(_) => "RecordFinding",
            Self::RecordEvaluation(_) => "RecordEvaluation",
            Self::RecordWithdrawal(_) => "RecordWithdrawal",
        }
    }
}

/// Opens the case of a submitted dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCase {
    /// The dossier.
    pub dossier: DossierId,
    /// Its round.
    pub round: RoundId,
    /// The unit whose achievement it is.
    pub unit: UnitId,
    /// The unit that submitted it.
    pub submitted_by: UnitId,
    /// The rule book the round is decided under.
    pub rule_book: RuleBookRef,
    /// What it holds.
    pub content: DossierContent,
}

/// The last days of the round (R42), as `RoundOpened` fixed them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Counted from the province's index.
    pub provincial_index: NaiveDate,
    /// Counted from the units' index.
    pub unit_index: NaiveDate,
}

/// Stamps the receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiveDossier {
    /// The stamp's time.
    pub received_at: DateTime<Utc>,
    /// The stamp's number.
    pub receipt_number: String,
    /// The round's last days.
    pub deadlines: Deadlines,
    /// The round's rule book: which publication an item's period runs from (AMB-1).
    pub rule_book: Arc<RuleBook>,
}

/// Readmits late items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantExtension {
    /// Which.
    pub items: Vec<ItemId>,
    /// Until when; not before the stamp's day, else nothing is readmitted.
    pub new_due_on: NaiveDate,
    /// Why.
    pub reason: String,
    /// The signed document.
    pub document: DocumentRef,
}

/// Checks what the dossier holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckCompleteness {
    /// The round's rule book: how many sets of originals it asks for.
    pub rule_book: Arc<RuleBook>,
    /// What the official saw besides what is checked by rule.
    pub observed: Vec<Missing>,
}

/// Sends the dossier back for a supplement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnForSupplement {
    /// The last day; `None` takes the longest period there is.
    pub due_on: Option<NaiveDate>,
    /// The round's rule book: how long and how often a dossier may be supplemented (AMB-5).
    pub rule_book: Arc<RuleBook>,
    /// Days of rest.
    pub holidays: Holidays,
}

/// A supplement arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSupplement {
    /// The dossier with it.
    pub content: DossierContent,
    /// When.
    pub received_at: DateTime<Utc>,
}

/// Ends the case if its supplement is overdue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LapseOverdue {
    /// The civil day for which it is asked; a case lapses when its due day has ended.
    pub on: NaiveDate,
}

/// Does not take the dossier on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectDossier {
    /// Why, as a code.
    pub code: RejectionCode,
    /// Why, in words for the unit.
    pub reason: String,
}

/// A human's word on a criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFinding {
    /// The item.
    pub item: ItemId,
    /// The criterion.
    pub rule: RuleId,
    /// Met or not.
    pub verdict: FindingVerdict,
    /// From what it was seen.
    pub evidence: String,
    /// The documents that show it.
    pub documents: Vec<DocumentRef>,
    /// The day of the finding.
    pub found_on: NaiveDate,
    /// The round's rule book: which criteria the item has.
    pub rule_book: Arc<RuleBook>,
    /// The round takes no more findings.
    pub round_closed: bool,
}

/// Verdicts as `evaluation::judge` computed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordEvaluation {
    /// The day for which facts were taken.
    pub as_of: NaiveDate,
    /// The rule book.
    pub rule_book: RuleBookRef,
    /// The log's position up to which facts were read.
    pub facts_position: u64,
    /// Digest of the round file that was judged.
    pub inputs_digest: String,
    /// One verdict an item.
    pub items: Vec<JudgedItem>,
    /// Record only verdicts that say something new: for reactions to corrected facts (AMB-36).
    pub only_changes: bool,
    /// The round takes no more verdicts.
    pub round_closed: bool,
}

/// The computed verdict on one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedItem {
    /// The item.
    pub item: ItemId,
    /// The verdict.
    pub verdict: Eligibility,
    /// Every criterion of its row, in the table's order.
    pub criteria: Vec<CriterionVerdict>,
    /// Version of the code that judged.
    pub engine: Option<String>,
    /// Digest of the receipt's canonical text.
    pub receipt_digest: Option<String>,
}

/// The unit withdrew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordWithdrawal {
    /// Why, as the unit wrote.
    pub reason: String,
}
