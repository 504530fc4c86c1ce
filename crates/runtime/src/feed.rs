//! Runs a service's reactions over its feed: those of one stream in order, those of different streams
//! side by side where the reactor says so. The cursor goes with an effect or after it, never before;
//! what cannot be digested is parked with everything behind it in its stream.
//!
//! Two replicas may run the same reactor: the ledger lets one cursor move win, the other reloads.

mod effects;
mod intake;
mod parked;
pub mod subscription;
mod window;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use hoso_domain::decider::StoredDecider;
use hoso_domain::ids::IdError;
use hoso_domain::parked::Feed;
use hoso_ledger::{
    CursorMove, Ledger, LedgerError, ParkedStatus, Position, RecordedEvent, StreamName,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::progress::ReactorState;
use crate::reactions::{Lane, ReactionError, Reactor};
use crate::runtime::{Runtime, system_actor};
use effects::{Hands, may_succeed_later};
use intake::Intake;
use window::{News, Window};

/// First wait after the ledger did not answer; doubled up to the longest.
const BACKOFF_MIN: Duration = Duration::from_millis(50);
/// Longest wait between two tries.
const BACKOFF_MAX: Duration = Duration::from_secs(5);
/// While events keep coming, the cursor follows once it is so far behind what is done.
const CURSOR_BEHIND_MAX: u64 = 256;

/// One reactor and where it stands.
pub(crate) struct Runner {
    hands: Arc<Hands>,
    /// The stream of people's decisions about this reactor's parked events.
    own_stream: StreamName,
    progress: watch::Sender<ReactorState>,
    /// Where the stored cursor stands.
    stored: Position,
    /// Every event up to here is done.
    seen: Position,
    /// Streams with a parked event that waits.
    blocked: BTreeSet<StreamName>,
    /// Up to here one event after the other: one of them could not be digested beside others.
    alone_until: Position,
    window: Window,
}

/// Why a step did not happen.
enum Step {
    /// Another replica moved the cursor.
    Overtaken,
    /// The ledger did not answer.
    Failed(LedgerError),
}

impl From<LedgerError> for Step {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::CursorConflict { .. } => Self::Overtaken,
            LedgerError::Conflict { .. }
            | LedgerError::DigestMismatch { .. }
            | LedgerError::Limit { .. }
            | LedgerError::Unavailable { .. }
            | LedgerError::NotWritable { .. }
            | LedgerError::NotParked { .. }
            | LedgerError::Corrupt { .. } => Self::Failed(error),
        }
    }
}

impl Runner {
    pub(crate) fn new(runtime: Runtime, reactor: Arc<dyn Reactor>) -> Result<Self, IdError> {
        let name = reactor.name();
        Ok(Self {
            own_stream: StreamName::new(Feed::CATEGORY, name),
            progress: runtime.progress.register(name),
            hands: Arc::new(Hands {
                actor: system_actor(name)?,
                runtime,
                reactor,
            }),
            stored: 0,
            seen: 0,
            blocked: BTreeSet::new(),
            alone_until: 0,
            window: Window::default(),
        })
    }

    fn name(&self) -> &'static str {
        self.hands.reactor.name()
    }

    fn ledger(&self) -> &dyn Ledger {
        self.hands.runtime.ledger.as_ref()
    }

    /// Runs until told to stop; finishes the events in hand.
    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
        let feed = Arc::clone(&self.hands.runtime.feed);
        let mut intake = Intake::new(feed, self.name(), 0);
        let mut backoff = BACKOFF_MIN;
        let mut loaded = false;
        while !shutdown.is_cancelled() {
            let outcome = if loaded {
                self.go_on(&mut intake, &shutdown).await
            } else {
                self.load().await.map(|()| intake.go_on_after(self.seen))
            };
            let Err(step) = outcome else {
                loaded = true;
                backoff = BACKOFF_MIN;
                continue;
            };
            loaded = false;
            self.settle(&mut intake).await;
            let Step::Failed(error) = step else { continue };
            tracing::warn!(
                service.name = self.name(),
                position = self.seen,
                %error,
                "the reactions of {} wait for the ledger",
                self.name()
            );
            // Only what the cursor says is done counts from here on.
            self.seen = 0;
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(backoff) => {}
            }
            backoff = (backoff * 2).min(BACKOFF_MAX);
        }
        self.settle(&mut intake).await;
        let cursor = self.cursor_to(self.seen);
        if self.seen > self.stored
            && let Err(error) = self.ledger().move_cursor(cursor).await
        {
            tracing::debug!(
                service.name = self.name(),
                %error,
                "the last events will be looked at again"
            );
        }
    }

    /// Takes up where the stored cursor stands, or behind it where more is done.
    async fn load(&mut self) -> Result<(), Step> {
        let name = self.name();
        self.stored = self.ledger().cursor(name).await?;
        self.seen = self.seen.max(self.stored);
        let parked = self.ledger().parked(name).await?;
        let waiting: Vec<_> = parked
            .into_iter()
            .filter(|parked| parked.status == ParkedStatus::Waiting)
            .collect();
        let count = waiting.len() as u64;
        self.blocked = waiting.into_iter().map(|parked| parked.stream).collect();
        self.report_parked(count);
        self.report();
        Ok(())
    }

    /// One step: takes what is at hand, and waits until something is done or more comes.
    async fn go_on(&mut self, intake: &mut Intake, stop: &CancellationToken) -> Result<(), Step> {
        self.admit(intake);
        if self.window.is_empty()
            && let Some(event) = intake.take()
        {
            let handled = self.handle(&event).await;
            if handled.is_err() {
                intake.put_back(event);
            }
            return handled;
        }
        self.let_cursor_follow(intake.is_empty());
        self.report();
        tokio::select! {
            () = stop.cancelled() => Ok(()),
            Some(ended) = self.window.ended() => {
                let news = self.window.note(&self.hands, ended);
                self.heard(news, intake).await
            }
            filled = intake.fill(), if intake.is_empty() && self.window.has_room() => Ok(filled?),
        }
    }

    /// Begins with every event at hand that goes beside those in hand.
    fn admit(&mut self, intake: &mut Intake) {
        while self.window.has_room()
            && let Some(event) = intake.front()
        {
            let span = self.window.span();
            let known = event.position <= span.map_or(self.seen, |(_, last)| last);
            if !known && self.goes_alone(event) {
                return;
            }
            let Some(event) = intake.take() else { return };
            if known {
                continue;
            }
            let carries = span.is_none() && self.window.cursor_stands();
            let cursor = carries.then(|| self.cursor_to(event.position));
            self.window.admit(&self.hands, event, cursor);
        }
    }

    fn goes_alone(&self, event: &RecordedEvent) -> bool {
        event.position <= self.alone_until
            || event.stream == self.own_stream
            || self.blocked.contains(&event.stream)
            || self.hands.reactor.lane(event) == Lane::Alone
    }

    /// Events without effects, and those done beside others, move the cursor once for many.
    fn let_cursor_follow(&mut self, nothing_at_hand: bool) {
        let behind = self.seen - self.stored;
        let pause = nothing_at_hand && self.window.span().is_none();
        if self.window.cursor_stands() && (behind >= CURSOR_BEHIND_MAX || (behind > 0 && pause)) {
            let cursor = self.cursor_to(self.seen);
            self.window.move_cursor(&self.hands, cursor);
        }
    }

    /// Something in hand ended.
    async fn heard(&mut self, news: News, intake: &mut Intake) -> Result<(), Step> {
        match news {
            News::Done { until, cursor } => {
                self.done(until, cursor);
                Ok(())
            }
            News::Failed(_, ReactionError::Ledger(error)) if may_succeed_later(&error) => {
                Err(error.into())
            }
            News::Failed(position, _) => {
                self.settle(intake).await;
                self.alone_until = position.unwrap_or(self.alone_until);
                Ok(())
            }
        }
    }

    fn done(&mut self, until: Option<Position>, cursor: Option<Position>) {
        self.seen = until.unwrap_or(self.seen);
        self.stored = cursor.unwrap_or(self.stored);
    }

    /// Waits for what runs; what is not done comes back to what is at hand, to be tried again.
    async fn settle(&mut self, intake: &mut Intake) {
        self.window.stop();
        while let Some(ended) = self.window.ended().await {
            if let News::Done { until, cursor } = self.window.note(&self.hands, ended) {
                self.done(until, cursor);
            }
        }
        for event in self.window.give_back().rev() {
            intake.put_back(event);
        }
    }

    /// Handles one event while nothing else is in hand.
    async fn handle(&mut self, event: &RecordedEvent) -> Result<(), Step> {
        if event.stream == self.own_stream {
            return self.decided(event).await;
        }
        if self.blocked.contains(&event.stream) {
            return self
                .park(event, "waits behind a parked event of its stream")
                .await;
        }
        let cursor = self.cursor_to(event.position);
        match self.hands.run(event, Some(cursor)).await {
            Ok(moved) => {
                self.seen = event.position;
                if moved {
                    self.stored = event.position;
                }
                Ok(())
            }
            // Tried again later if it may then succeed, else parked.
            Err(ReactionError::Poison { reason }) => self.park(event, &reason).await,
            Err(ReactionError::Ledger(error)) if may_succeed_later(&error) => Err(error.into()),
            Err(ReactionError::Ledger(error)) => self.park(event, &error.to_string()).await,
        }
    }

    fn cursor_to(&self, to: Position) -> CursorMove {
        CursorMove {
            consumer: self.name().to_owned(),
            from: self.stored,
            to,
        }
    }

    /// Says how far this reactor is for good, to whoever waits for it.
    fn report(&self) {
        let position = self.stored;
        self.progress.send_if_modified(|state| {
            let moved = state.position != position;
            state.position = position;
            moved
        });
    }

    fn report_parked(&self, count: u64) {
        self.progress.send_modify(|state| state.parked = count);
    }
}
