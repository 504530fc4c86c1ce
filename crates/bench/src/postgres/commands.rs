//! Goal G6: whole commands (state, decide, append), beside cqrs-es with postgres-es and the design
//! of message-db.

use hoso_ledger::SharedLedger;

use super::message_db::{self, Categories};
use super::peers::{Peers, Store};
use super::server::{Database, Server};
use crate::drive::Sample;
use crate::figure::{Better, Report, ratios};
use crate::ledger_load::{self, Work};
use crate::{Setting, rounds};

/// Callers that are compared; one alone is shown beside them.
const CALLERS: u64 = 32;

/// One round.
#[derive(Debug, Default)]
struct Measured {
    remembered: Sample,
    loaded: Sample,
    remembered_one: Sample,
    loaded_one: Sample,
    same: Sample,
    distinct: Sample,
    same_one: Sample,
    peers: Option<Others>,
}

/// What the peers' program measured.
#[derive(Debug, Clone, Copy)]
struct Others {
    events: Sample,
    aggregate: Sample,
    events_one: Sample,
    aggregate_one: Sample,
}

impl Others {
    fn best(self) -> f64 {
        self.events.rate.max(self.aggregate.rate)
    }
}

/// Measures and compares.
pub(crate) async fn run(setting: &Setting) -> anyhow::Result<Report> {
    let server = setting.postgres().await?;
    let peers = setting.peers().await;
    let measured = rounds::run(setting, |_| {
        round(setting, server, peers.as_ref().ok().copied())
    })
    .await?;
    let each = |f: &dyn Fn(&Measured) -> f64| -> Vec<f64> { measured.iter().map(f).collect() };
    let remembered = each(&|m| m.remembered.rate);
    let mut report = Report::default();
    match &peers {
        Ok(_) => {
            let best = each(&|m| m.peers.map_or(0.0, Others::best));
            report.goal(
                "G6a",
                "whole commands, state in the process, 32 callers / cqrs-es, the faster of its stores",
                4.0,
                Better::More,
                &ratios(&remembered, &best),
            );
            let loaded = each(&|m| m.loaded.rate);
            report.figure(
                "whole commands, state loaded, 32 callers / cqrs-es",
                "×",
                &ratios(&loaded, &best),
            );
        }
        Err(why) => report.missing("G6a", *why),
    }
    report.goal(
        "G6b",
        "whole commands, state in the process, 32 callers / message-db's writes, one category",
        6.0,
        Better::More,
        &ratios(&remembered, &each(&|m| m.same.rate)),
    );
    report.goal(
        "G6c",
        "the same / message-db's writes, a category each",
        1.6,
        Better::More,
        &ratios(&remembered, &each(&|m| m.distinct.rate)),
    );
    figures(&mut report, &measured);
    Ok(report)
}

fn figures(report: &mut Report, measured: &[Measured]) {
    let each =
        |f: &dyn Fn(&Measured) -> Sample| -> Vec<Sample> { measured.iter().map(f).collect() };
    let mut show = |what: &str, samples: Vec<Sample>| {
        let of = |f: fn(&Sample) -> f64| -> Vec<f64> { samples.iter().map(f).collect() };
        report.figure(what, "commands/s", &of(|s| s.rate));
        report.latency(what, &of(|s| s.p50), &of(|s| s.p99));
    };
    show(
        "whole commands, state in the process, 32 callers",
        each(&|m| m.remembered),
    );
    show(
        "whole commands, state loaded, 32 callers",
        each(&|m| m.loaded),
    );
    show(
        "whole commands, state in the process, one caller",
        each(&|m| m.remembered_one),
    );
    show(
        "whole commands, state loaded, one caller",
        each(&|m| m.loaded_one),
    );
    show(
        "message-db's design, one category, 32 clients",
        each(&|m| m.same),
    );
    show(
        "message-db's design, a category each, 32 clients",
        each(&|m| m.distinct),
    );
    show("message-db's design, one client", each(&|m| m.same_one));
    let others: Vec<Others> = measured.iter().filter_map(|m| m.peers).collect();
    if others.is_empty() {
        return;
    }
    let each = |f: fn(&Others) -> Sample| -> Vec<Sample> { others.iter().map(f).collect() };
    show("cqrs-es, events alone, 32 callers", each(|o| o.events));
    show("cqrs-es, aggregate kept, 32 callers", each(|o| o.aggregate));
    show("cqrs-es, events alone, one caller", each(|o| o.events_one));
    show(
        "cqrs-es, aggregate kept, one caller",
        each(|o| o.aggregate_one),
    );
}

async fn round(
    setting: &Setting,
    server: &Server,
    peers: Option<&Peers>,
) -> anyhow::Result<Measured> {
    let mut measured = Measured::default();
    let commands = |callers, work| commands(setting, server, callers, work);
    let message_db = |clients, categories| message_db(setting, server, clients, categories);
    measured.same = message_db(CALLERS, Categories::Same).await?;
    measured.remembered = commands(CALLERS, Work::Remembered).await?;
    if let Some(peers) = peers {
        measured.peers = Some(others(setting, server, peers).await?);
    }
    measured.loaded = commands(CALLERS, Work::Loaded).await?;
    measured.distinct = message_db(CALLERS, Categories::Distinct).await?;
    measured.remembered_one = commands(1, Work::Remembered).await?;
    measured.loaded_one = commands(1, Work::Loaded).await?;
    measured.same_one = message_db(1, Categories::Same).await?;
    Ok(measured)
}

async fn others(setting: &Setting, server: &Server, peers: &Peers) -> anyhow::Result<Others> {
    let run = async |store, callers| {
        let database = server.fresh().await?;
        let sample = peers
            .append(&database, store, callers, setting.sample)
            .await?;
        server.remove(database).await?;
        anyhow::Ok(sample)
    };
    Ok(Others {
        events: run(Store::Events, CALLERS).await?,
        aggregate: run(Store::Aggregate, CALLERS).await?,
        events_one: run(Store::Events, 1).await?,
        aggregate_one: run(Store::Aggregate, 1).await?,
    })
}

async fn commands(
    setting: &Setting,
    server: &Server,
    callers: u64,
    work: Work,
) -> anyhow::Result<Sample> {
    let database: Database = server.fresh().await?;
    let ledger: SharedLedger = database.ledger("hoso_submission").await?;
    let sample = ledger_load::run(&ledger, callers, 0, work, setting.sample).await?;
    ledger.close().await;
    server.remove(database).await?;
    Ok(sample)
}

async fn message_db(
    setting: &Setting,
    server: &Server,
    clients: u64,
    categories: Categories,
) -> anyhow::Result<Sample> {
    let database = server.fresh().await?;
    let sample = message_db::write(&database, clients, categories, setting.sample).await?;
    server.remove(database).await?;
    Ok(sample)
}
