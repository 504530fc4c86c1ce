//! The events and commands of a backup in pages, each held against those before it.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::{DateTime, Utc};
use hoso_ledger::{CommandRecord, Position, RecordedEvent, StreamName};
use serde::de::DeserializeOwned;

use super::damage::Damage;
use super::line::{CommandLine, Digest, EventLine, event_digest};
use super::lines::Lines;
use super::manifest::{self, FileName};
use super::read::{Backup, Files};

/// Lines handed on at a time.
const PAGE: usize = 500;

/// Up to a page of lines of the files, one file after the other.
fn page<T: DeserializeOwned>(
    backup: &Backup,
    files: &mut Files<'_>,
    open: &mut Option<Lines<T>>,
    mut each: impl FnMut(FileName, T) -> Result<(), Damage>,
) -> Result<usize, Damage> {
    let mut count = 0;
    while count < PAGE {
        let Some(lines) = open else {
            match files.next() {
                Some(file) => *open = Some(backup.lines(file)?),
                None => break,
            }
            continue;
        };
        match lines.next() {
            Some(line) => {
                each(lines.file().name, line?)?;
                count += 1;
            }
            None => *open = None,
        }
    }
    Ok(count)
}

/// The events of a backup, checked: dense positions, unbroken versions, digests, times that do not
/// go back, and at the end the head that the manifest names.
pub(crate) struct Events<'b> {
    backup: &'b Backup,
    files: Files<'b>,
    open: Option<Lines<EventLine>>,
    versions: BTreeMap<StreamName, u64>,
    position: Position,
    recorded_at: Option<DateTime<Utc>>,
    ended: bool,
}

impl<'b> Events<'b> {
    /// Those of a backup.
    pub(super) fn of(backup: &'b Backup) -> Self {
        Self {
            files: backup.files(|name| matches!(name, FileName::Events { .. })),
            open: None,
            versions: BTreeMap::new(),
            position: 0,
            recorded_at: None,
            backup,
            ended: false,
        }
    }

    fn next_page(&mut self) -> Result<Vec<RecordedEvent>> {
        let mut events = Vec::with_capacity(PAGE);
        let Self {
            versions,
            position,
            recorded_at,
            ..
        } = self;
        page(
            self.backup,
            &mut self.files,
            &mut self.open,
            |file, line| {
                let event = RecordedEvent::from(line);
                *position += 1;
                follows(&event, *position, *recorded_at, versions)
                    .map_err(|what| Damage::of(file, what))?;
                *recorded_at = Some(event.recorded_at);
                events.push(event);
                Ok(())
            },
        )?;
        let head = self.backup.manifest.head;
        if let (Some(last), Some(head)) = (events.last(), head)
            && last.position == head.position
            && (event_digest(last.clone())? != head.sha256 || last.recorded_at != head.recorded_at)
        {
            let what = format!(
                "names another event as the last, at position {}",
                head.position
            );
            return Err(Damage::of(manifest::NAME, what).into());
        }
        Ok(events)
    }
}

/// What an event says of itself, held against those before it.
fn follows(
    event: &RecordedEvent,
    position: Position,
    recorded_at: Option<DateTime<Utc>>,
    versions: &mut BTreeMap<StreamName, u64>,
) -> Result<(), String> {
    if event.position != position {
        return Err(format!(
            "has position {} where {position} should stand",
            event.position
        ));
    }
    if Digest::of(event.data.as_bytes()).0 != event.sha256 {
        return Err(format!(
            "has data at position {position} that is not what was hashed"
        ));
    }
    let version = versions.entry(event.stream.clone()).or_default();
    *version += 1;
    if event.version != *version {
        return Err(format!(
            "has version {} of {} at position {position} where {version} should stand",
            event.version, event.stream
        ));
    }
    if recorded_at.is_some_and(|before| event.recorded_at < before) {
        return Err(format!(
            "has an event at position {position} recorded before its predecessor"
        ));
    }
    Ok(())
}

impl Iterator for Events<'_> {
    type Item = Result<Vec<RecordedEvent>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let page = self.next_page();
        self.ended = !matches!(&page, Ok(page) if !page.is_empty());
        match page {
            Ok(page) if page.is_empty() => None,
            page => Some(page),
        }
    }
}

/// The commands of a backup, checked: none behind the head, and together all of its events.
pub(crate) struct Commands<'b> {
    backup: &'b Backup,
    files: Files<'b>,
    open: Option<Lines<CommandLine>>,
    events: u64,
    ended: bool,
}

impl<'b> Commands<'b> {
    /// Those of a backup.
    pub(super) fn of(backup: &'b Backup) -> Self {
        Self {
            files: backup.files(|name| matches!(name, FileName::Commands { .. })),
            open: None,
            events: 0,
            backup,
            ended: false,
        }
    }

    fn next_page(&mut self) -> Result<Vec<CommandRecord>> {
        let head = self.backup.manifest.position();
        let mut commands = Vec::with_capacity(PAGE);
        let mut events = self.events;
        page(
            self.backup,
            &mut self.files,
            &mut self.open,
            |file, line| {
                let command = CommandRecord::from(line);
                let count = u64::from(command.count);
                let last = command.first_position.checked_add(count.saturating_sub(1));
                if last.is_none_or(|last| last > head) {
                    let what = format!("has command {} behind the head {head}", command.command);
                    return Err(Damage::of(file, what));
                }
                events += count;
                commands.push(command);
                Ok(())
            },
        )?;
        self.events = events;
        if commands.is_empty() && events != head {
            let what = format!("has commands of {events} events, and {head} events");
            return Err(Damage::of(manifest::NAME, what).into());
        }
        Ok(commands)
    }
}

impl Iterator for Commands<'_> {
    type Item = Result<Vec<CommandRecord>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let page = self.next_page();
        self.ended = !matches!(&page, Ok(page) if !page.is_empty());
        match page {
            Ok(page) if page.is_empty() => None,
            page => Some(page),
        }
    }
}
