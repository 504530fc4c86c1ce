//! What the server answered, and what a story expects of it.

use reqwest::{RequestBuilder, Response};
use serde_json::Value;

use super::text;

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The resource's version.
    pub etag: Option<String>,
    /// Whether it is the first answer again.
    pub replayed: bool,
    /// The `Link` header.
    pub link: Option<String>,
    /// The body; null if it has none.
    pub body: Value,
}

#[expect(
    clippy::must_use_candidate,
    reason = "they are assertions first; what they return is for further ones"
)]
impl Answer {
    /// Sends a request.
    ///
    /// # Panics
    /// If no answer comes, or one that is no JSON.
    pub async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        Self::read(response).await.expect("a whole answer, in JSON")
    }

    /// Reads an answer to its end; `None` if it is cut or no JSON.
    pub(super) async fn read(response: Response) -> Option<Self> {
        let header = |name: &str| {
            let value = response.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let (etag, link) = (header("etag"), header("link"));
        let replayed = header("idempotency-replayed").is_some();
        let status = response.status().as_u16();
        let bytes = response.bytes().await.ok()?;
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).ok()?
        };
        Some(Self {
            status,
            etag,
            replayed,
            link,
            body,
        })
    }

    /// It was done; the body.
    ///
    /// # Panics
    /// If it was not.
    #[track_caller]
    pub fn done(self) -> Value {
        let done = (200..300).contains(&self.status);
        assert!(done, "{} {}", self.status, self.body);
        self.body
    }

    /// It was denied by a rule: 403, and the rule among the violations.
    ///
    /// # Panics
    /// If it was not.
    #[track_caller]
    pub fn denied(self, rule: &str) -> Value {
        assert_eq!(self.status, 403, "{}", self.body);
        let violations = self.body.get("violations").and_then(Value::as_array);
        let rules: Vec<_> = violations
            .into_iter()
            .flatten()
            .map(|v| text(v, "rule"))
            .collect();
        assert!(rules.iter().any(|r| r == rule), "{rule} in {}", self.body);
        self.body
    }

    /// It could not be done as things stand or as it was asked: the status and the code.
    ///
    /// # Panics
    /// If it was answered otherwise.
    #[track_caller]
    pub fn not_done(self, status: u16, code: &str) -> Value {
        let got = (self.status, text(&self.body, "code"));
        assert_eq!(got, (status, code.to_owned()), "{}", self.body);
        self.body
    }
}
