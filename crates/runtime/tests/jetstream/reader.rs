//! A consumer of the feed that notes what it gets and insists on the next event.

use std::time::Duration;

use hoso_ledger::{Position, RecordedEvent, SharedLedger};
use hoso_runtime::feed::subscription::Feed as _;
use hoso_runtime::jetstream::JetStreamFeed;
use hoso_runtime::telemetry::metrics_handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::stage::{Chance, connect, within};

/// A consumer that notes what it gets, and fails where that is not the next.
pub(crate) struct Reader {
    seen: watch::Receiver<Position>,
    task: JoinHandle<Vec<RecordedEvent>>,
    until: watch::Sender<Option<Position>>,
}

impl Reader {
    /// Reads after a position, sometimes slowly, sometimes changing its mind while it waits.
    pub(crate) async fn start(
        ledger: &SharedLedger,
        url: &str,
        name: &'static str,
        after: Position,
        mut chance: Chance,
    ) -> Self {
        let nats = connect(url, name).await;
        let feed = JetStreamFeed::new(SharedLedger::clone(ledger), nats);
        let mut events = feed.subscribe(name, after);
        let (tell, seen) = watch::channel(after);
        let (until, mut end) = watch::channel(None);
        let task = tokio::spawn(async move {
            let mut got = Vec::new();
            let mut last = after;
            loop {
                if end.borrow().is_some_and(|end| last >= end) {
                    return got;
                }
                let limit = u32::try_from(1 + chance.below(300)).unwrap();
                let patience = Duration::from_millis(1 + chance.below(80));
                let page = tokio::select! {
                    page = events.next(limit) => page.unwrap(),
                    // What is dropped while it waits has taken nothing.
                    () = tokio::time::sleep(patience) => continue,
                    _ = end.changed() => continue,
                };
                assert!(!page.is_empty() && page.len() <= limit as usize);
                for event in page {
                    assert_eq!(event.position, last + 1, "{name}: the next event");
                    last = event.position;
                    got.push(event);
                }
                tell.send_replace(last);
                if chance.below(20) == 0 {
                    chance.pause(30).await;
                }
            }
        });
        Self { seen, task, until }
    }

    pub(crate) async fn reached(&self, position: Position) {
        let mut seen = self.seen.clone();
        let reached = seen.wait_for(|seen| *seen >= position);
        let what = format!("the reader reaches {position}");
        within(&what, reached).await.expect("it goes on");
    }

    /// It has read exactly what the ledger holds after the position it began at.
    pub(crate) async fn has_read_all(self, ledger: &SharedLedger) {
        let head = ledger.head().await.unwrap();
        self.until.send_replace(Some(head));
        let got = within("the reader ends", self.task).await.unwrap();
        let mut after = got.first().map_or(head, |event| event.position - 1);
        let mut expected = Vec::new();
        while after < head {
            expected.extend(ledger.read_all(after, 1_000).await.unwrap());
            after = expected.last().unwrap().position;
        }
        assert!(
            got == expected,
            "{} of {} events",
            got.len(),
            expected.len()
        );
    }
}

/// How many events of a consumer came from there.
pub(crate) fn counted(consumer: &str, source: &str) -> u64 {
    let text = metrics_handle().render();
    let line = text.lines().find(|line| {
        line.starts_with("hoso_feed_events_total")
            && line.contains(&format!("\"{consumer}\""))
            && line.contains(&format!("\"{source}\""))
    });
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok())
        .unwrap_or(0)
}
