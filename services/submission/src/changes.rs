//! What changed of a dossier between two moments: on the unit's side, in its case, and of its items
//! in the round.

use hoso_domain::decider::StoredDecider as _;
use hoso_domain::dossier::{Dossier, DossierState};
use hoso_domain::ids::DossierId;
use hoso_domain::ranking::round::Round;
use hoso_domain::verification::Case;
use hoso_ledger::{LedgerError, SharedLedger, StreamName};
use hoso_runtime::past::{self, Change, Moment, Side};

/// The changes of a dossier; `None` for a dossier that was never drafted. `procedure` tells what
/// others did with it too.
///
/// # Errors
/// The ledger's, or `Corrupt` for an event this version does not know.
pub async fn changes(
    ledger: &SharedLedger,
    dossier: &DossierId,
    between: [Moment; 2],
    procedure: bool,
) -> Result<Option<Vec<Change>>, LedgerError> {
    let ledger = ledger.as_ref();
    let own = StreamName::new(Dossier::CATEGORY, dossier.as_str());
    let now = past::then::<Dossier>(ledger, &own, Moment::HEAD).await?;
    let DossierState::Drafted(papers) = now.state else {
        return Ok(None);
    };
    let mut told = past::changes(ledger, &own, between, Side::fold::<Dossier>).await?;
    if procedure {
        let case = StreamName::new(Case::CATEGORY, dossier.as_str());
        told.extend(past::changes(ledger, &case, between, Side::fold::<Case>).await?);
        let round = StreamName::new(Round::CATEGORY, papers.head.round.as_str());
        let items: Vec<String> = papers
            .items
            .keys()
            .map(|item| format!("/opened/items/{item}"))
            .collect();
        let of_round = past::changes(ledger, &round, between, Side::fold::<Round>).await?;
        told.extend(of_round.into_iter().filter(|change| {
            let concerns = |item: &String| {
                let rest = change.path.strip_prefix(item.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            items.iter().any(concerns)
        }));
    }
    Ok(Some(told))
}
