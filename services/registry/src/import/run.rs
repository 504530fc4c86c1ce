//! Runs a plan: first what it would do on the streams as they are, then, if nothing stands in the
//! way, one command a stream. What the registry says already makes no event.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use hoso_domain::actor::{Actor, Refusal};
use hoso_domain::decider::{Decider, Issued, StoredDecider, StoredEvent};
use hoso_domain::registry::hold::Hold;
use hoso_domain::registry::index::{self, Index};
use hoso_domain::registry::initiative::Initiative;
use hoso_domain::registry::unit::Unit;
use hoso_ledger::execute::load;
use hoso_ledger::{LedgerError, Metadata, Order, StreamName};
use hoso_runtime::ids::derived;
use hoso_runtime::{Problem, Runtime, View, Violation};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::plan::{Act, Plan, Step, plan};
use super::rows::RowError;
use super::{ImportKind, parse};
use crate::views::RegistryFacts;

/// How an import is run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Show what it would do, and do nothing.
    pub dry_run: bool,
    /// Import the rows without errors although others have some.
    pub accept_good_rows: bool,
    /// Media type or file name, where known.
    pub hint: Option<String>,
    /// When it takes effect; now where absent.
    pub effective_at: Option<DateTime<Utc>>,
    /// Why, in the actor's words.
    pub reason: Option<String>,
}

/// One value that would change, or changed, after its publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeShown {
    /// The unit or component.
    pub subject: String,
    /// Before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// After.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// An event that the import makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Consequence {
    /// The stream.
    pub stream: String,
    /// The event's name.
    pub event: &'static str,
    /// For entries: how many are new or changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries: Option<usize>,
    /// For a correction: what changes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ChangeShown>,
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// The table.
    pub kind: ImportKind,
    /// Rows in it that hold something.
    pub rows: usize,
    /// Rows without errors.
    pub accepted: usize,
    /// What is wrong with the others, by row.
    pub rejected: Vec<RowError>,
    /// What a person should look at; stands in nothing's way.
    pub warnings: Vec<RowError>,
    /// Whether the accepted rows are in the registry now.
    pub applied: bool,
    /// The events it made, or would make; none where the registry says it already.
    pub consequences: Vec<Consequence>,
}

/// Imports a table for an actor, as the command line does: no request, an id of its own.
///
/// # Errors
/// The file cannot be read as such a table; the actor may not; the ledger did not answer.
pub async fn import(
    runtime: &Runtime,
    actor: Actor,
    kind: ImportKind,
    bytes: &[u8],
    options: &ImportOptions,
) -> Result<ImportReport, Problem> {
    let base = runtime.ids.new_id();
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    let effective_at = options.effective_at.unwrap_or_else(|| runtime.clock.now());
    let order = |part: &str| Order {
        command: derived(base, &["part", part]),
        digest,
        seen: None,
        metadata: Metadata {
            actor: actor.clone(),
            reason: options.reason.clone(),
            correlation: base,
            causation: None,
            rule_book: None,
            effective_at,
            traceparent: None,
        },
        cursor: None,
    };
    let facts = View::<RegistryFacts>::new(runtime.ledger.clone());
    run(runtime, &facts, kind, bytes, options, &order).await
}

/// Imports a table under orders of the caller's.
///
/// # Errors
/// As [`import`].
pub async fn run(
    runtime: &Runtime,
    facts: &View<RegistryFacts>,
    kind: ImportKind,
    bytes: &[u8],
    options: &ImportOptions,
    order: &(dyn Fn(&str) -> Order + Send + Sync),
) -> Result<ImportReport, Problem> {
    let parsed = parse(kind, bytes, options.hint.as_deref())
        .map_err(|error| Problem::unprocessable("import-unreadable").detail(error))?;
    let facts = facts.current().await?;
    let mut plan = plan(parsed, &facts);
    let repeated = match plan.steps.first() {
        Some(step) => {
            let first = order(&step.act.part());
            runtime.ledger.command(first.command).await?.is_some()
        }
        None => false,
    };
    let mut consequences = Vec::new();
    if !repeated {
        consequences = foresee(runtime, &mut plan, options, order).await?;
    }
    let stands_in_the_way = !plan.rejected.is_empty() && !options.accept_good_rows;
    let applied = !options.dry_run && !stands_in_the_way && !plan.steps.is_empty();
    if applied {
        consequences = Vec::new();
        for step in &plan.steps {
            consequences.extend(execute(runtime, step, order).await?);
        }
    }
    Ok(report(kind, plan, applied, consequences))
}

fn report(
    kind: ImportKind,
    plan: Plan,
    applied: bool,
    consequences: Vec<Consequence>,
) -> ImportReport {
    let bad: BTreeSet<u32> = plan.rejected.iter().map(|error| error.row).collect();
    ImportReport {
        kind,
        rows: plan.rows,
        accepted: plan.rows.saturating_sub(bad.len()),
        rejected: plan.rejected,
        warnings: plan.warnings,
        applied,
        consequences,
    }
}

/// Decides every step on the streams as they are. Steps that are rejected leave the plan, their
/// rows with the reason.
async fn foresee(
    runtime: &Runtime,
    plan: &mut Plan,
    options: &ImportOptions,
    order: &(dyn Fn(&str) -> Order + Send + Sync),
) -> Result<Vec<Consequence>, Problem> {
    let mut streams = Foreseen::default();
    let mut consequences = Vec::new();
    let mut kept = Vec::new();
    for step in std::mem::take(&mut plan.steps) {
        match streams.decide(runtime, &step, order).await? {
            Decided::Events(events) => {
                consequences.extend(events);
                kept.push(step);
            }
            Decided::Rejected(reason) => {
                let errors = step.rows.iter().map(|row| RowError::whole(*row, &reason));
                plan.rejected.extend(errors);
            }
            Decided::Refused(refusal) if options.dry_run => return Err(not_permitted(&refusal)),
            // Run for real, the first command records the attempt and answers for all.
            Decided::Refused(_) => {
                execute(runtime, &step, order).await?;
            }
        }
    }
    plan.steps = kept;
    plan.rejected.sort();
    Ok(consequences)
}

fn not_permitted(refusal: &Refusal) -> Problem {
    Problem::forbidden("not-permitted")
        .detail(format!("{} would be refused", refusal.action))
        .violations(vec![Violation {
            rule: refusal.rule.clone(),
            citation: None,
            item: None,
            reason: refusal.reason.clone(),
        }])
}

enum Decided {
    Events(Vec<Consequence>),
    Rejected(String),
    Refused(Refusal),
}

/// States of the streams an import has looked at, as JSON, further steps on them included.
#[derive(Default)]
struct Foreseen(BTreeMap<StreamName, String>);

impl Foreseen {
    async fn decide(
        &mut self,
        runtime: &Runtime,
        step: &Step,
        order: &(dyn Fn(&str) -> Order + Send + Sync),
    ) -> Result<Decided, Problem> {
        let metadata = order(&step.act.part()).metadata;
        let stream = step.act.stream();
        match step.act.clone() {
            Act::Unit(_, ask) => {
                let events = self
                    .fold::<Unit, _>(runtime, &stream, &metadata, ask)
                    .await?;
                Ok(decided(&stream, events, plain))
            }
            Act::Index(_, _, ask) => {
                let events = self
                    .fold::<Index, _>(runtime, &stream, &metadata, ask)
                    .await?;
                Ok(decided(&stream, events, of_index))
            }
            Act::Initiative(_, ask) => {
                let events = self
                    .fold::<Initiative, _>(runtime, &stream, &metadata, ask)
                    .await?;
                Ok(decided(&stream, events, plain))
            }
            Act::Hold(_, ask) => {
                let events = self
                    .fold::<Hold, _>(runtime, &stream, &metadata, ask)
                    .await?;
                Ok(decided(&stream, events, plain))
            }
        }
    }

    async fn fold<D, C>(
        &mut self,
        runtime: &Runtime,
        stream: &StreamName,
        metadata: &Metadata,
        ask: C,
    ) -> Result<Result<Vec<D::Event>, D::Rejection>, Problem>
    where
        D: StoredDecider + Decider<Command = Issued<C>>,
    {
        let corrupt = |error: serde_json::Error| LedgerError::Corrupt {
            reason: format!("state of {stream}: {error}"),
        };
        let state: D::State = match self.0.get(stream) {
            Some(state) => serde_json::from_str(state).map_err(corrupt)?,
            None => load::<D>(runtime.ledger.stream(stream).await?)?.0,
        };
        let issued = hoso_ledger::execute::issued(metadata, ask);
        let events = match D::decide(&state, issued) {
            Ok(events) => events,
            Err(rejection) => return Ok(Err(rejection)),
        };
        let state = events.iter().fold(state, D::evolve);
        let state = serde_json::to_string(&state).map_err(corrupt)?;
        self.0.insert(stream.clone(), state);
        Ok(Ok(events))
    }
}

fn decided<E: StoredEvent, R: std::error::Error>(
    stream: &StreamName,
    events: Result<Vec<E>, R>,
    shown: impl Fn(&StreamName, &E) -> Consequence,
) -> Decided {
    match events {
        Err(rejection) => Decided::Rejected(rejection.to_string()),
        Ok(events) => match events.iter().find_map(StoredEvent::refusal) {
            Some(refusal) => Decided::Refused(refusal.clone()),
            None => Decided::Events(events.iter().map(|event| shown(stream, event)).collect()),
        },
    }
}

async fn execute(
    runtime: &Runtime,
    step: &Step,
    order: &(dyn Fn(&str) -> Order + Send + Sync),
) -> Result<Vec<Consequence>, Problem> {
    let order = order(&step.act.part());
    let stream = step.act.stream();
    match step.act.clone() {
        Act::Unit(_, ask) => {
            let done = runtime.execute::<Unit>(&stream, order, ask).await?;
            Ok(done.events.iter().map(|e| plain(&stream, e)).collect())
        }
        Act::Index(_, _, ask) => {
            let done = runtime.execute::<Index>(&stream, order, ask).await?;
            Ok(done.events.iter().map(|e| of_index(&stream, e)).collect())
        }
        Act::Initiative(_, ask) => {
            let done = runtime.execute::<Initiative>(&stream, order, ask).await?;
            Ok(done.events.iter().map(|e| plain(&stream, e)).collect())
        }
        Act::Hold(_, ask) => {
            let done = runtime.execute::<Hold>(&stream, order, ask).await?;
            Ok(done.events.iter().map(|e| plain(&stream, e)).collect())
        }
    }
}

fn plain<E: StoredEvent>(stream: &StreamName, event: &E) -> Consequence {
    Consequence {
        stream: stream.to_string(),
        event: event.event_type(),
        entries: None,
        changes: Vec::new(),
    }
}

fn of_index(stream: &StreamName, event: &index::Event) -> Consequence {
    let mut consequence = plain(stream, event);
    match event {
        index::Event::EntriesRecorded(recorded) => {
            consequence.entries = Some(recorded.entries.len() + recorded.removed.len());
        }
        index::Event::IndexCorrected(corrected) => {
            let shown = |change: &index::Change| ChangeShown {
                subject: change.subject.clone(),
                from: change.from.clone(),
                to: change.to.clone(),
            };
            consequence.changes = corrected.changes.iter().map(shown).collect();
        }
        index::Event::IndexPublished(_) | index::Event::AttemptRefused(_) => {}
    }
    consequence
}
