//! The path of one dossier (đường đi của hồ sơ): who did what, when, in which capacity, why, under
//! which rule book; from every service, in the order of the log.
//!
//! Reads the ledger only, so that the command line can ask without a server.

use hoso_domain::ids::DossierId;
use hoso_ledger::{LedgerError, SharedLedger};
use hoso_runtime::past::{Moment, Step, path_until, steps};
use serde::Serialize;

/// The path of a dossier.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// The dossier.
    pub dossier: DossierId,
    /// What happened, in the order of the log.
    pub events: Vec<Step>,
}

/// The path of a dossier as it was then; empty for a dossier that did not exist.
///
/// # Errors
/// The ledger's, or `Corrupt` for an event that is no JSON.
pub async fn history(
    ledger: &SharedLedger,
    dossier: &DossierId,
    moment: Moment,
) -> Result<History, LedgerError> {
    let recorded = path_until(ledger.as_ref(), dossier, moment).await?;
    Ok(History {
        dossier: dossier.clone(),
        events: steps(ledger.as_ref(), &recorded).await?,
    })
}
