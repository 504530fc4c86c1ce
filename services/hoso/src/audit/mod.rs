//! `hoso audit`: the ledger sealed with signed checkpoints, and what is in it proved to who trusts
//! nobody.

mod acts;
mod bundle;
mod check;
mod container;
mod dossier;
mod export;
mod findings;
mod print;
mod rotate;
mod rotations;
mod round;
mod sample;
mod schemas;
mod seal;
mod unpack;
mod verify;
mod witnesses;

pub(crate) use self::witnesses::witnesses;

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use clap::{Args, Subcommand};
use hoso_audit::{Archive, AuditError, Keys, Sealing};
use hoso_ledger::Position;
use hoso_runtime::config::{Config, Layer};

use crate::cli::{BadInput, Unavailable};
use crate::store::{self, Data};

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Seal everything up to the ledger's head: tiles, and a signed checkpoint; witnesses of the
    /// policy are asked to cosign it
    Seal(SealArgs),
    /// Print the newest checkpoint, with the cosignatures that it has
    Checkpoint(CheckpointArgs),
    /// Prove that the event at a position is in the log, under the newest checkpoint that enough
    /// witnesses cosigned, else under the newest
    Prove(ProveArgs),
    /// Prove that the checkpoint of B events begins with the first A of them
    Consistency(ConsistencyArgs),
    /// Print the log's keys from the archive, each behind the size of the first checkpoint that it
    /// signed
    Keys(rotate::KeysArgs),
    /// Let another key sign the log: made by a running Hoso and recorded; the next checkpoint is
    /// signed by both
    RotateKey(rotate::RotateArgs),
    /// Put the policy of witnesses on record, as it holds from now on
    SetPolicy(rotate::SetPolicyArgs),
    /// Write a bundle that needs no server: the log with its salts, the documents of a round, the
    /// checkpoints, a proof of each of the round's acts; or only one dossier's events, each with its
    /// proof
    Export(export::ExportArgs),
    /// Draw dossiers of a round by a public seed, and write a bundle of each
    Sample(sample::SampleArgs),
    /// Check single files: checkpoints, proofs of events, proofs that a checkpoint grew from another;
    /// each against the log's key, and all against each other
    Check(check::CheckArgs),
    /// Verify a bundle, with no database and no network: every event, stream, document
    Verify(verify::VerifyArgs),
}

/// Where the log and what is sealed of it are.
#[derive(Debug, Clone, Args)]
pub(crate) struct PlaceArgs {
    #[command(flatten)]
    data: Data,
    /// The archive of what is sealed; else `HOSO_AUDIT`, the settings file, `audit` in the data
    /// directory
    #[arg(long, value_name = "DIR")]
    archive: Option<String>,
    /// The sealer's secrets; else `HOSO_AUDIT_KEYS`, the settings file, `audit-keys` in the data
    /// directory
    #[arg(long, value_name = "DIR")]
    keys: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Sealing.
#[derive(Debug, Args)]
pub(crate) struct SealArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Name of a new log, such as `khenthuong.example.vn/log`; one of chance otherwise. A log keeps
    /// its name
    #[arg(long, value_name = "NAME")]
    origin: Option<String>,
    #[command(flatten)]
    policy: PolicyArgs,
}

/// The newest checkpoint.
#[derive(Debug, Args)]
pub(crate) struct CheckpointArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    policy: PolicyArgs,
}

/// Which witnesses.
#[derive(Debug, Clone, Args)]
pub(crate) struct PolicyArgs {
    /// The witnesses, where they answer, and how many are enough (C2SP tlog-policy); else
    /// `HOSO_AUDIT_POLICY`, the settings file, none
    #[arg(long, value_name = "FILE")]
    policy: Option<String>,
}

/// Which event.
#[derive(Debug, Args)]
pub(crate) struct ProveArgs {
    /// Its position
    position: Position,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Which checkpoints.
#[derive(Debug, Args)]
pub(crate) struct ConsistencyArgs {
    /// Events of the older one
    #[arg(value_name = "A")]
    old: u64,
    /// Events of the newer one
    #[arg(value_name = "B")]
    new: u64,
    #[command(flatten)]
    place: PlaceArgs,
}

impl PlaceArgs {
    fn settings(&self) -> Result<Config> {
        store::settings(&self.layer())
    }

    fn settings_with(&self, policy: &PolicyArgs) -> Result<Config> {
        store::settings(&Layer {
            audit_policy: policy.policy.clone(),
            ..self.layer()
        })
    }

    fn layer(&self) -> Layer {
        Layer {
            audit: self.archive.clone(),
            audit_keys: self.keys.clone(),
            ..self.data.layer()
        }
    }
}

/// Runs it.
///
/// # Errors
/// What was asked for is not there, the record is not what was signed, or something cannot be read
/// or written.
pub(crate) async fn run(command: AuditCommand) -> Result<u8> {
    match command {
        AuditCommand::Seal(args) => seal::seal(args).await,
        AuditCommand::Checkpoint(args) => seal::checkpoint(&args),
        AuditCommand::Prove(args) => seal::prove(args).await,
        AuditCommand::Consistency(args) => seal::consistency(&args),
        AuditCommand::Keys(args) => rotate::keys(&args),
        AuditCommand::RotateKey(args) => rotate::rotate(args).await,
        AuditCommand::SetPolicy(args) => rotate::set_policy(args).await,
        AuditCommand::Export(args) => Box::pin(export::run(args)).await,
        AuditCommand::Sample(args) => Box::pin(sample::run(args)).await,
        AuditCommand::Check(args) => check::run(&args),
        AuditCommand::Verify(args) => verify::run(&args),
    }
}

/// Where the log is sealed while it is served; secrets are made for a new one.
///
/// # Errors
/// The secrets cannot be read or made.
pub(crate) fn sealing(config: &Config) -> Result<Sealing> {
    let keys = Keys::open_or_make(&config.audit_keys, config.audit_origin.as_deref());
    let keys = keys.map_err(told)?;
    let archive = archive(config);
    Ok(Sealing { archive, keys })
}

/// A log of its own in a directory: for what only needs to know how the service looks.
///
/// # Errors
/// The secrets cannot be made.
pub(crate) fn sealing_in(directory: &Path) -> Result<Arc<Sealing>> {
    let keys = Keys::open_or_make(&directory.join("audit-keys"), None).map_err(told)?;
    let archive = Archive::new(&directory.join("audit"));
    Ok(Arc::new(Sealing { archive, keys }))
}

fn archive(config: &Config) -> Archive {
    Archive::new(&config.audit)
}

fn keys(config: &Config) -> Result<Keys> {
    Keys::open(&config.audit_keys).map_err(told)
}

/// What an error of the audit is on the command line.
fn told(error: AuditError) -> anyhow::Error {
    if error.is_bad_input() {
        return BadInput(error.to_string()).into();
    }
    if error.is_finding() {
        return error.into();
    }
    if let AuditError::Ledger(error) = error {
        return error.into();
    }
    Unavailable(error.to_string()).into()
}
