//! Reading a long stretch of the log with read-ahead: what replays, rebuilds and exports use.
//!
//! One page is on its way while the one before it is used. Not more: the rows of several pages at
//! a time only contend for the driver's memory (measured: slower).

use std::sync::Arc;

use futures::{Stream, stream};
use tokio::task::JoinHandle;

use crate::SharedLedger;
use crate::error::LedgerError;
use crate::event::{Position, RecordedEvent};

/// Events a page.
const PAGE: u32 = 1_000;

type Page = Result<Vec<RecordedEvent>, LedgerError>;

/// The events after `after` up to `until`, in order, page by page. An error ends the stream: the
/// pages before it are good. Needs a Tokio runtime.
pub fn pages(
    ledger: SharedLedger,
    after: Position,
    until: Position,
) -> impl Stream<Item = Page> + Send {
    let first = read(&ledger, after, until);
    stream::unfold((ledger, after, first), move |state| async move {
        let (ledger, start, reading) = state;
        let page = match reading?.await {
            Ok(page) => page,
            Err(error) => Err(LedgerError::Unavailable {
                reason: error.to_string(),
            }),
        };
        let next = start.saturating_add(u64::from(PAGE));
        let reading = match &page {
            Ok(_) => read(&ledger, next, until),
            Err(_) => None,
        };
        Some((page, (ledger, next, reading)))
    })
}

/// Starts to read the page after `start`; `None` where nothing is left.
fn read(ledger: &SharedLedger, start: Position, until: Position) -> Option<JoinHandle<Page>> {
    let left = until.checked_sub(start).filter(|left| *left > 0)?;
    let limit = u32::try_from(left).map_or(PAGE, |left| left.min(PAGE));
    let ledger = Arc::clone(ledger);
    Some(tokio::spawn(async move {
        let page = ledger.read_all(start, limit).await?;
        // Positions are dense: the first place where another one stands is a hole, or the log ends
        // before `until`. A page of the right length may have one, too.
        let wanted = (start.saturating_add(1)..=until).take(limit as usize);
        let found = page.iter().map(|event| Some(event.position));
        let mut pairs = wanted.zip(found.chain(std::iter::repeat(None)));
        match pairs.find(|(wanted, found)| Some(*wanted) != *found) {
            None => Ok(page),
            Some((missing, _)) => Err(LedgerError::Corrupt {
                reason: format!("there is no event at position {missing}"),
            }),
        }
    }))
}
