//! What a restore would lose, by the marks and by the NATS stream, and whether that is accepted.

use std::time::Duration;

use anyhow::{Result, bail};
use hoso_ledger::{Position, RecordedEvent};
use hoso_runtime::config::Config;
use hoso_runtime::jetstream::{Nats, NatsOptions};

use crate::backup::line::event_digest;
use crate::cli::{BadInput, Unavailable};
use crate::mark::{Expected, Loss};

/// NATS is let take so long to tell how far its stream is.
const NATS_WITHIN: Duration = Duration::from_secs(5);
/// Whose key the seed is: that of the relay, or of the operator, who may do what the relay may.
const NATS_USER: &str = "relay";

/// What would be lost, and whether that is accepted.
pub(super) struct Losses {
    accept: bool,
    accepted: Vec<Loss>,
    /// Marks before the backup's end, to be held against its events.
    expected: Vec<Expected>,
}

impl Losses {
    /// Nothing is lost yet.
    pub(super) fn new(accept: bool, expected: Vec<Expected>) -> Self {
        Self {
            accept,
            accepted: Vec::new(),
            expected,
        }
    }

    /// What was lost and accepted, in words.
    pub(super) fn accepted(&self) -> Option<String> {
        let losses: Vec<_> = self.accepted.iter().map(Loss::to_string).collect();
        (!losses.is_empty()).then(|| losses.join("; "))
    }

    /// Goes on with a loss, if there is one and it is accepted.
    ///
    /// # Errors
    /// It is not.
    pub(super) fn judge(&mut self, loss: Option<Loss>) -> Result<()> {
        let Some(loss) = loss else {
            return Ok(());
        };
        if !self.accept {
            bail!(
                "after this restore {loss}. What was acknowledged since would be lost. Nothing was \
                 restored. Take a backup that reaches further, or add --accept-loss"
            );
        }
        eprintln!(
            "hoso: going on without what was acknowledged, as asked: after this restore {loss}"
        );
        if matches!(loss, Loss::Stream { .. }) {
            eprintln!(
                "hoso: the relay will stop with an alarm until the stream is deleted with the \
                 operator's key (nats stream rm EVENTS); what is lost is in it, so keep a copy first"
            );
        }
        self.accepted.push(loss);
        self.expected.clear();
        Ok(())
    }

    /// Holds an event of the backup against the marks that stand there.
    ///
    /// # Errors
    /// It is another one, and that is not accepted.
    pub(super) fn look_at(&mut self, event: &RecordedEvent) -> Result<()> {
        let here = |mark: &Expected| mark.position() == event.position;
        if !self.expected.iter().any(here) {
            return Ok(());
        }
        let digest = event_digest(event.clone())?;
        let mut marks = self.expected.iter().filter(|mark| here(mark));
        let loss = marks.find_map(|mark| mark.loss(digest));
        self.judge(loss)
    }
}

/// The loss that the NATS stream tells of, if the settings name one: what it was given is in the
/// ledger it was given by.
///
/// # Errors
/// NATS does not tell.
pub(super) async fn ahead(config: &Config, ends: Position) -> Result<Option<Loss>> {
    let Some(url) = &config.nats_url else {
        return Ok(None);
    };
    let options = NatsOptions {
        url: url.clone(),
        seed: config.nats_seed.clone(),
        user: NATS_USER.to_owned(),
    };
    let nats = Nats::connect(&options)
        .await
        .map_err(|error| BadInput(error.to_string()))?;
    let asked = tokio::time::timeout(NATS_WITHIN, async {
        nats.up().await;
        nats.last_sequence().await
    });
    let unknown = |why: String| {
        Unavailable(format!(
            "NATS does not tell how far its stream is ({why}), so whether the backup lacks events that \
             were acknowledged; without HOSO_NATS_URL it is not asked"
        ))
    };
    match asked.await {
        Ok(Ok(seen)) => Ok((seen > ends).then_some(Loss::Stream { ends, seen })),
        Ok(Err(error)) => Err(unknown(error.to_string()).into()),
        Err(_) => Err(unknown(format!("no answer within {} s", NATS_WITHIN.as_secs())).into()),
    }
}
