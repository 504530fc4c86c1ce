//! The log's key changed, and the policy of its witnesses recorded: asked of a running Hoso. What is
//! sealed under which key is read from the archive.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use hoso_proof::policy::POLICY_BYTES_MAX;
use serde_json::{Value, json};

use super::{PlaceArgs, archive, told};
use crate::cli::{BadInput, DONE};
use crate::client::ServerArgs;
use crate::input;
use crate::output::say;

/// A change of the key.
#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    /// Why the key is changed, for the record; no secret
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    server: ServerArgs,
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

/// A policy to record.
#[derive(Debug, Args)]
pub(crate) struct SetPolicyArgs {
    /// The policy (C2SP tlog-policy)
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Why it holds, for the record
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    server: ServerArgs,
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

/// The keys of the archive.
#[derive(Debug, Args)]
pub(crate) struct KeysArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

/// Asks that another key sign.
pub(super) async fn rotate(args: RotateArgs) -> Result<u8> {
    let body = json!({ "reason": args.reason });
    let keys = args.server.post("audit/key/rotations", &body).await?;
    if args.json {
        say!("{keys}");
        return Ok(DONE);
    }
    let key = |field| keys.get(field).and_then(Value::as_str).unwrap_or_default();
    // Sealed while the answer was made, it has taken over already.
    if key("next").is_empty() {
        say!("{} signs the log", key("key"));
    } else {
        say!(
            "{} signs next; the checkpoint that hands over has both signatures",
            key("next")
        );
    }
    Ok(DONE)
}

/// Records a policy.
pub(super) async fn set_policy(args: SetPolicyArgs) -> Result<u8> {
    let policy = input::read(&args.file, POLICY_BYTES_MAX)?;
    let policy = String::from_utf8(policy)
        .map_err(|_| BadInput(format!("{}: it is not UTF-8", args.file.display())))?;
    let body = json!({ "policy": policy, "reason": args.reason });
    let keys = args.server.post("audit/policy", &body).await?;
    if args.json {
        say!("{keys}");
        return Ok(DONE);
    }
    let digest = keys.pointer("/policy/digest").and_then(Value::as_str);
    say!("{} is the policy on record", digest.unwrap_or_default());
    Ok(DONE)
}

/// Prints the keys that signed, each behind the size of its first checkpoint.
pub(super) fn keys(args: &KeysArgs) -> Result<u8> {
    let config = args.place.settings()?;
    let history = archive(&config).history().map_err(told)?;
    if args.place.json {
        let keys = history.reigns();
        let keys: Vec<_> = keys
            .map(|reign| json!({ "firstSize": reign.since, "key": reign.log.key().to_string() }))
            .collect();
        say!("{}", json!({ "origin": history.origin(), "keys": keys }));
        return Ok(DONE);
    }
    for reign in history.reigns() {
        say!("{} {}", reign.since, reign.log.key());
    }
    Ok(DONE)
}
