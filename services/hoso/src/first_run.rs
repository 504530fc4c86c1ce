//! The first administrator of a new data directory.

use anyhow::{Context as _, Result, anyhow};
use chrono::NaiveDate;
use hoso_domain::actor::Role;
use hoso_domain::ids::{OfficialId, PersonId, UnitId};
use hoso_domain::registry::official::OfficialAppointed;
use hoso_runtime::{Runtime, accounts};

/// The first administrator's official and person.
const ADMINISTRATOR: &str = "administrator";
/// How long a token lives that the first start hands out, in days.
const FIRST_TOKEN_DAYS: i64 = 365;

/// Appoints the administrator if the ledger has none, and hands out a token; `None` if there is
/// one already.
///
/// # Errors
/// The ledger's.
pub(crate) async fn ensure_administrator(runtime: &Runtime) -> Result<Option<String>> {
    let official = OfficialId::parse(ADMINISTRATOR)?;
    let known = runtime
        .directory
        .current()
        .await?
        .official(&official)
        .is_some();
    if known {
        return Ok(None);
    }
    let office = OfficialAppointed {
        official: official.clone(),
        person: PersonId::parse(ADMINISTRATOR)?,
        agency: UnitId::parse("hoso")?,
        role: Role::Administrator,
        // The plan's first year, so that papers of its years can be entered.
        valid_from: NaiveDate::from_ymd_opt(2021, 1, 1).context("a real day")?,
        valid_to: None,
    };
    accounts::appoint(runtime, office)
        .await
        .map_err(|problem| anyhow!("{problem}"))?;
    let token = accounts::issue_token(runtime, &official, FIRST_TOKEN_DAYS).await;
    Ok(Some(token.map_err(|problem| anyhow!("{problem}"))?))
}
