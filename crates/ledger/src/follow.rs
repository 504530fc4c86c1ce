//! Following the head, in every engine: told at once of the own commits, of others' by looking.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::error::LedgerError;
use crate::event::Position;

/// How often the head is looked at for another process's commits.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Looks at the head again and again, and at once when told to, until the ledger is closed.
pub(crate) async fn follow<F>(
    read: impl Fn() -> F + Send,
    head: watch::Sender<Position>,
    look: Arc<Notify>,
    stop: CancellationToken,
) where
    F: Future<Output = Result<Position, LedgerError>> + Send,
{
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = look.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        let read = tokio::select! {
            () = stop.cancelled() => return,
            read = read() => read,
        };
        match read {
            Ok(position) => tell(&head, position),
            Err(error) => tracing::warn!(%error, "the ledger's head cannot be read"),
        }
    }
}

/// Tells the followers a later head.
pub(crate) fn tell(head: &watch::Sender<Position>, position: Position) {
    head.send_if_modified(|told| {
        let later = position > *told;
        if later {
            *told = position;
        }
        later
    });
}
