//! `POST /api/v1/imports/{kind}`: a table, as CSV or xlsx, into the registry (nhập số liệu).

use axum::Extension;
use axum::extract::State;
use hoso_runtime::{Path, Problem, Query, RawCommand, Reply, Runtime, View};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::import::{ImportKind, ImportOptions, ImportReport, run};
use crate::views::RegistryFacts;
use hoso_runtime::http::headers::NewHeaders;

/// How it is imported.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// Show what it would do, and do nothing.
    #[serde(default)]
    dry_run: bool,
    /// Import the rows without errors although others have some.
    #[serde(default)]
    accept_good_rows: bool,
}

/// Imports a table. Nothing is imported while a row has an error, unless `acceptGoodRows`; the
/// answer says by row what is wrong, and `applied` whether the accepted rows are in the registry.
/// What the registry says already makes no event. For those who keep what is imported.
#[utoipa::path(
    post,
    path = "/api/v1/imports/{kind}",
    tag = "registry",
    params(
        ("kind" = ImportKind, Path, description = "which table"),
        ImportQuery,
        NewHeaders
    ),
    request_body(
        content(
            (Vec<u8> = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        ),
        description = "the file's bytes: CSV (UTF-8; comma, semicolon or tab) or xlsx"
    ),
    responses((status = 200, description = "what it did, or would do", body = ImportReport))
)]
pub(crate) async fn import_table(
    State(runtime): State<Runtime>,
    Extension(facts): Extension<View<RegistryFacts>>,
    Path(kind): Path<String>,
    Query(query): Query<ImportQuery>,
    command: RawCommand,
) -> Result<Reply<ImportReport>, Problem> {
    let kind = ImportKind::parse(&kind)
        .ok_or_else(|| Problem::not_found(format!("table {kind} to import")))?;
    let options = ImportOptions {
        dry_run: query.dry_run,
        accept_good_rows: query.accept_good_rows,
        hint: command.content_type.clone(),
        effective_at: Some(command.effective_at),
        reason: command.reason.clone(),
    };
    let order = |part: &str| command.order_part(part);
    let report = run(&runtime, &facts, kind, &command.bytes, &options, &order).await?;
    Ok(Reply::unversioned(report))
}
