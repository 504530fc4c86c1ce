//! Units, persons, initiatives and holds.

use chrono::NaiveDate;
use hoso_domain::evaluation::vocabulary::Group;
use hoso_domain::ids::{HoldId, InitiativeId, PersonId, SubjectId, UnitId};
use hoso_domain::registry::hold::{Ground, HoldAct, HoldOpened, HoldState};
use hoso_domain::registry::initiative::{InitiativeAssessed, InitiativeState};
use hoso_domain::registry::person::{PersonDetails, PersonState};
use hoso_domain::registry::unit::{UnitDetails, UnitEnd, UnitState};
use hoso_domain::text::tidy;
use hoso_runtime::PersonKeys;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ErasureView, some_text};
use crate::personal;

/// A unit (đơn vị) from a day on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UnitBody {
    /// The unit.
    #[schema(value_type = String, example = "so-noi-vu")]
    pub(crate) unit: UnitId,
    /// Its name in full.
    #[schema(example = "Sở Nội vụ")]
    name: String,
    /// `DEPARTMENT`, `SERVICE_UNIT`, `CENTRAL_AGENCY` or `DISTRICT`; absent for a body that is not
    /// assessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "DEPARTMENT")]
    group: Option<Group>,
    /// Advises on component indexes (cơ quan tham mưu).
    #[serde(default)]
    advising: bool,
    /// First year it is assessed, where a ruling says that the years before do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 2021, maximum = 2030)]
    assessed_since: Option<u16>,
    /// First day these details hold.
    valid_from: NaiveDate,
    /// Title of its head (chức vụ người đứng đầu), never a name.
    #[schema(example = "Giám đốc")]
    head_title: String,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl From<UnitBody> for UnitDetails {
    fn from(body: UnitBody) -> Self {
        Self {
            unit: body.unit,
            name: tidy(&body.name),
            group: body.group,
            advising: body.advising,
            assessed_since: body.assessed_since,
            valid_from: body.valid_from,
            head_title: tidy(&body.head_title),
            note: some_text(body.note),
        }
    }
}

impl From<UnitDetails> for UnitBody {
    fn from(details: UnitDetails) -> Self {
        Self {
            unit: details.unit,
            name: details.name,
            group: details.group,
            advising: details.advising,
            assessed_since: details.assessed_since,
            valid_from: details.valid_from,
            head_title: details.head_title,
            note: details.note,
        }
    }
}

/// How a unit ends (hợp nhất, giải thể).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MergerBody {
    /// Its last day.
    valid_to: NaiveDate,
    /// The unit that continues its work; absent: dissolved without successor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "so-tai-chinh")]
    pub(crate) successor: Option<UnitId>,
    /// The decision that says so.
    decision: String,
}

impl From<MergerBody> for UnitEnd {
    fn from(body: MergerBody) -> Self {
        Self {
            valid_to: body.valid_to,
            successor: body.successor,
            decision: tidy(&body.decision),
        }
    }
}

/// A unit as it stands, and as it stood.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UnitView {
    /// As it stands.
    #[serde(flatten)]
    latest: UnitBody,
    /// How it ended, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<MergerBody>,
    /// What held from which day on, oldest first.
    history: Vec<UnitBody>,
    /// Version of the stream, as the `ETag` says it.
    version: u64,
}

impl UnitView {
    /// `None` for a stream of nothing but denied attempts.
    pub(crate) fn of(state: UnitState, version: u64) -> Option<Self> {
        Some(Self {
            latest: state.latest()?.clone().into(),
            end: state.end.map(|end| MergerBody {
                valid_to: end.valid_to,
                successor: end.successor,
                decision: end.decision,
            }),
            history: state.versions.into_iter().map(UnitBody::from).collect(),
            version,
        })
    }
}

/// A person (cá nhân).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PersonBody {
    /// The person.
    #[schema(value_type = String, example = "ca-nhan-01")]
    pub(crate) person: PersonId,
    /// The name: kept in the registry and nowhere else.
    name: String,
    /// Position (chức vụ).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    position: Option<String>,
    /// The unit the person works in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "so-noi-vu")]
    unit: Option<UnitId>,
    /// Works inside an assessed unit.
    insider: bool,
}

impl From<PersonBody> for PersonDetails {
    fn from(body: PersonBody) -> Self {
        Self {
            person: body.person,
            name: tidy(&body.name),
            position: some_text(body.position),
            unit: body.unit,
            insider: body.insider,
        }
    }
}

/// A person as the registry knows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PersonView {
    /// The person.
    #[schema(value_type = String, example = "ca-nhan-01")]
    person: PersonId,
    /// The name; `null` where it was erased, or its key is lost.
    name: Option<String>,
    /// Position (chức vụ).
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<String>,
    /// The unit the person works in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "so-noi-vu")]
    unit: Option<UnitId>,
    /// Works inside an assessed unit.
    insider: bool,
    /// Whether the texts are to be erased, or are.
    #[serde(skip_serializing_if = "Option::is_none")]
    erasure: Option<ErasureView>,
    /// Version of the stream, as the `ETag` says it.
    version: u64,
}

impl PersonView {
    /// `None` for a stream of nothing but denied attempts.
    pub(crate) fn of(state: PersonState, version: u64, keys: &PersonKeys) -> Option<Self> {
        let details = state.details()?.clone();
        let erasure = ErasureView::of(state);
        let erased = erasure.as_ref().is_some_and(ErasureView::is_done);
        let texts = personal::texts(keys, &details, erased);
        Some(Self {
            person: details.person,
            name: texts.name,
            position: texts.position,
            unit: details.unit,
            insider: details.insider,
            erasure,
            version,
        })
    }
}

/// A council's result on an initiative (sáng kiến).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct InitiativeBody {
    /// The initiative.
    #[schema(value_type = String, example = "SK-2024-03")]
    pub(crate) initiative: InitiativeId,
    /// What it is called.
    title: String,
    /// A person's id, or a unit's for a collective; never a name.
    #[schema(value_type = String, example = "ca-nhan-13")]
    author: SubjectId,
    /// The council.
    #[schema(example = "Hội đồng Sáng kiến tỉnh")]
    council: String,
    /// Number of the document.
    document: String,
    /// Its date.
    date: NaiveDate,
    /// The batch (đợt).
    batch: String,
    /// Recognised (công nhận), or not.
    recognised: bool,
}

impl From<InitiativeBody> for InitiativeAssessed {
    fn from(body: InitiativeBody) -> Self {
        Self {
            initiative: body.initiative,
            title: tidy(&body.title),
            author: body.author,
            council: tidy(&body.council),
            document: tidy(&body.document),
            date: body.date,
            batch: tidy(&body.batch),
            recognised: body.recognised,
        }
    }
}

/// An initiative with its last result.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InitiativeView {
    #[serde(flatten)]
    result: InitiativeBody,
    /// Version of the stream, as the `ETag` says it.
    version: u64,
}

impl InitiativeView {
    /// `None` for a stream of nothing but denied attempts.
    pub(crate) fn of(state: InitiativeState, version: u64) -> Option<Self> {
        match state {
            InitiativeState::Unassessed => None,
            InitiativeState::Assessed(result) => Some(Self {
                result: InitiativeBody {
                    initiative: result.initiative,
                    title: result.title,
                    author: result.author,
                    council: result.council,
                    document: result.document,
                    date: result.date,
                    batch: result.batch,
                    recognised: result.recognised,
                },
                version,
            }),
        }
    }
}

/// A hold that is opened (mở xem xét kỷ luật).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct HoldBody {
    /// The hold; an id is made if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "so-y-te-2025-08-01")]
    pub(crate) hold: Option<HoldId>,
    /// The unit or person held.
    #[schema(value_type = String, example = "so-y-te")]
    subject: SubjectId,
    /// First day in force.
    opened_on: NaiveDate,
    /// `SERVING`, `UNDER_CONSIDERATION` or `INSPECTION`.
    #[schema(value_type = String, example = "UNDER_CONSIDERATION")]
    ground: Ground,
    /// The notice or decision (căn cứ).
    document: String,
    /// What it says, without names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl HoldBody {
    pub(crate) fn into_opened(self, hold: HoldId) -> HoldOpened {
        HoldOpened {
            hold,
            subject: self.subject,
            opened_on: self.opened_on,
            ground: self.ground,
            document: tidy(&self.document),
            note: some_text(self.note),
        }
    }
}

/// An act on an open hold.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct HoldActBody {
    /// Its day; for lifting the first day no longer in force.
    on: NaiveDate,
    /// The document behind it.
    document: String,
}

impl From<HoldActBody> for HoldAct {
    fn from(body: HoldActBody) -> Self {
        Self {
            on: body.on,
            document: tidy(&body.document),
        }
    }
}

impl From<HoldAct> for HoldActBody {
    fn from(act: HoldAct) -> Self {
        Self {
            on: act.on,
            document: act.document,
        }
    }
}

/// A hold and what became of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HoldView {
    #[serde(flatten)]
    opened: HoldBody,
    /// Discipline was imposed.
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed: Option<HoldActBody>,
    /// It was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted: Option<HoldActBody>,
    /// Version of the stream, as the `ETag` says it.
    version: u64,
}

impl HoldView {
    /// `None` for a stream of nothing but denied attempts.
    pub(crate) fn of(state: HoldState, version: u64) -> Option<Self> {
        match state {
            HoldState::Unopened => None,
            HoldState::Opened(record) => Some(Self {
                opened: HoldBody {
                    hold: Some(record.opened.hold),
                    subject: record.opened.subject,
                    opened_on: record.opened.opened_on,
                    ground: record.opened.ground,
                    document: record.opened.document,
                    note: record.opened.note,
                },
                confirmed: record.confirmed.map(HoldActBody::from),
                lifted: record.lifted.map(HoldActBody::from),
                version,
            }),
        }
    }
}
