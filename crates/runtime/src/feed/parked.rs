//! What a reactor could not digest: parked with everything behind it in its stream, until a person
//! decides to retry or skip it. The decision arrives as an event of the reactor's own feed stream.

use hoso_domain::parked::{Event as Decision, Feed};
use hoso_ledger::{LedgerError, Parked, ParkedStatus, Position, RecordedEvent, StreamName};

use super::effects::may_succeed_later;
use super::{Runner, Step};
use crate::reactions::ReactionError;

/// Longest reason of a parked event.
const REASON_CHARS_MAX: usize = 2000;

impl Runner {
    /// Parks an event until a person decides; the cursor goes on past it.
    pub(super) async fn park(&mut self, event: &RecordedEvent, reason: &str) -> Result<(), Step> {
        let name = self.name();
        let parked = Parked {
            consumer: name.to_owned(),
            position: event.position,
            stream: event.stream.clone(),
            reason: reason.chars().take(REASON_CHARS_MAX).collect(),
            status: ParkedStatus::Waiting,
        };
        let cursor = self.cursor_to(event.position);
        self.ledger().park(&parked, cursor).await?;
        self.stored = event.position;
        self.seen = event.position;
        self.blocked.insert(event.stream.clone());
        self.report();
        self.progress.send_modify(|state| state.parked += 1);
        metrics::counter!("hoso_parked_total", "service" => name).increment(1);
        tracing::error!(
            service.name = name,
            position = event.position,
            stream = %event.stream,
            event.type = %event.event_type,
            reason,
            "{name} parked event {} of {}: a person must decide",
            event.position,
            event.stream
        );
        Ok(())
    }

    /// Acts on a person's decision about a parked event. Running it twice changes nothing.
    pub(super) async fn decided(&mut self, event: &RecordedEvent) -> Result<(), Step> {
        let name = self.name();
        let stream = match hoso_ledger::execute::decode::<Feed>(event)? {
            Decision::ParkedEventRetried(parked) => Some(parked.stream),
            Decision::ParkedEventSkipped(parked) => {
                let skipped = ParkedStatus::Skipped;
                match self
                    .ledger()
                    .resolve_parked(name, parked.position, skipped)
                    .await
                {
                    Ok(()) | Err(LedgerError::NotParked { .. }) => Some(parked.stream),
                    Err(error) => return Err(error.into()),
                }
            }
            Decision::AttemptRefused(_) => None,
        };
        if let Some(stream) = stream {
            self.run_parked(&StreamName::from_stored(stream)).await?;
        }
        self.seen = event.position;
        Ok(())
    }

    /// Runs the parked events of a stream in order, up to the first that still cannot be digested.
    async fn run_parked(&mut self, stream: &StreamName) -> Result<(), Step> {
        let name = self.name();
        let parked = self.ledger().parked(name).await?;
        let mut waiting: Vec<_> = parked
            .into_iter()
            .filter(|parked| parked.status == ParkedStatus::Waiting)
            .collect();
        waiting.sort_by_key(|parked| parked.position);
        let others = waiting.iter().filter(|p| p.stream != *stream).count() as u64;
        let own: Vec<_> = waiting.iter().filter(|p| p.stream == *stream).collect();
        let mut left = own.len() as u64;
        for parked in own {
            if !self.run_again(parked.position).await? {
                break;
            }
            let retried = ParkedStatus::Retried;
            self.ledger()
                .resolve_parked(name, parked.position, retried)
                .await?;
            left -= 1;
        }
        if left == 0 {
            self.blocked.remove(stream);
        }
        self.report_parked(others + left);
        Ok(())
    }

    /// Runs one parked event's effects, its cursor long past; whether it went through.
    async fn run_again(&mut self, position: Position) -> Result<bool, Step> {
        let events = self.ledger().read_all(position - 1, 1).await?;
        let Some(event) = events.first() else {
            return Ok(false);
        };
        match self.hands.run(event, None).await {
            Ok(_) => Ok(true),
            Err(ReactionError::Ledger(error)) if may_succeed_later(&error) => Err(error.into()),
            Err(error) => {
                tracing::error!(
                    service.name = self.name(),
                    position,
                    %error,
                    "event {position} of {} still cannot be digested",
                    event.stream
                );
                Ok(false)
            }
        }
    }
}
