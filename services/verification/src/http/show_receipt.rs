//! GET /api/v1/cases/{dossier}/items/{item}/receipt: why an item's last verdict is as it is.

use axum::Extension;
use axum::extract::State;
use hoso_domain::evaluation::Round;
use hoso_domain::ids::{DossierId, ItemId};
use hoso_domain::verification::CaseFile;
use hoso_domain::verification::receipt::{JudgedRound, receipt};
use hoso_runtime::{Caller, Path, Problem, Reply, Runtime, View};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{case_of, may_see};
use crate::error;
use crate::views::Foreign;

/// A receipt (phiếu giải trình) and its digest.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Receipt)]
pub(crate) struct Body {
    /// As the event recorded it: SHA-256 of the receipt's text, `sha256:<hex>`.
    digest: String,
    /// The receipt as canonical JSON (RFC 8785), byte by byte.
    #[schema(value_type = Object)]
    receipt: Box<RawValue>,
}

/// The receipt of an item's last verdict: engine, rule book, facts and where they stand in the log,
/// clauses, findings and finders, why in Vietnamese and English.
#[utoipa::path(
    get,
    path = "/api/v1/cases/{dossier}/items/{item}/receipt",
    tag = "verification",
    params(
        ("dossier" = String, Path, description = "The dossier's id"),
        ("item" = String, Path, description = "The item's id"),
    ),
    responses(
        (status = 200, body = Body),
        (status = 404, description = "No such item, or none the caller may see"),
        (status = 409, description = "No verdict with a receipt yet"),
    ),
)]
pub(crate) async fn show_receipt(
    State(runtime): State<Runtime>,
    Extension(foreign): Extension<View<Foreign>>,
    Path((dossier, item)): Path<(DossierId, ItemId)>,
    caller: Caller,
) -> Result<Reply<Body>, Problem> {
    let (case, version) = case_of(&runtime, &dossier).await?;
    if !may_see(&caller.actor, &case) {
        return Err(error::no_case(&dossier));
    }
    let foreign = foreign.current().await?;
    Ok(Reply::ok(version, shown(&foreign, &case, &item)?))
}

fn shown(foreign: &Foreign, case: &CaseFile, item: &ItemId) -> Result<Body, Problem> {
    let none = || Problem::not_found(format!("item {item}"));
    let proposed = case.proposed(item).ok_or_else(none)?;
    let file = case.items.get(item).ok_or_else(none)?;
    let missing = || error::no_receipt(item);
    let recorded = file.evaluation.as_ref().ok_or_else(missing)?;
    let digest = recorded.receipt_digest.clone().ok_or_else(missing)?;
    let round = foreign.round(&case.round)?;
    let judged = JudgedRound {
        round: Round {
            kind: round.opened.kind,
            year: round.opened.year,
        },
        parameters: &round.opened.parameters,
        rule_book: round.rule_book()?,
    };
    let receipt = receipt(judged, proposed, recorded).ok_or_else(missing)?;
    let text = receipt.canonical().map_err(Problem::internal)?;
    if receipt.digest().map_err(Problem::internal)? != digest {
        let reason = format!("the receipt of item {item} is not the one recorded, {digest}");
        return Err(Problem::internal(reason));
    }
    let receipt = RawValue::from_string(text).map_err(Problem::internal)?;
    Ok(Body { digest, receipt })
}
