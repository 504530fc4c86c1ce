//! Publishing: a window of messages in flight, each naming its predecessor, so that one refusal
//! refuses all behind it.

use async_nats::jetstream::context::{PublishAckFuture, PublishErrorKind};
use async_nats::jetstream::publish::PublishAck;
use futures::future::BoxFuture;
use futures::stream::FuturesOrdered;
use futures::{FutureExt as _, StreamExt as _};
use hoso_ledger::{Position, RecordedEvent};
use tokio::sync::watch;

use super::{Relay, Stop, unpublishable};
use crate::jetstream::alarm::{Alarm, Why};
use crate::jetstream::head::Hints;
use crate::jetstream::message;

type Answer = (
    Position,
    Result<PublishAck, async_nats::jetstream::context::PublishError>,
);

/// What is on its way.
struct Window {
    flying: FuturesOrdered<BoxFuture<'static, Answer>>,
    /// The position to be published next.
    next: Position,
    /// The ledger may have it already.
    more: bool,
}

/// What to do next.
enum Turn {
    Read,
    Answered(Answer),
    Grown,
    Check,
    Down,
}

impl Relay {
    /// Publishes what follows `last`, for as long as all goes well.
    pub(super) async fn pump(&mut self, last: Position, hints: &mut Hints) -> Stop {
        let mut window = Window {
            flying: FuturesOrdered::new(),
            next: last + 1,
            more: true,
        };
        let stop = self.publish(&mut window, hints).await;
        // All behind a refused one are refused too, and after a lost connection none is answered:
        // either way this does not take long.
        while window.flying.next().await.is_some() {}
        stop
    }

    async fn publish(&mut self, window: &mut Window, hints: &mut Hints) -> Stop {
        let mut head = self.ledger.watch_head();
        let check = tokio::time::sleep(self.options.check_every);
        tokio::pin!(check);
        let nats = self.nats.clone();
        let down = nats.down();
        tokio::pin!(down);
        loop {
            let turn = tokio::select! {
                biased;
                () = &mut down => Turn::Down,
                () = &mut check => Turn::Check,
                Some(answer) = window.flying.next() => Turn::Answered(answer),
                () = grown(&mut head, hints, window.next), if !window.more => Turn::Grown,
                () = std::future::ready(()), if self.may_read(window) => Turn::Read,
            };
            let done = match turn {
                Turn::Read => self.read(window).await,
                Turn::Answered(answer) => self.answered(answer),
                Turn::Grown => {
                    window.more = true;
                    Ok(())
                }
                Turn::Check => Err(self.time_to_check(window).await),
                Turn::Down => Err(Stop::again("the connection to NATS was lost")),
            };
            if let Err(stop) = done {
                return stop;
            }
        }
    }

    /// Reading for a few free places would make many small reads.
    fn may_read(&self, window: &Window) -> bool {
        let free = self.options.window.saturating_sub(window.flying.len());
        window.more && free >= self.options.window.div_ceil(4)
    }

    /// Sends what the ledger has, up to the window.
    async fn read(&mut self, window: &mut Window) -> Result<(), Stop> {
        let free = self.options.window.saturating_sub(window.flying.len());
        let limit = u32::try_from(free).unwrap_or(u32::MAX);
        let page = self.ledger.read_all(window.next - 1, limit).await?;
        window.more = page.len() == free;
        for event in &page {
            if event.position != window.next {
                return Err(Stop::again(format!(
                    "the ledger gave event {} for {}",
                    event.position, window.next
                )));
            }
            let sent = self.send(event).await?;
            let position = event.position;
            let answer = sent.into_future().map(move |answer| (position, answer));
            window.flying.push_back(answer.boxed());
            window.next += 1;
        }
        if window.flying.is_empty() {
            self.running(window.next - 1);
        }
        Ok(())
    }

    async fn send(&self, event: &RecordedEvent) -> Result<PublishAckFuture, Stop> {
        let position = event.position;
        let message = message::encode(event).map_err(|error| unpublishable(position, &error))?;
        let context = self.nats.context();
        let sent = context.send_publish(message::subject(event), message).await;
        sent.map_err(|error| match error.kind() {
            PublishErrorKind::MaxPayloadExceeded => Stop::Alarm(Alarm {
                position,
                why: Why::Unpublishable {
                    reason: format!("event {position} is larger than NATS takes: {error}"),
                },
            }),
            PublishErrorKind::StreamNotFound
            | PublishErrorKind::WrongLastMessageId
            | PublishErrorKind::WrongLastSequence
            | PublishErrorKind::TimedOut
            | PublishErrorKind::BrokenPipe
            | PublishErrorKind::MaxAckPending
            | PublishErrorKind::Other => Stop::again(format!("event {position}: {error}")),
        })
    }

    /// A message counts as published only with its own position as its sequence: with a message id
    /// that was used before, JetStream answers success and an old sequence.
    fn answered(&mut self, (position, answer): Answer) -> Result<(), Stop> {
        match answer {
            Ok(ack) if ack.sequence == position => {
                metrics::counter!("hoso_relay_published_total").increment(1);
                self.running(position);
                Ok(())
            }
            Ok(ack) => Err(Stop::again(format!(
                "event {position} was answered with sequence {}",
                ack.sequence
            ))),
            // 10071 and its sibling 10164 say that the stream ends elsewhere, no responders that it
            // is gone: all of it is found out by asking.
            Err(error) => Err(Stop::again(format!("event {position}: {error}"))),
        }
    }

    /// What is in flight first lands, so that a look at the stream finds it at rest.
    async fn time_to_check(&mut self, window: &mut Window) -> Stop {
        while let Some(answer) = window.flying.next().await {
            if let Err(stop) = self.answered(answer) {
                return stop;
            }
        }
        Stop::Check
    }
}

/// Waits until the ledger may have `next`.
async fn grown(head: &mut watch::Receiver<Position>, hints: &mut Hints, next: Position) {
    let told = async {
        loop {
            if hints.next().await >= next {
                return;
            }
        }
    };
    tokio::select! {
        // A closed ledger tells nothing more; reading it says so.
        _ = head.wait_for(|head| *head >= next) => {}
        () = told => {}
    }
}
