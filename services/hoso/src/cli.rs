//! The command line: what there is, and which exit code an error becomes.
//!
//! 0 done, 1 it found problems, 2 wrong use or bad input, 3 something it needs is not available.

use anyhow::Result;
use clap::{CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;
use hoso_ledger::LedgerError;
use hoso_runtime::Problem;

use crate::{
    affected, audit, backup, config, conformance, demo, diff, erase, evaluate, export, health,
    history, import, ledger, migrate, nats_keys, openapi, output, replay, restore, serve, token,
    up, witness,
};

/// Done.
pub(crate) const DONE: u8 = 0;
/// It found problems.
pub(crate) const FOUND_PROBLEMS: u8 = 1;
/// Wrong use or bad input.
pub(crate) const BAD_INPUT: u8 = 2;
/// Something it needs is not available.
pub(crate) const UNAVAILABLE: u8 = 3;

/// Hoso: commendation dossiers, from the unit's proposal to the Chairman's decision, on an
/// append-only record.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the main job on the sample year, through the real services, in a fresh store
    Demo(demo::DemoArgs),
    /// Run everything in one process on SQLite: API and documentation on one address
    Up(up::UpArgs),
    /// Serve one service in full mode, on PostgreSQL and NATS
    Serve(serve::ServeArgs),
    /// Bring the database's schema and roles up to this program, or show what is missing
    Migrate(migrate::MigrateArgs),
    /// Evaluate round files: one round's facts in, the outcome out
    Evaluate(evaluate::EvaluateArgs),
    /// Show a dossier's path: who, what, when, in which capacity, why, under which rule book
    History(history::HistoryArgs),
    /// Show a dossier's folded state, now or as of a position or time
    State(history::StateArgs),
    /// Show what changed of a dossier, a round or a stream between two moments, field by field
    Diff(diff::DiffArgs),
    /// Say how far every dossier and round followed the declared procedure, and where not
    Conformance(conformance::ConformanceArgs),
    /// Write the log for process mining: OCEL 2.0 (JSON), XES (IEEE 1849), or W3C PROV (PROV-JSON)
    Export(export::ExportArgs),
    /// Import a CSV or xlsx table into the registry, with row-by-row errors
    Import(import::ImportArgs),
    /// Issue or revoke API tokens
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Erase a person: name and position for ever unreadable, documents that are that person's alone
    /// removed; one official asks, another agrees
    Erase(erase::EraseArgs),
    /// Print the OpenAPI 3.1 document of all services, or of one
    Openapi(openapi::OpenapiArgs),
    /// Check the ledger, or rebuild its stream rows from the events
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Seal the ledger with signed checkpoints, and prove what is in it to who trusts nobody
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Cosign the checkpoints of logs that only grow: a small process of somebody else's
    #[command(subcommand)]
    Witness(witness::WitnessCommand),
    /// Fold the log again and compare every state, verdict and ranking; or simulate another rule book
    Replay(replay::ReplayArgs),
    /// List the decided awards that rest on a fact, with where they would stand by what is known now
    Affected(affected::AffectedArgs),
    /// Back up the ledger and the documents into a directory, or check a backup
    Backup(backup::BackupArgs),
    /// Make a ledger and its documents anew from a backup, where there is none
    Restore(restore::RestoreArgs),
    /// Make a key for everybody who may connect to NATS, in full mode
    NatsKeys(nats_keys::NatsKeysArgs),
    /// Show the settings and where each comes from
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Ask a running Hoso whether it is ready
    Health(health::HealthArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Runs the command; the exit code of success.
///
/// # Errors
/// What went wrong; `exit_code` says which code that is.
pub(crate) fn run(arguments: Cli) -> Result<u8> {
    match arguments.command {
        Command::Evaluate(args) => {
            let out = &mut std::io::BufWriter::new(std::io::stdout().lock());
            evaluate::run(&args, out, &mut std::io::stderr())
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "hoso", &mut script);
            output::write(&script);
            Ok(DONE)
        }
        Command::Config(command) => config::run(&command),
        Command::NatsKeys(args) => nats_keys::run(&args),
        Command::Openapi(args) => block_on(openapi::run(args)),
        Command::Demo(args) => block_on(demo::run(args)),
        Command::Up(args) => block_on(up::run(args)),
        Command::Serve(args) => block_on(serve::run(args)),
        Command::Migrate(args) => block_on(migrate::run(args)),
        Command::History(args) => block_on(history::run(args)),
        Command::State(args) => block_on(history::run_state(args)),
        Command::Diff(args) => block_on(diff::run(args)),
        Command::Conformance(args) => block_on(conformance::run(args)),
        Command::Export(args) => block_on(export::run(args)),
        Command::Import(args) => block_on(import::run(args)),
        Command::Token(command) => block_on(token::run(command)),
        Command::Erase(args) => block_on(erase::run(args)),
        Command::Replay(args) => block_on(replay::run(args)),
        Command::Affected(args) => block_on(affected::run(args)),
        Command::Backup(args) => block_on(backup::run(args)),
        Command::Restore(args) => block_on(restore::run(args)),
        Command::Audit(command) => block_on(audit::run(command)),
        Command::Witness(command) => block_on(witness::run(command)),
        Command::Ledger(command) => block_on(ledger::run(command)),
        Command::Health(args) => block_on(health::run(args)),
    }
}

fn block_on(work: impl Future<Output = Result<u8>>) -> Result<u8> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

/// Bad input as an error: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct BadInput(pub(crate) String);

/// Something that is not available as an error: exit code 3.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unavailable(pub(crate) String);

/// What a service's problem is on the command line: what the API would answer with a 5xx is not
/// available, everything else is bad input. `about` names the file or what else it concerns.
pub(crate) fn refused(about: Option<&dyn std::fmt::Display>, problem: &Problem) -> anyhow::Error {
    let text = about.map_or_else(
        || problem.to_string(),
        |about| format!("{about}: {problem}"),
    );
    if problem.status.is_server_error() {
        Unavailable(text).into()
    } else {
        BadInput(text).into()
    }
}

/// The exit code of an error.
pub(crate) fn exit_code(error: &anyhow::Error) -> u8 {
    if error.is::<BadInput>() {
        return BAD_INPUT;
    }
    match error.downcast_ref::<LedgerError>() {
        Some(LedgerError::Corrupt { .. }) => return FOUND_PROBLEMS,
        Some(_) => return UNAVAILABLE,
        None => {}
    }
    if error.is::<Unavailable>() || error.is::<std::io::Error>() || error.is::<reqwest::Error>() {
        return UNAVAILABLE;
    }
    FOUND_PROBLEMS
}
