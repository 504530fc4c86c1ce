//! The one stream: how it is made, what it must look like, and how it is asked.
//!
//! Made only where the server says that there is none (10059), never because it did not answer: a
//! server that is starting answers late. Nothing here deletes, purges or changes a stream; that is
//! for a person with the operator's key.

use async_nats::jetstream::context::{CreateStreamErrorKind, GetStreamErrorKind};
use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::stream::{
    Config, DirectGetErrorKind, DiscardPolicy, RetentionPolicy, State, StorageType,
};
use async_nats::jetstream::{Context, ErrorCode};

/// Its name.
pub const STREAM: &str = "EVENTS";
/// The subjects it holds.
pub const SUBJECTS: &str = "hoso.events.>";
/// Messages it keeps, 1 to 2^63 - 1; the oldest make room. The ledger has all of them, so this is
/// no more than how far behind a consumer may be and still be fed from the stream.
pub const MESSAGES_MAX: u64 = 2_000_000;

/// Why the stream could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// No answer, or one that means "not now".
    #[error("JetStream did not answer: {0}")]
    Unavailable(String),
    /// It was refused.
    #[error("JetStream refused: {0}")]
    Refused(String),
}

/// Where a new stream begins and how much it keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Sequence of its first message, from 1.
    pub first: u64,
    /// Messages it keeps.
    pub messages_max: u64,
    /// Copies in a cluster, 1, 3 or 5.
    pub replicas: usize,
}

fn config(shape: Shape) -> Config {
    Config {
        name: STREAM.to_owned(),
        description: Some("Hoso's ledger on its way: sequence = position".to_owned()),
        subjects: vec![SUBJECTS.to_owned()],
        storage: StorageType::File,
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::Old,
        max_messages: i64::try_from(shape.messages_max).unwrap_or(i64::MAX),
        max_messages_per_subject: -1,
        max_bytes: -1,
        num_replicas: shape.replicas,
        deny_delete: true,
        deny_purge: true,
        allow_direct: true,
        first_sequence: (shape.first > 1).then_some(shape.first),
        ..Config::default()
    }
}

/// What the stream holds; `None` where there is no stream.
///
/// # Errors
/// `Unavailable` where it is not known whether there is one.
pub async fn state(context: &Context) -> Result<Option<(Config, State)>, StreamError> {
    match context.get_stream(STREAM).await {
        Ok(stream) => {
            let info = stream.cached_info();
            Ok(Some((info.config.clone(), info.state.clone())))
        }
        Err(error) => match error.kind() {
            GetStreamErrorKind::JetStream(said)
                if said.error_code() == ErrorCode::STREAM_NOT_FOUND =>
            {
                Ok(None)
            }
            GetStreamErrorKind::JetStream(_)
            | GetStreamErrorKind::EmptyName
            | GetStreamErrorKind::Request
            | GetStreamErrorKind::InvalidStreamName => {
                Err(StreamError::Unavailable(error.to_string()))
            }
        },
    }
}

/// Makes the stream. Two at once are fine: the second finds it.
///
/// # Errors
/// `Unavailable` if it did not answer, `Refused` with the server's words otherwise.
pub async fn create(context: &Context, shape: Shape) -> Result<(), StreamError> {
    match context.create_stream(config(shape)).await {
        Ok(_) => Ok(()),
        Err(error) => match error.kind() {
            // Another relay was faster, with another beginning.
            CreateStreamErrorKind::JetStream(said)
                if said.error_code() == ErrorCode::STREAM_NAME_EXIST =>
            {
                Ok(())
            }
            CreateStreamErrorKind::JetStream(said) => Err(StreamError::Refused(said.to_string())),
            CreateStreamErrorKind::EmptyStreamName
            | CreateStreamErrorKind::InvalidStreamName
            | CreateStreamErrorKind::DomainAndExternalSet
            | CreateStreamErrorKind::JetStreamUnavailable
            | CreateStreamErrorKind::TimedOut
            | CreateStreamErrorKind::Response
            | CreateStreamErrorKind::NotFound
            | CreateStreamErrorKind::ResponseParse => {
                Err(StreamError::Unavailable(error.to_string()))
            }
        },
    }
}

/// What about a stream's configuration breaks "sequence = position, nothing is lost in between".
#[must_use]
pub fn unfit(config: &Config) -> Option<&'static str> {
    let checks = [
        (
            config.subjects == [SUBJECTS],
            "it does not hold exactly the subjects `hoso.events.>`",
        ),
        (
            config.storage == StorageType::File,
            "it is not kept in files",
        ),
        (
            config.retention == RetentionPolicy::Limits,
            "its messages go when they are read",
        ),
        (
            config.discard == DiscardPolicy::Old,
            "it refuses new messages when it is full",
        ),
        (
            config.max_messages_per_subject <= 0 && config.max_age.is_zero(),
            "it drops messages by subject or age",
        ),
        (
            config.deny_delete && config.deny_purge && !config.allow_rollup,
            "its messages may be deleted",
        ),
        (config.allow_direct, "it cannot be read message by message"),
        (
            !config.no_ack && !config.sealed,
            "it is sealed or does not confirm",
        ),
        (
            config.subject_transform.is_none()
                && config.sources.is_none()
                && config.mirror.is_none(),
            "it takes messages from elsewhere",
        ),
    ];
    checks
        .into_iter()
        .find_map(|(fits, what)| (!fits).then_some(what))
}

/// The message at a sequence; `None` where there is none.
///
/// # Errors
/// `Unavailable` where it is not known.
pub async fn message(
    context: &Context,
    sequence: u64,
) -> Result<Option<StreamMessage>, StreamError> {
    let unavailable = |error: String| StreamError::Unavailable(error);
    let stream = context
        .get_stream_no_info(STREAM)
        .await
        .map_err(|error| unavailable(error.to_string()))?;
    match stream.direct_get(sequence).await {
        Ok(message) => Ok(Some(message)),
        Err(error) => match error.kind() {
            DirectGetErrorKind::NotFound => Ok(None),
            DirectGetErrorKind::InvalidSubject
            | DirectGetErrorKind::TimedOut
            | DirectGetErrorKind::Request
            | DirectGetErrorKind::ErrorResponse(..)
            | DirectGetErrorKind::Other => Err(unavailable(error.to_string())),
        },
    }
}
