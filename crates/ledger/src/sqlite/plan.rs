//! What one transaction writes: a pure function from what was looked up under the write lock and
//! what was queued, to rows and answers. No IO; the statements stand elsewhere.
//!
//! Items are judged in order, so that two of them may follow each other on one stream. Only an
//! accepted item gets positions: a refused one leaves no hole and takes nothing down with it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use hoso_domain::decider::Listing;
use hoso_domain::ids::UnitId;
use uuid::Uuid;

use crate::append::{Append, Appended, CursorMove, ExpectedVersion};
use crate::error::LedgerError;
use crate::event::{Metadata, NewEvent, Position, StreamName};
use crate::queue::Work;
use crate::read::{CommandRecord, Parked, ParkedStatus};

/// What the ledger held when the write lock was taken.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Last position.
    pub(super) head: Position,
    /// When it was recorded, in microseconds.
    pub(super) recorded_at: i64,
    /// Number of the last batch.
    pub(super) batch: i64,
    /// The streams that exist.
    pub(super) streams: HashMap<String, SeenStream>,
    /// The commands that were accepted before.
    pub(super) commands: HashMap<Uuid, CommandRecord>,
    /// Where the consumers stand.
    pub(super) cursors: HashMap<String, Position>,
}

/// A stream as it was when the write lock was taken.
#[derive(Debug)]
pub(super) struct SeenStream {
    /// Number of its events.
    pub(super) version: u64,
    /// The columns that have an index.
    pub(super) unit: Option<String>,
    pub(super) status: String,
}

/// An event with its place.
#[derive(Debug)]
pub(super) struct EventRow {
    pub(super) position: Position,
    pub(super) stream: Arc<str>,
    pub(super) version: u64,
    pub(super) command: Uuid,
    pub(super) metadata: Arc<Metadata>,
    pub(super) event: NewEvent,
}

/// A stream's row after the batch.
#[derive(Debug)]
pub(super) struct StreamWrite {
    pub(super) stream: StreamName,
    pub(super) version: u64,
    pub(super) last_position: Position,
    pub(super) listing: Listing,
    pub(super) state: String,
    /// The stream is new, or its unit or status are not what they were: indexes change.
    pub(super) moves: bool,
}

/// What one transaction writes, and what it answers once it is committed.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) head: Position,
    /// When the batch is recorded, in microseconds.
    pub(super) recorded_at: i64,
    pub(super) batch: i64,
    pub(super) events: Vec<EventRow>,
    pub(super) streams: Vec<StreamWrite>,
    pub(super) commands: Vec<CommandRecord>,
    pub(super) dossier_events: Vec<(String, Position)>,
    pub(super) cursors: Vec<(String, Position)>,
    pub(super) parked: Vec<Parked>,
    /// Decisions on parked events, with the item that is refused if nothing is parked there.
    pub(super) resolved: Vec<Resolved>,
    /// One answer an item, in order.
    pub(super) answers: Vec<Result<Appended, LedgerError>>,
}

/// A decision on a parked event.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) item: usize,
    pub(super) consumer: String,
    pub(super) position: Position,
    pub(super) status: ParkedStatus,
}

impl Plan {
    /// Nothing was accepted: there is nothing to commit.
    pub(super) fn writes_nothing(&self) -> bool {
        self.commands.is_empty()
            && self.cursors.is_empty()
            && self.parked.is_empty()
            && self.resolved.is_empty()
    }
}

/// Judges the items in order. `now` is the clock's microseconds; the log's time never goes back.
pub(super) fn plan(seen: Seen, now: i64, items: Vec<Work>) -> Plan {
    let mut planner = Planner {
        plan: Plan {
            head: seen.head,
            recorded_at: seen.recorded_at.max(now),
            batch: seen.batch,
            answers: Vec::with_capacity(items.len()),
            events: Vec::with_capacity(items.len()),
            ..Plan::default()
        },
        versions: HashMap::new(),
        row_of_stream: HashMap::new(),
        moved: HashSet::new(),
        seen,
    };
    for (item, work) in items.into_iter().enumerate() {
        let answer = planner.judge(item, work);
        planner.plan.answers.push(answer);
    }
    planner.finish()
}

struct Planner {
    seen: Seen,
    plan: Plan,
    /// Versions of the streams this batch appended to.
    versions: HashMap<Arc<str>, u64>,
    /// Where in `plan.streams` a stream's row stands: one row a stream, the last accepted.
    row_of_stream: HashMap<StreamName, usize>,
    /// Consumers whose cursor moved in this batch.
    moved: HashSet<String>,
}

impl Planner {
    fn judge(&mut self, item: usize, work: Work) -> Result<Appended, LedgerError> {
        match work {
            Work::Append(append) => self.append(*append),
            Work::Move(cursor) => {
                self.check_cursor(&cursor)?;
                self.move_cursor(cursor);
                Ok(self.nothing_appended())
            }
            Work::Park(parked, cursor) => {
                self.check_cursor(&cursor)?;
                self.move_cursor(cursor);
                self.plan.parked.push(*parked);
                Ok(self.nothing_appended())
            }
            Work::Resolve {
                consumer,
                position,
                status,
            } => {
                self.plan.resolved.push(Resolved {
                    item,
                    consumer,
                    position,
                    status,
                });
                Ok(self.nothing_appended())
            }
        }
    }

    fn nothing_appended(&self) -> Appended {
        Appended {
            first_position: self.plan.head,
            count: 0,
            version: 0,
            duplicate: false,
        }
    }

    fn append(&mut self, append: Append) -> Result<Appended, LedgerError> {
        if let Some(first) = self.seen.commands.get(&append.command) {
            let first = first.clone();
            return self.answer_again(&first, append);
        }
        if let Some(cursor) = &append.cursor {
            self.check_cursor(cursor)?;
        }
        let ExpectedVersion::Exactly(expected) = append.expected;
        let stream = append.row.stream.as_str();
        let actual = self.version_of(stream);
        if actual != expected {
            return Err(LedgerError::Conflict {
                stream: append.row.stream,
                expected,
                actual,
            });
        }
        Ok(self.accept(append))
    }

    /// The command was accepted before. If it is a reaction whose cursor was set back since, the
    /// cursor follows its effect now.
    fn answer_again(
        &mut self,
        first: &CommandRecord,
        append: Append,
    ) -> Result<Appended, LedgerError> {
        if first.digest != append.digest || first.stream != append.row.stream {
            return Err(LedgerError::DigestMismatch {
                command: append.command,
            });
        }
        if let Some(cursor) = append.cursor
            && self.check_cursor(&cursor).is_ok()
        {
            self.move_cursor(cursor);
        }
        Ok(Appended {
            first_position: first.first_position,
            count: first.count,
            version: first.version,
            duplicate: true,
        })
    }

    fn accept(&mut self, mut append: Append) -> Appended {
        let ExpectedVersion::Exactly(expected) = append.expected;
        let count = append.events.len() as u64;
        let version = expected + count;
        let first_position = match count {
            0 => self.plan.head,
            _ => self.plan.head + 1,
        };
        let record = CommandRecord {
            command: append.command,
            digest: append.digest,
            stream: append.row.stream.clone(),
            first_position,
            count: u32::try_from(count).unwrap_or(u32::MAX),
            version,
        };
        let answer = Appended {
            first_position,
            count: record.count,
            version,
            duplicate: false,
        };
        self.seen.commands.insert(append.command, record.clone());
        self.plan.commands.push(record);
        if let Some(cursor) = append.cursor.take() {
            self.move_cursor(cursor);
        }
        if count == 0 {
            return answer;
        }
        self.place(append, expected);
        answer
    }

    /// Gives the events of an accepted append their places.
    fn place(&mut self, append: Append, expected: u64) {
        let stream: Arc<str> = append.row.stream.as_str().into();
        let metadata = Arc::new(append.metadata);
        let own = append.row.listing.dossier.as_ref();
        let mut version = expected;
        for event in append.events {
            self.plan.head += 1;
            version += 1;
            let position = self.plan.head;
            let mut dossiers: Vec<_> = event.dossiers.iter().chain(own).collect();
            dossiers.sort_unstable();
            dossiers.dedup();
            let path = dossiers.into_iter().map(|d| (d.to_string(), position));
            self.plan.dossier_events.extend(path);
            self.plan.events.push(EventRow {
                position,
                stream: Arc::clone(&stream),
                version,
                command: append.command,
                metadata: Arc::clone(&metadata),
                event,
            });
        }
        self.versions.insert(stream, version);
        let moves = self
            .seen
            .streams
            .get(append.row.stream.as_str())
            .is_none_or(|was| {
                was.status != append.row.listing.status
                    || was.unit.as_deref() != append.row.listing.unit.as_ref().map(UnitId::as_str)
            });
        self.write_row(StreamWrite {
            stream: append.row.stream,
            version,
            last_position: self.plan.head,
            listing: append.row.listing,
            state: append.row.state,
            moves,
        });
    }

    /// The version after what this batch accepted so far.
    fn version_of(&self, stream: &str) -> u64 {
        let now = self.versions.get(stream).copied();
        let before = || self.seen.streams.get(stream).map(|was| was.version);
        now.or_else(before).unwrap_or(0)
    }

    fn write_row(&mut self, row: StreamWrite) {
        let next = self.plan.streams.len();
        let index = *self.row_of_stream.entry(row.stream.clone()).or_insert(next);
        if let Some(earlier) = self.plan.streams.get_mut(index) {
            *earlier = row;
        } else {
            self.plan.streams.push(row);
        }
    }

    fn check_cursor(&self, cursor: &CursorMove) -> Result<(), LedgerError> {
        let actual = self.stands_at(&cursor.consumer);
        if actual == cursor.from {
            Ok(())
        } else {
            Err(LedgerError::CursorConflict {
                consumer: cursor.consumer.clone(),
                expected: cursor.from,
                actual,
            })
        }
    }

    fn stands_at(&self, consumer: &str) -> Position {
        self.seen.cursors.get(consumer).copied().unwrap_or(0)
    }

    fn move_cursor(&mut self, cursor: CursorMove) {
        self.seen.cursors.insert(cursor.consumer.clone(), cursor.to);
        self.moved.insert(cursor.consumer);
    }

    fn finish(mut self) -> Plan {
        let mut moved: Vec<_> = self.moved.into_iter().collect();
        moved.sort_unstable();
        self.plan.cursors = moved
            .into_iter()
            .map(|consumer| {
                let at = self.seen.cursors.get(&consumer).copied().unwrap_or(0);
                (consumer, at)
            })
            .collect();
        if self.plan.head > self.seen.head {
            self.plan.batch += 1;
        }
        self.plan
    }
}
