//! `hoso token`: API tokens, made and revoked beside a running Hoso.

use anyhow::Result;
use clap::{Args, Subcommand};
use hoso_domain::ids::OfficialId;
use hoso_domain::registry::official::Command;
use hoso_runtime::accounts;
use hoso_runtime::directory::token_digest;
use serde_json::json;

use crate::cli::{BadInput, DONE, refused};
use crate::first_run;
use crate::output::say;
use crate::store::{self, Data};

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Issue a token for an official; it is printed once and stored nowhere
    Issue(Issue),
    /// Revoke a token
    Revoke(Revoke),
    /// Appoint the administrator of an empty ledger and issue the first token; it is printed once
    First(First),
}

/// Issue a token.
#[derive(Debug, Args)]
pub(crate) struct Issue {
    /// The official it acts as
    #[arg(long, value_name = "ID")]
    official: OfficialId,
    /// How many days it is valid, at most 366
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
    #[command(flatten)]
    data: Data,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Revoke a token.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The official it acts as
    #[arg(long, value_name = "ID")]
    official: OfficialId,
    /// The token, or its SHA-256 in hex
    #[arg(long, value_name = "TOKEN")]
    token: String,
    #[command(flatten)]
    data: Data,
}

/// Issue the first token.
#[derive(Debug, Args)]
pub(crate) struct First {
    #[command(flatten)]
    data: Data,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs it.
///
/// # Errors
/// No such official, no such token, or the ledger's error.
pub(crate) async fn run(command: TokenCommand) -> Result<u8> {
    match command {
        TokenCommand::Issue(issue) => {
            let runtime = store::open_beside(&issue.data.settings()?).await?;
            let days = i64::from(issue.days);
            let token = accounts::issue_token(&runtime, &issue.official, days).await;
            runtime.ledger.close().await;
            let token = token.map_err(|problem| refused(None, &problem))?;
            if issue.json {
                say!("{}", json!({ "token": token }));
            } else {
                say!("{token}");
            }
        }
        TokenCommand::Revoke(revoke) => {
            let runtime = store::open_beside(&revoke.data.settings()?).await?;
            let digest = if revoke.token.starts_with("hoso_") {
                token_digest(&revoke.token)
            } else {
                revoke.token
            };
            let command = Command::RevokeToken(digest);
            let done = accounts::execute(&runtime, &revoke.official, command).await;
            runtime.ledger.close().await;
            done.map_err(|problem| refused(None, &problem))?;
        }
        TokenCommand::First(args) => first(args).await?,
    }
    Ok(DONE)
}

/// `hoso up` does this by itself; in full mode nobody else does.
async fn first(args: First) -> Result<()> {
    let runtime = store::open_beside(&args.data.settings()?).await?;
    let token = first_run::ensure_administrator(&runtime).await;
    runtime.ledger.close().await;
    let Some(token) = token? else {
        let text = "there is an administrator already; `hoso token issue` issues more tokens";
        return Err(BadInput(text.to_owned()).into());
    };
    if args.json {
        say!("{}", json!({ "token": token }));
    } else {
        say!("{token}");
    }
    Ok(())
}
