//! Measures Hoso side by side with raw engines, in one run: only ratios carry over to another
//! machine, so only ratios have goals. One file a benchmark; what was measured and how to read it
//! stands in `docs/performance.md`.

mod demo;
mod evaluate;
mod figure;
mod hoso_binary;
mod ledger_load;
mod memory;
mod replay;
mod rounds;
mod sqlite_append;
mod steal;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use figure::Report;

/// What a benchmark is given.
struct Setting {
    /// A directory on a real disk.
    directory: PathBuf,
    /// Good rounds wanted.
    rounds: usize,
    /// How long one sample runs.
    sample: Duration,
}

#[derive(Parser)]
#[command(
    name = "hoso-bench",
    about = "Measures Hoso side by side with raw engines"
)]
struct Arguments {
    /// Prints one JSON document instead of a table.
    #[arg(long)]
    json: bool,
    /// Rounds whose median counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Milliseconds of one sample.
    #[arg(long, default_value_t = 1_000)]
    sample_ms: u64,
    /// A directory on a real disk for the files that are written.
    #[arg(long, default_value = ".")]
    directory: PathBuf,
    /// Benchmarks to run; all if none is named.
    #[arg(value_parser = NAMES)]
    names: Vec<String>,
}

/// Every goal was met.
const DONE: u8 = 0;
/// A goal was missed.
const MISSED: u8 = 1;
/// Something that a benchmark needs is not there.
const NOT_AVAILABLE: u8 = 3;

/// Every benchmark, in the order they run.
const NAMES: [&str; 5] = ["sqlite-append", "replay", "evaluate", "demo", "memory"];

async fn run(name: &str, setting: &Setting) -> anyhow::Result<Report> {
    match name {
        "sqlite-append" => sqlite_append::run(setting).await,
        "replay" => replay::run(setting).await,
        "evaluate" => evaluate::run(setting).await,
        "demo" => demo::run(setting).await,
        "memory" => memory::run(setting).await,
        other => anyhow::bail!("no benchmark `{other}`"),
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let setting = Setting {
        directory: arguments.directory,
        rounds: arguments.rounds.max(1),
        sample: Duration::from_millis(arguments.sample_ms),
    };
    let mut report = Report::default();
    let mut unavailable = false;
    for name in NAMES {
        if arguments.names.is_empty() || arguments.names.iter().any(|wanted| wanted == name) {
            eprintln!("{name} …");
            match run(name, &setting).await {
                Ok(measured) => report.append(measured),
                Err(error) => {
                    eprintln!("{name} could not be measured: {error:#}");
                    unavailable = true;
                }
            }
        }
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{}", report.table());
    }
    let missed = report.goals.iter().any(|goal| !goal.ok);
    Ok(ExitCode::from(match (unavailable, missed) {
        (true, _) => NOT_AVAILABLE,
        (false, true) => MISSED,
        (false, false) => DONE,
    }))
}
