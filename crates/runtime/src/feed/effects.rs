//! What follows from one event, run: each command under an id derived from the event, so that running
//! it again changes nothing.

use std::sync::Arc;

use hoso_domain::actor::Actor;
use hoso_ledger::{CursorMove, LedgerError, Metadata, Order, RecordedEvent};
use sha2::{Digest, Sha256};

use crate::ids::derived;
use crate::reactions::{Effect, ReactionError, Reactor};
use crate::runtime::Runtime;

/// One reactor, and in whose name it acts.
pub(super) struct Hands {
    pub(super) runtime: Runtime,
    pub(super) reactor: Arc<dyn Reactor>,
    pub(super) actor: Actor,
}

impl Hands {
    /// Runs what follows from an event, in order. The last command takes the cursor along in its own
    /// commit; whether it did, which it does not where nothing follows.
    pub(super) async fn run(
        &self,
        event: &RecordedEvent,
        cursor: Option<CursorMove>,
    ) -> Result<bool, ReactionError> {
        let effects = self.reactor.react(&self.runtime, event).await?;
        let last = effects.len().saturating_sub(1);
        for (index, effect) in effects.iter().enumerate() {
            let carried = cursor.clone().filter(|_| index == last);
            let order = self.order(event, effect, carried);
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
            metrics::counter!("hoso_reactions_total", "service" => self.reactor.name(),
                "reaction" => effect.name)
            .increment(1);
        }
        Ok(cursor.is_some() && !effects.is_empty())
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
}

/// The ledger's errors that time or another reading of the cursor cures.
pub(super) fn may_succeed_later(error: &LedgerError) -> bool {
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
