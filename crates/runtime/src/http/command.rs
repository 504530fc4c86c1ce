//! One POST: who, what, when, why, read strictly and once, and the order it becomes.

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use chrono::{DateTime, Utc};
use hoso_domain::actor::Actor;
use hoso_domain::text::{tidy, unseen};
use hoso_ledger::{Metadata, Order};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::caller::{Asked, ON_BEHALF_OF};
use crate::http::context::RequestContext;
use crate::http::json::{self, JsonError};
use crate::http::problem::Problem;
use crate::ids::derived;
use crate::runtime::Runtime;

/// Largest JSON body of a command.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Largest raw body: a document, an import.
pub const RAW_BODY_BYTES_MAX: usize = 20 * 1024 * 1024;
/// Longest idempotency key.
const KEY_BYTES_MAX: usize = 255;
/// Longest reason.
const REASON_CHARS_MAX: usize = 2000;
/// Command ids of requests are `UUIDv5` under this namespace.
const REQUESTS: Uuid = Uuid::from_u128(0x6f1d_3a5e_0c57_5b0e_9d0a_6d1b_7f4e_2a91);

/// A command with a JSON body. `reason` and `effectiveAt` are taken out of the body; what remains
/// is `T`, which should refuse unknown fields.
#[derive(Debug, Clone)]
pub struct Command<T> {
    /// Who acts, in which capacity.
    pub actor: Actor,
    /// What is asked.
    pub body: T,
    /// When the act takes effect; now, unless the body said when.
    pub effective_at: DateTime<Utc>,
    /// Why, in the actor's words.
    pub reason: Option<String>,
    /// The version the caller has seen.
    pub if_match: IfMatch,
    envelope: Envelope,
}

/// A command whose body is a file's bytes. `reason` and `effectiveAt` may stand in the query.
#[derive(Debug, Clone)]
pub struct RawCommand {
    /// Who acts, in which capacity.
    pub actor: Actor,
    /// The body.
    pub bytes: Bytes,
    /// Its media type as the caller says, without parameters, lower case.
    pub content_type: Option<String>,
    /// When the act takes effect; now, unless the query said when.
    pub effective_at: DateTime<Utc>,
    /// Why, in the actor's words.
    pub reason: Option<String>,
    /// The version the caller has seen.
    pub if_match: IfMatch,
    envelope: Envelope,
}

/// The body of a command that says everything by its address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoBody {}

/// What the caller says it has seen of the resource it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMatch {
    /// No `If-Match` header.
    Absent,
    /// `*`: whatever is there.
    Any,
    /// The version in the entity tag.
    Version(u64),
}

/// What makes a request the same request when it comes again.
#[derive(Debug, Clone)]
struct Envelope {
    command: Uuid,
    digest: [u8; 32],
    traceparent: Option<String>,
}

/// The fields every command may carry.
struct Common {
    reason: Option<String>,
    effective_at: Option<DateTime<Utc>>,
}

macro_rules! orders {
    ($($name:ident $(<$param:ident>)?),*) => {$(
        impl $(<$param>)? $name $(<$param>)? {
            /// The order for the one stream this command is about; `If-Match` applies to it.
            #[must_use]
            pub fn order(&self) -> Order {
                let seen = match self.if_match {
                    IfMatch::Absent | IfMatch::Any => None,
                    IfMatch::Version(version) => Some(version),
                };
                self.make_order(self.envelope.command, seen)
            }

            /// The order for one of several streams of this command, told apart by `part`.
            /// `If-Match` does not apply to it.
            #[must_use]
            pub fn order_part(&self, part: &str) -> Order {
                self.make_order(derived(self.envelope.command, &["part", part]), None)
            }

            /// The version seen, from `If-Match`; `None` for `*`. [`Self::order`] carries it.
            ///
            /// # Errors
            /// 428 `if-match-required` without the header.
            pub fn require_match(&self) -> Result<Option<u64>, Problem> {
                match self.if_match {
                    IfMatch::Absent => Err(Problem::new(
                        StatusCode::PRECONDITION_REQUIRED,
                        "if-match-required",
                    )
                    .detail("send If-Match with the ETag you have seen, or `*`")),
                    IfMatch::Any => Ok(None),
                    IfMatch::Version(version) => Ok(Some(version)),
                }
            }

            /// An id for what this command creates: the same when the request comes again.
            #[must_use]
            pub fn derived_id(&self, part: &str) -> Uuid {
                derived(self.envelope.command, &["id", part])
            }

            fn make_order(&self, command: Uuid, seen: Option<u64>) -> Order {
                Order {
                    command,
                    digest: self.envelope.digest,
                    seen,
                    metadata: Metadata {
                        actor: self.actor.clone(),
                        reason: self.reason.clone(),
                        correlation: self.envelope.command,
                        causation: None,
                        rule_book: None,
                        effective_at: self.effective_at,
                        traceparent: self.envelope.traceparent.clone(),
                    },
                    cursor: None,
                }
            }
        }
    )*};
}

orders!(Command<T>, RawCommand);

impl<T: DeserializeOwned> FromRequest<Runtime> for Command<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, runtime: &Runtime) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let asked = Asked::read(&parts.headers)?;
        let key = idempotency_key(&parts.headers)?;
        let if_match = if_match(&parts.headers)?;
        json_content_type(&parts.headers)?;
        no_content_encoding(&parts.headers)?;
        let bytes = read_body(body, BODY_BYTES_MAX).await?;
        let (common, body) = read_json(&bytes)?;
        let effective_at = effective_at(common.effective_at, runtime)?;
        let actor = asked.actor(runtime, effective_at).await?;
        let body = json::typed(body).map_err(|error| body_invalid(&error))?;
        Ok(Self {
            envelope: envelope(&parts, &actor, &key, &bytes),
            actor,
            body,
            effective_at,
            reason: common.reason,
            if_match,
        })
    }
}

impl FromRequest<Runtime> for RawCommand {
    type Rejection = Problem;

    async fn from_request(request: Request, runtime: &Runtime) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let asked = Asked::read(&parts.headers)?;
        let key = idempotency_key(&parts.headers)?;
        let if_match = if_match(&parts.headers)?;
        no_content_encoding(&parts.headers)?;
        let common = query_common(parts.uri.query().unwrap_or_default())?;
        let effective_at = effective_at(common.effective_at, runtime)?;
        let actor = asked.actor(runtime, effective_at).await?;
        let bytes = read_body(body, RAW_BODY_BYTES_MAX).await?;
        Ok(Self {
            envelope: envelope(&parts, &actor, &key, &bytes),
            actor,
            bytes,
            content_type: media_type(&parts.headers),
            effective_at,
            reason: common.reason,
            if_match,
        })
    }
}

/// The id of the command an official sends under an idempotency key: with it whoever noted the key
/// finds the command in the record.
#[must_use]
pub fn command_id(official: &str, key: &str) -> Uuid {
    derived(REQUESTS, &[official, key])
}

fn idempotency_key(headers: &HeaderMap) -> Result<String, Problem> {
    headers
        .get("idempotency-key")
        .map(axum::http::HeaderValue::as_bytes)
        .filter(|key| (1..=KEY_BYTES_MAX).contains(&key.len()))
        .filter(|key| key.iter().all(u8::is_ascii_graphic))
        .and_then(|key| String::from_utf8(key.to_vec()).ok())
        .ok_or_else(|| {
            Problem::bad_request("idempotency-key-required").detail(
                "send Idempotency-Key: 1 to 255 visible ASCII characters, \
                 the same when the same request is sent again",
            )
        })
}

fn if_match(headers: &HeaderMap) -> Result<IfMatch, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(IfMatch::Absent);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(IfMatch::Any);
    }
    text.strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .map(|tag| tag.strip_prefix('v').unwrap_or(tag))
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|digits| digits.parse().ok())
        .map(IfMatch::Version)
        .ok_or_else(|| {
            Problem::bad_request("header-invalid").error(
                "If-Match",
                "one ETag as it was given, such as \"v12\", or *",
            )
        })
}

fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let kind = value.split(';').next().unwrap_or(value);
    Some(kind.trim().to_ascii_lowercase())
}

/// A body is JSON, whether the header says so or is absent; another type is a mistake.
fn json_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    match media_type(headers) {
        None => Ok(()),
        Some(kind) if kind == "application/json" || kind.ends_with("+json") => Ok(()),
        Some(kind) => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content-type-not-json",
        )
        .detail(format!("send Content-Type: application/json, not {kind}"))),
    }
}

/// A body is sent as it is: nothing is unpacked here that could grow.
fn no_content_encoding(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(header::CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content-encoding-refused",
        )
        .detail("send the body as it is, without Content-Encoding")),
        Some(_) | None => Ok(()),
    }
}

async fn read_body(body: axum::body::Body, bytes_max: usize) -> Result<Bytes, Problem> {
    to_bytes(body, bytes_max).await.map_err(|error| {
        let too_large = std::error::Error::source(&error)
            .is_some_and(|source| source.to_string().contains("length limit exceeded"));
        if too_large {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large")
                .detail(format!("at most {bytes_max} bytes"))
        } else {
            Problem::bad_request("body-incomplete").detail("the body ended early")
        }
    })
}

/// Reads the body and takes the common fields out. No body is an empty object.
fn read_json(bytes: &[u8]) -> Result<(Common, Value), Problem> {
    let text = if bytes.is_empty() { b"{}" } else { bytes };
    let mut value = json::read(text).map_err(|error| {
        let problem = Problem::bad_request("json-malformed");
        problem.error(error.field, error.reason)
    })?;
    let mut common = Common {
        reason: None,
        effective_at: None,
    };
    if let Value::Object(fields) = &mut value {
        if let Some(reason) = fields.remove("reason") {
            common.reason = common_field::<Option<String>>("reason", reason)?;
        }
        if let Some(at) = fields.remove("effectiveAt") {
            common.effective_at = common_field("effectiveAt", at)?;
        }
    }
    common.reason = tidy_reason(common.reason)?;
    Ok((common, value))
}

fn common_field<T: DeserializeOwned>(field: &str, value: Value) -> Result<T, Problem> {
    json::typed(value).map_err(|error| Problem::field(field, error.reason))
}

fn query_common(query: &str) -> Result<Common, Problem> {
    let mut common = Common {
        reason: None,
        effective_at: None,
    };
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        match key.as_ref() {
            "reason" => common.reason = Some(value.into_owned()),
            "effectiveAt" => {
                let at = DateTime::parse_from_rfc3339(&value).map_err(|error| {
                    Problem::bad_request("query-invalid").error("effectiveAt", error)
                })?;
                common.effective_at = Some(at.to_utc());
            }
            _ => {}
        }
    }
    common.reason = tidy_reason(common.reason)?;
    Ok(common)
}

fn tidy_reason(reason: Option<String>) -> Result<Option<String>, Problem> {
    let reason = reason.map(|r| tidy(&r)).filter(|r| !r.is_empty());
    match &reason {
        Some(text) if unseen(text).is_some() => Err(Problem::field(
            "reason",
            "holds a character that people cannot see",
        )),
        Some(text) if text.chars().count() > REASON_CHARS_MAX => Err(Problem::field(
            "reason",
            format!("at most {REASON_CHARS_MAX} characters"),
        )),
        Some(_) | None => Ok(reason),
    }
}

fn effective_at(said: Option<DateTime<Utc>>, runtime: &Runtime) -> Result<DateTime<Utc>, Problem> {
    let now = runtime.clock.now();
    match said {
        Some(at) if at > now => Err(Problem::unprocessable("effective-at-in-future")
            .detail("an act takes effect now or earlier")
            .error("effectiveAt", "is in the future")),
        Some(at) => Ok(at),
        None => Ok(now),
    }
}

fn body_invalid(error: &JsonError) -> Problem {
    Problem::field(error.field.clone(), &error.reason)
}

/// The command id is the official's own key; the digest is over everything the request asks.
fn envelope(parts: &Parts, actor: &Actor, key: &str, body: &[u8]) -> Envelope {
    let target = parts
        .uri
        .path_and_query()
        .map_or("", axum::http::uri::PathAndQuery::as_str);
    let for_whom = parts
        .headers
        .get(ON_BEHALF_OF)
        .map_or(&[][..], axum::http::HeaderValue::as_bytes);
    let mut hasher = Sha256::new();
    for part in [
        parts.method.as_str().as_bytes(),
        target.as_bytes(),
        for_whom,
        body,
    ] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    Envelope {
        command: command_id(actor.official.as_str(), key),
        digest: hasher.finalize().into(),
        traceparent: RequestContext::current().map(|context| context.trace.traceparent()),
    }
}
