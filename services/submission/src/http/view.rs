//! A dossier as the API shows it.

use hoso_domain::document::DocumentRef;
use hoso_domain::dossier::content::ProposedItem;
use hoso_domain::dossier::event::{
    AttachmentAdded, DossierDrafted, MinutesRecorded, ProposalSigned,
};
use hoso_domain::dossier::{Closure, HandedIn, Judgement, Papers, Report, Stage};
use hoso_domain::ids::{ItemId, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::add_item::ItemBody;
use super::document::DocumentBody;
use super::record_minutes::MinutesBody;
use super::sign_proposal::SignBody;

/// Where a dossier stands on the unit's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum DossierStatus {
    /// The unit works on it (đang lập).
    Draft,
    /// The proposal is signed (đã ký).
    Signed,
    /// Handed in (đã nộp).
    Submitted,
    /// Back with the unit for a supplement (chờ bổ sung).
    SupplementRequested,
    /// The supplement was handed in (đã bổ sung).
    Supplemented,
    /// Withdrawn (đã rút).
    Withdrawn,
    /// The supplement did not come in time (hết hạn bổ sung).
    Lapsed,
    /// Not taken on (không tiếp nhận).
    Rejected,
    /// Every item came late (trễ hạn).
    Late,
    /// It went on to the round (đã chuyển).
    Forwarded,
}

impl DossierStatus {
    /// The word lists are filtered by.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Signed => "SIGNED",
            Self::Submitted => "SUBMITTED",
            Self::SupplementRequested => "SUPPLEMENT_REQUESTED",
            Self::Supplemented => "SUPPLEMENTED",
            Self::Withdrawn => "WITHDRAWN",
            Self::Lapsed => "LAPSED",
            Self::Rejected => "REJECTED",
            Self::Late => "LATE",
            Self::Forwarded => "FORWARDED",
        }
    }

    fn of(papers: &Papers) -> Self {
        match &papers.stage {
            Stage::Preparing if papers.proposal.is_some() => Self::Signed,
            Stage::Preparing => Self::Draft,
            Stage::Submitted => Self::Submitted,
            Stage::SupplementRequested { .. } => Self::SupplementRequested,
            Stage::Supplemented { .. } => Self::Supplemented,
            Stage::Withdrawn { .. } => Self::Withdrawn,
            Stage::Closed { outcome, .. } => match outcome {
                Closure::Lapsed => Self::Lapsed,
                Closure::Rejected => Self::Rejected,
                Closure::Late => Self::Late,
                Closure::Forwarded => Self::Forwarded,
            },
        }
    }
}

/// What a dossier is and whose.
#[derive(ToSchema)]
#[schema(as = DossierHead, rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes the flattened head of a dossier")]
pub(crate) struct HeadSchema {
    /// The dossier.
    dossier: String,
    /// The round it is for.
    round: String,
    /// Kind of the round: `ANNUAL`, `INTERIM`, `FINAL`.
    kind: String,
    /// Award year.
    year: u16,
    /// The unit whose achievements it is about.
    unit: String,
    /// The unit that submits.
    submitted_by: String,
    /// Submitted by the successor of `unit`.
    on_behalf_of_predecessor: bool,
    /// To whom it is addressed: `HOME_AFFAIRS` or `DIRECT`.
    addressee: String,
}

/// A report and the committee's word on it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Report)]
pub(crate) struct ReportView {
    /// The item it is about.
    #[schema(value_type = String)]
    item: ItemId,
    /// Number and symbol.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// The document.
    #[schema(value_type = DocumentBody)]
    document: DocumentRef,
    /// `{"status": "AWAITED"}`, `{"status": "CONFIRMED", "body", "on"}` or `{"status": "REFUSED", "reason"}`.
    #[schema(value_type = Object)]
    judgement: Judgement,
}

/// A dossier.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Dossier)]
pub(crate) struct DossierView {
    #[serde(flatten)]
    #[schema(value_type = HeadSchema)]
    head: DossierDrafted,
    /// Where it stands.
    status: DossierStatus,
    /// Where it stands with what belongs to that stage, such as the supplement that is asked for.
    #[schema(value_type = Object)]
    stage: Stage,
    /// The items, by id.
    #[schema(value_type = Vec<ItemBody>)]
    items: Vec<ProposedItem>,
    /// The reports, by item.
    reports: Vec<ReportView>,
    /// Supporting documents.
    #[schema(value_type = Vec<Object>)]
    attachments: Vec<AttachmentAdded>,
    /// The minutes of the review meeting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MinutesBody>)]
    minutes: Option<MinutesRecorded>,
    /// The signed proposal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<SignBody>)]
    proposal: Option<ProposalSigned>,
    /// How it was handed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    handed_in: Option<HandedIn>,
    /// Persons who confirmed or refused a report, or signed: they may not verify it (R55).
    #[schema(value_type = Vec<String>)]
    confirmers: Vec<PersonId>,
}

impl DossierView {
    pub(crate) fn of(papers: Papers) -> Self {
        Self {
            status: DossierStatus::of(&papers),
            head: papers.head,
            stage: papers.stage,
            items: papers.items.into_values().collect(),
            reports: papers.reports.into_iter().map(report).collect(),
            attachments: papers.attachments,
            minutes: papers.minutes,
            proposal: papers.proposal,
            handed_in: papers.handed_in,
            confirmers: papers.confirmers.into_iter().collect(),
        }
    }
}

fn report((item, report): (ItemId, Report)) -> ReportView {
    ReportView {
        item,
        number: report.number,
        document: report.document,
        judgement: report.judgement,
    }
}

/// A dossier in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DossierSummary {
    #[serde(flatten)]
    #[schema(value_type = HeadSchema)]
    head: DossierDrafted,
    /// Where it stands.
    status: DossierStatus,
    /// Last day of a supplement that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_on: Option<chrono::NaiveDate>,
    /// Number of items.
    items: usize,
    /// Version, as in the `ETag` of the dossier.
    version: u64,
}

impl DossierSummary {
    pub(crate) fn of(papers: Papers, due_on: Option<chrono::NaiveDate>, version: u64) -> Self {
        Self {
            status: DossierStatus::of(&papers),
            items: papers.items.len(),
            head: papers.head,
            due_on,
            version,
        }
    }
}
