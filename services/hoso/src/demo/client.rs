//! A small HTTP client of Hoso's own API, as an office's program would write it: a bearer token,
//! an idempotency key a command, the `ETag` last seen.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result, bail};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH};
use serde_json::Value;

/// A client of one Hoso.
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    commands: AtomicU64,
}

/// What Hoso answered.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) etag: Option<String>,
    pub(super) body: Value,
}

impl Answer {
    /// The answer if it is a success.
    ///
    /// # Errors
    /// The problem's code and detail.
    pub(super) fn success(self, what: &str) -> Result<Self> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        bail!("{what}: {} {}", self.status, self.body)
    }
}

/// What stands in a command's `If-Match`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Seen<'a> {
    /// A new resource.
    New,
    /// Whatever version there is.
    Any,
    /// Exactly the version of this `ETag`.
    Tag(&'a str),
}

impl Client {
    pub(super) fn new(base: String) -> Self {
        Self {
            http: reqwest::Client::new(),
            base,
            commands: AtomicU64::new(1),
        }
    }

    /// Sends a command.
    ///
    /// # Errors
    /// If no answer came; a refusal is an answer.
    pub(super) async fn post(
        &self,
        token: &str,
        path: &str,
        seen: Seen<'_>,
        body: &Value,
    ) -> Result<Answer> {
        let body = serde_json::to_vec(body)?;
        self.post_bytes(token, path, seen, "application/json", body)
            .await
    }

    /// Sends bytes: a document, a table.
    ///
    /// # Errors
    /// If no answer came; a refusal is an answer.
    pub(super) async fn post_bytes(
        &self,
        token: &str,
        path: &str,
        seen: Seen<'_>,
        media_type: &str,
        body: Vec<u8>,
    ) -> Result<Answer> {
        let number = self.commands.fetch_add(1, Ordering::Relaxed);
        let mut request = self
            .http
            .request(Method::POST, format!("{}{path}", self.base))
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header("idempotency-key", format!("demo-{number}"))
            .header(CONTENT_TYPE, media_type)
            .body(body);
        request = match seen {
            Seen::New => request,
            Seen::Any => request.header(IF_MATCH, "*"),
            Seen::Tag(tag) => request.header(IF_MATCH, tag),
        };
        Self::answer(request, path).await
    }

    /// Asks for a resource.
    ///
    /// # Errors
    /// If no answer came, or it is not a success.
    pub(super) async fn get(&self, token: &str, path: &str) -> Result<Answer> {
        let request = self
            .http
            .request(Method::GET, format!("{}{path}", self.base))
            .header(AUTHORIZATION, format!("Bearer {token}"));
        Self::answer(request, path).await?.success(path)
    }

    async fn answer(request: reqwest::RequestBuilder, path: &str) -> Result<Answer> {
        let response = request
            .send()
            .await
            .with_context(|| format!("no answer from {path}"))?;
        let status = response.status().as_u16();
        let etag = response
            .headers()
            .get(ETAG)
            .and_then(|v| v.to_str().ok())
            .map(str::to_owned);
        let bytes = response
            .bytes()
            .await
            .with_context(|| format!("half an answer from {path}"))?;
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes)?
        };
        Ok(Answer { status, etag, body })
    }
}
