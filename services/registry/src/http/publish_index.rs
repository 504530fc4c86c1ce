//! `POST /api/v1/publications`: an index was published, or corrected (công bố, đính chính).

use axum::extract::State;
use hoso_domain::registry::index::{Command as Ask, Index};
use hoso_runtime::{Command, Problem, Reply, Runtime};

use super::stream;
use super::view::{IndexView, PublicationBody};
use hoso_runtime::http::headers::NewHeaders;

/// Registers a publication; edition 2 and on are corrections. For Home Affairs.
#[utoipa::path(
    post,
    path = "/api/v1/publications",
    tag = "registry",
    params(NewHeaders),
    request_body = PublicationBody,
    responses((status = 201, description = "what is known of the year", body = IndexView))
)]
pub(crate) async fn publish_index(
    State(runtime): State<Runtime>,
    command: Command<PublicationBody>,
) -> Result<Reply<IndexView>, Problem> {
    let order = command.order();
    let (kind, year) = (command.body.kind, command.body.year);
    let name = stream::name::<Index>(&kind.stream_id(year));
    let ask = Ask::Publish(command.body.into());
    let done = runtime.execute::<Index>(&name, order, ask).await?;
    let view = IndexView::of(kind, year, done.state, done.version);
    let location = format!("/api/v1/index-entries/{kind}/{year}");
    Ok(Reply::created(location, done.version, view).replayed(done.duplicate))
}
