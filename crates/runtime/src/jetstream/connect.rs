//! The connection to NATS of one process: who it is there, and whether it is up.
//!
//! Connecting does not wait: a server that is away is waited for in the background, and everything
//! that would need it goes on from the ledger meanwhile.

use std::sync::Arc;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::{Context, ContextBuilder};
use async_nats::{Client, ConnectOptions, Event, ServerAddr};
use tokio::sync::watch;

use super::stream::{self, StreamError};
use crate::config::Secret;

/// A JetStream request is given up after so long. After a server's end the answers in flight never
/// come, and whoever waits for them waits this long.
const ANSWER_WITHIN: Duration = Duration::from_millis(800);
/// Longest wait between two tries to connect.
const RECONNECT_MAX: Duration = Duration::from_secs(1);
/// How often a silent connection is tried; it counts as lost after two without an answer.
const PING_EVERY: Duration = Duration::from_secs(5);
/// How long one try to connect may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

/// How a process connects.
#[derive(Debug, Clone)]
pub struct NatsOptions {
    /// `nats://host:port`, several separated by commas.
    pub url: Secret,
    /// The seed of its key; without one it connects as nobody, which only a test's server allows.
    pub seed: Option<Secret>,
    /// Its user: `relay` or a service's name. Also the name of its inbox, `_INBOX_<user>.>`.
    pub user: String,
}

/// Why a process cannot even try to connect.
#[derive(Debug, thiserror::Error)]
pub enum NatsError {
    /// The address cannot be read. It is not shown: it may hold a password.
    #[error("the address of NATS cannot be read: {0}")]
    Url(std::io::Error),
    /// The seed cannot be read. It is not shown.
    #[error("the NATS key is no seed of a user's key: {0}")]
    Seed(nkeys::error::Error),
    /// The client could not be set up.
    #[error("NATS: {0}")]
    Connect(#[from] async_nats::ConnectError),
}

/// Whether NATS is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// It is.
    pub up: bool,
    /// The last thing that went wrong, in the client's or the server's words.
    pub trouble: Option<String>,
}

/// A connection; clones share it.
#[derive(Clone)]
pub struct Nats {
    client: Client,
    context: Context,
    user: Arc<str>,
    link: watch::Receiver<Link>,
}

impl std::fmt::Debug for Nats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let link = self.link.borrow();
        f.debug_struct("Nats")
            .field("user", &self.user)
            .field("link", &*link)
            .finish_non_exhaustive()
    }
}

impl Nats {
    /// Starts to connect, and returns at once; the connection comes up, and comes back, by itself.
    ///
    /// # Errors
    /// The address or the seed cannot be read.
    pub async fn connect(options: &NatsOptions) -> Result<Self, NatsError> {
        let addresses: Vec<ServerAddr> = options
            .url
            .expose()
            .split(',')
            .map(|address| address.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(NatsError::Url)?;
        let (tell, link) = watch::channel(Link {
            up: false,
            trouble: None,
        });
        let tell = Arc::new(tell);
        let mut connect = ConnectOptions::new()
            .name(format!("hoso {}", options.user))
            .custom_inbox_prefix(format!("_INBOX_{}", options.user))
            .retry_on_initial_connect()
            .ping_interval(PING_EVERY)
            .connection_timeout(CONNECT_WITHIN)
            // What this process publishes about itself it does not want to hear.
            .no_echo()
            .reconnect_delay_callback(delay)
            .event_callback(move |event| {
                let tell = Arc::clone(&tell);
                async move { note(&tell, &event) }
            });
        if let Some(seed) = &options.seed {
            nkeys::KeyPair::from_seed(seed.expose()).map_err(NatsError::Seed)?;
            connect = connect.nkey(seed.expose().to_owned());
        }
        // Its future is large, and rare.
        let client = Box::pin(connect.connect(addresses)).await?;
        let context = ContextBuilder::new()
            .timeout(ANSWER_WITHIN)
            .build(client.clone());
        Ok(Self {
            client,
            context,
            user: options.user.as_str().into(),
            link,
        })
    }

    /// Whether the connection is up.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    /// The state of the connection and the last thing that went wrong.
    #[must_use]
    pub fn link(&self) -> Link {
        let mut link = self.link.borrow().clone();
        link.up = self.is_up();
        link
    }

    /// Waits until the connection is up.
    pub async fn up(&self) {
        let mut link = self.link.clone();
        while !self.is_up() {
            changed(&mut link).await;
        }
    }

    /// Waits until the connection is down.
    pub async fn down(&self) {
        let mut link = self.link.clone();
        while self.is_up() {
            changed(&mut link).await;
        }
    }

    /// The last sequence the stream ever had, which is the position up to which everything was
    /// published; 0 where there is no stream.
    ///
    /// # Errors
    /// `Unavailable` where it is not known.
    pub async fn last_sequence(&self) -> Result<u64, StreamError> {
        let state = stream::state(&self.context).await?;
        Ok(state.map_or(0, |(_, state)| state.last_sequence))
    }

    /// The user it is there.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn context(&self) -> &Context {
        &self.context
    }
}

/// Waits for news about the connection. News may be dropped where there are many, so this also
/// returns after a while without.
async fn changed(link: &mut watch::Receiver<Link>) {
    let told = tokio::time::timeout(RECONNECT_MAX, link.changed()).await;
    if let Ok(Err(_)) = told {
        // Nobody will tell any more.
        tokio::time::sleep(RECONNECT_MAX).await;
    }
}

/// At once, then longer and longer.
fn delay(attempts: usize) -> Duration {
    let doublings = u32::try_from(attempts).unwrap_or(u32::MAX).min(6);
    match attempts {
        0 | 1 => Duration::ZERO,
        _ => Duration::from_millis(10)
            .saturating_mul(2_u32.pow(doublings))
            .min(RECONNECT_MAX),
    }
}

fn note(tell: &watch::Sender<Link>, event: &Event) {
    match event {
        Event::Connected => {
            tracing::info!("NATS is there");
            tell.send_replace(Link {
                up: true,
                trouble: None,
            });
        }
        Event::Disconnected | Event::Closed => {
            tracing::warn!("NATS is gone: events come from the ledger until it is back");
            tell.send_modify(|link| link.up = false);
        }
        Event::ServerError(_) | Event::ClientError(_) => {
            let said = event.to_string();
            let new = tell.borrow().trouble.as_ref() != Some(&said);
            if new {
                tracing::warn!("NATS: {said}");
                tell.send_modify(|link| link.trouble = Some(said));
            }
        }
        Event::LameDuckMode | Event::Draining | Event::SlowConsumer(_) => {
            tracing::info!("NATS: {event}");
        }
    }
}
