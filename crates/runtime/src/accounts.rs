//! Accounts from outside the API: the first administrator, tokens from the command line, and the
//! officials of tests. Runs the registry's own decider, as an administrator named `system-setup`,
//! so that even the first event says who did it.

use chrono::TimeDelta;
use hoso_domain::actor::{Actor, Role};
use hoso_domain::decider::StoredDecider;
use hoso_domain::ids::OfficialId;
use hoso_domain::registry::official::{Command, Official, OfficialAppointed};
use hoso_ledger::{Metadata, Order, StreamName};
use sha2::{Digest, Sha256};

use crate::directory::{token_digest, token_text};
use crate::http::problem::Problem;
use crate::runtime::{Runtime, system_actor};

/// Why events from outside the API happened.
const SETUP: &str = "hoso setup";

/// Appoints an official; the same appointment again changes nothing.
///
/// # Errors
/// The registry's rejection, or the ledger's.
pub async fn appoint(runtime: &Runtime, office: OfficialAppointed) -> Result<(), Problem> {
    let official = office.official.clone();
    let command = Command::Appoint(office);
    execute(runtime, &official, command).await
}

/// Issues a token to an official and gives its text, which is stored nowhere.
///
/// # Errors
/// The registry's rejection, the ledger's, or no random source.
pub async fn issue_token(
    runtime: &Runtime,
    official: &OfficialId,
    days: i64,
) -> Result<String, Problem> {
    let token = token_text(runtime.ids.secret().map_err(Problem::internal)?);
    let command = Command::IssueToken {
        token_digest: token_digest(&token),
        expires_at: runtime.clock.now() + TimeDelta::days(days),
    };
    execute(runtime, official, command).await?;
    Ok(token)
}

/// Runs a command on an official's stream as `system-setup`.
///
/// # Errors
/// The registry's rejection, or the ledger's.
pub async fn execute(
    runtime: &Runtime,
    official: &OfficialId,
    command: Command,
) -> Result<(), Problem> {
    let actor = Actor {
        role: Role::Administrator,
        ..system_actor("setup").map_err(Problem::internal)?
    };
    let id = runtime.ids.new_id();
    let order = Order {
        command: id,
        digest: Sha256::digest(id.as_bytes()).into(),
        seen: None,
        metadata: Metadata {
            actor,
            reason: Some(SETUP.to_owned()),
            correlation: id,
            causation: None,
            rule_book: None,
            effective_at: runtime.clock.now(),
            traceparent: None,
        },
        cursor: None,
    };
    let stream = StreamName::new(Official::CATEGORY, official.as_str());
    runtime.execute::<Official>(&stream, order, command).await?;
    Ok(())
}
