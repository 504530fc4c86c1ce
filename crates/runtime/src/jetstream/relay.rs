//! The relay: publishes the ledger's events to the stream, so that sequence = position.
//!
//! It keeps nothing: what was published is what the stream holds. It asks for the last sequence L,
//! holds the message there against the ledger, and publishes L + 1 and on, each message taken only
//! directly behind its predecessor. Whatever goes wrong on the way (a refusal, no answer, a server
//! that restarted with an older store) ends in asking for L again. So a lost or cut stream is filled
//! again, and two relays cannot harm each other.
//!
//! It never deletes or changes anything. What it must not write over (another message at a
//! position, a stream that has more than the ledger) stops it with an [`Alarm`], until a person has
//! repaired it.

mod check;
mod pump;

use std::time::Duration;

use hoso_ledger::{LedgerError, Position, SharedLedger};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::alarm::Alarm;
use super::connect::Nats;
use super::head::Hints;
use super::leadership::Leadership;
use super::message::MessageError;
use super::stream::{self, StreamError};

/// First wait after something went wrong without progress; doubled up to the longest.
const BACKOFF_MIN: Duration = Duration::from_millis(20);
/// Longest wait.
const BACKOFF_MAX: Duration = Duration::from_secs(1);

/// How a relay behaves. The defaults are what is run; tests are more impatient.
#[derive(Debug, Clone)]
pub struct RelayOptions {
    /// Messages in flight, 1 to 4 096.
    pub window: usize,
    /// How often the stream is looked at while all goes well: that it is there, that an earlier
    /// message is still the ledger's.
    pub check_every: Duration,
    /// How often it is looked whether a person has repaired what the alarm is about.
    pub alarm_check_every: Duration,
    /// Messages the stream keeps.
    pub messages_max: u64,
    /// A stream made anew begins so many events before the ledger's end, not at 1: whoever needs
    /// older ones reads the ledger.
    pub refill_max: u64,
    /// Copies of the stream in a cluster, 1, 3 or 5.
    pub replicas: usize,
    /// Decides which earlier messages are looked at.
    pub seed: u64,
}

impl Default for RelayOptions {
    fn default() -> Self {
        Self {
            window: 256,
            check_every: Duration::from_secs(10),
            alarm_check_every: Duration::from_secs(5),
            messages_max: stream::MESSAGES_MAX,
            refill_max: stream::MESSAGES_MAX / 2,
            replicas: 1,
            seed: 0,
        }
    }
}

/// What a relay does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayState {
    /// Another process relays.
    Standby,
    /// It cannot publish now: NATS or the ledger does not answer.
    Waiting {
        /// Why.
        why: String,
    },
    /// It publishes.
    Running {
        /// Everything up to here is in the stream.
        position: Position,
    },
    /// It has stopped until a person has looked.
    Alarmed(Alarm),
}

/// Why publishing stopped for now.
#[derive(Debug)]
enum Stop {
    /// All is well; it is time to look at the stream.
    Check,
    /// Ask the stream again, after a while.
    Again(String),
    /// A person must look.
    Alarm(Alarm),
}

impl Stop {
    fn again(why: impl std::fmt::Display) -> Self {
        Self::Again(why.to_string())
    }
}

impl From<StreamError> for Stop {
    fn from(error: StreamError) -> Self {
        Self::again(error)
    }
}

impl From<LedgerError> for Stop {
    fn from(error: LedgerError) -> Self {
        Self::again(error)
    }
}

/// An event that cannot be published, in words.
fn unpublishable(position: Position, error: &MessageError) -> Stop {
    Stop::Alarm(Alarm {
        position,
        why: super::alarm::Why::Unpublishable {
            reason: error.to_string(),
        },
    })
}

/// The relay of one process.
pub struct Relay {
    ledger: SharedLedger,
    nats: Nats,
    options: RelayOptions,
    state: watch::Sender<RelayState>,
    /// Draws of chance made so far.
    draws: u64,
    /// The highest position known to have been in the stream.
    reached: Position,
    /// The alarm last raised, until it is proven to be over.
    alarm: Option<Alarm>,
}

impl Relay {
    /// A relay from a ledger to a connection's stream.
    #[must_use]
    pub fn new(ledger: SharedLedger, nats: Nats, options: RelayOptions) -> Self {
        let (state, _) = watch::channel(RelayState::Standby);
        Self {
            ledger,
            nats,
            options,
            state,
            draws: 0,
            reached: 0,
            alarm: None,
        }
    }

    /// What it does, as it changes.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<RelayState> {
        self.state.subscribe()
    }

    /// Relays while it leads, until told to stop.
    pub async fn run(mut self, leadership: &dyn Leadership, shutdown: CancellationToken) {
        loop {
            self.state.send_replace(RelayState::Standby);
            let mut term = tokio::select! {
                () = shutdown.cancelled() => return,
                term = leadership.lead() => term,
            };
            tracing::info!("this process relays the events");
            // Dropping what is in flight is fine: the stream says what it has taken.
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = term.ended() => tracing::warn!("this process no longer relays the events"),
                () = self.relay() => {}
            }
        }
    }

    /// Relays for ever.
    async fn relay(&mut self) {
        let mut hints = Hints::listen(&self.nats).await;
        let mut backoff = BACKOFF_MIN;
        loop {
            let before = self.reached;
            let stop = match self.check().await {
                Ok(last) => {
                    self.reached = self.reached.max(last);
                    self.pump(last, &mut hints).await
                }
                Err(stop) => stop,
            };
            metrics::counter!("hoso_relay_resyncs_total").increment(1);
            match stop {
                Stop::Alarm(alarm) => {
                    self.raise(alarm);
                    tokio::time::sleep(self.options.alarm_check_every).await;
                }
                Stop::Check => backoff = BACKOFF_MIN,
                // Something was published since: such is the stream that another one writes too.
                Stop::Again(why) if self.reached > before => {
                    tracing::info!("the relay asks the stream again: {why}");
                    tokio::time::sleep(BACKOFF_MIN).await;
                    backoff = BACKOFF_MIN;
                }
                Stop::Again(why) => {
                    self.wait(why);
                    tokio::time::sleep(backoff).await;
                    backoff = (backoff * 2).min(BACKOFF_MAX);
                }
            }
        }
    }

    /// Everything up to here is in the stream, and what follows can be published or is not there
    /// yet.
    fn running(&mut self, position: Position) {
        self.reached = self.reached.max(position);
        if self.alarm.take().is_some() {
            tracing::info!(position, "what stopped the relay is repaired");
        }
        metrics::gauge!("hoso_relay_alarm").set(0.0);
        self.state.send_replace(RelayState::Running { position });
    }

    fn wait(&self, why: String) {
        let known =
            matches!(&*self.state.borrow(), RelayState::Waiting { why: old } if *old == why);
        if !known {
            tracing::warn!("the relay waits: {why}");
        }
        self.state.send_replace(RelayState::Waiting { why });
    }

    fn raise(&mut self, alarm: Alarm) {
        if self.alarm.as_ref() != Some(&alarm) {
            tracing::error!(position = alarm.position, "the relay stops: {alarm}");
            metrics::counter!("hoso_relay_alarms_total", "why" => alarm.why.word()).increment(1);
        }
        metrics::gauge!("hoso_relay_alarm").set(1.0);
        self.alarm = Some(alarm.clone());
        self.state.send_replace(RelayState::Alarmed(alarm));
    }
}
