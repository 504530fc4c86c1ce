//! Signed checkpoints on NATS: a stream of their own, apart from the events, which have no room for
//! them (a seal would need a seal). Nothing reads it in Hoso: it is one more place outside the
//! database where somebody can keep what was signed.

use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use async_nats::{HeaderMap, header::NATS_MESSAGE_ID};
use sha2::{Digest as _, Sha256};

use super::connect::Nats;
use super::stream::StreamError;

/// The stream's name.
pub const CHECKPOINTS: &str = "CHECKPOINTS";
/// Its subject.
pub const SUBJECT: &str = "hoso.checkpoints";
/// Checkpoints it keeps; the oldest make room.
const MESSAGES_MAX: i64 = 100_000;

fn config() -> Config {
    Config {
        name: CHECKPOINTS.to_owned(),
        description: Some("Signed checkpoints of Hoso's log (C2SP tlog-checkpoint)".to_owned()),
        subjects: vec![SUBJECT.to_owned()],
        storage: StorageType::File,
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::Old,
        max_messages: MESSAGES_MAX,
        deny_delete: true,
        deny_purge: true,
        ..Config::default()
    }
}

impl Nats {
    /// Publishes a signed checkpoint, as it is; the same one again is the same message. Makes the
    /// stream where there is none.
    ///
    /// # Errors
    /// `Unavailable` if it was not acknowledged: it may be there or not.
    pub async fn publish_checkpoint(&self, note: &str) -> Result<(), StreamError> {
        let unavailable =
            |error: &dyn std::fmt::Display| StreamError::Unavailable(error.to_string());
        let context = self.context();
        let stream = context.get_or_create_stream(config()).await;
        stream.map_err(|error| unavailable(&error))?;
        let mut headers = HeaderMap::new();
        headers.insert(NATS_MESSAGE_ID, hex::encode(Sha256::digest(note)));
        let note = note.to_owned().into();
        let sent = context.publish_with_headers(SUBJECT, headers, note).await;
        let acknowledged = sent.map_err(|error| unavailable(&error))?.await;
        acknowledged.map_err(|error| unavailable(&error))?;
        Ok(())
    }
}
