//! Measures Hoso side by side with raw engines and with others, in one run: only ratios carry over
//! to another machine, so only ratios have goals. One file a benchmark; what was measured and how
//! to read it stands in `docs/performance.md`.

mod audit;
mod demo;
mod drive;
mod evaluate;
mod figure;
mod hoso_binary;
mod large_round;
mod ledger_load;
mod load;
mod memory;
mod postgres;
mod probe;
mod replay;
mod rounds;
mod setting;
mod sqlite_append;
mod steal;

use std::process::ExitCode;

use clap::Parser;

use figure::Report;
use setting::{Arguments, Setting};

/// Every goal was met.
const DONE: u8 = 0;
/// A goal was missed.
const MISSED: u8 = 1;
/// Something that a benchmark needs is not there.
const NOT_AVAILABLE: u8 = 3;

/// Every benchmark, in the order they run. `pg` names all that begin with `pg-`.
const NAMES: [&str; 16] = [
    "sqlite-append",
    "replay",
    "evaluate",
    "large-round",
    "demo",
    "memory",
    "audit",
    "pg-append",
    "pg-commands",
    "pg-growth",
    "pg-readers",
    "pg-feed",
    "pg-hop",
    "pg-replay",
    "pg-cold-start",
    "pg-sealing",
];

async fn run(name: &str, setting: &Setting) -> anyhow::Result<Report> {
    match name {
        "sqlite-append" => sqlite_append::run(setting).await,
        "replay" => replay::run(setting).await,
        "evaluate" => evaluate::run(setting).await,
        "large-round" => large_round::run(setting).await,
        "demo" => demo::run(setting).await,
        "memory" => memory::run(setting).await,
        "audit" => audit::run(setting).await,
        "pg-append" => postgres::append::run(setting).await,
        "pg-commands" => postgres::commands::run(setting).await,
        "pg-growth" => postgres::growth::run(setting).await,
        "pg-readers" => postgres::readers::run(setting).await,
        "pg-feed" => postgres::feed::run(setting).await,
        "pg-hop" => postgres::hop::run(setting).await,
        "pg-replay" => postgres::replay::run(setting).await,
        "pg-cold-start" => postgres::cold_start::run(setting).await,
        "pg-sealing" => postgres::sealing::run(setting).await,
        other => anyhow::bail!("no benchmark `{other}`"),
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let wanted = arguments.wanted(&NAMES)?;
    let json = arguments.json;
    let setting = Setting::new(arguments);
    // Counted as in a service.
    hoso_runtime::telemetry::metrics_handle();
    let mut report = Report::default();
    for name in wanted {
        eprintln!("{name} …");
        match run(name, &setting).await {
            Ok(measured) => report.append(measured),
            Err(error) => {
                eprintln!("{name} could not be measured: {error:#}");
                report.missing(name, format!("{error:#}"));
            }
        }
    }
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{}", report.table());
    }
    let missed = report.goals.iter().any(|goal| !goal.ok);
    Ok(ExitCode::from(match (report.missing.is_empty(), missed) {
        (false, _) => NOT_AVAILABLE,
        (true, true) => MISSED,
        (true, false) => DONE,
    }))
}
