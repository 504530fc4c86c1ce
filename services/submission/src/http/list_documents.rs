//! `GET /api/v1/documents?person=`: the documents of a person's items, and what becomes of each.

use axum::Extension;
use chrono::NaiveDate;
use hoso_domain::actor::Role;
use hoso_domain::document::belonging::{Fate, PersonalDocument};
use hoso_domain::ids::{DossierId, ItemId, PersonId};
use hoso_domain::registry::person::keeps_persons;
use hoso_runtime::{Caller, Page, PageQuery, Problem, Query, View};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::views::World;

/// Whose.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PersonFilter {
    /// The person who is proposed.
    #[param(value_type = String, example = "ca-nhan-01")]
    person: PersonId,
}

/// A document of one of the person's items.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PersonalDocument)]
pub(crate) struct PersonalDocumentView {
    /// SHA-256 of the bytes, lower-case hex.
    sha256: String,
    /// As what it was given first.
    name: String,
    /// A dossier that it is in.
    #[schema(value_type = String)]
    dossier: DossierId,
    /// The item it is a paper of.
    #[schema(value_type = String)]
    item: ItemId,
    /// What becomes of it when the person is erased. `GOES`: the item ended without an award.
    /// `OPEN`: the item is not at its end; the document goes once it ends without an award.
    /// `AWARDED`: a decision rests on it, it goes only with all. `SHARED`: somebody else's as well,
    /// it stays. `ERASED`: it is gone.
    #[schema(example = "GOES")]
    fate: &'static str,
    /// The decision that rewards the item.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<String>,
    /// The archive keeps it until this day at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    retain_until: Option<NaiveDate>,
}

/// The documents of a person's items by digest, and what becomes of each when the person is erased.
/// For those who decide on that, Home Affairs and administrators, and for the auditor.
#[utoipa::path(
    get,
    path = "/api/v1/documents",
    tag = "submission",
    params(PersonFilter, PageQuery),
    responses((status = 200, description = "a page of documents", body = Page<PersonalDocumentView>))
)]
pub(crate) async fn list_documents(
    Extension(world): Extension<View<World>>,
    Query(filter): Query<PersonFilter>,
    page: PageQuery,
    caller: Caller,
) -> Result<Page<PersonalDocumentView>, Problem> {
    let role = caller.actor.role;
    if !keeps_persons(role) && role != Role::Auditor {
        return Err(Problem::forbidden("not-permitted"));
    }
    let world = world.current().await?;
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let documents = world.belonging.documents_of(&filter.person);
    let mut behind = documents.filter(|d| page.after.as_ref().is_none_or(|at| d.sha256 > *at));
    let items: Vec<_> = behind
        .by_ref()
        .take(limit)
        .map(PersonalDocumentView::from)
        .collect();
    let more = behind.next().is_some();
    let next = items
        .last()
        .filter(|_| more)
        .map(|last| last.sha256.clone());
    Ok(Page { items, next })
}

impl From<PersonalDocument> for PersonalDocumentView {
    fn from(document: PersonalDocument) -> Self {
        let (fate, decision, retain_until) = match document.fate {
            Fate::Goes => ("GOES", None, None),
            Fate::Open => ("OPEN", None, None),
            Fate::Awarded {
                decision,
                retain_until,
            } => ("AWARDED", Some(decision), retain_until),
            Fate::Shared => ("SHARED", None, None),
            Fate::Erased => ("ERASED", None, None),
        };
        Self {
            sha256: document.sha256,
            name: document.name,
            dossier: document.dossier,
            item: document.item,
            fate,
            decision,
            retain_until,
        }
    }
}
