//! What can be asked of a dossier, and who may ask it (domain.md D). Facts looked up come along.

use chrono::NaiveDate;

use super::content::{Addressee, Channel, ProposedItem};
use super::event::{
    AttachmentAdded, DocumentsErased, DossierClosed, MinutesRecorded, ReportAttached,
    SupplementRequested,
};
use super::facts::{RoundFacts, SubjectFacts, TakenBy, UnitFacts};
use crate::actor::Role;
use crate::document::DocumentRef;
use crate::ids::{DossierId, ItemId, RoundId, UnitId};

/// A command to a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Begin the dossier.
    Draft(Draft),
    /// Add an item.
    AddItem(AddItem),
    /// Take an item out.
    RemoveItem(RemoveItem),
    /// Add a supporting document.
    AddAttachment(AttachmentAdded),
    /// Attach the report of an item, or replace it.
    AttachReport(ReportAttached),
    /// Record the minutes of the review meeting, or replace them.
    RecordMinutes(MinutesRecorded),
    /// Confirm a report.
    ConfirmReport(ConfirmReport),
    /// Refuse to confirm a report.
    RefuseReport(RefuseReport),
    /// Sign the proposal.
    SignProposal(SignProposal),
    /// Hand the dossier in.
    Submit(Submit),
    /// Hand in what was missing.
    Supplement(Supplement),
    /// Withdraw the dossier.
    Withdraw(Withdraw),
    /// Note that Home Affairs asks for a supplement (reaction).
    RequestSupplement(SupplementRequested),
    /// Note how the procedure answered (reaction).
    Close(DossierClosed),
    /// Note that documents go with the persons they belong to, each once (reaction).
    EraseDocuments(Vec<DocumentsErased>),
}

/// Begin a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The new dossier.
    pub dossier: DossierId,
    /// The round it is for.
    pub round: RoundId,
    /// The unit whose achievements it is about.
    pub unit: UnitId,
    /// The unit that submits.
    pub submitted_by: UnitId,
    /// Submitted by the successor of `unit`.
    pub on_behalf_of_predecessor: bool,
    /// To whom it is addressed.
    pub addressee: Addressee,
    /// The round, if it was ever opened.
    pub round_facts: Option<RoundFacts>,
    /// What the registry says of `unit`.
    pub unit_facts: UnitFacts,
}

/// Add an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddItem {
    /// The item.
    pub item: ProposedItem,
    /// What the registry says of the subject.
    pub subject: SubjectFacts,
    /// The other dossier that holds an item of this id.
    pub taken_by: TakenBy,
}

/// Take an item out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveItem {
    /// The item.
    pub item: ItemId,
    /// Why.
    pub reason: Option<String>,
}

/// Confirm a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmReport {
    /// The item whose report it is.
    pub item: ItemId,
    /// The body that confirms.
    pub body: String,
    /// The day on the confirmation.
    pub confirmed_on: NaiveDate,
}

/// Refuse to confirm a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefuseReport {
    /// The item whose report it is.
    pub item: ItemId,
    /// Why.
    pub reason: String,
}

/// Sign the proposal with its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignProposal {
    /// Number and symbol.
    pub number: String,
    /// Its date.
    pub date: NaiveDate,
    /// Title of the signer.
    pub signed_by: String,
    /// The items its list names.
    pub list: Vec<ItemId>,
    /// The document.
    pub document: DocumentRef,
}

/// Hand the dossier in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submit {
    /// Number of sets.
    pub sets: u32,
    /// Whether they are originals.
    pub originals: bool,
    /// How they travel.
    pub channel: Channel,
    /// Whether the round still takes dossiers.
    pub round_open: bool,
}

/// Hand in what was missing: what was attached, minuted, confirmed and signed since the request, and sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplement {
    /// Number of sets handed in altogether; `None` if it did not change.
    pub sets: Option<u32>,
    /// Whether they are originals; `None` if it did not change.
    pub originals: Option<bool>,
}

/// Withdraw the dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdraw {
    /// Number of the unit's letter.
    pub number: Option<String>,
    /// Date of the letter.
    pub date: NaiveDate,
    /// Why.
    pub reason: String,
    /// The signed decision that names an item of this dossier, if there is one.
    pub decision: Option<String>,
}

/// Officers and head of the unit.
const UNIT: &[Role] = &[Role::UnitStaff, Role::UnitHead];

impl Command {
    /// The command's name, as refusals record it.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Draft(_) => "DraftDossier",
            Self::AddItem(_) => "AddItem",
            Self::RemoveItem(_) => "RemoveItem",
            Self::AddAttachment(_) => "AddAttachment",
            Self::AttachReport(_) => "AttachReport",
            Self::RecordMinutes(_) => "RecordMinutes",
            Self::ConfirmReport(_) => "ConfirmReport",
            Self::RefuseReport(_) => "RefuseReport",
            Self::SignProposal(_) => "SignProposal",
            Self::Submit(_) => "SubmitDossier",
            Self::Supplement(_) => "SupplementDossier",
            Self::Withdraw(_) => "WithdrawDossier",
            Self::RequestSupplement(_) => "RequestSupplement",
            Self::Close(_) => "CloseDossier",
            Self::EraseDocuments(_) => "EraseDocuments",
        }
    }

    /// Who may ask it, for the unit that submits; the table of domain.md D.
    #[must_use]
    pub const fn roles(&self) -> &'static [Role] {
        match self {
            Self::Draft(_)
            | Self::AddItem(_)
            | Self::RemoveItem(_)
            | Self::AddAttachment(_)
            | Self::AttachReport(_)
            | Self::Supplement(_) => UNIT,
            Self::RecordMinutes(_) => &[Role::UnitStandingOffice],
            Self::ConfirmReport(_) | Self::RefuseReport(_) => &[Role::UnitCommittee],
            Self::SignProposal(_) | Self::Submit(_) | Self::Withdraw(_) => &[Role::UnitHead],
            Self::RequestSupplement(_) | Self::Close(_) | Self::EraseDocuments(_) => {
                &[Role::System]
            }
        }
    }
}
