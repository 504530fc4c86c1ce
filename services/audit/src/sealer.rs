//! Seals behind every append, as long as the process runs.

use std::sync::Arc;
use std::time::Duration;

use hoso_ledger::{LedgerError, SharedLedger};
use hoso_proof::{KeyHistory, SignedCheckpoint};
use hoso_runtime::jetstream::Nats;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::archive::Archive;
use crate::error::AuditError;
use crate::keys::Keys;
use crate::seal::seal;

/// Appends that come within so long are sealed together; an append waits no longer than this and the
/// sealing itself.
const PAUSE: Duration = Duration::from_millis(200);
/// Looked again so soon where nobody said that the log grew.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Before what could not be sealed is tried again.
const RETRY_EVERY: Duration = Duration::from_secs(2);

/// Where a log is sealed, and with what.
#[derive(Debug)]
pub struct Sealing {
    /// The archive.
    pub archive: Archive,
    /// The secrets.
    pub keys: Keys,
}

impl Sealing {
    /// The log's keys as the archive shows them, if the key that signs here is one of them.
    ///
    /// # Errors
    /// Nothing was sealed yet, a file is damaged, or the archive is another log's.
    pub fn history(&self) -> Result<KeyHistory, AuditError> {
        history(&self.archive, &self.keys)
    }
}

/// The keys of an archive, if the key that signs is one of them.
pub(crate) fn history(archive: &Archive, keys: &Keys) -> Result<KeyHistory, AuditError> {
    let history = archive.history()?;
    let signing = keys.signing()?;
    if history.knows(&signing) {
        return Ok(history);
    }
    // Published by a key that has taken over since: the file was read before.
    let again = archive.history()?;
    if again.knows(&signing) {
        return Ok(again);
    }
    Err(AuditError::KeyLost {
        recorded: again.newest().log.key().to_string(),
        found: signing.key().to_string(),
    })
}

/// Seals what is appended until told to stop, and keeps what was signed beside the log and on NATS,
/// where there is one. A log that cannot be sealed (it was cut or changed, the disk is full) is told
/// of again and again, and serves on.
pub async fn keep_sealed(
    ledger: SharedLedger,
    sealing: Arc<Sealing>,
    nats: Option<Nats>,
    stop: CancellationToken,
) {
    let mut head = ledger.watch_head();
    let mut sealed = 0;
    loop {
        let appended = *head.borrow_and_update();
        let mut pause = PAUSE;
        if appended > sealed {
            match seal_once(SharedLedger::clone(&ledger), Arc::clone(&sealing)).await {
                Ok(checkpoint) => {
                    let size = checkpoint.head().size;
                    sealed = size;
                    publish(&ledger, nats.as_ref(), &checkpoint).await;
                    #[expect(clippy::cast_precision_loss, reason = "a measurement")]
                    metrics::gauge!("hoso_sealed_events").set(size as f64);
                }
                Err(error) => {
                    let finding = error.is_finding();
                    tracing::error!(%error, finding, "the log cannot be sealed");
                    pause = RETRY_EVERY;
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            _ = head.changed() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Keeps a signed checkpoint where it does not need to be: the archive has it, and the next one says
/// more. What fails is told of, and not tried again.
async fn publish(ledger: &SharedLedger, nats: Option<&Nats>, checkpoint: &SignedCheckpoint) {
    let size = checkpoint.head().size;
    let note = checkpoint.note().encode();
    match ledger.keep_checkpoint(size, &note).await {
        Ok(()) => {}
        // A command that only reads may look on while the log is sealed elsewhere.
        Err(error @ LedgerError::NotWritable { .. }) => {
            tracing::debug!(%error, "the checkpoint is not kept beside the log");
        }
        Err(error) => tracing::warn!(%error, "the checkpoint is not kept beside the log"),
    }
    if let Some(nats) = nats
        && nats.is_up()
        && let Err(error) = nats.publish_checkpoint(&note).await
    {
        tracing::warn!(%error, "the checkpoint is not on NATS");
    }
}

/// Seals on a thread that may wait for the disk.
async fn seal_once(
    ledger: SharedLedger,
    sealing: Arc<Sealing>,
) -> Result<SignedCheckpoint, AuditError> {
    let handle = Handle::current();
    let work = move || {
        let sealed = handle.block_on(seal(ledger, &sealing.archive, &sealing.keys))?;
        Ok(sealed.checkpoint)
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(AuditError::Stopped(error.to_string())))
}
