//! The erasure of a person: asked for by one, agreed to by another, and widened later.

use serde::{Deserialize, Serialize};

use super::super::is_text;
use super::{Event, PersonDetails, PersonState, Rejection};
use crate::actor::Actor;
use crate::ids::{OfficialId, PersonId};

/// Which documents go with a person; each value takes in the one before. None goes that belongs to
/// somebody else as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErasedDocuments {
    /// Those of items that came to an end without an award; those of open items once they do. What an
    /// award rests on stays for the archive (lưu trữ).
    WithoutAward,
    /// All of them.
    All,
}

/// Somebody asks that a person's texts be erased (xoá dữ liệu cá nhân).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErasureRequest {
    /// The person.
    pub person: PersonId,
    /// What it rests on (căn cứ): the person's request, the end of the term of keeping; no name.
    pub basis: String,
    /// Who asks.
    pub official: OfficialId,
    /// The person behind that official.
    pub requester: PersonId,
    /// Which of the person's documents are to go; `None` of them where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documents: Option<ErasedDocuments>,
}

/// A person's texts cannot be read from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Erasure {
    /// The person.
    pub person: PersonId,
    /// What it rests on, as it was asked for.
    pub basis: String,
    /// Who asked; who agreed is the event's actor.
    pub requested_by: OfficialId,
    /// Which of the person's documents go; `None` of them where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documents: Option<ErasedDocuments>,
}

/// A request was taken back or turned down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErasureDropped {
    /// The person.
    pub person: PersonId,
}

/// What happens to the entry of an erased person: more documents are asked for, and go.
pub(super) fn again(
    details: PersonDetails,
    erasure: Erasure,
    request: Option<ErasureRequest>,
    event: &Event,
) -> PersonState {
    let (erasure, request) = match event {
        Event::PersonErasureRequested(wider) => (erasure, Some(wider.clone())),
        Event::PersonErasureDropped(_) => (erasure, None),
        Event::PersonErased(wider) => (wider.clone(), None),
        Event::PersonRegistered(_) | Event::PersonChanged(_) | Event::AttemptRefused(_) => {
            (erasure, request)
        }
    };
    PersonState::Erased {
        details,
        erasure,
        request,
    }
}

pub(super) fn request(
    state: &PersonState,
    basis: String,
    documents: Option<ErasedDocuments>,
    by: Actor,
) -> Result<Vec<Event>, Rejection> {
    let details = match state {
        PersonState::Unregistered => return Err(Rejection::UnknownPerson),
        PersonState::ErasureRequested { .. }
        | PersonState::Erased {
            request: Some(_), ..
        } => return Err(Rejection::ErasureRequested),
        PersonState::Erased { erasure, .. } if documents <= erasure.documents => {
            return Err(Rejection::Erased);
        }
        PersonState::Registered(_) | PersonState::Erased { .. } if !is_text(&basis) => {
            return Err(Rejection::Text("basis"));
        }
        PersonState::Registered(entry) if !entry.is_sealed() => return Err(Rejection::InTheClear),
        PersonState::Registered(entry) => &entry.details,
        PersonState::Erased { details, .. } => details,
    };
    Ok(vec![Event::PersonErasureRequested(ErasureRequest {
        person: details.person.clone(),
        basis,
        official: by.official,
        requester: by.person,
        documents,
    })])
}

pub(super) fn drop_request(state: &PersonState) -> Result<Vec<Event>, Rejection> {
    match state {
        PersonState::ErasureRequested { request, .. }
        | PersonState::Erased {
            request: Some(request),
            ..
        } => Ok(vec![Event::PersonErasureDropped(ErasureDropped {
            person: request.person.clone(),
        })]),
        PersonState::Unregistered => Err(Rejection::UnknownPerson),
        PersonState::Registered(_) => Err(Rejection::ErasureNotRequested),
        PersonState::Erased { request: None, .. } => Err(Rejection::Erased),
    }
}

/// Again is no error: the record may be there and the key not yet destroyed.
pub(super) fn erase(state: &PersonState, by: &Actor) -> Result<Vec<Event>, Rejection> {
    match state {
        PersonState::ErasureRequested { request, .. }
        | PersonState::Erased {
            request: Some(request),
            ..
        } => {
            // Two persons, not two accounts of one.
            if request.official == by.official || request.requester == by.person {
                return Err(Rejection::ErasureNeedsTwo);
            }
            Ok(vec![Event::PersonErased(Erasure {
                person: request.person.clone(),
                basis: request.basis.clone(),
                requested_by: request.official.clone(),
                documents: request.documents,
            })])
        }
        PersonState::Unregistered => Err(Rejection::UnknownPerson),
        PersonState::Registered(_) => Err(Rejection::ErasureNotRequested),
        PersonState::Erased { request: None, .. } => Ok(Vec::new()),
    }
}
