//! NATS JetStream between processes: it carries the events, and only the ledger remembers them.
//!
//! One stream whose sequence *is* the ledger's position. The [`relay`] is the only one that
//! publishes to it and needs no memory of its own: it asks the stream for its last sequence and
//! goes on behind it, so a stream that was lost, cut or rolled back is filled again from the
//! ledger. A [`message`] is one event as structured CloudEvents JSON, the bytes of its data
//! untouched. The [`feed`] hands the events to a service's reactions, out of the stream while it is
//! good and out of the ledger otherwise. Losing NATS altogether costs latency, never data.

pub mod alarm;
pub mod checkpoints;
pub mod connect;
pub mod feed;
pub mod head;
pub mod keys;
pub mod leadership;
pub mod message;
pub mod relay;
pub mod stream;

pub use alarm::{Alarm, Why};
pub use connect::{Nats, NatsError, NatsOptions};
pub use feed::JetStreamFeed;
pub use keys::UserKey;
pub use leadership::{Alone, Leadership, Term};
pub use relay::{Relay, RelayOptions, RelayState};
