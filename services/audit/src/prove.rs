//! Proofs from the archive, as files.

use hoso_ledger::{Position, SharedLedger};
use hoso_proof::{ConsistencyFile, InclusionFile, KeyHistory, TreeHead, tree, verify};

use crate::archive::Archive;
use crate::error::AuditError;
use crate::keys::Keys;
use crate::seal::leaf_at;
use crate::sealer::history;

/// Proves that the event at `position` is in the log, under the newest checkpoint that enough
/// witnesses cosigned, and where there is none that has the event yet, under the newest. The event is
/// read from the ledger now: one that was changed since it was sealed is found.
///
/// # Errors
/// The position is not sealed, the event is not the one that was, or the archive cannot be read.
pub async fn prove(
    ledger: &SharedLedger,
    archive: &Archive,
    keys: &Keys,
    position: Position,
) -> Result<InclusionFile, AuditError> {
    let (checkpoint, head) = covering(archive, &history(archive, keys)?, position)?;
    let sealed = head.size;
    let index = position.checked_sub(1).filter(|index| *index < sealed);
    let index = index.ok_or(AuditError::NotSealed { position, sealed })?;
    let hashes = tree::prove_inclusion(archive, head, index)?;
    let leaf = leaf_at(ledger, keys, position).await?;
    verify::inclusion(head, index, &leaf, &hashes)
        .map_err(|source| AuditError::Changed { position, source })?;
    Ok(InclusionFile {
        leaf,
        index,
        hashes,
        checkpoint,
    })
}

/// The checkpoint to prove an event under.
fn covering(
    archive: &Archive,
    keys: &KeyHistory,
    position: Position,
) -> Result<(String, TreeHead), AuditError> {
    if let Some(note) = archive.witnessed()? {
        let head = keys.open(note.as_bytes())?.head();
        if head.size >= position {
            return Ok((note, head));
        }
    }
    let note = archive.checkpoint()?;
    let head = keys.open(note.as_bytes())?.head();
    Ok((note, head))
}

/// Proves that the checkpoint of `new_size` events begins with the first `old_size` ones.
///
/// # Errors
/// No checkpoint of `new_size` was signed, `old_size` is larger, or the archive cannot be read.
pub fn consistency(
    archive: &Archive,
    keys: &KeyHistory,
    old_size: u64,
    new_size: u64,
) -> Result<ConsistencyFile, AuditError> {
    let checkpoint = archive.checkpoint_of(new_size)?;
    let new = keys.open(checkpoint.as_bytes())?.head();
    if old_size > new.size {
        return Err(AuditError::NotSealed {
            position: old_size,
            sealed: new.size,
        });
    }
    let hashes = tree::prove_consistency(archive, new, old_size)?;
    // Against the checkpoint that was signed then, where one was: tiles alone would agree with
    // themselves.
    let old = match archive.checkpoint_of(old_size) {
        Ok(signed) => keys.open(signed.as_bytes())?.head(),
        Err(AuditError::NoCheckpoint { size }) => TreeHead {
            size,
            root: tree::root_at(archive, new, size)?,
        },
        Err(other) => return Err(other),
    };
    verify::consistency(old, new, &hashes).map_err(AuditError::Contradicted)?;
    Ok(ConsistencyFile {
        old_size,
        hashes,
        checkpoint,
    })
}
