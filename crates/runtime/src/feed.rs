//! Runs a service's reactions over its feed, in order: effect and cursor commit together, what
//! cannot be digested is parked with everything behind it in its stream.
//!
//! Two replicas may run the same reactor: the ledger lets one cursor move win, the other reloads.

mod intake;
mod parked;
pub mod subscription;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use hoso_domain::decider::StoredDecider;
use hoso_domain::ids::IdError;
use hoso_domain::parked::Feed;
use hoso_ledger::{
    CursorMove, LedgerError, Metadata, Order, ParkedStatus, Position, RecordedEvent, StreamName,
};
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::ids::derived;
use crate::progress::ReactorState;
use crate::reactions::{Effect, ReactionError, Reactor};
use crate::runtime::{Runtime, system_actor};
use intake::Intake;

/// First wait after the ledger did not answer; doubled up to the longest.
const BACKOFF_MIN: Duration = Duration::from_millis(50);
/// Longest wait between two tries.
const BACKOFF_MAX: Duration = Duration::from_secs(5);

/// One reactor and where it stands.
pub(crate) struct Runner {
    runtime: Runtime,
    reactor: Arc<dyn Reactor>,
    actor: hoso_domain::actor::Actor,
    /// The stream of people's decisions about this reactor's parked events.
    own_stream: StreamName,
    progress: watch::Sender<ReactorState>,
    /// Where the stored cursor stands.
    stored: Position,
    /// Every event up to here was looked at.
    seen: Position,
    /// Streams with a parked event that waits.
    blocked: BTreeSet<StreamName>,
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
            actor: system_actor(name)?,
            own_stream: StreamName::new(Feed::CATEGORY, name),
            progress: runtime.progress.register(name),
            runtime,
            reactor,
            stored: 0,
            seen: 0,
            blocked: BTreeSet::new(),
        })
    }

    /// Runs until told to stop; finishes the event in hand.
    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
        let feed = Arc::clone(&self.runtime.feed);
        let mut intake = Intake::new(feed, self.reactor.name(), 0);
        let mut backoff = BACKOFF_MIN;
        let mut loaded = false;
        while !shutdown.is_cancelled() {
            let outcome = if loaded {
                self.next_page(&mut intake, &shutdown).await
            } else {
                self.load().await.map(|()| intake.go_on_after(self.seen))
            };
            match outcome {
                Ok(()) => {
                    loaded = true;
                    backoff = BACKOFF_MIN;
                }
                Err(Step::Overtaken) => loaded = false,
                Err(Step::Failed(error)) => {
                    tracing::warn!(
                        service.name = self.reactor.name(),
                        position = self.seen,
                        %error,
                        "the reactions of {} wait for the ledger",
                        self.reactor.name()
                    );
                    loaded = false;
                    tokio::select! {
                        () = shutdown.cancelled() => return,
                        () = tokio::time::sleep(backoff) => {}
                    }
                    backoff = (backoff * 2).min(BACKOFF_MAX);
                }
            }
        }
    }

    /// Takes up where the stored cursor stands.
    async fn load(&mut self) -> Result<(), Step> {
        let name = self.reactor.name();
        self.stored = self.runtime.ledger.cursor(name).await?;
        self.seen = self.stored;
        let parked = self.runtime.ledger.parked(name).await?;
        let waiting: Vec<_> = parked
            .into_iter()
            .filter(|parked| parked.status == ParkedStatus::Waiting)
            .collect();
        let count = waiting.len() as u64;
        self.blocked = waiting.into_iter().map(|parked| parked.stream).collect();
        self.report(|state| state.parked = count);
        Ok(())
    }

    /// Handles what is at hand, once there is something.
    async fn next_page(
        &mut self,
        intake: &mut Intake,
        stop: &CancellationToken,
    ) -> Result<(), Step> {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            filled = intake.fill() => filled?,
        }
        while let Some(event) = intake.take() {
            if event.position <= self.seen {
                continue;
            }
            if stop.is_cancelled() {
                break;
            }
            if let Err(step) = self.handle(&event).await {
                intake.put_back(event);
                return Err(step);
            }
        }
        self.move_cursor_lazily().await?;
        self.report(|_| {});
        Ok(())
    }

    async fn handle(&mut self, event: &RecordedEvent) -> Result<(), Step> {
        if event.stream == self.own_stream {
            return self.decided(event).await;
        }
        if self.blocked.contains(&event.stream) {
            return self
                .park(event, "waits behind a parked event of its stream")
                .await;
        }
        match self.reactor.react(&self.runtime, event).await {
            Ok(effects) => match self.run_effects(event, &effects).await {
                Ok(()) => {
                    self.seen = event.position;
                    Ok(())
                }
                Err(error) => self.failed(event, error).await,
            },
            Err(error) => self.failed(event, error).await,
        }
    }

    /// Tries again later what may then succeed, parks what will not.
    async fn failed(&mut self, event: &RecordedEvent, error: ReactionError) -> Result<(), Step> {
        match error {
            ReactionError::Poison { reason } => self.park(event, &reason).await,
            ReactionError::Ledger(error) if may_succeed_later(&error) => Err(error.into()),
            ReactionError::Ledger(error) => self.park(event, &error.to_string()).await,
        }
    }

    /// Runs the effects in order; the last one moves the cursor in its own commit.
    async fn run_effects(
        &mut self,
        event: &RecordedEvent,
        effects: &[Effect],
    ) -> Result<(), ReactionError> {
        let last = effects.len().saturating_sub(1);
        for (index, effect) in effects.iter().enumerate() {
            let cursor = (index == last).then(|| self.cursor_to(event.position));
            let order = self.order(event, effect, cursor.clone());
            let done = effect.execute(&self.runtime, order).await?;
            if done.refused {
                tracing::warn!(
                    position = event.position,
                    stream = %effect.stream,
                    "reaction {} was refused by {}; the attempt is recorded",
                    effect.name,
                    effect.stream
                );
            }
            if let Some(cursor) = cursor {
                if done.duplicate {
                    self.runtime.ledger.move_cursor(cursor).await?;
                }
                self.stored = event.position;
            }
            metrics::counter!("hoso_reactions_total", "service" => self.reactor.name(),
                "reaction" => effect.name)
            .increment(1);
        }
        Ok(())
    }

    fn order(&self, event: &RecordedEvent, effect: &Effect, cursor: Option<CursorMove>) -> Order {
        Order {
            command: derived(event.id, &[effect.name, effect.stream.as_str()]),
            digest: effect_digest(event, effect),
            seen: None,
            metadata: Metadata {
                actor: self.actor.clone(),
                reason: Some(reason(event, effect)),
                correlation: event.metadata.correlation,
                causation: Some(event.id),
                rule_book: effect.rule_book.clone(),
                effective_at: event.metadata.effective_at,
                traceparent: event.metadata.traceparent.clone(),
            },
            cursor,
        }
    }

    /// Events without effects move the cursor once a page.
    async fn move_cursor_lazily(&mut self) -> Result<(), Step> {
        if self.seen > self.stored {
            let cursor = self.cursor_to(self.seen);
            self.runtime.ledger.move_cursor(cursor).await?;
            self.stored = self.seen;
        }
        Ok(())
    }

    fn cursor_to(&self, to: Position) -> CursorMove {
        CursorMove {
            consumer: self.reactor.name().to_owned(),
            from: self.stored,
            to,
        }
    }

    fn report(&self, change: impl FnOnce(&mut ReactorState)) {
        let position = self.seen;
        self.progress.send_modify(|state| {
            state.position = position;
            change(state);
        });
    }
}

/// The ledger's errors that time or another reading of the cursor cures.
fn may_succeed_later(error: &LedgerError) -> bool {
    match error {
        LedgerError::Conflict { .. }
        | LedgerError::CursorConflict { .. }
        | LedgerError::Unavailable { .. }
        | LedgerError::NotWritable { .. } => true,
        LedgerError::Corrupt { .. }
        | LedgerError::Limit { .. }
        | LedgerError::NotParked { .. }
        | LedgerError::DigestMismatch { .. } => false,
    }
}

/// Why an effect happens: its own words, or the event it follows from.
fn reason(event: &RecordedEvent, effect: &Effect) -> String {
    let after = || format!("after {} at position {}", event.event_type, event.position);
    effect.reason.clone().unwrap_or_else(after)
}

/// The same effect of the same event is the same request.
fn effect_digest(event: &RecordedEvent, effect: &Effect) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(event.id.as_bytes());
    hasher.update(effect.name.as_bytes());
    hasher.update([0]);
    hasher.update(effect.stream.as_str().as_bytes());
    hasher.finalize().into()
}
