//! A running Hoso as a command of this binary speaks to it: as the official whose token it is given.

use anyhow::{Context as _, Result};
use clap::Args;
use clap::builder::{StringValueParser, TypedValueParser as _};
use hoso_runtime::Ids;
use hoso_runtime::config::Secret;
use reqwest::header::{IF_MATCH, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, Url};
use serde_json::Value;

use crate::cli::{BadInput, Unavailable};

/// Where Hoso listens, and as whom to speak to it.
#[derive(Debug, Args)]
pub(crate) struct ServerArgs {
    /// Where Hoso listens
    #[arg(
        long,
        value_name = "URL",
        env = "HOSO_URL",
        default_value = "http://127.0.0.1:8080"
    )]
    url: String,
    /// The official's token; better in `HOSO_TOKEN`, where no list of processes shows it
    #[arg(long, value_name = "TOKEN", env = "HOSO_TOKEN", hide_env_values = true, value_parser = StringValueParser::new().map(Secret::new))]
    token: Secret,
}

impl ServerArgs {
    /// What is shown at a path behind `/api/v1/`.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        self.answer(Client::new().get(self.at(path)?)).await
    }

    /// What a command at a path behind `/api/v1/` is answered, on whatever state it meets.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = Client::new()
            .post(self.at(path)?)
            .header("idempotency-key", Ids::system().new_id().to_string())
            .header(IF_MATCH, "*")
            .json(body);
        self.answer(request).await
    }

    fn at(&self, path: &str) -> Result<Url> {
        let url = format!("{}/api/v1/{path}", self.url.trim_end_matches('/'));
        let url = url.parse();
        Ok(url.map_err(|error| BadInput(format!("--url `{}`: {error}", self.url)))?)
    }

    async fn answer(&self, request: RequestBuilder) -> Result<Value> {
        let response: Response = request.bearer_auth(self.token.expose()).send().await?;
        let status = response.status();
        let busy = response.headers().contains_key(RETRY_AFTER);
        let body = response.text().await?;
        if status.is_success() {
            return serde_json::from_str(&body).context("the answer is no JSON: is this Hoso?");
        }
        let problem: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
        let said = |field| problem.get(field).and_then(Value::as_str);
        let text = said("detail").or_else(|| said("title")).unwrap_or(&body);
        let mut text = format!("{status}: {text}");
        // What is wrong with a field says more than the problem's name.
        let errors = problem.get("errors").and_then(Value::as_array);
        for error in errors.into_iter().flatten() {
            if let Some(reason) = error.get("reason").and_then(Value::as_str) {
                text = format!("{text}: {reason}");
            }
        }
        if status.is_server_error() || busy {
            Err(Unavailable(text).into())
        } else {
            Err(BadInput(text).into())
        }
    }
}
