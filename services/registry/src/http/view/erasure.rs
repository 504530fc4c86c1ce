//! The erasure of a person, as it is asked for and shown.

use hoso_domain::ids::OfficialId;
use hoso_domain::registry::person::{ERASED, ErasedDocuments, PersonState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a person's texts are to be erased.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ErasureBody {
    /// What it rests on (căn cứ); no name.
    #[schema(example = "Đơn đề nghị số 7 ngày 02/3/2026")]
    pub(crate) basis: String,
    /// Which documents go: `NONE`; `WITHOUT_AWARD`, those of items that ended without an award, and of
    /// open items once they do; `ALL`, those of awards too. Never one that is somebody else's as well.
    #[serde(default)]
    #[schema(value_type = String, example = "WITHOUT_AWARD")]
    pub(crate) documents: DocumentsBody,
}

/// Which documents go with a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum DocumentsBody {
    None,
    #[default]
    WithoutAward,
    All,
}

impl From<DocumentsBody> for Option<ErasedDocuments> {
    fn from(body: DocumentsBody) -> Self {
        match body {
            DocumentsBody::None => None,
            DocumentsBody::WithoutAward => Some(ErasedDocuments::WithoutAward),
            DocumentsBody::All => Some(ErasedDocuments::All),
        }
    }
}

impl From<Option<ErasedDocuments>> for DocumentsBody {
    fn from(documents: Option<ErasedDocuments>) -> Self {
        match documents {
            None => Self::None,
            Some(ErasedDocuments::WithoutAward) => Self::WithoutAward,
            Some(ErasedDocuments::All) => Self::All,
        }
    }
}

/// What became of the wish to erase a person's texts.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErasureView {
    /// `REQUESTED` or `ERASED`.
    #[schema(example = "REQUESTED")]
    status: &'static str,
    /// What it rests on.
    basis: String,
    /// Who asked.
    #[schema(value_type = String, example = "cb-01")]
    requested_by: OfficialId,
    /// Which documents go: `NONE`, `WITHOUT_AWARD` or `ALL`.
    #[schema(value_type = String, example = "WITHOUT_AWARD")]
    documents: DocumentsBody,
    /// Somebody asks that more documents go than did.
    #[serde(skip_serializing_if = "Option::is_none")]
    wider: Option<WiderView>,
}

/// A request that more documents of an erased person go.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WiderView {
    /// What it rests on.
    basis: String,
    /// Who asked.
    #[schema(value_type = String, example = "cb-01")]
    requested_by: OfficialId,
    /// Which documents are to go.
    #[schema(value_type = String, example = "ALL")]
    documents: DocumentsBody,
}

impl ErasureView {
    /// `None` where nobody asked.
    pub(crate) fn of(state: PersonState) -> Option<Self> {
        match state {
            PersonState::Unregistered | PersonState::Registered(_) => None,
            PersonState::ErasureRequested { request, .. } => Some(Self {
                status: "REQUESTED",
                basis: request.basis,
                requested_by: request.official,
                documents: request.documents.into(),
                wider: None,
            }),
            PersonState::Erased {
                erasure, request, ..
            } => Some(Self {
                status: ERASED,
                basis: erasure.basis,
                requested_by: erasure.requested_by,
                documents: erasure.documents.into(),
                wider: request.map(|request| WiderView {
                    basis: request.basis,
                    requested_by: request.official,
                    documents: request.documents.into(),
                }),
            }),
        }
    }

    /// Whether the texts are gone.
    pub(crate) fn is_done(&self) -> bool {
        self.status == ERASED
    }
}
