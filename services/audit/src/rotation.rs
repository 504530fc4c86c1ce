//! The change of the log's key: which keys the record names, and which of them signs what is sealed.
//!
//! A rotation is recorded once the next key's secret is on the disk. The first checkpoint that covers
//! it is signed by both keys; published, the next key takes over and the old secret is destroyed. What
//! a crash leaves between any two of these is found again from the record and the two directories.

use hoso_domain::decider::StoredDecider as _;
use hoso_domain::log_key::{Event, LOG, LogKey};
use hoso_ledger::execute::{decode, load};
use hoso_ledger::{Position, SharedLedger, StreamName};
use hoso_proof::{KeyHistory, LogIdentity, SecretKey, SignedCheckpoint};

use crate::archive::Archive;
use crate::error::AuditError;
use crate::keys::Keys;

/// Events of the stream that are read at a time.
const PAGE: u32 = 100;

/// The stream of the log's key.
pub(crate) fn stream() -> StreamName {
    StreamName::new(LogKey::CATEGORY, LOG)
}

/// Who signs what is sealed now.
#[derive(Debug)]
pub(crate) struct Turn {
    /// The keys on record, each from its rotation on.
    pub(crate) history: KeyHistory,
    /// The key that what is sealed is handed to.
    pub(crate) next: Option<SecretKey>,
}

/// Who signs a checkpoint of the first `until` events, by the record. What a crash left of a retired
/// secret is destroyed.
pub(crate) async fn turn(
    ledger: &SharedLedger,
    keys: &Keys,
    until: Position,
) -> Result<Turn, AuditError> {
    keys.destroy_old()?;
    let signing = keys.signing()?;
    let history = recorded(ledger, &signing, until).await?;
    let newest = &history.newest().log;
    if *newest == signing {
        return Ok(Turn {
            history,
            next: None,
        });
    }
    let follows = history.before(until).map(|reign| &reign.log) == Some(&signing);
    let next = keys.next()?;
    let next = next.filter(|next| follows && next.public() == newest.key());
    match next {
        Some(_) => Ok(Turn { history, next }),
        None => Err(AuditError::KeyLost {
            recorded: newest.key().to_string(),
            found: signing.key().to_string(),
        }),
    }
}

/// The keys of the log that the first `until` events name; `signing` where they name none. Rotations of
/// another origin are another log's, that was sealed over the same record before its secrets were lost.
async fn recorded(
    ledger: &SharedLedger,
    signing: &LogIdentity,
    until: Position,
) -> Result<KeyHistory, AuditError> {
    let (state, _) = load::<LogKey>(ledger.stream(&stream()).await?)?;
    // Most logs never change their key: nothing else is read.
    if state.newest(signing.origin()).is_none() {
        return Ok(KeyHistory::new(signing.clone()));
    }
    let mut history: Option<KeyHistory> = None;
    let mut after = 0;
    loop {
        let page = ledger.read_stream(&stream(), after, PAGE).await?;
        let Some(last) = page.last().map(|event| event.version) else {
            break;
        };
        after = last;
        for recorded in page.iter().filter(|event| event.position <= until) {
            let Event::LogKeyRotated(rotated) = decode::<LogKey>(recorded)? else {
                continue;
            };
            let previous = LogIdentity::parse(&rotated.previous)?;
            let next = LogIdentity::parse(&rotated.next)?;
            if next.origin() != signing.origin() {
                continue;
            }
            history
                .get_or_insert_with(|| KeyHistory::new(previous.clone()))
                .rotate(recorded.position, &previous, next)?;
        }
    }
    Ok(history.unwrap_or_else(|| KeyHistory::new(signing.clone())))
}

/// The keys up to a checkpoint of `size` events, each from the first checkpoint on that it signed: the
/// handover, and where that is lost the rotation itself, which no checkpoint of the key before covers.
pub(crate) fn signed_from(
    history: &KeyHistory,
    keys: &Keys,
    archive: &Archive,
    size: u64,
) -> Result<KeyHistory, AuditError> {
    let mut signed = KeyHistory::new(history.at(0).log.clone());
    let later = history.reigns().filter(|reign| reign.since > 0);
    let later: Vec<_> = later.filter(|reign| reign.since <= size).collect();
    if later.is_empty() {
        return Ok(signed);
    }
    let handovers = handovers(history, keys)?;
    for reign in later {
        let own = |handover: &&SignedCheckpoint| history.at(handover.head().size) == reign;
        let kept = handovers.iter().find(own).map(|kept| kept.head().size);
        let size = match kept {
            Some(size) => size,
            None => published(history, archive, reign.since)?.unwrap_or(reign.since),
        };
        let previous = signed.newest().log.clone();
        signed.rotate(size, &previous, reign.log.clone())?;
    }
    Ok(signed)
}

/// The checkpoints that two keys signed and that are kept beside them, by size.
pub(crate) fn handovers(
    history: &KeyHistory,
    keys: &Keys,
) -> Result<Vec<SignedCheckpoint>, AuditError> {
    let kept = keys.handovers()?;
    let opened = kept.iter().filter_map(|note| history.open(note).ok());
    Ok(opened.filter(|note| history.is_handover(note)).collect())
}

/// The size of the first checkpoint in the archive that covers `since`, if it is a handover.
fn published(
    history: &KeyHistory,
    archive: &Archive,
    since: Position,
) -> Result<Option<u64>, AuditError> {
    let sizes = archive.sizes(u64::MAX)?;
    let Some(size) = sizes.range(since..).next() else {
        return Ok(None);
    };
    let note = history.open(archive.checkpoint_of(*size)?.as_bytes());
    let note = note.ok().filter(|note| history.is_handover(note));
    Ok(note.map(|note| note.head().size))
}
