//! `hoso erase`: a person's name and position made unreadable for ever, by two persons. Speaks to a
//! running Hoso, as the official whose token it is given.

use anyhow::{Context as _, Result};
use clap::Args;
use clap::builder::{StringValueParser, TypedValueParser as _};
use hoso_domain::ids::PersonId;
use hoso_runtime::Ids;
use hoso_runtime::config::Secret;
use reqwest::header::{IF_MATCH, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, Url};
use serde_json::{Value, json};

use crate::cli::{BadInput, DONE, Unavailable};
use crate::output::say;

/// Erase a person. One official asks with `--basis`; another, as another person, says `--agree`, which
/// cannot be undone, or `--drop`. Without any of them it says how far it is.
#[derive(Debug, Args)]
pub(crate) struct EraseArgs {
    /// The person
    #[arg(value_name = "PERSON")]
    person: PersonId,
    /// Ask for it: what it rests on (căn cứ), without a name
    #[arg(long, value_name = "TEXT", group = "act")]
    basis: Option<String>,
    /// Agree to it: the key of the person's texts is destroyed
    #[arg(long, group = "act")]
    agree: bool,
    /// Drop what was asked for
    #[arg(long, group = "act")]
    drop: bool,
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
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

/// Asks, agrees, drops, or says how far it is.
///
/// # Errors
/// No answer, or a refusal.
pub(crate) async fn run(args: EraseArgs) -> Result<u8> {
    let base = format!(
        "{}/api/v1/persons/{}",
        args.url.trim_end_matches('/'),
        args.person
    );
    let base: Url = base
        .parse()
        .map_err(|error| BadInput(format!("--url `{}`: {error}", args.url)))?;
    let http = reqwest::Client::new();
    let asked = match &args.basis {
        Some(basis) => Some(("erasure-request", json!({ "basis": basis }))),
        None if args.agree => Some(("erasure", json!({}))),
        None if args.drop => Some(("erasure-drop", json!({}))),
        None => None,
    };
    let request = match asked {
        None => http.request(Method::GET, base),
        Some((act, body)) => http
            .request(Method::POST, format!("{base}/{act}"))
            .header("idempotency-key", Ids::system().new_id().to_string())
            .header(IF_MATCH, "*")
            .json(&body),
    };
    let person = answer(request, &args.token).await?;
    if args.json {
        say!("{person}");
        return Ok(DONE);
    }
    let told = |field: &str| {
        let told = person.pointer(&format!("/erasure/{field}"));
        told.and_then(Value::as_str).unwrap_or_default()
    };
    match told("status") {
        "ERASED" => say!("{}: erased; the key is destroyed", args.person),
        "REQUESTED" => say!(
            "{}: {} asked for the erasure ({}); another person agrees with --agree, or drops it with \
             --drop",
            args.person,
            told("requestedBy"),
            told("basis")
        ),
        _ => say!("{}: nobody asked for an erasure", args.person),
    }
    Ok(DONE)
}

async fn answer(request: RequestBuilder, token: &Secret) -> Result<Value> {
    let response: Response = request.bearer_auth(token.expose()).send().await?;
    let status = response.status();
    let busy = response.headers().contains_key(RETRY_AFTER);
    let body = response.text().await?;
    if status.is_success() {
        return serde_json::from_str(&body).context("the answer is no JSON: is this Hoso?");
    }
    let problem: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
    let said = |field| problem.get(field).and_then(Value::as_str);
    let text = said("detail").or_else(|| said("title")).unwrap_or(&body);
    let text = format!("{status}: {text}");
    if status.is_server_error() || busy {
        Err(Unavailable(text).into())
    } else {
        Err(BadInput(text).into())
    }
}
