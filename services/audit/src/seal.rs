//! Sealing: what was appended since the last checkpoint becomes leaves, tiles, and a new checkpoint.
//!
//! The order is what makes a crash harmless: tiles on the disk, then the signature, then the signer's
//! memory, then what everybody sees. A crash between any two is made good by sealing again.

use futures::StreamExt as _;
use hoso_ledger::{LedgerError, Position, RecordedEvent, SharedLedger, pages};
use hoso_proof::frontier::Frontier;
use hoso_proof::tree::{self, TreeHead};
use hoso_proof::{Hash, LogSigner, SignedCheckpoint, verify};

use crate::archive::Archive;
use crate::error::AuditError;
use crate::keys::Keys;
use crate::leaf::leaf_of;

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
    let mut signer = resume(archive, keys)?;
    let before = signer.last();
    let until = ledger.head().await?;
    if until < before.size {
        return Err(AuditError::Cut {
            ends: until,
            signed: before.size,
        });
    }
    if before.size > 0 && archive.newest()?.is_none() {
        rebuild(SharedLedger::clone(&ledger), archive, keys, before).await?;
    }
    check_last(&ledger, archive, keys, before).await?;
    let head = grow(ledger, archive, keys, before, until).await?;
    let proof = tree::prove_consistency(archive, head, before.size)?;
    let checkpoint = signer.sign(head, &proof)?;
    keys.remember(&checkpoint.note().encode())?;
    archive.publish(&checkpoint, &format!("{}\n", keys.log().key()))?;
    drop(lock);
    Ok(Sealed {
        before: before.size,
        checkpoint,
    })
}

/// The signer behind the last checkpoint: the one it remembers, or the one in the archive where that
/// is newer, its own, and grown from the remembered one. An old copy of the secrets forgets nothing
/// as long as the archive is there.
fn resume(archive: &Archive, keys: &Keys) -> Result<LogSigner, AuditError> {
    let mut signer = keys.signer()?;
    if let Some(published) = archive.newest()? {
        let published = SignedCheckpoint::open(published.as_bytes(), keys.log())?.head();
        let last = signer.last();
        if published.size >= last.size {
            let proof = tree::prove_consistency(archive, published, last.size)?;
            signer.sign(published, &proof)?;
        }
    }
    Ok(signer)
}

/// Makes a lost archive again, from the ledger: only if its events are still those that were signed.
/// Checkpoints before the last one are gone with it; they stand beside the log and with whoever kept
/// them.
async fn rebuild(
    ledger: SharedLedger,
    archive: &Archive,
    keys: &Keys,
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
    if let Some(last) = keys.last_signed()? {
        archive.publish(&last, &format!("{}\n", keys.log().key()))?;
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
