//! What happens to a case: the events of `case-*`, the contract other services read.
//!
//! A case (việc thẩm định một hồ sơ) is Home Affairs' and the Standing Office's side of one
//! dossier, from receipt to the verdict on each item. Negative outcomes that people must see are
//! events here; impossible requests are rejections and leave no trace.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::actor::Refusal;
use crate::decider::StoredEvent;
use crate::document::DocumentRef;
use crate::dossier::content::DossierContent;
use crate::evaluation::vocabulary::{
    Basis, Eligibility, FindingVerdict, Lane, PublicationKind, RuleId, Verdict,
};
use crate::evaluation::{FindingUsed, InputUsed};
use crate::ids::{
    ComponentId, DossierId, InitiativeId, ItemId, OfficialId, RoundId, SubjectId, UnitId,
};
use crate::rulebook::RuleBookRef;
use crate::rules::dossier::Missing;

/// An event of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// A submitted dossier is on its way to Home Affairs.
    CaseOpened(CaseOpened),
    /// The receipt stamp (dấu ĐẾN) of Home Affairs.
    DossierReceived(DossierReceived),
    /// Every item came after its deadline; the case rests (hồ sơ quá hạn).
    DossierLate(DossierLate),
    /// A reasoned, signed extension readmits late items (gia hạn).
    ExtensionGranted(ExtensionGranted),
    /// The completeness check (kiểm tra thành phần hồ sơ).
    CompletenessChecked(CompletenessChecked),
    /// Sent back for a supplement, with what is missing and until when (trả hồ sơ để bổ sung).
    ReturnedForSupplement(ReturnedForSupplement),
    /// The unit's supplement arrived in time (nhận bổ sung).
    SupplementReceived(SupplementReceived),
    /// The supplement did not come by its due day (hết hạn bổ sung).
    DossierLapsed(DossierLapsed),
    /// Not taken on, with a reason (từ chối tiếp nhận).
    DossierRejected(DossierRejected),
    /// Complete, taken on (tiếp nhận).
    DossierAccepted(DossierAccepted),
    /// Handed on to the Standing Office (chuyển Thường trực Ban Chỉ đạo).
    DossierForwarded(DossierForwarded),
    /// A human's word on one criterion of one item (kết luận thẩm định).
    FindingRecorded(FindingRecorded),
    /// The verdict on one item with every criterion (kết quả thẩm định một mục).
    EligibilityEvaluated(EligibilityEvaluated),
    /// A criterion of the item is not met (không đủ điều kiện).
    ItemFoundIneligible(ItemFoundIneligible),
    /// The unit withdrew its dossier (rút hồ sơ).
    CaseWithdrawn(CaseWithdrawn),
    /// A denied attempt at a decision.
    AttemptRefused(Refusal),
}

/// A submitted dossier is on its way to Home Affairs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseOpened {
    /// The dossier.
    pub dossier: DossierId,
    /// The round it is for.
    pub round: RoundId,
    /// The unit whose achievement it is.
    pub unit: UnitId,
    /// The unit that signed and submitted it; another one for a predecessor.
    pub submitted_by: UnitId,
    /// The rule book the round is decided under.
    pub rule_book: RuleBookRef,
    /// What the unit handed in.
    pub content: DossierContent,
}

/// The receipt stamp of Home Affairs, and whether each item was in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierReceived {
    /// The dossier.
    pub dossier: DossierId,
    /// The stamp's time.
    pub received_at: DateTime<Utc>,
    /// The stamp's number, such as `1507/ĐẾN`.
    pub receipt_number: String,
    /// The agency whose stamp it is: the gateway, which may not judge its own dossier (R54).
    pub gateway: UnitId,
    /// One entry an item, in the dossier's order (R42).
    pub timeliness: Vec<Timeliness>,
}

/// Whether one item was in time (R42).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Timeliness {
    /// The item.
    pub item: ItemId,
    /// The publication its period runs from (AMB-1).
    pub publication: PublicationKind,
    /// The last day, which ends at 24:00 in Việt Nam.
    pub due_on: NaiveDate,
    /// Whether the stamp's civil day is not after it.
    pub on_time: bool,
}

/// Every item came after its deadline: the case rests until an extension (AMB-4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierLate {
    /// The dossier.
    pub dossier: DossierId,
    /// The stamp's civil day in Việt Nam.
    pub received_on: NaiveDate,
    /// The late items: all of them.
    pub items: Vec<ItemId>,
}

/// A reasoned, signed extension readmits late items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtensionGranted {
    /// The dossier.
    pub dossier: DossierId,
    /// The items readmitted.
    pub items: Vec<ItemId>,
    /// Their new last day.
    pub new_due_on: NaiveDate,
    /// Why.
    pub reason: String,
    /// The signed document.
    pub document: DocumentRef,
}

/// The completeness check against R37 to R41, and what the official saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CompletenessChecked {
    /// The dossier.
    pub dossier: DossierId,
    /// Nothing is missing.
    pub complete: bool,
    /// What is missing, each with its rule.
    pub missing: Vec<Missing>,
}

/// Sent back for a supplement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReturnedForSupplement {
    /// The dossier.
    pub dossier: DossierId,
    /// 1 for the first return.
    pub supplement_round: u32,
    /// What to bring.
    pub missing: Vec<Missing>,
    /// The last day, which ends at 24:00 in Việt Nam.
    pub due_on: NaiveDate,
}

/// The unit's supplement arrived in time; timeliness stays as the first receipt fixed it (AMB-5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SupplementReceived {
    /// The dossier.
    pub dossier: DossierId,
    /// The dossier as it is with the supplement.
    pub content: DossierContent,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
}

/// No supplement by its due day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierLapsed {
    /// The dossier.
    pub dossier: DossierId,
    /// The day that passed.
    pub due_on: NaiveDate,
    /// When a supplement came after all, too late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplement_at: Option<DateTime<Utc>>,
}

/// Why a dossier was not taken on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RejectionCode {
    /// Sent past Home Affairs or to somebody else (R41).
    WrongAddressee,
    /// Nobody of this plan's subjects (R3).
    WrongSubject,
    /// Not in the submitting unit's competence.
    WrongSubmitter,
    /// The same achievement was submitted in another dossier of the round.
    Duplicate,
    /// What is missing cannot be brought, or was not brought in the rounds there are (AMB-5).
    NotSupplementable,
}

/// Not taken on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierRejected {
    /// The dossier.
    pub dossier: DossierId,
    /// Why, as a code.
    pub code: RejectionCode,
    /// Why, in words for the unit (R50).
    pub reason: String,
}

/// Complete, taken on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierAccepted {
    /// The dossier.
    pub dossier: DossierId,
}

/// Handed on to the Standing Office; the round takes the items up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierForwarded {
    /// The dossier.
    pub dossier: DossierId,
    /// The round.
    pub round: RoundId,
    /// The unit whose achievement it is.
    pub unit: UnitId,
    /// The unit that submitted it.
    pub submitted_by: UnitId,
    /// Items in time or readmitted, at least one.
    pub items: Vec<ForwardedItem>,
    /// Items left out.
    pub excluded: Vec<ExcludedItem>,
}

/// An item as it goes into the round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ForwardedItem {
    /// The item.
    pub item: ItemId,
    /// The lane.
    pub lane: Lane,
    /// The subject.
    pub subject: SubjectId,
    /// The ground, for an individual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// The components advised on, for basis ADVISER.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<ComponentId>,
    /// The initiative, for basis OUTSIDER.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initiative: Option<InitiativeId>,
    /// The unit of an individual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
}

/// Why an item of a forwarded dossier was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExclusionReason {
    /// After its own deadline, and no extension (R42).
    Late,
}

/// An item of a forwarded dossier that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExcludedItem {
    /// The item.
    pub item: ItemId,
    /// Why.
    pub reason: ExclusionReason,
}

/// A human's word on one criterion of one item. A later one on the same criterion supersedes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingRecorded {
    /// The dossier.
    pub dossier: DossierId,
    /// The round.
    pub round: RoundId,
    /// The item.
    pub item: ItemId,
    /// The criterion, one of the item's row.
    pub rule: RuleId,
    /// Met or not.
    pub verdict: FindingVerdict,
    /// From what the finder saw it, in words.
    pub evidence: String,
    /// The documents that show it.
    pub documents: Vec<DocumentRef>,
    /// The day of the finding.
    pub found_on: NaiveDate,
    /// Who found.
    pub finder: OfficialId,
    /// The agency the finder acted for.
    pub finder_agency: UnitId,
}

/// The verdict on one item, from which facts, under which rule book: the item's receipt (phiếu giải trình).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EligibilityEvaluated {
    /// The dossier.
    pub dossier: DossierId,
    /// The round.
    pub round: RoundId,
    /// The item.
    pub item: ItemId,
    /// The day for which facts were taken.
    pub as_of: NaiveDate,
    /// The verdict.
    pub verdict: Eligibility,
    /// Every criterion of the item's row, in the table's order.
    pub criteria: Vec<CriterionVerdict>,
    /// The rule book.
    pub rule_book: RuleBookRef,
    /// The log's position up to which facts were read.
    pub facts_position: u64,
    /// Digest of the round file that was judged, `sha256:<hex>`.
    pub inputs_digest: String,
    /// Version of the code that judged; absent in events from before receipts had a digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// Digest of the receipt's canonical text, `sha256:<hex>`; the receipt is made of this event, the
    /// item, the round and the rule book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_digest: Option<String>,
}

/// The verdict on one criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CriterionVerdict {
    /// The criterion.
    pub rule: RuleId,
    /// Its verdict.
    pub verdict: Verdict,
    /// Where the plan says so.
    pub citation: String,
    /// The value looked at, for people: rounded half-even to 4 places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<String>,
    /// Why, in words.
    pub explanation: String,
    /// Why, in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation_en: Option<String>,
    /// The facts looked at, with the position of the event that said each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<InputUsed>,
    /// The finding that was taken up, and whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<FindingUsed>,
}

/// A criterion of the item is not met: it leaves the race unless a later verdict says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFoundIneligible {
    /// The dossier.
    pub dossier: DossierId,
    /// The round.
    pub round: RoundId,
    /// The item.
    pub item: ItemId,
    /// The criteria not met.
    pub rules: Vec<RuleId>,
}

/// The unit withdrew its dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseWithdrawn {
    /// The dossier.
    pub dossier: DossierId,
    /// Why, as the unit wrote.
    pub reason: String,
}

impl StoredEvent for Event {
    fn event_type(&self) -> &'static str {
        match self {
            Self::CaseOpened(_) => "CaseOpened",
            Self::DossierReceived(_) => "DossierReceived",
            Self::DossierLate(_) => "DossierLate",
            Self::ExtensionGranted(_) => "ExtensionGranted",
            Self::CompletenessChecked(_) => "CompletenessChecked",
            Self::ReturnedForSupplement(_) => "ReturnedForSupplement",
            Self::SupplementReceived(_) => "SupplementReceived",
            Self::DossierLapsed(_) => "DossierLapsed",
            Self::DossierRejected(_) => "DossierRejected",
            Self::DossierAccepted(_) => "DossierAccepted",
            Self::DossierForwarded(_) => "DossierForwarded",
            Self::FindingRecorded(_) => "FindingRecorded",
            Self::EligibilityEvaluated(_) => "EligibilityEvaluated",
            Self::ItemFoundIneligible(_) => "ItemFoundIneligible",
            Self::CaseWithdrawn(_) => "CaseWithdrawn",
            Self::AttemptRefused(_) => "AttemptRefused",
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::AttemptRefused(refusal) => Some(refusal),
            Self::CaseOpened(_)
            | Self::DossierReceived(_)
            | Self::DossierLate(_)
            | Self::ExtensionGranted(_)
            | Self::CompletenessChecked(_)
            | Self::ReturnedForSupplement(_)
            | Self::SupplementReceived(_)
            | Self::DossierLapsed(_)
            | Self::DossierRejected(_)
            | Self::DossierAccepted(_)
            | Self::DossierForwarded(_)
            | Self::FindingRecorded(_)
            | Self::EligibilityEvaluated(_)
            | Self::ItemFoundIneligible(_)
            | Self::CaseWithdrawn(_) => None,
        }
    }
}
