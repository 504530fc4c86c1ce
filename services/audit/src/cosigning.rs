//! Has every new checkpoint cosigned, as long as the process runs.
//!
//! Every witness is asked on its own, so that one that is slow or away keeps no other waiting, and
//! sealing waits for none: what is in the archive is looked at, whoever put it there.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use hoso_proof::{KeyHistory, SignedCheckpoint, TreeHead};
use tokio_util::sync::CancellationToken;

use crate::archive::Archive;
use crate::error::AuditError;
use crate::sealer::Sealing;
use crate::witnesses::{Asking, Witnesses};

/// The archive is looked at so often.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Before a witness that failed is asked again: at first, and at most.
const RETRY_AFTER: Duration = Duration::from_secs(1);
const RETRY_MAX: Duration = Duration::from_secs(30);

/// What a witness said of the newest checkpoint.
#[derive(Debug)]
pub struct Said {
    /// What the policy calls it.
    pub name: String,
    /// When it saw the checkpoint, seconds since 1970, or why it did not cosign.
    pub seen_at: Result<u64, crate::WitnessFault>,
}

/// Has every new checkpoint of the archive cosigned until told to stop; without witnesses there is
/// nothing to do.
pub async fn keep_cosigned(
    sealing: Arc<Sealing>,
    witnesses: Option<Arc<Witnesses>>,
    stop: CancellationToken,
) {
    let Some(witnesses) = witnesses else {
        return;
    };
    measure(&sealing);
    let asked = witnesses.asked();
    let kept = asked.map(|asking| keep(asking, &sealing, &stop));
    join_all(kept).await;
}

/// Asks every witness once for the newest checkpoint, all at the same time.
///
/// # Errors
/// Nothing was sealed yet, or the archive cannot be read. A witness that does not cosign is no error.
pub async fn cosign_newest(
    archive: &Archive,
    keys: &KeyHistory,
    witnesses: &Witnesses,
) -> Result<Vec<Said>, AuditError> {
    let newest = archive.checkpoint()?;
    let newest = keys.open(newest.as_bytes())?;
    let asked = witnesses.asked().map(async |asking| Said {
        name: asking.witness().shown(),
        seen_at: asking.ask(archive, keys, &newest).await,
    });
    Ok(join_all(asked).await)
}

/// Asks one witness for every new checkpoint.
async fn keep(asking: Asking<'_>, sealing: &Sealing, stop: &CancellationToken) {
    let name = asking.witness().shown();
    let up = metrics::gauge!("hoso_witness_up", "witness" => name.clone());
    let alarm = metrics::gauge!("hoso_witness_alarm", "witness" => name.clone());
    let mut failed: Option<Duration> = None;
    // What it cosigned since this process began: the first one is asked for again, which makes good
    // what a crash left half written.
    let mut cosigned: Option<TreeHead> = None;
    loop {
        let mut pause = LOOK_EVERY;
        // The key may have been changed since it was looked last.
        let newest = newest(sealing).filter(|(_, newest)| Some(newest.head()) != cosigned);
        if let Some((keys, newest)) = newest {
            match asking.ask(&sealing.archive, &keys, &newest).await {
                Ok(_) => {
                    cosigned = Some(newest.head());
                    up.set(1.0);
                    alarm.set(0.0);
                    measure(sealing);
                    if failed.take().is_some() {
                        tracing::info!(witness = name, "the witness cosigns again");
                    }
                }
                Err(fault) => {
                    up.set(0.0);
                    if fault.is_finding() {
                        alarm.set(1.0);
                        tracing::error!(witness = name, "the witness contradicts the log: {fault}");
                    } else if failed.is_none() {
                        let events = newest.head().size;
                        tracing::warn!(witness = name, events, "not cosigned: {fault}");
                    }
                    pause = failed.map_or(RETRY_AFTER, |last| (last * 2).min(RETRY_MAX));
                    failed = Some(pause);
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// The newest checkpoint; that there is none, or one that cannot be read, is the sealer's to tell.
fn newest(sealing: &Sealing) -> Option<(KeyHistory, SignedCheckpoint)> {
    let newest = sealing.archive.newest().ok().flatten()?;
    let keys = sealing.history().ok()?;
    let newest = keys.open(newest.as_bytes()).ok()?;
    Some((keys, newest))
}

/// How far the log is witnessed.
fn measure(sealing: &Sealing) {
    let witnessed = sealing.archive.witnessed().ok().flatten();
    let keys = sealing.history().ok();
    let opened = witnessed.zip(keys);
    let opened = opened.and_then(|(note, keys)| keys.open(note.as_bytes()).ok());
    let size = opened.map_or(0, |witnessed| witnessed.head().size);
    #[expect(clippy::cast_precision_loss, reason = "a measurement")]
    metrics::gauge!("hoso_witnessed_events").set(size as f64);
}
