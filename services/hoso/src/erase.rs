//! `hoso erase`: a person's name and position made unreadable for ever, and documents of the person's
//! own items removed, by two persons. Speaks to a running Hoso, as the official whose token it is given.

use anyhow::{Context as _, Result};
use clap::builder::{StringValueParser, TypedValueParser as _};
use clap::{Args, ValueEnum};
use hoso_domain::ids::PersonId;
use hoso_runtime::Ids;
use hoso_runtime::config::Secret;
use reqwest::header::{IF_MATCH, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, Url};
use serde_json::{Value, json};

use crate::cli::{BadInput, DONE, Unavailable};
use crate::output::say;

/// Erase a person. One official asks with `--basis`; another, as another person, says `--agree`, which
/// cannot be undone, or `--drop`. Without any of them it says how far it is, and what becomes of each
/// document of the person's items: look at it before agreeing.
#[derive(Debug, Args)]
pub(crate) struct EraseArgs {
    /// The person
    #[arg(value_name = "PERSON")]
    person: PersonId,
    /// Ask for it: what it rests on (căn cứ), without a name
    #[arg(long, value_name = "TEXT", group = "act")]
    basis: Option<String>,
    /// With `--basis`: which documents go. None goes that is somebody else's as well. An erasure can be
    /// widened later by asking again, never narrowed
    #[arg(
        long,
        value_enum,
        value_name = "WHICH",
        default_value = "without-award",
        requires = "basis"
    )]
    documents: Documents,
    /// Agree to it: the key of the person's texts is destroyed, the documents are removed
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

/// Which documents go with a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Documents {
    /// None
    None,
    /// Those of items that ended without an award, and of open items once they do; what an award rests
    /// on stays for the archive's term
    WithoutAward,
    /// All of them: the archive's term is over, or does not bind
    All,
}

impl Documents {
    const fn word(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::WithoutAward => "WITHOUT_AWARD",
            Self::All => "ALL",
        }
    }
}

/// Asks, agrees, drops, or says how far it is.
///
/// # Errors
/// No answer, or a refusal.
pub(crate) async fn run(args: EraseArgs) -> Result<u8> {
    let at = |path: &str| -> Result<Url> {
        let url = format!("{}/api/v1/{path}", args.url.trim_end_matches('/'));
        let url = url.parse();
        url.map_err(|error| BadInput(format!("--url `{}`: {error}", args.url)).into())
    };
    let person = format!("persons/{}", args.person);
    let http = reqwest::Client::new();
    let asked = match &args.basis {
        Some(basis) => {
            let documents = args.documents.word();
            let body = json!({ "basis": basis, "documents": documents });
            Some(("erasure-request", body))
        }
        None if args.agree => Some(("erasure", json!({}))),
        None if args.drop => Some(("erasure-drop", json!({}))),
        None => None,
    };
    let request = match asked {
        None => http.request(Method::GET, at(&person)?),
        Some((act, body)) => http
            .request(Method::POST, at(&format!("{person}/{act}"))?)
            .header("idempotency-key", Ids::system().new_id().to_string())
            .header(IF_MATCH, "*")
            .json(&body),
    };
    let person = answer(request, &args.token).await?;
    if args.json {
        say!("{person}");
        return Ok(DONE);
    }
    say_how_far(&args.person, &person);
    let documents = at(&format!("documents?limit=200&person={}", args.person))?;
    match answer(http.request(Method::GET, documents), &args.token).await {
        Ok(page) => say_documents(&page),
        Err(error) => eprintln!("hoso: which documents go is not shown: {error:#}"),
    }
    Ok(DONE)
}

fn say_how_far(id: &PersonId, person: &Value) {
    let told = |field: &str| {
        let told = person.pointer(&format!("/erasure/{field}"));
        told.and_then(Value::as_str).unwrap_or_default()
    };
    match told("status") {
        "ERASED" => say!(
            "{id}: erased; the key is destroyed; documents: {}",
            told("documents")
        ),
        "REQUESTED" => say!(
            "{id}: {} asked for the erasure ({}), documents: {}; another person agrees with --agree, or \
             drops it with --drop",
            told("requestedBy"),
            told("basis"),
            told("documents")
        ),
        _ => say!("{id}: nobody asked for an erasure"),
    }
    if !told("wider/basis").is_empty() {
        say!(
            "{id}: {} asked that more documents go ({}): {}",
            told("wider/requestedBy"),
            told("wider/basis"),
            told("wider/documents")
        );
    }
}

/// A line a document: what becomes of it, and why.
fn say_documents(page: &Value) {
    let items = page.get("items").and_then(Value::as_array);
    for document in items.into_iter().flatten() {
        let told = |field| document.get(field).and_then(Value::as_str).unwrap_or("-");
        let why = match told("fate") {
            "AWARDED" => format!(
                " by {}, archived until {}",
                told("decision"),
                told("retainUntil")
            ),
            _ => String::new(),
        };
        let (fate, dossier, item) = (told("fate"), told("dossier"), told("item"));
        let (name, sha256) = (told("name"), told("sha256"));
        say!("  {fate}{why}: {name} of {item} in {dossier}, {sha256}");
    }
    if page.get("next").is_some() {
        say!("  … and more");
    }
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
