//! What a request is answered when it cannot be done: RFC 9457 problem+json with a stable code.
//!
//! The caller sees what concerns its own input; the cause of a 5xx goes to the log, once, here.
//! Every code has a page in `docs/errors/`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hoso_domain::decider::{Explain, Obstacle};
use hoso_ledger::LedgerError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::context::RequestContext;

/// Seconds after which a client may try again when the ledger did not answer.
const RETRY_AFTER_SECONDS: u32 = 1;

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// Stable kebab-case code; `docs/errors/<code>.md` explains it.
    pub code: &'static str,
    /// What is wrong in this case.
    pub detail: Option<String>,
    /// The rules that stand in the way, with their citations.
    pub violations: Vec<Violation>,
    /// The fields that are wrong.
    pub errors: Vec<FieldError>,
    /// Seconds to wait before trying again.
    pub retry_after: Option<u32>,
    /// For the log only.
    cause: Option<Box<str>>,
}

/// As the command line shows it: the detail, then each rule and field, then the code.
impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(detail) = &self.detail {
            write!(f, "{detail} ")?;
        }
        for violation in &self.violations {
            write!(f, "[{}: {}] ", violation.rule, violation.reason)?;
        }
        for error in &self.errors {
            write!(f, "[{}: {}] ", error.field, error.reason)?;
        }
        write!(f, "({})", self.code)
    }
}

/// One rule that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Violation {
    /// The rule's id, such as `R43`; `D` is the table of who may do what.
    pub rule: String,
    /// Where it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citation: Option<String>,
    /// The item it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Why it is not met, in words.
    pub reason: String,
}

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldError {
    /// The field's path, such as `items[2].lane`.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

/// A problem as it is sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A page about the code.
    #[serde(rename = "type")]
    kind: String,
    /// The code's meaning in a few words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is wrong in this case.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The request's path.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// Stable kebab-case code.
    code: String,
    /// The request's trace, to be named when asking for help.
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    /// The rules that stand in the way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    violations: Vec<Violation>,
    /// The fields that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

/// What a domain rejection is to an HTTP client: one exhaustive match in each service's `error.rs`.
///
/// A domain rejection that explains itself is one already: 409 where what happened stands in the
/// way, 422 where what was asked is wrong in itself.
pub trait IntoProblem {
    /// The problem.
    fn problem(&self) -> Problem;
}

impl<R: Explain> IntoProblem for R {
    fn problem(&self) -> Problem {
        let status = match self.obstacle() {
            Obstacle::State => StatusCode::CONFLICT,
            Obstacle::Input => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let violations = Explain::violations(self);
        Problem::new(status, self.code())
            .detail(self)
            .violations(violations.into_iter().map(Violation::from).collect())
    }
}

impl From<hoso_domain::decider::Violation> for Violation {
    fn from(violation: hoso_domain::decider::Violation) -> Self {
        Self {
            rule: violation.rule.to_owned(),
            citation: Some(violation.citation.to_owned()),
            item: violation.item.map(String::from),
            reason: violation.reason,
        }
    }
}

impl Problem {
    /// A problem with a code.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str) -> Self {
        Self {
            status,
            code,
            detail: None,
            violations: Vec::new(),
            errors: Vec::new(),
            retry_after: None,
            cause: None,
        }
    }

    /// 400: the request cannot be read.
    #[must_use]
    pub fn bad_request(code: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code)
    }

    /// 403.
    #[must_use]
    pub fn forbidden(code: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, code)
    }

    /// 404 `not-found`, naming what was looked for. Also the answer to those outside its scope.
    #[must_use]
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found").detail(format!("there is no {what}"))
    }

    /// 409: the resource's state stands in the way.
    #[must_use]
    pub fn conflict(code: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, code)
    }

    /// 422: understood, and not to be done as it is.
    #[must_use]
    pub fn unprocessable(code: &'static str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code)
    }

    /// 422 `body-invalid`: one field of the body is wrong.
    #[must_use]
    pub fn field(field: impl Into<String>, reason: impl std::fmt::Display) -> Self {
        Self::unprocessable("body-invalid").error(field, reason)
    }

    /// 412 `version-stale`.
    #[must_use]
    pub fn stale(seen: u64, actual: u64) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "version-stale").detail(format!(
            "the resource is at version {actual}, you have seen {seen}: read it again"
        ))
    }

    /// 500 `internal`: the cause is logged, not told.
    #[must_use]
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal").cause(cause)
    }

    /// 503 with `Retry-After`: the cause is logged, not told.
    #[must_use]
    pub fn unavailable(code: &'static str, cause: impl std::fmt::Display) -> Self {
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, code).cause(cause);
        problem.retry_after = Some(RETRY_AFTER_SECONDS);
        problem
    }

    /// 504 `timed-out` with `Retry-After`: it is not known what became of the request.
    #[must_use]
    pub fn timed_out() -> Self {
        let mut problem = Self::new(StatusCode::GATEWAY_TIMEOUT, "timed-out")
            .detail("no answer in time; try again with the same Idempotency-Key")
            .cause("the handler took too long");
        problem.retry_after = Some(RETRY_AFTER_SECONDS);
        problem
    }

    /// The code's meaning in a few words: the code itself, in words.
    #[must_use]
    pub fn title(&self) -> String {
        let words = self.code.replace('-', " ");
        let mut letters = words.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect())
            .unwrap_or_default()
    }

    /// With what is wrong in this case.
    #[must_use]
    pub fn detail(mut self, detail: impl std::fmt::Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// With the rules that stand in the way.
    #[must_use]
    pub fn violations(mut self, violations: Vec<Violation>) -> Self {
        self.violations.extend(violations);
        self
    }

    /// With one more field that is wrong.
    #[must_use]
    pub fn error(mut self, field: impl Into<String>, reason: impl std::fmt::Display) -> Self {
        self.errors.push(FieldError {
            field: field.into(),
            reason: reason.to_string(),
        });
        self
    }

    /// With a cause for the log.
    #[must_use]
    pub fn cause(mut self, cause: impl std::fmt::Display) -> Self {
        self.cause = Some(cause.to_string().into());
        self
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        match &error {
            LedgerError::DigestMismatch { .. } => Self::unprocessable("idempotency-key-reused")
                .detail("the Idempotency-Key was used before, for another request"),
            LedgerError::NotParked { .. } => Self::conflict("not-parked").detail(&error),
            LedgerError::Limit { what, limit } => Self::unprocessable("over-limit")
                .detail(format!("{what} is over its limit of {limit}")),
            LedgerError::Conflict { .. } | LedgerError::CursorConflict { .. } => {
                Self::unavailable("ledger-contended", &error)
                    .detail("others change the same resource; try again")
            }
            LedgerError::Unavailable { .. } => Self::unavailable("ledger-unavailable", &error)
                .detail(
                    "the ledger did not answer; the outcome is unknown: \
                     try again with the same Idempotency-Key",
                ),
            LedgerError::NotWritable { .. } => Self::unavailable("ledger-not-writable", &error)
                .detail("the ledger cannot be written; nothing was done"),
            LedgerError::Corrupt { .. } => Self::internal(&error),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let context = RequestContext::current();
        let trace_id = context.as_ref().map(|c| c.trace.trace_id.clone());
        if self.status.is_server_error() {
            tracing::error!(
                trace_id = trace_id.as_deref().unwrap_or_default(),
                code = self.code,
                cause = self.cause.as_deref().unwrap_or_default(),
                "a request was answered {} {}",
                self.status.as_u16(),
                self.code,
            );
        }
        let body = ProblemBody {
            kind: format!("/docs/errors/{}", self.code),
            title: self.title(),
            status: self.status.as_u16(),
            detail: self.detail,
            instance: context.map(|c| c.uri.path().to_owned()),
            code: self.code.to_owned(),
            trace_id,
            violations: self.violations,
            errors: self.errors,
        };
        // A struct of texts and numbers always encodes; an empty body would be the fallback.
        let text = serde_json::to_string(&body).unwrap_or_default();
        let mut response = (self.status, text).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
