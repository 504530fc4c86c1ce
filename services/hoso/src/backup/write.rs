//! One run of a backup: what the ledger holds more than the backup is added to it.
//!
//! What is read in which order makes a run consistent without stopping anybody. First the
//! consumers' cursors, then what they parked: a cursor may stand earlier than its effects, which are
//! then found done already, but never later than what is parked is known. Then the head; then
//! everything up to it, which does not change any more; the documents last, since their bytes are
//! kept before an event names them.

use std::collections::BTreeSet;

use anyhow::Result;
use futures::TryStreamExt as _;
use hoso_ledger::{CommandQuery, CommandRecord, Ledger, Position, RecordedEvent, pages};
use hoso_runtime::Runtime;
use hoso_runtime::documents::DocumentError;
use serde_json::Value;

use super::line::{
    CommandLine, CursorLine, Digest, DocumentLine, ParkedLine, StandingLine, event_digest,
    event_line,
};
use super::manifest::{Counts, FORMAT, FileEntry, FileName, Head, Manifest};
use super::problems::Problems;
use super::read::Backup;
use super::same_log;
use super::target::{Lines, Target};
use crate::erased;

/// Events of one file, at most.
const EVENTS_MAX: u64 = 10_000;
/// Commands of one file, at most.
const COMMANDS_MAX: u64 = 100_000;
/// Commands read at a time.
const PAGE: u32 = 1_000;

/// What a run did.
#[derive(Debug)]
pub(super) struct Written {
    /// The manifest now in force, and its digest.
    pub(super) manifest: Manifest,
    pub(super) sha256: Digest,
    /// What was there before.
    pub(super) before: Counts,
    /// What a person must look at; the backup holds everything else.
    pub(super) problems: Problems,
}

/// Runs it.
///
/// # Errors
/// The ledger cannot be read or is not the one backed up; the directory cannot be written.
pub(super) async fn write(
    runtime: &Runtime,
    mut target: Target,
    progress: impl Fn(Position, Position),
) -> Result<Written> {
    let ledger = runtime.ledger.as_ref();
    let standing = standing(ledger).await?;
    let head = head(ledger).await?;
    let before = target.before.take();
    if let Some(backup) = &before {
        same_log::require(backup, ledger, head.as_ref()).await?;
    }
    let from = before
        .as_ref()
        .map_or(0, |backup| backup.manifest.position());
    let mut run = Run {
        runtime,
        target,
        from,
        until: head.map_or(0, |head| head.position),
        files: Vec::new(),
        counts: Counts::default(),
        named: BTreeSet::new(),
        problems: Problems::default(),
    };
    let mut counts = Counts::default();
    if let Some(backup) = &before {
        let final_files = |file: &&FileEntry| !matches!(file.name, FileName::Standing(_));
        let files = backup.manifest.files.iter().filter(final_files);
        run.files.extend(files.cloned());
        counts = backup.manifest.counts;
        run.counts.events = counts.events;
        run.counts.documents = counts.documents;
        run.counts.commands = commands_of(backup);
    }
    run.events(progress).await?;
    run.commands().await?;
    let erased = erased::of_log(&runtime.ledger, run.until).await?;
    run.documents(before.as_ref(), erased.as_ref()).await?;
    run.standing(standing).await?;
    let erased = erased.unwrap_or_default();
    let store = run.target.store();
    let manifest = Manifest {
        format_version: FORMAT,
        program: concat!("hoso ", env!("CARGO_PKG_VERSION")).to_owned(),
        made_at: runtime.clock.now(),
        head,
        counts: run.counts,
        files: run.files,
    };
    let sha256 = run.target.commit(&manifest)?;
    // Last: until the events that say so are in it, a backup has every document that it lists.
    for document in &erased {
        let gone = store.erase(&document.to_string()).await;
        gone.map_err(of_the_disk)?;
    }
    Ok(Written {
        manifest,
        sha256,
        before: counts,
        problems: run.problems,
    })
}

/// Cursors and parked events, in this order.
async fn standing(ledger: &dyn Ledger) -> Result<Vec<StandingLine>> {
    let cursors = ledger.cursors().await?;
    let mut lines = Vec::with_capacity(cursors.len());
    let mut parked = Vec::new();
    for (consumer, position) in cursors {
        // Whoever parked anything has a cursor: parking moves it.
        parked.extend(ledger.parked(&consumer).await?);
        lines.push(StandingLine::Cursor(CursorLine { consumer, position }));
    }
    let parked = parked.into_iter().map(ParkedLine::from);
    lines.extend(parked.map(StandingLine::Parked));
    Ok(lines)
}

async fn head(ledger: &dyn Ledger) -> Result<Option<Head>> {
    let position = ledger.head().await?;
    let Some(before) = position.checked_sub(1) else {
        return Ok(None);
    };
    let last = ledger.read_all(before, 1).await?.into_iter().next();
    let Some(last) = last.filter(|last| last.position == position) else {
        anyhow::bail!("the ledger says it ends at {position}, and has no event there");
    };
    Ok(Some(Head {
        position,
        recorded_at: last.recorded_at,
        sha256: event_digest(last)?,
    }))
}

/// Commands in the files that stay: those that were not final are not among them.
fn commands_of(backup: &Backup) -> u64 {
    let commands = |file: &&FileEntry| matches!(file.name, FileName::Commands { .. });
    let files = backup.manifest.files.iter().filter(commands);
    files.map(|file| file.entries).sum()
}

struct Run<'r> {
    runtime: &'r Runtime,
    target: Target,
    /// The head of the run before.
    from: Position,
    /// The head of this one.
    until: Position,
    files: Vec<FileEntry>,
    counts: Counts,
    /// Documents that the new events name.
    named: BTreeSet<Digest>,
    problems: Problems,
}

impl Run<'_> {
    async fn events(&mut self, progress: impl Fn(Position, Position)) -> Result<()> {
        let mut first = self.from + 1;
        let mut lines: Option<Lines> = None;
        let log = pages(self.runtime.ledger.clone(), self.from, self.until);
        let mut log = std::pin::pin!(log);
        while let Some(page) = log.try_next().await? {
            for event in page {
                let last = event.position;
                self.note_documents(&event);
                let out = match &mut lines {
                    Some(lines) => lines,
                    none => none.insert(self.target.begin("events")?),
                };
                out.line(&event_line(event)?)?;
                if out.entries == EVENTS_MAX || last == self.until {
                    self.counts.events += out.entries;
                    if let Some(lines) = lines.take() {
                        let name = FileName::Events { first, last };
                        self.files.push(self.target.end(lines, |_| name)?);
                    }
                    first = last + 1;
                }
                progress(last - self.from, self.until - self.from);
            }
        }
        Ok(())
    }

    /// Commands that became final since the run before: of those without events, a later one may
    /// still stand at the same head.
    async fn commands(&mut self) -> Result<()> {
        let (from, until) = (self.from, self.until);
        if from == until {
            return Ok(());
        }
        let is_final = move |command: &CommandRecord| {
            let at = command.first_position;
            let without_events = command.count == 0;
            (at > from || without_events) && (at < until || !without_events)
        };
        let mut part = 1;
        let mut lines = self.target.begin("commands")?;
        let mut query = stretch(from, until);
        loop {
            let page = self.runtime.ledger.commands(&query).await?;
            let Some(last) = page.last() else { break };
            query.after = Some(last.command);
            for command in page.into_iter().filter(is_final) {
                if lines.entries == COMMANDS_MAX {
                    self.end_commands(lines, part)?;
                    part += 1;
                    lines = self.target.begin("commands")?;
                }
                lines.json(&CommandLine::from(command))?;
            }
        }
        self.end_commands(lines, part)
    }

    fn end_commands(&mut self, lines: Lines, part: u64) -> Result<()> {
        self.counts.commands += lines.entries;
        let (from, until) = (self.from, self.until);
        let name = FileName::Commands { from, until, part };
        self.files.push(self.target.end(lines, |_| name)?);
        Ok(())
    }

    /// Copies the documents that are not in the backup, and none that was erased with a person. The
    /// list is written last: what it names is on the disk.
    async fn documents(
        &mut self,
        before: Option<&Backup>,
        erased: Option<&BTreeSet<Digest>>,
    ) -> Result<()> {
        let listed = before
            .map(Backup::documents)
            .transpose()?
            .unwrap_or_default();
        let (source, store) = (&self.runtime.documents, self.target.store());
        let mut held = listed.clone();
        if let Some(erased) = erased {
            // One that was erased and came again, as somebody else's, is copied again.
            for sha256 in &listed {
                let there = store.has(&sha256.to_string()).await.map_err(of_the_disk)?;
                if !there && !erased.contains(sha256) {
                    held.remove(sha256);
                }
            }
        }
        let passed = |sha256: &Digest| erased.is_some_and(|erased| erased.contains(sha256));
        let mut added = Vec::new();
        for name in source.digests().await.map_err(of_the_disk)? {
            let Ok(sha256) = Digest::try_from(name.clone()) else {
                continue;
            };
            if held.contains(&sha256) || passed(&sha256) {
                continue;
            }
            match source.get(&name).await {
                Ok(Some(bytes)) => {
                    let size = bytes.len() as u64;
                    store.keep(&name, bytes).await.map_err(of_the_disk)?;
                    if !listed.contains(&sha256) {
                        added.push(DocumentLine { sha256, size });
                    }
                    held.insert(sha256);
                }
                Ok(None) => {}
                Err(error) => self.problems.add(error.to_string()),
            }
        }
        for sha256 in self.named.difference(&held).filter(|named| !passed(named)) {
            self.problems.add(format!(
                "document {sha256} is named by an event and is not in the store"
            ));
        }
        if added.is_empty() {
            return Ok(());
        }
        let mut lines = self.target.begin("documents")?;
        for line in &added {
            lines.json(line)?;
        }
        self.counts.documents += lines.entries;
        let number = 1 + self.lists();
        let name = FileName::Documents { number };
        self.files.push(self.target.end(lines, |_| name)?);
        Ok(())
    }

    fn lists(&self) -> u64 {
        let lists = |file: &&FileEntry| matches!(file.name, FileName::Documents { .. });
        self.files.iter().filter(lists).count() as u64
    }

    async fn standing(&mut self, standing: Vec<StandingLine>) -> Result<()> {
        let mut lines = self.target.begin("standing")?;
        for line in &standing {
            lines.json(line)?;
            match line {
                StandingLine::Cursor(_) => self.counts.cursors += 1,
                StandingLine::Parked(_) => self.counts.parked += 1,
                StandingLine::Command(_) => self.counts.commands += 1,
            }
        }
        let mut query = stretch(self.until, self.until);
        loop {
            let page = self.runtime.ledger.commands(&query).await?;
            let Some(last) = page.last() else { break };
            query.after = Some(last.command);
            for command in page.into_iter().filter(|command| command.count == 0) {
                lines.json(&StandingLine::Command(CommandLine::from(command)))?;
                self.counts.commands += 1;
            }
        }
        self.files.push(self.target.end(lines, FileName::Standing)?);
        Ok(())
    }

    /// Notes the documents that an event names. An event that cannot be read as JSON names none.
    fn note_documents(&mut self, event: &RecordedEvent) {
        if event.data.contains("\"sha256\"")
            && let Ok(data) = serde_json::from_str::<Value>(&event.data)
        {
            documents_in(&data, &mut self.named);
        }
    }
}

/// A failing disk is told as such, so that it has its exit code.
pub(crate) fn of_the_disk(error: DocumentError) -> anyhow::Error {
    match error {
        DocumentError::Io(error) => anyhow::Error::from(error).context("the document store"),
        DocumentError::Empty
        | DocumentError::TooLarge { .. }
        | DocumentError::Name { .. }
        | DocumentError::Kind
        | DocumentError::Damaged { .. } => error.into(),
    }
}

fn stretch(from: Position, until: Position) -> CommandQuery {
    CommandQuery {
        after: None,
        from,
        until,
        limit: PAGE,
    }
}

/// The digests of the documents in an event: wherever a field `sha256` stands, it is a document's.
pub(crate) fn documents_in(data: &Value, found: &mut BTreeSet<Digest>) {
    match data {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "sha256"
                    && let Some(digest) = value.as_str().map(str::to_owned)
                    && let Ok(digest) = Digest::try_from(digest)
                {
                    found.insert(digest);
                }
                documents_in(value, found);
            }
        }
        Value::Array(values) => {
            for value in values {
                documents_in(value, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
