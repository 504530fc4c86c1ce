//! Streams as the endpoints read them: one by its id, or a page of a category.

use hoso_domain::decider::StoredDecider;
use hoso_ledger::execute::load;
use hoso_ledger::{LedgerError, StreamName, StreamQuery};
use hoso_runtime::http::moment::AsOfQuery;
use hoso_runtime::{Page, Problem, Reply, Runtime, past};
use serde::Serialize;

/// The stream of an id.
pub(crate) fn name<D: StoredDecider>(id: &str) -> StreamName {
    StreamName::new(D::CATEGORY, id)
}

/// A stream's state as it is shown.
///
/// # Errors
/// 404 where there is no such stream, or one of nothing but denied attempts; the ledger's.
pub(crate) async fn show<D: StoredDecider, V>(
    runtime: &Runtime,
    id: &str,
    view: impl FnOnce(D::State, u64) -> Option<V>,
) -> Result<(V, u64), Problem> {
    let record = runtime.ledger.stream(&name::<D>(id)).await?;
    let (state, version) = load::<D>(record)?;
    view(state, version)
        .map(|shown| (shown, version))
        .ok_or_else(|| Problem::not_found(format!("{} {id}", D::CATEGORY)))
}

/// A stream as it stands, or as of a moment of the past; then it has no version to change it by.
///
/// # Errors
/// 400 `query-invalid` for a text that names no moment, 404 where there was no such stream; the
/// ledger's.
pub(crate) async fn show_at<D: StoredDecider, V: Serialize>(
    runtime: &Runtime,
    id: &str,
    query: &AsOfQuery,
    view: impl FnOnce(D::State, u64) -> Option<V>,
) -> Result<Reply<V>, Problem> {
    if !query.is_asked() {
        let (view, version) = show::<D, V>(runtime, id, view).await?;
        return Ok(Reply::ok(version, view));
    }
    let moment = query.moment()?;
    let then = past::then::<D>(runtime.ledger.as_ref(), &name::<D>(id), moment).await?;
    let view = view(then.state, then.version);
    let view =
        view.ok_or_else(|| Problem::not_found(format!("{} {id} at that time", D::CATEGORY)))?;
    Ok(Reply::unversioned(view))
}

/// A page of a category's streams. Those of nothing but denied attempts are passed over.
///
/// # Errors
/// The ledger's.
pub(crate) async fn page<D: StoredDecider, V>(
    runtime: &Runtime,
    query: &StreamQuery,
    view: impl Fn(D::State, u64) -> Option<V>,
) -> Result<Page<V>, Problem> {
    let found = runtime.ledger.streams(query).await?;
    let shown = Page::of_streams(found, |record| {
        let (state, version) = load::<D>(Some(record))?;
        Ok::<_, LedgerError>(view(state, version))
    })?;
    Ok(Page {
        items: shown.items.into_iter().flatten().collect(),
        next: shown.next,
    })
}

/// What an executed command left is there to be shown.
///
/// # Errors
/// A stream that says nothing after an accepted command: never, unless the decider is wrong.
pub(crate) fn shown<V>(view: Option<V>) -> Result<V, Problem> {
    view.ok_or_else(|| Problem::internal("an accepted command left nothing to show"))
}
