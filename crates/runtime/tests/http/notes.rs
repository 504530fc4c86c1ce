//! A small service to try the conventions on: a note has a title and lines; a sealed note refuses.

use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::State;
use hoso_domain::actor::{Refusal, Role};
use hoso_domain::decider::{
    Decider, Explain, Issued, Listing, Obstacle, StoredDecider, StoredEvent,
};
use hoso_domain::ids::DossierId;
use hoso_ledger::{Metadata, Order, RecordedEvent, StreamName};
use hoso_runtime::{
    Caller, Command, Effect, Lane, NoBody, Page, PageQuery, Path, Problem, Query, RawCommand,
    ReactionError, Reactor, Reply, Runtime, Service,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Event {
    NoteWritten(Written),
    NoteCopied(Written),
    NoteSealed(Sealed),
    AttemptRefused(Refusal),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Written {
    pub(crate) line: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sealed {}

impl StoredEvent for Event {
    fn event_type(&self) -> &'static str {
        match self {
            Self::NoteWritten(_) => "NoteWritten",
            Self::NoteCopied(_) => "NoteCopied",
            Self::NoteSealed(_) => "NoteSealed",
            Self::AttemptRefused(_) => "AttemptRefused",
        }
    }
    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::AttemptRefused(refusal) => Some(refusal),
            Self::NoteWritten(_) | Self::NoteCopied(_) | Self::NoteSealed(_) => None,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Ask {
    Write(String),
    Copy(String),
    Seal,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Rejection {
    #[error("the note is sealed")]
    Sealed,
    #[error("a line has 1 to 20 characters")]
    Line,
}

impl Explain for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::Sealed => "note-sealed",
            Self::Line => "note-line",
        }
    }
    fn obstacle(&self) -> Obstacle {
        match self {
            Self::Sealed => Obstacle::State,
            Self::Line => Obstacle::Input,
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State_ {
    pub(crate) lines: Vec<String>,
    pub(crate) sealed: bool,
}

#[derive(Debug)]
pub(crate) struct Note;

impl Decider for Note {
    type State = State_;
    type Command = Issued<Ask>;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(state: &State_, issued: Issued<Ask>) -> Result<Vec<Event>, Rejection> {
        if state.sealed {
            return Err(Rejection::Sealed);
        }
        match issued.command {
            Ask::Write(line) | Ask::Copy(line) if line.is_empty() || line.len() > 20 => {
                Err(Rejection::Line)
            }
            Ask::Write(line) => Ok(vec![Event::NoteWritten(Written { line })]),
            Ask::Copy(line) => Ok(vec![Event::NoteCopied(Written { line })]),
            Ask::Seal => {
                Ok(vec![
                    match Refusal::unless_role(&issued.by, &[Role::Chairman], "SealNote") {
                        Some(refusal) => Event::AttemptRefused(refusal),
                        None => Event::NoteSealed(Sealed {}),
                    },
                ])
            }
        }
    }

    fn evolve(mut state: State_, event: &Event) -> State_ {
        match event {
            Event::NoteWritten(written) | Event::NoteCopied(written) => {
                state.lines.push(written.line.clone());
            }
            Event::NoteSealed(_) => state.sealed = true,
            Event::AttemptRefused(_) => {}
        }
        state
    }
}

impl StoredDecider for Note {
    const CATEGORY: &'static str = "note";
    fn listing(state: &State_) -> Listing {
        Listing {
            status: if state.sealed { "SEALED" } else { "OPEN" }.to_owned(),
            ..Listing::default()
        }
    }
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WriteNote {
    #[schema(value_type = String)]
    note: DossierId,
    line: String,
    #[serde(default)]
    marks: Vec<Mark>,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Mark {
    #[serde(rename = "colour")]
    _colour: u8,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NoteBody {
    note: String,
    lines: Vec<String>,
    sealed: bool,
}

/// Write a line.
#[utoipa::path(post, path = "/api/v1/notes", request_body = WriteNote,
    responses((status = 201, body = NoteBody)))]
async fn write_note(
    State(runtime): State<Runtime>,
    command: Command<WriteNote>,
) -> Result<Reply<NoteBody>, Problem> {
    assert!(command.body.marks.len() < 9, "a bug of the handler");
    let id = command.body.note.as_str();
    let stream = StreamName::new(Note::CATEGORY, id);
    let ask = Ask::Write(command.body.line.clone());
    let done = runtime
        .execute::<Note>(&stream, command.order(), ask)
        .await?;
    let location = format!("/api/v1/notes/{id}");
    Ok(Reply::created(location, done.version, body(id, done.state)).replayed(done.duplicate))
}

/// Seal a note.
#[utoipa::path(post, path = "/api/v1/notes/{note}/seal", params(("note" = String, Path)),
    responses((status = 200, body = NoteBody)))]
async fn seal_note(
    State(runtime): State<Runtime>,
    Path(note): Path<DossierId>,
    command: Command<NoBody>,
) -> Result<Reply<NoteBody>, Problem> {
    command.require_match()?;
    let stream = StreamName::new(Note::CATEGORY, note.as_str());
    let done = runtime
        .execute::<Note>(&stream, command.order(), Ask::Seal)
        .await?;
    Ok(Reply::ok(done.version, body(note.as_str(), done.state)).replayed(done.duplicate))
}

/// One note.
#[utoipa::path(get, path = "/api/v1/notes/{note}", params(("note" = String, Path)),
    responses((status = 200, body = NoteBody)))]
async fn get_note(
    State(runtime): State<Runtime>,
    _caller: Caller,
    Path(note): Path<DossierId>,
) -> Result<Reply<NoteBody>, Problem> {
    let stream = StreamName::new(Note::CATEGORY, note.as_str());
    let record = runtime.ledger.stream(&stream).await?;
    let record = record.ok_or_else(|| Problem::not_found(format!("note {note}")))?;
    let (state, version) = hoso_ledger::execute::load::<Note>(Some(record))?;
    Ok(Reply::ok(version, body(note.as_str(), state)))
}

/// All notes.
#[utoipa::path(get, path = "/api/v1/notes", params(PageQuery),
    responses((status = 200, body = Page<NoteBody>)))]
async fn list_notes(
    State(runtime): State<Runtime>,
    _caller: Caller,
    page: PageQuery,
) -> Result<Page<NoteBody>, Problem> {
    let rows = runtime
        .ledger
        .streams(&page.streams(Note::CATEGORY))
        .await?;
    Page::of_streams(rows, |record| {
        let id = record.stream.id().to_owned();
        let (state, _) = hoso_ledger::execute::load::<Note>(Some(record))?;
        Ok(body(&id, state))
    })
}

/// Write a line for each line of the body, and the number of them as a note of its own.
#[utoipa::path(post, path = "/api/v1/note-files", params(("name" = String, Query)),
    responses((status = 200, body = NoteBody)))]
async fn upload_notes(
    State(runtime): State<Runtime>,
    Query(Name { name }): Query<Name>,
    command: RawCommand,
) -> Result<Reply<NoteBody>, Problem> {
    let kind = command.content_type.clone().unwrap_or_default();
    let name = name.as_str();
    let stream = StreamName::new(Note::CATEGORY, name);
    let size = Ask::Write(format!("{kind} {}", command.bytes.len()));
    let done = runtime
        .execute::<Note>(&stream, command.order(), size)
        .await?;
    let part = StreamName::new(Note::CATEGORY, &format!("{name}.part"));
    let ask = Ask::Write(command.derived_id("part").simple().to_string()[..8].to_owned());
    runtime
        .execute::<Note>(&part, command.order_part("part"), ask)
        .await?;
    Ok(Reply::ok(done.version, body(name, done.state)).replayed(done.duplicate))
}

#[derive(Debug, Deserialize)]
struct Name {
    name: DossierId,
}

fn body(note: &str, state: State_) -> NoteBody {
    NoteBody {
        note: note.to_owned(),
        lines: state.lines,
        sealed: state.sealed,
    }
}

/// Copies every line to the note `<id>.copy`; a line `poison` cannot be digested, and a line
/// `loud` becomes too long for the copy's decider.
struct Copier;

#[async_trait]
impl Reactor for Copier {
    fn name(&self) -> &'static str {
        "notes"
    }

    async fn react(
        &self,
        _runtime: &Runtime,
        event: &RecordedEvent,
    ) -> Result<Vec<Effect>, ReactionError> {
        if event.event_type != "NoteWritten" {
            return Ok(Vec::new());
        }
        let Event::NoteWritten(written) = hoso_ledger::execute::decode::<Note>(event)? else {
            return Ok(Vec::new());
        };
        let line = match written.line.as_str() {
            "poison" => return Err(ReactionError::poison("cannot digest poison")),
            "loud" => "loud".repeat(9),
            _ => written.line,
        };
        let copy = StreamName::new(Note::CATEGORY, &format!("{}.copy", event.stream.id()));
        let [first, again] = ["copy", "copy-again"]
            .map(|name| Effect::new::<Note>(copy.clone(), name, Ask::Copy(line.clone())));
        Ok(vec![first.reason("every line"), again])
    }

    fn lane(&self, _: &RecordedEvent) -> Lane {
        Lane::OfItsStream
    }
}

pub(crate) fn service(_runtime: &Runtime) -> Vec<Service> {
    vec![Service {
        name: "notes",
        router: OpenApiRouter::new()
            .routes(routes!(write_note, list_notes))
            .routes(routes!(get_note))
            .routes(routes!(seal_note))
            .routes(routes!(upload_notes)),
        reactor: Some(Arc::new(Copier)),
    }]
}

/// Writes a line without the API.
pub(crate) async fn write_directly(runtime: &Runtime, note: &str, line: &str) {
    let id = runtime.ids.new_id();
    let order = Order {
        command: id,
        digest: [0; 32],
        seen: None,
        metadata: Metadata {
            actor: hoso_runtime::runtime::system_actor("test").unwrap(),
            reason: None,
            correlation: id,
            causation: None,
            rule_book: None,
            effective_at: runtime.clock.now(),
            traceparent: None,
        },
        cursor: None,
    };
    let stream = StreamName::new(Note::CATEGORY, note);
    let ask = Ask::Write(line.to_owned());
    runtime.execute::<Note>(&stream, order, ask).await.unwrap();
}
