//! The first administrator of a new data directory, and tokens made on the command line.
//!
//! Whoever can write the data directory can make a token; the record says so.

use anyhow::{Context as _, Result};
use chrono::{NaiveDate, TimeDelta};
use hoso_domain::actor::{Actor, Role};
use hoso_domain::ids::{OfficialId, PersonId, UnitId};
use hoso_domain::registry::official::{Command, Official, OfficialAppointed};
use hoso_ledger::{Metadata, Order, StreamName};
use hoso_runtime::Runtime;
use hoso_runtime::directory::{token_digest, token_text};
use sha2::{Digest as _, Sha256};

/// The first administrator's official and person.
pub(crate) const ADMINISTRATOR: &str = "administrator";
/// How long a token lives that the first start hands out, in days.
const FIRST_TOKEN_DAYS: u32 = 365;

/// The actor of what is done on the command line with the data directory in hand.
fn operator() -> Result<Actor> {
    Ok(Actor {
        official: OfficialId::parse(ADMINISTRATOR)?,
        person: PersonId::parse(ADMINISTRATOR)?,
        role: Role::Administrator,
        agency: UnitId::parse("hoso")?,
        on_behalf_of: None,
    })
}

/// An order of the operator, with a reason for the record.
pub(crate) fn order(runtime: &Runtime, reason: &str) -> Result<Order> {
    let command = runtime.ids.new_id();
    Ok(Order {
        command,
        digest: Sha256::digest(command.as_bytes()).into(),
        seen: None,
        metadata: Metadata {
            actor: operator()?,
            reason: Some(reason.to_owned()),
            correlation: command,
            causation: None,
            rule_book: None,
            effective_at: runtime.clock.now(),
            traceparent: None,
        },
        cursor: None,
    })
}

/// Appoints the administrator if the ledger has none, and hands out a token; `None` if there is
/// one already.
///
/// # Errors
/// The ledger's.
pub(crate) async fn ensure_administrator(runtime: &Runtime) -> Result<Option<String>> {
    let official = OfficialId::parse(ADMINISTRATOR)?;
    let known = runtime.directory.current().await?.official(&official).is_some();
    if known {
        return Ok(None);
    }
    let actor = operator()?;
    let appointed = OfficialAppointed {
        official: official.clone(),
        person: actor.person,
        agency: actor.agency,
        role: Role::Administrator,
        valid_from: NaiveDate::from_ymd_opt(2021, 1, 1).context("a real day")?,
        valid_to: None,
    };
    let stream = StreamName::new("official", official.as_str());
    runtime
        .execute::<Official>(&stream, order(runtime, "first start")?, Command::Appoint(appointed))
        .await?;
    issue_token(runtime, &official, FIRST_TOKEN_DAYS, "first start").await.map(Some)
}

/// Issues a token for an official.
///
/// # Errors
/// The registry's rejection: no such official, too long a life.
pub(crate) async fn issue_token(
    runtime: &Runtime,
    official: &OfficialId,
    days: u32,
    reason: &str,
) -> Result<String> {
    let token = token_text(runtime.ids.secret()?);
    let command = Command::IssueToken {
        token_digest: token_digest(&token),
        expires_at: runtime.clock.now() + TimeDelta::days(i64::from(days)),
    };
    let stream = StreamName::new("official", official.as_str());
    runtime.execute::<Official>(&stream, order(runtime, reason)?, command).await?;
    Ok(token)
}
