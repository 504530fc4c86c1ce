//! Which witnesses are asked, and what they said: policies from the command line and the settings.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use hoso_audit::{Archive, Witnesses};
use hoso_proof::policy::{Cosigned, Judgement, POLICY_BYTES_MAX};
use hoso_proof::{KeyHistory, LogIdentity, Note, NoteError, Policy};
use hoso_runtime::Clock;
use hoso_runtime::config::Config;
use serde_json::{Value, json};

use super::bundle;
use super::findings::Findings;
use super::told;
use crate::cli::BadInput;
use crate::{input, witness};

/// Seconds that the clocks of a log, a witness and an auditor may be apart.
pub(super) const CLOCKS_APART: u64 = 600;

/// The witnesses that the settings name; `None` if they name none.
///
/// # Errors
/// The policy cannot be read, is another log's, or names an address that cannot be asked.
pub(crate) fn witnesses(config: &Config, log: &LogIdentity) -> Result<Option<Arc<Witnesses>>> {
    let Some(path) = &config.audit_policy else {
        return Ok(None);
    };
    let policy = policy(path)?;
    let witnesses = Witnesses::new(policy, log);
    let witnesses = witnesses.map_err(|error| BadInput(format!("{}: {error}", path.display())))?;
    Ok(Some(Arc::new(witnesses)))
}

/// A policy in a file.
///
/// # Errors
/// It cannot be read, or is none: the line is named.
pub(super) fn policy(path: &Path) -> Result<Policy> {
    let bytes = input::read(path, POLICY_BYTES_MAX)?;
    let read = Policy::parse(&bytes);
    Ok(read.map_err(|error| BadInput(format!("{}: {error}", path.display())))?)
}

/// What every witness said, for `--json`.
pub(super) fn cosignatures(judgement: &Judgement<'_>) -> Vec<Value> {
    let said = judgement.witnesses.iter().map(|said| {
        json!({
            "witness": said.witness.shown(),
            "key": said.witness.key.to_string(),
            "seenAt": said.seen_at.as_ref().ok().map(|seconds| witness::shown(*seconds)),
            "problem": said.seen_at.as_ref().err().map(ToString::to_string),
        })
    });
    said.collect()
}

/// Events of the newest checkpoint that enough witnesses cosigned; `None` if there is none.
///
/// # Errors
/// The archive cannot be read, or its checkpoint is not the log's.
pub(super) fn cosigned_up_to(archive: &Archive, keys: &KeyHistory) -> Result<Option<u64>> {
    let note = archive.witnessed().map_err(told)?;
    let opened = note.map(|note| keys.open(note.as_bytes()));
    Ok(opened.transpose()?.map(|opened| opened.head().size))
}

/// Holds a bundle's checkpoint to a policy: what its witnesses said, and whether that is enough.
///
/// # Errors
/// The checkpoint is no note.
pub(super) fn judge<'p>(
    policy: &'p Policy,
    checkpoint: &str,
    findings: &mut Findings,
) -> Result<Judgement<'p>> {
    let note = Note::parse(checkpoint.as_bytes());
    let note = note.map_err(|error| BadInput(format!("{}: {error}", bundle::CHECKPOINT)))?;
    Ok(hold(policy, &note, bundle::CHECKPOINT, findings))
}

/// Holds a checkpoint in a file to a policy.
pub(super) fn hold<'p>(
    policy: &'p Policy,
    note: &Note,
    file: &str,
    findings: &mut Findings,
) -> Judgement<'p> {
    let judgement = policy.judge(note);
    doubts(&judgement, file, findings);
    if !judgement.reached {
        let unsigned = judgement.witnesses.iter().filter(|said| is_missing(said));
        let missing: Vec<_> = unsigned.map(|said| said.witness.shown()).collect();
        let missing = if missing.is_empty() {
            "nobody".to_owned()
        } else {
            missing.join(", ")
        };
        let what = format!(
            "too few witnesses cosigned it for the policy; missing: {missing}. Whoever has the log's \
             key alone can sign any history"
        );
        findings.of(file, what);
    }
    judgement
}

/// Cosignatures that do not hold, or whose times cannot be. A witness that did not sign is none of
/// these.
pub(super) fn doubts(judgement: &Judgement<'_>, file: &str, findings: &mut Findings) {
    let now = u64::try_from(Clock::system().now().timestamp()).unwrap_or_default();
    for said in judgement.witnesses.iter().filter(|said| !is_missing(said)) {
        let name = said.witness.shown();
        let what = match &said.seen_at {
            Err(error) => error.to_string(),
            Ok(0) => "its signature says no time".to_owned(),
            Ok(seen_at) if *seen_at > now.saturating_add(CLOCKS_APART) => {
                format!(
                    "it says that it saw it at {}, which is not yet",
                    witness::shown(*seen_at)
                )
            }
            Ok(_) => continue,
        };
        findings.of(file, format!("witness {name}: {what}"));
    }
}

fn is_missing(said: &Cosigned<'_>) -> bool {
    matches!(said.seen_at, Err(NoteError::Unsigned(_)))
}

/// The log of a policy that a bundle is held to: the one whose key the bundle has, else the one of
/// that name, else the first.
pub(super) fn log_of(policy: &Policy, own: &str) -> Option<LogIdentity> {
    let logs = || policy.logs().iter().map(|log| &log.identity);
    let origin = own.split_once('+').map_or(own, |(origin, _)| origin);
    logs()
        .find(|log| log.key().to_string() == own)
        .or_else(|| logs().find(|log| log.origin() == origin))
        .or_else(|| logs().next())
        .cloned()
}
