//! The folded state of a dossier, and of its case, as of then.
//!
//! Folded from the events each time, never read from the stored state: it is what the log says.

use hoso_domain::decider::Decider;
use hoso_domain::dossier::{Dossier, DossierState, Papers};
use hoso_domain::ids::DossierId;
use hoso_domain::verification::{Case, CaseFile, CaseState};
use hoso_ledger::execute::decode;
use hoso_ledger::{LedgerError, Position, SharedLedger};
use hoso_runtime::past::{Moment, path_until};
use serde::Serialize;

/// What a dossier was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The dossier.
    pub dossier: DossierId,
    /// The last position of its path by then.
    pub position: Position,
    /// Status on the unit's side, in one word.
    pub status: &'static str,
    /// The dossier on the unit's side.
    pub state: Papers,
    /// The case at Home Affairs and the Standing Office, if it was open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseFile>,
}

/// The state of a dossier as of then; `None` if it did not exist.
///
/// # Errors
/// The ledger's, or `Corrupt` for an event this version does not know.
pub async fn state(
    ledger: &SharedLedger,
    dossier: &DossierId,
    moment: Moment,
) -> Result<Option<Snapshot>, LedgerError> {
    let mut papers = DossierState::default();
    let mut case = CaseState::default();
    let mut position = 0;
    for event in path_until(ledger.as_ref(), dossier, moment).await? {
        position = event.position;
        if event.stream.id() != dossier.as_str() {
            continue;
        }
        match event.stream.category() {
            "dossier" => papers = Dossier::evolve(papers, &decode::<Dossier>(&event)?),
            "case" => case = Case::evolve(case, &decode::<Case>(&event)?),
            _ => {}
        }
    }
    let DossierState::Drafted(papers) = papers else {
        return Ok(None);
    };
    Ok(Some(Snapshot {
        dossier: dossier.clone(),
        position,
        status: papers.status(),
        state: *papers,
        case: match case {
            CaseState::NotOpened => None,
            CaseState::Opened(file) => Some(*file),
        },
    }))
}
