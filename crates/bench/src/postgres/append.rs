//! Goals G1 to G4: durable appends with everything on, beside raw inserts into the same table.

use hoso_ledger::SharedLedger;

use super::raw::{self, Single};
use super::server::Server;
use crate::drive::Sample;
use crate::figure::{Better, Report};
use crate::ledger_load::{self, Work};
use crate::{Setting, rounds};

/// Clients of the single INSERT.
const CLIENTS: [u64; 3] = [1, 8, 32];
/// Callers of the ledger.
const CALLERS: [u64; 4] = [1, 8, 32, 256];
/// Events of a command.
const EVENTS: [u64; 2] = [1, 3];
/// Rows of the large INSERT.
const ROWS: usize = 1_000;

/// One round.
#[derive(Debug)]
struct Measured {
    /// By the number of clients.
    single: Vec<Sample>,
    sequence: Sample,
    many: f64,
    /// By the events of a command, then by the number of callers; commands a second.
    appends: Vec<Vec<Sample>>,
}

impl Measured {
    fn single(&self, n: usize) -> Sample {
        self.single.get(n).copied().unwrap_or_default()
    }

    fn best_single(&self) -> f64 {
        self.single.iter().map(|s| s.rate).fold(0.0, f64::max)
    }

    fn append(&self, events: usize, callers: usize) -> Sample {
        let samples = self.appends.get(events);
        samples
            .and_then(|samples| samples.get(callers))
            .copied()
            .unwrap_or_default()
    }

    /// Events a second of commands with three.
    fn threes(&self, callers: usize) -> f64 {
        self.append(1, callers).rate * 3.0
    }
}

/// A figure of one round.
type Of = fn(&Measured) -> f64;

/// Id, what is compared with what, the least ratio.
const GOALS: [(&str, &str, f64, Of, Of); 7] = [
    (
        "G1a",
        "append, everything on, 256 callers / raw UNNEST of 1000 rows",
        0.28,
        |m| m.append(0, 3).rate,
        |m| m.many,
    ),
    (
        "G1b",
        "the same, 3 events a command, events / rows",
        0.45,
        |m| m.threes(3),
        |m| m.many,
    ),
    (
        "G2a",
        "append, 256 callers / raw single INSERT at its best client count",
        1.4,
        |m| m.append(0, 3).rate,
        Measured::best_single,
    ),
    (
        "G2b",
        "append, 256 callers / raw single INSERT, one client",
        5.0,
        |m| m.append(0, 3).rate,
        |m| m.single(0).rate,
    ),
    (
        "G2c",
        "3 events a command, 256 callers, events / best raw single INSERT",
        2.4,
        |m| m.threes(3),
        Measured::best_single,
    ),
    (
        "G3",
        "append, one caller / raw single INSERT, one client",
        0.5,
        |m| m.append(0, 0).rate,
        |m| m.single(0).rate,
    ),
    (
        "G4",
        "append, 8 callers / one transaction each with a sequence, 8 clients",
        0.55,
        |m| m.append(0, 1).rate,
        |m| m.sequence.rate,
    ),
];

/// Measures and compares.
pub(crate) async fn run(setting: &Setting) -> anyhow::Result<Report> {
    let server = setting.postgres().await?;
    let measured = rounds::run(setting, |_| round(setting, server)).await?;
    let mut report = Report::default();
    for (id, what, goal, of, to) in GOALS {
        let ratios: Vec<f64> = measured.iter().map(|m| of(m) / to(m)).collect();
        report.goal(id, what, goal, Better::More, &ratios);
    }
    figures(&mut report, &measured);
    Ok(report)
}

fn figures(report: &mut Report, measured: &[Measured]) {
    let each = |f: &dyn Fn(&Measured) -> f64| -> Vec<f64> { measured.iter().map(f).collect() };
    report.figure(
        "PostgreSQL raw UNNEST of 1000 rows",
        "rows/s",
        &each(&|m| m.many),
    );
    for (n, clients) in CLIENTS.iter().enumerate() {
        let what = format!("PostgreSQL raw single INSERT, {clients} clients");
        report.figure(what, "rows/s", &each(&|m| m.single(n).rate));
    }
    let what = "one transaction each, sequence and version, 8 clients";
    report.figure(what, "rows/s", &each(&|m| m.sequence.rate));
    for (e, events) in EVENTS.iter().enumerate() {
        for (c, callers) in CALLERS.iter().enumerate() {
            let what = format!("PostgreSQL append, {events} events a command, {callers} callers");
            report.figure(what, "commands/s", &each(&|m| m.append(e, c).rate));
        }
    }
    let one = "PostgreSQL raw single INSERT, one client";
    report.latency(
        one,
        &each(&|m| m.single(0).p50),
        &each(&|m| m.single(0).p99),
    );
    let one = "PostgreSQL append, one caller";
    report.latency(
        one,
        &each(&|m| m.append(0, 0).p50),
        &each(&|m| m.append(0, 0).p99),
    );
}

/// What is compared stands next to each other.
async fn round(setting: &Setting, server: &Server) -> anyhow::Result<Measured> {
    let mut measured = Measured {
        single: Vec::new(),
        sequence: Sample::default(),
        many: 0.0,
        appends: vec![Vec::new(); EVENTS.len()],
    };
    for (n, callers) in CALLERS.iter().enumerate() {
        if let Some(clients) = CLIENTS.get(n) {
            measured
                .single
                .push(single(setting, server, *clients, Single::Bare).await?);
        } else {
            let database = server.fresh().await?;
            measured.many = raw::many(&database, ROWS, setting.sample).await?;
            server.remove(database).await?;
        }
        if *callers == 8 {
            measured.sequence = single(setting, server, 8, Single::Sequence).await?;
        }
        for (events, samples) in EVENTS.iter().zip(&mut measured.appends) {
            samples.push(append(setting, server, *callers, *events).await?);
        }
    }
    Ok(measured)
}

async fn single(
    setting: &Setting,
    server: &Server,
    clients: u64,
    how: Single,
) -> anyhow::Result<Sample> {
    let database = server.fresh().await?;
    let sample = raw::single(&database, clients, how, setting.sample).await?;
    server.remove(database).await?;
    Ok(sample)
}

async fn append(
    setting: &Setting,
    server: &Server,
    callers: u64,
    events: u64,
) -> anyhow::Result<Sample> {
    let database = server.fresh().await?;
    // The service's own role: what it may write is checked.
    let ledger: SharedLedger = database.ledger("hoso_submission").await?;
    let work = Work::Append(events);
    let sample = ledger_load::run(&ledger, callers, 0, work, setting.sample).await?;
    ledger.close().await;
    server.remove(database).await?;
    Ok(sample)
}
