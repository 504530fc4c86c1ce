//! "The log has grown": a plain number on a core NATS subject, sent after a process's own appends.
//!
//! A hint and nothing more. Nobody reads the number as a fact: it only makes the relay and the
//! services look at the ledger at once rather than at their next poll. A lost hint costs a poll's
//! wait, an invented one costs a look.

use std::time::Duration;

use async_nats::Subscriber;
use futures::StreamExt as _;
use hoso_ledger::{Position, SharedLedger};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::connect::Nats;

/// The subject.
pub const HEAD: &str = "hoso.head";

/// However often others tell, the ledger is looked at this often at most.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Telling the others may take so long.
const TELL_WITHIN: Duration = Duration::from_millis(50);
/// A head that others told is not told again by us, if it comes true within this time.
const HEARD_FOR: Duration = Duration::from_secs(1);

/// What others tell.
#[derive(Debug)]
pub(crate) struct Hints(Option<Subscriber>);

impl Hints {
    /// Listens. Without a connection it only waits.
    pub(crate) async fn listen(nats: &Nats) -> Self {
        match nats.client().subscribe(HEAD).await {
            Ok(subscriber) => Self(Some(subscriber)),
            Err(error) => {
                tracing::warn!(%error, "no hints about the head: the ledger is polled");
                Self(None)
            }
        }
    }

    /// The next head that somebody claims.
    pub(crate) async fn next(&mut self) -> Position {
        loop {
            let Some(subscriber) = &mut self.0 else {
                return std::future::pending().await;
            };
            match subscriber.next().await {
                Some(message) => {
                    let text = std::str::from_utf8(&message.payload);
                    if let Some(head) = text.ok().and_then(|text| text.parse().ok()) {
                        return head;
                    }
                }
                // The client is closed: nothing will come any more.
                None => self.0 = None,
            }
        }
    }
}

/// Tells the others when the head moves here, and looks at the ledger when they tell.
///
/// A head learnt from the others is not told back to them, so that one append makes one message.
pub async fn share_head(nats: Nats, ledger: SharedLedger, stop: CancellationToken) {
    let mut head = ledger.watch_head();
    let mut hints = Hints::listen(&nats).await;
    let mut claim = (0, Instant::now());
    let mut looked = Instant::now();
    let mut look_at: Option<Instant> = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            changed = head.changed() => {
                if changed.is_err() {
                    return;
                }
                let now = *head.borrow_and_update();
                let known = claim.0 >= now && claim.1.elapsed() < HEARD_FOR;
                // What is told while NATS is away would be told late, and to nobody's use.
                if !known && nats.is_up() {
                    let told = nats.client().publish(HEAD, now.to_string().into());
                    // Where the client takes no more, NATS hangs: a hint is not worth the wait.
                    if tokio::time::timeout(TELL_WITHIN, told).await.is_err() {
                        tracing::debug!("the head {now} was not told");
                    }
                }
            }
            claimed = hints.next() => {
                if claimed > *head.borrow() {
                    claim = (claimed, Instant::now());
                    look_at.get_or_insert((looked + LOOK_EVERY).max(Instant::now()));
                }
            }
            () = at(look_at) => {
                look_at = None;
                looked = Instant::now();
                ledger.look();
            }
        }
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}
