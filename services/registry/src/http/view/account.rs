//! Officials, delegations and tokens.

use chrono::{DateTime, NaiveDate, Utc};
use hoso_domain::actor::Role;
use hoso_domain::ids::{DelegationId, OfficialId, PersonId, UnitId};
use hoso_domain::registry::official::{
    Delegation, DelegationGranted, OfficialAppointed, OfficialState,
};
use hoso_domain::text::tidy;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A person in one role of one agency (cán bộ, công chức).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct OfficialBody {
    /// The official.
    #[schema(value_type = String, example = "so-noi-vu-tiep-nhan")]
    pub(crate) official: OfficialId,
    /// The person behind.
    #[schema(value_type = String)]
    pub(crate) person: PersonId,
    /// The agency acted for.
    #[schema(value_type = String, example = "so-noi-vu")]
    pub(crate) agency: UnitId,
    /// The capacity, such as `HOME_AFFAIRS` or `UNIT_HEAD`.
    #[schema(value_type = String, example = "HOME_AFFAIRS")]
    role: Role,
    /// First day in office.
    valid_from: NaiveDate,
    /// Last day in office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_to: Option<NaiveDate>,
}

impl From<OfficialBody> for OfficialAppointed {
    fn from(body: OfficialBody) -> Self {
        Self {
            official: body.official,
            person: body.person,
            agency: body.agency,
            role: body.role,
            valid_from: body.valid_from,
            valid_to: body.valid_to,
        }
    }
}

/// A delegation (ủy quyền).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DelegationBody {
    /// The delegation; an id is made if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) delegation: Option<DelegationId>,
    /// Who delegates.
    #[schema(value_type = String)]
    pub(crate) from: OfficialId,
    /// Who acts.
    #[schema(value_type = String)]
    pub(crate) to: OfficialId,
    /// First day.
    valid_from: NaiveDate,
    /// Last day.
    valid_to: NaiveDate,
    /// The written delegation.
    document: String,
}

impl DelegationBody {
    pub(crate) fn into_granted(self, delegation: DelegationId) -> DelegationGranted {
        DelegationGranted {
            delegation,
            from: self.from,
            to: self.to,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            document: tidy(&self.document),
        }
    }
}

/// A delegation and whether it was taken back.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DelegationView {
    #[serde(flatten)]
    granted: DelegationBody,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<DateTime<Utc>>,
}

impl DelegationView {
    pub(crate) fn of(delegation: Delegation) -> Self {
        let granted = delegation.granted;
        Self {
            granted: DelegationBody {
                delegation: Some(granted.delegation),
                from: granted.from,
                to: granted.to,
                valid_from: granted.valid_from,
                valid_to: granted.valid_to,
                document: granted.document,
            },
            revoked_at: delegation.revoked_at,
        }
    }
}

/// A token, by its digest; the token itself is stored nowhere.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenView {
    /// SHA-256 of the token, lower-case hex.
    token_digest: String,
    /// When it stops to be valid.
    expires_at: DateTime<Utc>,
    /// Revoked before.
    revoked: bool,
}

/// An official with its delegations and tokens.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OfficialView {
    #[serde(flatten)]
    office: OfficialBody,
    /// Delegations this official granted.
    delegations: Vec<DelegationView>,
    /// Tokens; for administrators and auditors only.
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<Vec<TokenView>>,
    /// Version of the stream, as the `ETag` says it.
    version: u64,
}

impl OfficialView {
    /// `None` for a stream of nothing but denied attempts.
    pub(crate) fn of(state: OfficialState, version: u64, with_tokens: bool) -> Option<Self> {
        let office = state.office?;
        let token =
            |(token_digest, token): (String, hoso_domain::registry::official::Token)| TokenView {
                token_digest,
                expires_at: token.expires_at,
                revoked: token.revoked,
            };
        Some(Self {
            office: OfficialBody {
                official: office.official,
                person: office.person,
                agency: office.agency,
                role: office.role,
                valid_from: office.valid_from,
                valid_to: office.valid_to,
            },
            delegations: state
                .delegations
                .into_values()
                .map(DelegationView::of)
                .collect(),
            tokens: with_tokens.then(|| state.tokens.into_iter().map(token).collect()),
            version,
        })
    }
}

/// A token that is asked for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TokenBody {
    /// For whom.
    #[schema(value_type = String)]
    pub(crate) official: OfficialId,
    /// Days it is valid.
    #[schema(minimum = 1, maximum = 366, example = 90)]
    pub(crate) days: u16,
}

/// A token that was issued.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenAnswer {
    /// For whom.
    #[schema(value_type = String)]
    pub(crate) official: OfficialId,
    /// The token, this once. Absent where the request comes again: it is stored nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
    /// SHA-256 of the token, lower-case hex.
    pub(crate) token_digest: String,
    /// When it stops to be valid.
    pub(crate) expires_at: DateTime<Utc>,
}
