//! One batch as one call of `ledger.append_batch`, and its answer as one answer an item.

use std::collections::HashMap;

use hoso_domain::ids::{DossierId, OfficialId, RoundId, UnitId};
use sqlx::postgres::{PgArguments, PgBindIterExt, PgRow};
use sqlx::{Arguments, Encode, PgConnection, Postgres, Row, Type};

use super::{failure, statements as sql};
use crate::append::{Append, Appended, CursorMove, ExpectedVersion};
use crate::error::LedgerError;
use crate::event::{NewEvent, Position};
use crate::queue::Work;
use crate::stored::{as_integer, corrupt, number_of};

/// One answer an item.
pub(super) type Answers = Vec<Result<Appended, LedgerError>>;

/// An item of a batch: a command, or a cursor alone.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) append: Option<&'a Append>,
    pub(super) cursor: Option<&'a CursorMove>,
}

impl<'a> Item<'a> {
    /// What of the work a batch takes; parking and resolving are calls of their own.
    pub(super) fn of(work: &'a Work) -> Option<Self> {
        match work {
            Work::Append(append) => Some(Self {
                append: Some(append.as_ref()),
                cursor: append.cursor.as_ref(),
            }),
            Work::Move(cursor) => Some(Self {
                append: None,
                cursor: Some(cursor),
            }),
            Work::Park(..) | Work::Resolve { .. } => None,
        }
    }

    /// The only event of a command that has one.
    pub(super) fn only_event(&self) -> Option<(&'a Append, &'a NewEvent)> {
        let append = self.append?;
        match append.events.as_slice() {
            [event] => Some((append, event)),
            _ => None,
        }
    }
}

/// A failed call: what it means, and whether only what it carried is at fault.
pub(super) struct Failed {
    pub(super) error: LedgerError,
    pub(super) about_content: bool,
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self {
            error: failure::of(&error),
            about_content: failure::is_about_content(&error),
        }
    }
}

impl From<LedgerError> for Failed {
    fn from(error: LedgerError) -> Self {
        Self {
            error,
            about_content: false,
        }
    }
}

/// Writes a batch in one commit. Answers the head and one answer an item.
pub(super) async fn append(
    connection: &mut PgConnection,
    items: &[Item<'_>],
) -> Result<(Position, Answers), Failed> {
    let arguments = batch(items).map_err(sqlx::Error::Encode)?;
    let row = sqlx::query_with(sql::APPEND_BATCH, arguments)
        .fetch_one(connection)
        .await?;
    let kinds: Vec<i32> = row.try_get(0)?;
    let firsts: Vec<i64> = row.try_get(1)?;
    let counts: Vec<i32> = row.try_get(2)?;
    let versions: Vec<i64> = row.try_get(3)?;
    let answers: Answers = items
        .iter()
        .zip(kinds)
        .zip(firsts)
        .zip(counts)
        .zip(versions)
        .map(|((((item, kind), first), count), version)| answer(*item, kind, first, count, version))
        .collect();
    if answers.len() != items.len() {
        let reason = format!("{} answers to {} items", answers.len(), items.len());
        return Err(corrupt(reason).into());
    }
    Ok((number_of(row.try_get(4)?)?, answers))
}

/// Writes one command with one event in one commit. Answers the head, if it is known, and the answer.
pub(super) async fn append_one(
    connection: &mut PgConnection,
    append: &Append,
    event: &NewEvent,
) -> Result<(Option<Position>, Result<Appended, LedgerError>), Failed> {
    let arguments = one(append, event).map_err(sqlx::Error::Encode)?;
    let row = sqlx::query_with(sql::APPEND_ONE, arguments)
        .fetch_one(connection)
        .await?;
    let item = Item {
        append: Some(append),
        cursor: append.cursor.as_ref(),
    };
    let number = |column| row.try_get::<Option<i64>, _>(column);
    let answer = answer(
        item,
        row.try_get(0)?,
        number(1)?.unwrap_or(0),
        row.try_get::<Option<i32>, _>(2)?.unwrap_or(0),
        number(3)?.unwrap_or(0),
    );
    let head = match &answer {
        Ok(done) if !done.duplicate => Some(done.first_position),
        _ => None,
    };
    Ok((head, answer))
}

/// Moves a cursor alone.
pub(super) async fn move_cursor(
    connection: &mut PgConnection,
    cursor: &CursorMove,
) -> Result<Result<Appended, LedgerError>, Failed> {
    let row = sqlx::query(sql::MOVE_CURSOR)
        .bind(cursor.consumer.as_str())
        .bind(as_integer(cursor.from))
        .bind(as_integer(cursor.to))
        .fetch_one(connection)
        .await?;
    moved(&row, cursor)
}

/// What moving a cursor answered: nothing if it moved, else where it stands.
pub(super) fn moved(
    row: &PgRow,
    cursor: &CursorMove,
) -> Result<Result<Appended, LedgerError>, Failed> {
    Ok(match row.try_get::<Option<i64>, _>(0)? {
        None => Ok(nothing_appended()),
        Some(actual) => Err(stands_elsewhere(cursor, number_of(actual)?)),
    })
}

/// The answer to work that appends nothing.
pub(super) fn nothing_appended() -> Appended {
    Appended {
        first_position: 0,
        count: 0,
        version: 0,
        duplicate: false,
    }
}

fn stands_elsewhere(cursor: &CursorMove, actual: Position) -> LedgerError {
    LedgerError::CursorConflict {
        consumer: cursor.consumer.clone(),
        expected: cursor.from,
        actual,
    }
}

fn answer(
    item: Item<'_>,
    kind: i32,
    first: i64,
    count: i32,
    version: i64,
) -> Result<Appended, LedgerError> {
    match (kind, item.append, item.cursor) {
        (0 | 1, _, _) => Ok(Appended {
            first_position: number_of(first)?,
            count: number_of(i64::from(count))?,
            version: number_of(version)?,
            duplicate: kind == 1,
        }),
        (2, Some(append), _) => Err(LedgerError::DigestMismatch {
            command: append.command,
        }),
        (3, Some(append), _) => Err(LedgerError::Conflict {
            stream: append.row.stream.clone(),
            expected: expected(append),
            actual: number_of(version)?,
        }),
        (4, _, Some(cursor)) => Err(stands_elsewhere(cursor, number_of(first)?)),
        _ => Err(corrupt(format!("an item was answered with kind {kind}"))),
    }
}

fn expected(append: &Append) -> u64 {
    let ExpectedVersion::Exactly(version) = append.expected;
    version
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Arguments in the function's order.
#[derive(Default)]
struct Bound(PgArguments);

impl Bound {
    fn one<'q, T: Encode<'q, Postgres> + Type<Postgres>>(
        &mut self,
        value: T,
    ) -> Result<(), Failure> {
        self.0.add(value)
    }

    fn each<'q, I>(&mut self, values: I) -> Result<(), Failure>
    where
        I: Iterator,
        I::Item: Encode<'q, Postgres> + Type<Postgres> + sqlx::postgres::PgHasArrayType,
    {
        self.0.add(values.bind_iter())
    }
}

/// What a whole batch binds.
fn batch(items: &[Item<'_>]) -> Result<PgArguments, Failure> {
    let mut bound = Bound::default();
    let append = || items.iter().map(|item| item.append);
    let row = || append().map(|a| a.map(|a| &a.row));
    let listing = || row().map(|r| r.map(|r| &r.listing));
    let cursor = || items.iter().map(|item| item.cursor);
    bound.each(append().map(|a| a.map(|a| a.command)))?;
    bound.each(append().map(|a| a.map(|a| a.digest.as_slice())))?;
    bound.each(row().map(|r| r.map(|r| r.stream.as_str())))?;
    bound.each(append().map(|a| a.map(|a| as_integer(expected(a)))))?;
    bound.each(append().map(|a| a.map_or(0, |a| as_count(a.events.len()))))?;
    bound.each(listing().map(|l| l.and_then(|l| l.round.as_ref().map(RoundId::as_str))))?;
    bound.each(listing().map(|l| l.and_then(|l| l.unit.as_ref().map(UnitId::as_str))))?;
    bound.each(listing().map(|l| l.and_then(|l| l.dossier.as_ref().map(DossierId::as_str))))?;
    bound.each(listing().map(|l| l.map(|l| l.status.as_str())))?;
    bound.each(listing().map(|l| l.and_then(|l| l.due)))?;
    bound.each(row().map(|r| r.map(|r| r.state.as_str())))?;
    bound.each(cursor().map(|c| c.map(|c| c.consumer.as_str())))?;
    bound.each(cursor().map(|c| c.map(|c| as_integer(c.from))))?;
    bound.each(cursor().map(|c| c.map(|c| as_integer(c.to))))?;
    bound.one(earlier(append().map(|a| a.map(|a| a.row.stream.as_str()))))?;
    bound.one(earlier(append().map(|a| a.map(|a| a.command))))?;
    metadata(&mut bound, items)?;
    events(&mut bound, items)?;
    Ok(bound.0)
}

fn metadata(bound: &mut Bound, items: &[Item<'_>]) -> Result<(), Failure> {
    let metadata = || items.iter().map(|item| item.append.map(|a| &a.metadata));
    let actor = || metadata().map(|m| m.map(|m| &m.actor));
    bound.each(actor().map(|a| a.map(|a| a.official.as_str())))?;
    bound.each(actor().map(|a| a.map(|a| a.person.as_str())))?;
    bound.each(actor().map(|a| a.and_then(|a| a.on_behalf_of.as_ref().map(OfficialId::as_str))))?;
    bound.each(actor().map(|a| a.map(|a| a.role.as_str())))?;
    bound.each(actor().map(|a| a.map(|a| a.agency.as_str())))?;
    bound.each(metadata().map(|m| m.and_then(|m| m.reason.as_deref())))?;
    bound.each(metadata().map(|m| m.map(|m| m.correlation)))?;
    bound.each(metadata().map(|m| m.and_then(|m| m.causation)))?;
    bound.each(metadata().map(|m| m.and_then(|m| m.rule_book.as_deref())))?;
    bound.each(metadata().map(|m| m.and_then(|m| m.traceparent.as_deref())))?;
    bound.each(metadata().map(|m| m.map(|m| m.effective_at)))
}

fn events(bound: &mut Bound, items: &[Item<'_>]) -> Result<(), Failure> {
    let appends = || items.iter().filter_map(|item| item.append);
    let events = || appends().flat_map(|append| &append.events);
    bound.each(events().map(|e| e.id))?;
    bound.each(events().map(|e| e.event_type.as_str()))?;
    bound.each(events().map(|e| i32::from(e.schema_version)))?;
    bound.each(events().map(|e| e.sha256.as_slice()))?;
    bound.each(events().map(|e| e.data.as_str()))?;
    let mut paths: Vec<(&str, i32)> = Vec::new();
    let mut place = 0;
    for append in appends() {
        for event in &append.events {
            place += 1;
            paths.extend(path(append, event).into_iter().map(|id| (id, place)));
        }
    }
    bound.each(paths.iter().map(|(dossier, _)| *dossier))?;
    bound.each(paths.iter().map(|(_, place)| *place))
}

/// The dossiers an event belongs to: its own list and its stream's, each once.
fn path<'a>(append: &'a Append, event: &'a NewEvent) -> Vec<&'a str> {
    let own = append.row.listing.dossier.as_ref();
    let mut path: Vec<_> = event
        .dossiers
        .iter()
        .chain(own)
        .map(DossierId::as_str)
        .collect();
    path.sort_unstable();
    path.dedup();
    path
}

/// For each key, from 1, the last earlier place it stood at; `None` if all keys differ.
fn earlier<K: Eq + std::hash::Hash>(
    keys: impl Iterator<Item = Option<K>>,
) -> Option<Vec<Option<i32>>> {
    let mut last = HashMap::new();
    let mut any = false;
    let places = keys
        .zip(1..)
        .map(|(key, place)| {
            let before = key.and_then(|key| last.insert(key, place));
            any |= before.is_some();
            before
        })
        .collect();
    any.then_some(places)
}

/// What one command with one event binds.
fn one(append: &Append, event: &NewEvent) -> Result<PgArguments, Failure> {
    let mut bound = Bound::default();
    let row = &append.row;
    let metadata = &append.metadata;
    let actor = &metadata.actor;
    let cursor = append.cursor.as_ref();
    bound.one(append.command)?;
    bound.one(append.digest.as_slice())?;
    bound.one(row.stream.as_str())?;
    bound.one(as_integer(expected(append)))?;
    bound.one(row.listing.round.as_ref().map(RoundId::as_str))?;
    bound.one(row.listing.unit.as_ref().map(UnitId::as_str))?;
    bound.one(row.listing.dossier.as_ref().map(DossierId::as_str))?;
    bound.one(row.listing.status.as_str())?;
    bound.one(row.listing.due)?;
    bound.one(row.state.as_str())?;
    bound.one(cursor.map(|c| c.consumer.as_str()))?;
    bound.one(cursor.map(|c| as_integer(c.from)))?;
    bound.one(cursor.map(|c| as_integer(c.to)))?;
    bound.one(actor.official.as_str())?;
    bound.one(actor.person.as_str())?;
    bound.one(actor.on_behalf_of.as_ref().map(OfficialId::as_str))?;
    bound.one(actor.role.as_str())?;
    bound.one(actor.agency.as_str())?;
    bound.one(metadata.reason.as_deref())?;
    bound.one(metadata.correlation)?;
    bound.one(metadata.causation)?;
    bound.one(metadata.rule_book.as_deref())?;
    bound.one(metadata.traceparent.as_deref())?;
    bound.one(metadata.effective_at)?;
    bound.one(event.id)?;
    bound.one(event.event_type.as_str())?;
    bound.one(i32::from(event.schema_version))?;
    bound.one(event.sha256.as_slice())?;
    bound.one(event.data.as_str())?;
    bound.one(path(append, event))?;
    Ok(bound.0)
}

fn as_count(events: usize) -> i32 {
    i32::try_from(events).unwrap_or(i32::MAX)
}

/// What an item brings to a batch, about, in bytes.
pub(super) fn size_of(work: &Work) -> usize {
    match work {
        Work::Append(append) => {
            let events = append.events.iter();
            let events: usize = events.map(|e| e.data.len() + 64 * e.dossiers.len()).sum();
            append.row.state.len() + events + 1_024
        }
        Work::Move(_) | Work::Park(..) | Work::Resolve { .. } => 256,
    }
}

#[cfg(test)]
mod tests {
    use super::earlier;

    #[test]
    fn earlier_places_are_named_only_where_there_are_any() {
        assert_eq!(
            earlier([Some("a"), None, Some("b"), None].into_iter()),
            None
        );
        let some = earlier([Some("a"), Some("b"), None, Some("a"), Some("a")].into_iter());
        assert_eq!(some, Some(vec![None, None, None, Some(1), Some(4)]));
    }
}
