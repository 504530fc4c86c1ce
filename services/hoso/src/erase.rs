//! `hoso erase`: a person's name and position made unreadable for ever, and documents of the person's
//! own items removed, by two persons. Speaks to a running Hoso, as the official whose token it is given.

use anyhow::Result;
use clap::{Args, ValueEnum};
use hoso_domain::ids::PersonId;
use serde_json::{Value, json};

use crate::cli::DONE;
use crate::client::ServerArgs;
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
    #[command(flatten)]
    server: ServerArgs,
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
    let path = format!("persons/{}", args.person);
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
    let person = match asked {
        None => args.server.get(&path).await?,
        Some((act, body)) => args.server.post(&format!("{path}/{act}"), &body).await?,
    };
    if args.json {
        say!("{person}");
        return Ok(DONE);
    }
    say_how_far(&args.person, &person);
    let documents = format!("documents?limit=200&person={}", args.person);
    match args.server.get(&documents).await {
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
