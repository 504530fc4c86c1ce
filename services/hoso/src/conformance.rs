//! `hoso conformance`: how far every dossier and round followed the declared procedure, and where not.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use clap::Args;
use hoso_domain::actor::Role;
use hoso_domain::ids::{DossierId, RoundId};
use hoso_domain::procedure::{Case, Checked, Procedure, Scope, Seen, check};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::cli::{BadInput, DONE, FOUND_PROBLEMS};
use crate::mined::{Mined, mine};
use crate::output::say;
use crate::store::{self, Data};
use crate::subject::AsOfArgs;

/// How fitness is computed, and who says so.
const FORMULA: &str = "1 - cost / (steps + cheapest run of the net); cost: the cheapest alignment, \
    1 for each step outside the net or missing from the log";
const SOURCE: &str = "Adriansyah, van Dongen, van der Aalst: Conformance Checking Using Cost-Based \
    Fitness Analysis, EDOC 2011";

/// Which cases.
#[derive(Debug, Args)]
pub(crate) struct ConformanceArgs {
    /// Only this round, with its dossiers
    #[arg(long, conflicts_with = "dossier")]
    round: Option<RoundId>,
    /// Only this dossier
    #[arg(long)]
    dossier: Option<DossierId>,
    #[command(flatten)]
    as_of: AsOfArgs,
    #[command(flatten)]
    data: Data,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// One checked case.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    /// The dossier or round.
    id: String,
    /// Its round, for a dossier.
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<String>,
    /// From 0 to 1, to four places, rounded down.
    fitness: f64,
    /// The round is over, and the case was asked to have reached an end.
    complete: bool,
    steps: u32,
    cost: u32,
    worst: u32,
    constraints: Constraints,
    deviations: Vec<hoso_domain::procedure::Deviation>,
}

/// How many constraints had something to judge, and how many of them were broken.
#[derive(Debug, Serialize)]
struct Constraints {
    checked: u32,
    broken: u32,
}

/// Prints what was found; exit code 1 if anything deviates.
///
/// # Errors
/// No such round or dossier, a log that cannot be aligned, or the ledger's.
pub(crate) async fn run(args: ConformanceArgs) -> Result<u8> {
    let procedure = Procedure::soc_trang()?;
    let runtime = store::open_to_read(&args.data.settings()?).await?;
    let mined = mine(runtime.ledger.as_ref(), args.as_of.moment()).await;
    runtime.ledger.close().await;
    let mined = mined?;
    let cases = Cases::of(&mined);
    let mut rounds = Vec::new();
    let mut dossiers = Vec::new();
    for (id, round) in &cases.rounds {
        if args.dossier.is_none() && args.round.as_ref().is_none_or(|one| one.as_str() == id) {
            let case = case(Scope::Round, id, round, cases.closed.contains(id));
            rounds.push(told(&procedure, case, None)?);
        }
    }
    for (id, (round, events)) in &cases.dossiers {
        let asked = args.dossier.as_ref().is_none_or(|one| one.as_str() == id)
            && args.round.as_ref().is_none_or(|one| one.as_str() == round);
        if asked {
            let case = case(Scope::Dossier, id, events, cases.closed.contains(round));
            dossiers.push(told(&procedure, case, Some(round.clone()))?);
        }
    }
    if rounds.is_empty() && dossiers.is_empty() && (args.round.is_some() || args.dossier.is_some())
    {
        return Err(BadInput("there is no such round or dossier then".to_owned()).into());
    }
    let found = rounds.iter().chain(&dossiers);
    let clean = found.clone().all(|told| told.deviations.is_empty());
    if args.json {
        let digest = Sha256::digest(Procedure::soc_trang_text());
        say!(
            "{}",
            json!({
                "procedure": {"id": procedure.id, "version": procedure.version,
                    "digest": format!("sha256:{}", hex::encode(digest))},
                "fitness": {"formula": FORMULA, "source": SOURCE},
                "rounds": rounds,
                "dossiers": dossiers,
            })
        );
    } else {
        found.for_each(print);
    }
    Ok(if clean { DONE } else { FOUND_PROBLEMS })
}

/// The log's cases: each round with all that belongs to it, each dossier.
#[derive(Default)]
struct Cases {
    rounds: BTreeMap<String, Vec<Seen>>,
    dossiers: BTreeMap<String, (String, Vec<Seen>)>,
    closed: BTreeSet<String>,
}

impl Cases {
    fn of(mined: &[Mined]) -> Self {
        let mut cases = Self::default();
        for one in mined {
            let Some(round) = &one.round else {
                continue;
            };
            let seen = seen(one);
            if seen.event == "RoundClosed" {
                cases.closed.insert(round.clone());
            }
            if ["dossier", "case"].contains(&seen.category.as_str()) {
                let dossier = cases.dossiers.entry(seen.id.clone());
                let (_, events) = dossier.or_insert_with(|| (round.clone(), Vec::new()));
                events.push(seen.clone());
            }
            cases.rounds.entry(round.clone()).or_default().push(seen);
        }
        cases
    }
}

fn seen(one: &Mined) -> Seen {
    let actor = &one.event.metadata.actor;
    Seen {
        position: one.event.position,
        category: one.event.stream.category().to_owned(),
        id: one.event.stream.id().to_owned(),
        event: one.event.event_type.clone(),
        body: one.body.clone(),
        person: (actor.role != Role::System).then(|| actor.person.to_string()),
    }
}

const fn case<'a>(scope: Scope, id: &'a str, events: &'a [Seen], round_closed: bool) -> Case<'a> {
    Case {
        scope,
        id,
        events,
        round_closed,
    }
}

fn told(procedure: &Procedure, case: Case<'_>, round: Option<String>) -> Result<Told> {
    let checked: Checked = check(procedure, case)
        .ok_or_else(|| BadInput(format!("{}: its steps cannot be aligned", case.id)))?;
    Ok(Told {
        id: case.id.to_owned(),
        round,
        fitness: f64::from(checked.fitness_ten_thousandths()) / 10_000.0,
        complete: checked.complete,
        steps: checked.steps,
        cost: checked.cost,
        worst: checked.worst,
        constraints: Constraints {
            checked: checked.constraints,
            broken: checked.broken,
        },
        deviations: checked.deviations,
    })
}

fn print(told: &Told) {
    let state = if told.complete { "" } else { ", still running" };
    say!(
        "{}: fitness {:.4}, {} steps, {} of {} constraints broken{state}",
        told.id,
        told.fitness,
        told.steps,
        told.constraints.broken,
        told.constraints.checked
    );
    for found in &told.deviations {
        let position = found
            .position
            .map_or_else(String::new, |p| format!(" at {p}"));
        let about = found.about.as_deref().unwrap_or("");
        let kind = serde_json::to_string(&found.kind).unwrap_or_default();
        say!(
            "    {} {}{position} {about}: {} ({})",
            kind.trim_matches('"'),
            found.step,
            found.en,
            found.citation
        );
    }
}
