//! `POST /api/v1/index-entries`: entries of an index, of satisfaction or of tasks.

use axum::Extension;
use axum::extract::State;
use hoso_domain::registry::index::{Command as Ask, Event, Index, RecordEntries};
use hoso_runtime::{Command, Problem, Reply, Runtime, View};

use super::stream;
use super::view::{EntriesAnswer, EntriesBody};
use crate::error;
use crate::import::unassessed;
use crate::views::RegistryFacts;
use hoso_runtime::http::headers::NewHeaders;

/// Records entries; those not named stay as they are. Values that change after their publication
/// are recorded as corrected. For Home Affairs.
#[utoipa::path(
    post,
    path = "/api/v1/index-entries",
    tag = "registry",
    params(NewHeaders),
    request_body = EntriesBody,
    responses((status = 200, description = "what it changed", body = EntriesAnswer))
)]
pub(crate) async fn record_entries(
    State(runtime): State<Runtime>,
    Extension(facts): Extension<View<RegistryFacts>>,
    command: Command<EntriesBody>,
) -> Result<Reply<EntriesAnswer>, Problem> {
    let order = command.order();
    let record = command.body.into_record()?;
    fit(&facts, &record).await?;
    let (kind, year) = (record.kind, record.year);
    let name = stream::name::<Index>(&kind.stream_id(year));
    let done = runtime
        .execute::<Index>(&name, order, Ask::Record(record))
        .await?;
    let (mut recorded, mut corrected) = (0, 0);
    for event in &done.events {
        match event {
            Event::EntriesRecorded(event) => recorded += event.entries.len() + event.removed.len(),
            Event::IndexCorrected(event) => corrected += event.changes.len(),
            Event::IndexPublished(_) | Event::AttemptRefused(_) => {}
        }
    }
    let answer = EntriesAnswer {
        kind,
        year,
        recorded,
        corrected,
    };
    Ok(Reply::ok(done.version, answer).replayed(done.duplicate))
}

/// Every unit is assessed in that year.
async fn fit(facts: &View<RegistryFacts>, record: &RecordEntries) -> Result<(), Problem> {
    let facts = facts.current().await?;
    let wrong: Vec<_> = record
        .entries
        .each()
        .iter()
        .enumerate()
        .filter_map(|(place, entry)| {
            let reason = unassessed(&facts, entry.unit(), record.year)?;
            Some((format!("entries[{place}]"), reason))
        })
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(error::entries_unfit(wrong))
    }
}
