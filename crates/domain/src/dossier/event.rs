//! What can happen to a dossier on the unit's side. Names and fields are for ever.
//!
//! Papers carry their own dates beside the time of the act; persons are ids.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::content::{Addressee, DossierContent, ProposedItem, Voting};
use crate::actor::Refusal;
use crate::decider::StoredEvent;
use crate::document::DocumentRef;
use crate::evaluation::vocabulary::RoundKind;
use crate::ids::{DossierId, ItemId, PersonId, RoundId, UnitId};
use crate::rulebook::RuleBookRef;

/// An event of a dossier (hồ sơ).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// The unit began a dossier.
    DossierDrafted(DossierDrafted),
    /// An item was added (thêm mục đề nghị).
    ItemAdded(ProposedItem),
    /// An item was taken out.
    ItemRemoved(ItemRemoved),
    /// A supporting document was added.
    AttachmentAdded(AttachmentAdded),
    /// The report of an item was attached, or replaced by a later one.
    ReportAttached(ReportAttached),
    /// The minutes of the review meeting were recorded, or replaced by a later meeting's.
    MinutesRecorded(MinutesRecorded),
    /// The committee of the submitting level confirmed a report.
    ReportConfirmed(ReportConfirmed),
    /// The committee of the submitting level refused to confirm a report.
    ReportConfirmationRefused(ReportConfirmationRefused),
    /// The head of the unit signed the proposal.
    ProposalSigned(ProposalSigned),
    /// The dossier was handed in.
    DossierSubmitted(DossierSubmitted),
    /// Home Affairs returned it for a supplement.
    SupplementRequested(SupplementRequested),
    /// The unit handed in what was missing.
    DossierSupplemented(DossierSupplemented),
    /// The unit withdrew it.
    DossierWithdrawn(DossierWithdrawn),
    /// The procedure answered: nothing is left to do for the unit.
    DossierClosed(DossierClosed),
    /// Documents of a person who was erased are gone.
    DocumentsErased(DocumentsErased),
    /// A denied attempt.
    AttemptRefused(Refusal),
}

/// The unit began a dossier (lập hồ sơ).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierDrafted {
    /// The dossier.
    pub dossier: DossierId,
    /// The round it is for.
    pub round: RoundId,
    /// Kind of the round: an annual round has no flags (R1).
    pub kind: RoundKind,
    /// Award year of the round.
    pub year: u16,
    /// The rule book the round is decided under.
    pub rule_book: RuleBookRef,
    /// The unit whose achievements it is about.
    pub unit: UnitId,
    /// The unit that submits; another one only after a merger.
    pub submitted_by: UnitId,
    /// Submitted by the recorded successor of `unit` (đơn vị kế thừa trình thay).
    pub on_behalf_of_predecessor: bool,
    /// To whom the proposal is addressed.
    pub addressee: Addressee,
}

/// An item was taken out (bỏ mục đề nghị).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemRemoved {
    /// The item.
    pub item: ItemId,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a supporting document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AttachmentKind {
    /// Recognition of an initiative (văn bản công nhận sáng kiến).
    InitiativeRecognition,
    /// Evidence of an achievement (minh chứng thành tích).
    Evidence,
    /// Ruling on who acts as the submitting level's committee (văn bản giao thay Ban Chỉ đạo), AMB-30.
    CommitteeMandate,
    /// Any other document.
    Other,
}

/// A supporting document was added (tài liệu kèm theo).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentAdded {
    /// What it is.
    pub kind: AttachmentKind,
    /// The item it supports; absent if it supports the whole dossier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// The document.
    pub document: DocumentRef,
}

/// The report of an item was attached (báo cáo thành tích). A confirmation of an earlier one falls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportAttached {
    /// The item.
    pub item: ItemId,
    /// Number and symbol; an individual's report has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The document.
    pub document: DocumentRef,
}

/// The votes on one item; who voted how is not recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemVotes {
    /// The item.
    pub item: ItemId,
    /// Votes for.
    pub r#for: u32,
    /// Votes against.
    pub against: u32,
    /// Abstentions.
    pub abstained: u32,
    /// Members who took no part because they are concerned (không tham gia biểu quyết), R54.
    pub recused: u32,
}

/// The minutes of the review meeting of the submitting level's Standing Office (biên bản họp xét).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MinutesRecorded {
    /// Number and symbol.
    pub number: String,
    /// Day of the meeting.
    pub date: NaiveDate,
    /// The body that met.
    pub body: String,
    /// Title of the chair.
    pub chair: String,
    /// Title of the secretary.
    pub secretary: String,
    /// Members the body has.
    pub members_total: u32,
    /// Members present.
    pub members_present: u32,
    /// Titles of the absent, with the reason if given.
    #[serde(default)]
    pub absent: Vec<String>,
    /// How it voted.
    pub voting: Voting,
    /// The items the meeting dealt with.
    pub covers: Vec<ItemId>,
    /// The votes, an item each.
    #[serde(default)]
    pub votes: Vec<ItemVotes>,
    /// The document.
    pub document: DocumentRef,
}

/// The committee of the submitting level confirmed a report (xác nhận báo cáo thành tích).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportConfirmed {
    /// The item whose report it is.
    pub item: ItemId,
    /// The body that confirmed.
    pub body: String,
    /// The day on the confirmation.
    pub confirmed_on: NaiveDate,
    /// The person who acted: may not verify this dossier (R55).
    pub confirmer: PersonId,
}

/// The committee of the submitting level refused to confirm a report (từ chối xác nhận).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportConfirmationRefused {
    /// The item whose report it is.
    pub item: ItemId,
    /// Why.
    pub reason: String,
    /// The person who acted: may not verify this dossier (R55).
    pub confirmer: PersonId,
}

/// The head of the unit signed the proposal (ký Tờ trình).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProposalSigned {
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
    /// The person who signed: may not verify this dossier (R55).
    pub signer: PersonId,
}

/// The dossier was handed in (nộp hồ sơ). Sent is not received: Home Affairs stamps the receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierSubmitted {
    /// The dossier.
    pub dossier: DossierId,
    /// The round.
    pub round: RoundId,
    /// The unit whose achievements it is about.
    pub unit: UnitId,
    /// The unit that submits.
    pub submitted_by: UnitId,
    /// The rule book the round is decided under.
    pub rule_book: RuleBookRef,
    /// What it holds.
    pub content: DossierContent,
}

/// Home Affairs returned the dossier for a supplement (yêu cầu bổ sung).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SupplementRequested {
    /// Which round of supplement, from 1.
    pub supplement_round: u32,
    /// What is missing, in words.
    pub missing: Vec<String>,
    /// Last day to hand it in.
    pub due_on: NaiveDate,
}

/// The unit handed in what was missing (bổ sung hồ sơ).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierSupplemented {
    /// The dossier.
    pub dossier: DossierId,
    /// Which round of supplement it answers.
    pub supplement_round: u32,
    /// Items whose reports came in or were confirmed since the request.
    pub reports: Vec<ItemId>,
    /// New minutes came in.
    pub minutes: bool,
    /// A new proposal came in.
    pub proposal: bool,
    /// When it was handed in.
    pub received_at: DateTime<Utc>,
    /// What the dossier holds now.
    pub content: DossierContent,
}

/// The unit withdrew the dossier (rút hồ sơ).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierWithdrawn {
    /// The dossier.
    pub dossier: DossierId,
    /// The round.
    pub round: RoundId,
    /// Number of the unit's letter, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Date of the letter.
    pub date: NaiveDate,
    /// Why.
    pub reason: String,
    /// It had been handed in before: a case may be open, and items may be in the round.
    pub was_submitted: bool,
    /// The items it held.
    pub items: Vec<ItemId>,
}

/// How the procedure answered the dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Closure {
    /// The supplement did not come in time (hết hạn bổ sung).
    Lapsed,
    /// Home Affairs rejected it (không tiếp nhận).
    Rejected,
    /// Every item came late (trễ hạn); an extension may readmit it (AMB-4).
    Late,
    /// It went on to the round (chuyển Thường trực Ban Chỉ đạo).
    Forwarded,
}

/// The procedure answered (kết thúc xử lý phía đơn vị).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierClosed {
    /// How.
    pub outcome: Closure,
    /// Why, in words.
    pub reason: String,
}

/// Documents went with the person whose items they belonged to (xoá tài liệu cá nhân).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentsErased {
    /// The person: erased before, by two others.
    pub person: PersonId,
    /// SHA-256 of each document, lower-case hex, in order; none belonged to anybody else as well.
    pub digests: Vec<String>,
}

impl StoredEvent for Event {
    fn event_type(&self) -> &'static str {
        match self {
            Self::DossierDrafted(_) => "DossierDrafted",
            Self::ItemAdded(_) => "ItemAdded",
            Self::ItemRemoved(_) => "ItemRemoved",
            Self::AttachmentAdded(_) => "AttachmentAdded",
            Self::ReportAttached(_) => "ReportAttached",
            Self::MinutesRecorded(_) => "MinutesRecorded",
            Self::ReportConfirmed(_) => "ReportConfirmed",
            Self::ReportConfirmationRefused(_) => "ReportConfirmationRefused",
            Self::ProposalSigned(_) => "ProposalSigned",
            Self::DossierSubmitted(_) => "DossierSubmitted",
            Self::SupplementRequested(_) => "SupplementRequested",
            Self::DossierSupplemented(_) => "DossierSupplemented",
            Self::DossierWithdrawn(_) => "DossierWithdrawn",
            Self::DossierClosed(_) => "DossierClosed",
            Self::DocumentsErased(_) => "DocumentsErased",
            Self::AttemptRefused(_) => "AttemptRefused",
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::AttemptRefused(refusal) => Some(refusal),
            Self::DossierDrafted(_)
            | Self::ItemAdded(_)
            | Self::ItemRemoved(_)
            | Self::AttachmentAdded(_)
            | Self::ReportAttached(_)
            | Self::MinutesRecorded(_)
            | Self::ReportConfirmed(_)
            | Self::ReportConfirmationRefused(_)
            | Self::ProposalSigned(_)
            | Self::DossierSubmitted(_)
            | Self::SupplementRequested(_)
            | Self::DossierSupplemented(_)
            | Self::DossierWithdrawn(_)
            | Self::DossierClosed(_)
            | Self::DocumentsErased(_) => None,
        }
    }
}
