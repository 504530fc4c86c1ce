//! `POST /api/v1/rounds`: a round opens on published indexes (mở đợt xét).

use std::collections::BTreeMap;

use axum::Extension;
use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::calendar::civil_day;
use hoso_domain::evaluation::{PublicationKind, RoundKind, YEAR_FIRST};
use hoso_domain::ids::{RoundId, RuleBookId};
use hoso_domain::ranking::event::{PublicationRef, SnapshotUnit};
use hoso_domain::ranking::round::{self, OpenRound, Round, round_name};
use hoso_domain::registry::index::IndexKind;
use hoso_domain::registry::round_inputs::RoundInputs;
use hoso_domain::rulebook::{ParameterName, RuleBook, holidays};
use hoso_runtime::{Command, Problem, Reply, Runtime, View};
use serde::Deserialize;
use utoipa::ToSchema;

use super::round_view::RoundView;
use super::target::{stream, view_of};
use crate::views::World;
use hoso_runtime::http::headers::NewHeaders;

/// Which round, under which rules.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RoundBody {
    /// `ANNUAL`, `INTERIM` (2025) or `FINAL` (2030).
    #[schema(value_type = String, example = "ANNUAL")]
    kind: RoundKind,
    /// Award year.
    #[schema(example = 2024)]
    year: u16,
    /// By default the newest version of the rule book that is in force that day.
    rule_book: Option<WantedRuleBook>,
    /// The round's own answers over the rule book's.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    parameters: BTreeMap<ParameterName, String>,
}

/// A rule book.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WantedRuleBook {
    #[schema(value_type = String)]
    id: RuleBookId,
    version: u32,
}

/// Opens the one round of a kind and year. Its id is made of both, such as `annual-2024`.
#[utoipa::path(
    post,
    path = "/api/v1/rounds",
    tag = "ranking",
    params(NewHeaders),
    request_body = RoundBody,
    responses((status = 201, description = "the round", body = RoundView))
)]
pub(crate) async fn open_round(
    State(runtime): State<Runtime>,
    Extension(world): Extension<View<World>>,
    command: Command<RoundBody>,
) -> Result<Reply<RoundView>, Problem> {
    let world = world.current().await?;
    let day = civil_day(command.effective_at);
    let mut order = command.order();
    let body = command.body;
    let round = RoundId::parse(&round_name(body.kind, body.year)).map_err(Problem::internal)?;
    let rule_book = rule_book(&world, body.rule_book.as_ref(), day)?;
    order.metadata.rule_book = Some(rule_book.digest().to_owned());
    let inputs = world.registry.round_inputs(day);
    let open = round::Command::OpenRound(Box::new(OpenRound {
        round: round.clone(),
        kind: body.kind,
        year: body.year,
        publications: publications(&world, body.year),
        units: units(&inputs),
        components: inputs.components,
        parameters: body.parameters,
        rule_book,
        holidays: holidays().clone(),
    }));
    let done = runtime
        .execute::<Round>(&stream(&round), order, open)
        .await?;
    let view = view_of(&done.state)?;
    let location = format!("/api/v1/rounds/{round}");
    Ok(Reply::created(location, done.version, view).replayed(done.duplicate))
}

/// The rule book asked for, or the newest version of one that is in force.
fn rule_book(
    world: &World,
    wanted: Option<&WantedRuleBook>,
    day: NaiveDate,
) -> Result<RuleBook, Problem> {
    let in_force = |book: &RuleBook| {
        let validity = book.validity();
        validity.from <= day && day <= validity.to
    };
    let mut books = world.rule_books().into_iter();
    let found = if let Some(wanted) = wanted {
        books.find(|book| *book.id() == wanted.id && book.version() == wanted.version)
    } else {
        books
            .filter(|book| in_force(book))
            .max_by_key(RuleBook::version)
    };
    found.ok_or_else(|| Problem::field("ruleBook", "no such rule book, or none is in force"))
}

/// The first editions of the award year: corrections do not start a deadline anew.
fn publications(world: &World, year: u16) -> Vec<PublicationRef> {
    [
        (IndexKind::ProvincialIndex, PublicationKind::ProvincialIndex),
        (IndexKind::UnitIndex, PublicationKind::UnitIndex),
        (IndexKind::Satisfaction, PublicationKind::Satisfaction),
    ]
    .into_iter()
    .filter_map(|(index, kind)| {
        let published = world.registry.first_publication(index, year)?;
        Some(PublicationRef {
            kind,
            published_on: published.published_on,
            decision_number: published.decision_number.clone(),
            edition: published.edition,
        })
    })
    .collect()
}

fn units(inputs: &RoundInputs) -> Vec<SnapshotUnit> {
    inputs
        .units
        .iter()
        .map(|unit| SnapshotUnit {
            unit: unit.id.clone(),
            group: unit.group,
            advising: unit.advising,
            since: unit.since.unwrap_or(YEAR_FIRST),
        })
        .collect()
}
