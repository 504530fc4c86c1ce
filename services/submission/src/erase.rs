//! Documents that go with a person: recorded in each dossier that has them, then removed from the
//! store. What the record says is made good again at every start.

use hoso_domain::decider::StoredDecider as _;
use hoso_domain::dossier::event::{DocumentsErased, Event};
use hoso_domain::dossier::{Command, Dossier};
use hoso_domain::ids::DossierId;
use hoso_domain::ranking::round::Round;
use hoso_domain::registry::person::Person;
use hoso_ledger::execute::decode;
use hoso_ledger::{RecordedEvent, StreamName};
use hoso_runtime::documents::DocumentError;
use hoso_runtime::{Effect, ReactionError, Runtime, View};

use crate::views::World;

/// Whether documents may have to go after an event: somebody was erased, or what kept them ended.
pub(crate) fn concerns(event: &RecordedEvent) -> bool {
    let kind = (event.stream.category(), event.event_type.as_str());
    kind == (Person::CATEGORY, "PersonErased")
        || kind == (Round::CATEGORY, "RoundClosed")
        || kind.0 == Dossier::CATEGORY
            && matches!(
                kind.1,
                "DocumentsErased" | "DossierWithdrawn" | "DossierClosed"
            )
}

/// What has to be recorded; where it was, the documents are removed.
pub(crate) async fn react(
    runtime: &Runtime,
    world: &View<World>,
    event: &RecordedEvent,
) -> Result<Vec<Effect>, ReactionError> {
    if event.event_type == "DocumentsErased" {
        if let Event::DocumentsErased(erased) = decode::<Dossier>(event)? {
            remove(runtime, world, &erased.digests).await?;
        }
        return Ok(Vec::new());
    }
    let world = world.current().await?;
    let mut dossiers: Vec<(DossierId, Vec<DocumentsErased>)> = Vec::new();
    for ((dossier, person), digests) in world.belonging.due() {
        let erased = DocumentsErased { person, digests };
        match dossiers.last_mut() {
            Some((last, all)) if *last == dossier => all.push(erased),
            Some(_) | None => dossiers.push((dossier, vec![erased])),
        }
    }
    let effects = dossiers.into_iter().map(|(dossier, erased)| {
        let stream = StreamName::new(Dossier::CATEGORY, dossier.as_str());
        Effect::new::<Dossier>(stream, "erase-documents", Command::EraseDocuments(erased))
    });
    Ok(effects.collect())
}

/// Removes those of these that the log, as it is now, shows as erased.
async fn remove(
    runtime: &Runtime,
    world: &View<World>,
    digests: &[String],
) -> Result<(), ReactionError> {
    let world = world.current().await?;
    for sha256 in digests {
        if world.belonging.is_erased(sha256) {
            let removed = runtime.documents.erase(sha256).await;
            removed.map_err(|error| {
                let text = format!("document {sha256} may still be there: {error}");
                ReactionError::poison(text)
            })?;
        }
    }
    Ok(())
}

/// Removes every document that the log shows as erased and that is there again: a backup or a copy of
/// the directory came back, or somebody uploaded it and used it for nothing. How many.
///
/// # Errors
/// The ledger cannot be read, or a document not be removed; the others are.
pub(crate) async fn sweep(runtime: &Runtime, world: &View<World>) -> Result<u64, ReactionError> {
    let world = world.current().await?;
    let (mut removed, mut failed) = (0, None::<DocumentError>);
    for sha256 in world.belonging.erased() {
        match runtime.documents.erase(sha256).await {
            Ok(there) => removed += u64::from(there),
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(removed), |error| Err(ReactionError::poison(error)))
}
