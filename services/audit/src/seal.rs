//! Sealing: what was appended since the last checkpoint becomes leaves, tiles, and a new checkpoint.
//!
//! The order is what makes a crash harmless: tiles on the disk, then the signature, then the signer's
//! memory, then what everybody sees, and where the key was changed then the next key in the old one's
//! place. A crash between any two is made good by sealing again.

use futures::StreamExt as _;
use hoso_ledger::{LedgerError, Position, RecordedEvent, SharedLedger, pages};
use hoso_proof::frontier::Frontier;
use hoso_proof::tree::{self, TreeHead};
use hoso_proof::{Hash, KeyHistory, LogSigner, SignedCheckpoint, verify};

use crate::archive::Archive;
use crate::error::AuditError;
use crate::keys::Keys;
use crate::leaf::leaf_of;
use crate::rotation::{self, Turn};

/// Leaves after which the tree grows: 256 full tiles, so that sealing a long log holds no more.
const LEAVES_AT_ONCE: usize = 1 << 16;

/// What sealing came to.
#[derive(Debug)]
pub struct Sealed {
    /// Events that were sealed before.
    pub before: u64,
    /// The newest checkpoint.
    pub checkpoint: SignedCheckpoint,
}

/// Seals everything up to the ledger's head, and publishes the checkpoint.
///
/// # Errors
/// The ledger was cut or changed (`is_finding`), somebody else seals, or a file cannot be written. What
/// was signed stays signed.
pub async fn seal(
    ledger: SharedLedger,
    archive: &Archive,
    keys: &Keys,
) -> Result<Sealed, AuditError> {
    let lock = keys.lock()?;
    let mut signer = keys.signer()?;
    let until = ledger.head().await?;
    // Read behind the head: the secret of a rotation up to there is on the disk.
    refuse_cut(until, signer.last().size)?;
    let mut turn = rotation::turn(&ledger, keys, until).await?;
    resume(&mut signer, archive, &turn.history)?;
    let before = signer.last();
    refuse_cut(until, signer.last().size)?;
    if before.size > 0 && archive.newest()?.is_none() {
        let ledger = SharedLedger::clone(&ledger);
        rebuild(ledger, archive, keys, &turn.history, before).await?;
    }
    if let Some(handover) = unfinished(keys, &turn)? {
        finish(archive, keys, &turn.history, &handover)?;
        turn.next = None;
        signer = keys.signer()?;
        resume(&mut signer, archive, &turn.history)?;
    }
    check_last(&ledger, archive, keys, before).await?;
    let head = grow(ledger, archive, keys, before, until).await?;
    let proof = tree::prove_consistency(archive, head, before.size)?;
    let checkpoint = match turn.next {
        None => {
            let checkpoint = signer.sign(head, &proof)?;
            keys.remember(&checkpoint.note().encode())?;
            publish(archive, keys, &turn.history, &checkpoint)?;
            checkpoint
        }
        Some(next) => {
            let checkpoint = signer.hand_over(next, head, &proof)?;
            keys.remember(&checkpoint.note().encode())?;
            finish(archive, keys, &turn.history, &checkpoint)?;
            checkpoint
        }
    };
    drop(lock);
    Ok(Sealed {
        before: before.size,
        checkpoint,
    })
}

fn refuse_cut(until: Position, signed: u64) -> Result<(), AuditError> {
    if until < signed {
        return Err(AuditError::Cut {
            ends: until,
            signed,
        });
    }
    Ok(())
}

/// The handover that was signed and remembered, and perhaps published, before a crash.
fn unfinished(keys: &Keys, turn: &Turn) -> Result<Option<SignedCheckpoint>, AuditError> {
    if turn.next.is_none() {
        return Ok(None);
    }
    let last = keys.last_signed()?;
    // Of this rotation: the log may not have grown since the handover before.
    let since = turn.history.newest().since;
    let last = last.filter(|last| last.head().size >= since);
    Ok(last.filter(|last| turn.history.is_handover(last)))
}

/// Publishes a handover that is remembered, and lets the next key take over.
fn finish(
    archive: &Archive,
    keys: &Keys,
    history: &KeyHistory,
    handover: &SignedCheckpoint,
) -> Result<(), AuditError> {
    keys.keep_handover(handover)?;
    publish(archive, keys, history, handover)?;
    keys.take_over()?;
    let (size, key) = (handover.head().size, history.newest().log.key());
    tracing::info!(size, %key, "the log is handed over to its next key");
    Ok(())
}

/// Publishes a checkpoint that is remembered.
fn publish(
    archive: &Archive,
    keys: &Keys,
    history: &KeyHistory,
    checkpoint: &SignedCheckpoint,
) -> Result<(), AuditError> {
    let shown = rotation::signed_from(history, keys, archive, checkpoint.head().size)?;
    archive.publish(checkpoint, &shown)
}

/// Moves the signer behind the archive's checkpoint where that is newer than the one it remembers,
/// its own, and grown from the remembered one. An old copy of the secrets forgets nothing as long as
/// the archive is there.
fn resume(
    signer: &mut LogSigner,
    archive: &Archive,
    history: &KeyHistory,
) -> Result<(), AuditError> {
    if let Some(published) = archive.newest()? {
        let published = history.open(published.as_bytes())?.head();
        let last = signer.last();
        if published.size >= last.size {
            let proof = tree::prove_consistency(archive, published, last.size)?;
            signer.sign(published, &proof)?;
        }
    }
    Ok(())
}

/// Makes a lost archive again, from the ledger: only if its events are still those that were signed.
/// Checkpoints before the last one are gone with it; they stand beside the log and with whoever kept
/// them.
async fn rebuild(
    ledger: SharedLedger,
    archive: &Archive,
    keys: &Keys,
    history: &KeyHistory,
    signed: TreeHead,
) -> Result<(), AuditError> {
    tracing::warn!(
        events = signed.size,
        "the archive is lost and made again from the ledger"
    );
    // Read twice, so that tiles of other events are never written.
    let mut frontier = Frontier::default();
    let mut pages = Box::pin(pages(SharedLedger::clone(&ledger), 0, signed.size));
    while let Some(page) = pages.next().await {
        for event in page? {
            frontier.push(tree::leaf_hash(&leaf_bytes(&event, keys)?));
        }
    }
    if frontier.head() != signed {
        return Err(AuditError::Rewritten { size: signed.size });
    }
    grow(ledger, archive, keys, TreeHead::EMPTY, signed.size).await?;
    for handover in rotation::handovers(history, keys)? {
        archive.publish_older(&handover)?;
    }
    if let Some(last) = keys.last_signed()? {
        publish(archive, keys, history, &last)?;
    }
    Ok(())
}

/// The last sealed event must still be there: a ledger that was restored from an older backup and
/// went on would otherwise get its new events behind the old ones' tree.
async fn check_last(
    ledger: &SharedLedger,
    archive: &Archive,
    keys: &Keys,
    sealed: TreeHead,
) -> Result<(), AuditError> {
    let Some(index) = sealed.size.checked_sub(1) else {
        return Ok(());
    };
    let proof = tree::prove_inclusion(archive, sealed, index)?;
    let leaf = leaf_at(ledger, keys, sealed.size).await?;
    verify::inclusion(sealed, index, &leaf, &proof).map_err(|source| AuditError::Changed {
        position: sealed.size,
        source,
    })
}

/// The tree with the events up to `until`; its tiles are on the disk.
async fn grow(
    ledger: SharedLedger,
    archive: &Archive,
    keys: &Keys,
    from: TreeHead,
    until: Position,
) -> Result<TreeHead, AuditError> {
    let mut head = from;
    let mut leaves: Vec<Hash> = Vec::new();
    let mut pages = Box::pin(pages(ledger, from.size, until));
    while let Some(page) = pages.next().await {
        for event in page? {
            leaves.push(tree::leaf_hash(&leaf_bytes(&event, keys)?));
        }
        if leaves.len() >= LEAVES_AT_ONCE {
            head = grow_by(archive, head, &mut leaves)?;
        }
    }
    grow_by(archive, head, &mut leaves)
}

fn grow_by(
    archive: &Archive,
    head: TreeHead,
    leaves: &mut Vec<Hash>,
) -> Result<TreeHead, AuditError> {
    let grown = tree::grow(archive, head, leaves)?;
    archive.write_tiles(&grown.tiles)?;
    leaves.clear();
    Ok(grown.head)
}

/// The leaf of the event at a position, in bytes.
pub(crate) async fn leaf_at(
    ledger: &SharedLedger,
    keys: &Keys,
    position: Position,
) -> Result<Vec<u8>, AuditError> {
    let read = ledger.read_all(position.saturating_sub(1), 1).await?;
    match read.first() {
        Some(event) if event.position == position => leaf_bytes(event, keys),
        Some(_) | None => Err(LedgerError::Corrupt {
            reason: format!("there is no event at position {position}"),
        }
        .into()),
    }
}

fn leaf_bytes(event: &RecordedEvent, keys: &Keys) -> Result<Vec<u8>, AuditError> {
    let position = event.position;
    leaf_of(event, &keys.salt(position))
        .encode()
        .map_err(|source| AuditError::Leaf { position, source })
}
