//! Every SQL text of the SQLite engine. Nothing else in the crate spells SQL; a test prepares all.
//!
//! A multi-row insert exists in a few sizes only, so that the statement cache holds all of them.
//! Texts of several statements exist because sqlx hops to the connection's thread once a text, and
//! a hop costs more than most statements; every `?` is bound in reading order across the whole text.

use std::sync::LazyLock;

/// Takes the write lock, then answers one row: head, its time, its batch, and as JSON arrays the
/// version, unit and status of the named streams, the named commands that exist, and the cursors.
///
/// Bound: JSON array of stream names, of command ids in hex, of consumers.
pub(super) const LOCK_AND_LOOK_UP: &str = "BEGIN IMMEDIATE; \
SELECT position, recorded_at, batch, \
(SELECT json_group_array(json_array(stream, version, unit, status)) FROM streams \
 WHERE stream IN (SELECT value FROM json_each(?))), \
(SELECT json_group_array(json_array(hex(command_id), hex(digest), stream, first_position, count, version)) \
 FROM commands WHERE command_id IN (SELECT unhex(value) FROM json_each(?))), \
(SELECT json_group_array(json_array(consumer, position)) FROM cursors \
 WHERE consumer IN (SELECT value FROM json_each(?))) \
FROM log_head";

/// Gives the write lock back with nothing changed.
pub(super) const ROLLBACK: &str = "ROLLBACK";

/// Commits what needed no new head. Bound: nothing.
pub(super) const COMMIT: &str = "COMMIT";

macro_rules! insert_event {
    () => {
        "INSERT INTO events (position, stream, version, event_id, event_type, schema_version, \
         recorded_at, effective_at, official, person, on_behalf_of, role, agency, reason, \
         command_id, correlation_id, causation_id, rule_book, traceparent, sha256, data) VALUES "
    };
}
macro_rules! event_row {
    () => {
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    };
}
macro_rules! insert_stream {
    () => {
        "INSERT INTO streams (stream, category, version, last_position, round, unit, dossier, \
         status, due, state) VALUES "
    };
}
macro_rules! stream_row {
    () => {
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    };
}
// SQLite rewrites an index entry when its column is named in SET, changed or not. So there are two
// forms: one for rows whose unit and status stay, one for those whose do not.
macro_rules! or_advance_stream {
    () => {
        " ON CONFLICT (stream) DO UPDATE SET version = excluded.version, \
         last_position = excluded.last_position, round = excluded.round, \
         dossier = excluded.dossier, due = excluded.due, state = excluded.state"
    };
}
macro_rules! or_move_stream {
    () => {
        concat!(
            or_advance_stream!(),
            ", unit = excluded.unit, status = excluded.status"
        )
    };
}
macro_rules! insert_command {
    () => {
        "INSERT INTO commands (command_id, digest, stream, first_position, count, version) VALUES "
    };
}
macro_rules! command_row {
    () => {
        "(?, ?, ?, ?, ?, ?)"
    };
}
macro_rules! insert_dossier_event {
    () => {
        "INSERT INTO dossier_events (dossier, position) VALUES "
    };
}
macro_rules! dossier_row {
    () => {
        "(?, ?)"
    };
}
macro_rules! insert_cursor {
    () => {
        "INSERT INTO cursors (consumer, position) VALUES "
    };
}
macro_rules! cursor_row {
    () => {
        "(?, ?)"
    };
}
macro_rules! or_move_cursor {
    () => {
        " ON CONFLICT (consumer) DO UPDATE SET position = excluded.position"
    };
}

/// Advances the head and commits. Bound: position, time, batch.
pub(super) const ADVANCE_AND_COMMIT: &str =
    "UPDATE log_head SET position = ?, recorded_at = ?, batch = ?; COMMIT";

/// How many rows a small batch writes to each table; 0 leaves the table out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Events.
    pub(super) events: usize,
    /// Rows of streams that are new or whose unit or status change.
    pub(super) moving: usize,
    /// Rows of the other streams.
    pub(super) staying: usize,
    /// Commands.
    pub(super) commands: usize,
    /// Places on dossiers' paths.
    pub(super) dossier_events: usize,
    /// Cursors.
    pub(super) cursors: usize,
}

impl Shape {
    /// A batch beyond so many rows of one table is written in chunks: its text would be long, and
    /// there would be too many shapes for the statement cache.
    pub(super) const ROWS_MAX: usize = 16;

    /// The whole batch and its commit as one text, put together from the parts above alone. Bound:
    /// the rows in the order of the fields, then as in [`ADVANCE_AND_COMMIT`].
    pub(super) fn text(self) -> String {
        let parts = [
            (insert_event!(), event_row!(), self.events, ""),
            (
                insert_stream!(),
                stream_row!(),
                self.moving,
                or_move_stream!(),
            ),
            (
                insert_stream!(),
                stream_row!(),
                self.staying,
                or_advance_stream!(),
            ),
            (insert_command!(), command_row!(), self.commands, ""),
            (
                insert_dossier_event!(),
                dossier_row!(),
                self.dossier_events,
                "",
            ),
            (
                insert_cursor!(),
                cursor_row!(),
                self.cursors,
                or_move_cursor!(),
            ),
        ];
        let mut text = String::with_capacity(2_048);
        for (head, row, rows, tail) in parts {
            if rows > 0 {
                text.extend([head, &vec![row; rows].join(", "), tail, "; "]);
            }
        }
        text + ADVANCE_AND_COMMIT
    }
}

/// Rows of a multi-row insert, largest first; the last is 1.
pub(super) const CHUNKS: [usize; 4] = [64, 16, 4, 1];

/// One insert in all its sizes.
pub(super) struct Chunked([String; CHUNKS.len()]);

impl Chunked {
    fn new(head: &str, row: &str, tail: &str) -> Self {
        Self(CHUNKS.map(|rows| {
            let rows = vec![row; rows].join(", ");
            format!("{head}{rows}{tail}")
        }))
    }

    /// The largest text for at most `left` rows, and its number of rows; `None` for no rows.
    pub(super) fn largest(&'static self, left: usize) -> Option<(usize, &'static str)> {
        CHUNKS
            .iter()
            .zip(&self.0)
            .find(|(rows, _)| **rows <= left)
            .map(|(rows, text)| (*rows, text.as_str()))
    }

    /// All sizes.
    #[cfg(test)]
    fn texts(&'static self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(String::as_str)
    }
}

/// Events, 21 columns a row.
pub(super) static INSERT_EVENTS: LazyLock<Chunked> =
    LazyLock::new(|| Chunked::new(insert_event!(), event_row!(), ""));
/// Rows of streams whose unit and status stay, 10 columns a row.
pub(super) static ADVANCE_STREAMS: LazyLock<Chunked> =
    LazyLock::new(|| Chunked::new(insert_stream!(), stream_row!(), or_advance_stream!()));
/// Rows of new streams, and of those whose unit or status change, 10 columns a row.
pub(super) static MOVE_STREAMS: LazyLock<Chunked> =
    LazyLock::new(|| Chunked::new(insert_stream!(), stream_row!(), or_move_stream!()));
/// Accepted commands, 6 columns a row.
pub(super) static INSERT_COMMANDS: LazyLock<Chunked> =
    LazyLock::new(|| Chunked::new(insert_command!(), command_row!(), ""));
/// Paths of dossiers, 2 columns a row.
pub(super) static INSERT_DOSSIER_EVENTS: LazyLock<Chunked> =
    LazyLock::new(|| Chunked::new(insert_dossier_event!(), dossier_row!(), ""));
/// Cursors, 2 columns a row.
pub(super) static UPSERT_CURSORS: LazyLock<Chunked> =
    LazyLock::new(|| Chunked::new(insert_cursor!(), cursor_row!(), or_move_cursor!()));

/// Parks an event, or parks it again. Bound: consumer, position, stream, reason, status.
pub(super) const PARK: &str = "INSERT INTO dead_letters (consumer, position, stream, reason, status) VALUES (?, ?, ?, ?, ?) \
     ON CONFLICT (consumer, position) DO UPDATE SET reason = excluded.reason, status = excluded.status";

/// Bound: status, consumer, position.
pub(super) const RESOLVE_PARKED: &str =
    "UPDATE dead_letters SET status = ? WHERE consumer = ? AND position = ?";

/// Bound: consumer.
pub(super) const PARKED: &str = "SELECT consumer, position, stream, reason, status \
     FROM dead_letters WHERE consumer = ? ORDER BY position";

/// The head.
pub(super) const HEAD: &str = "SELECT position FROM log_head";

/// What parts the fields of an event's first column; no field of it can hold one.
pub(super) const FIELD_END: char = '\u{1f}';

// A row crosses threads value by value, and each value costs two allocations: so the short fields
// come as one text, the ids and the digest (16 bytes each, the cause may be missing, 32 bytes) as
// one blob.
macro_rules! select_event {
    () => {
        "SELECT concat_ws(char(31), e.position, e.stream, e.version, e.event_type, \
         e.schema_version, e.recorded_at, e.effective_at, e.official, e.person, \
         coalesce(e.on_behalf_of, ''), e.role, e.agency), \
         CAST(e.sha256 || e.event_id || e.command_id || e.correlation_id || \
         coalesce(e.causation_id, x'') AS BLOB), \
         e.reason, e.rule_book, e.traceparent, e.data "
    };
}

/// Bound: position, limit.
pub(super) const READ_ALL: &str = concat!(
    select_event!(),
    "FROM events e WHERE e.position > ? ORDER BY e.position LIMIT ?"
);
/// Bound: stream, version, limit.
pub(super) const READ_STREAM: &str = concat!(
    select_event!(),
    "FROM events e WHERE e.stream = ? AND e.version > ? ORDER BY e.version LIMIT ?"
);
/// Bound: dossier, position, limit.
pub(super) const READ_DOSSIER: &str = concat!(
    select_event!(),
    "FROM dossier_events d JOIN events e ON e.position = d.position \
     WHERE d.dossier = ? AND d.position > ? ORDER BY d.position LIMIT ?"
);

macro_rules! select_stream {
    () => {
        "SELECT stream, version, last_position, round, unit, dossier, status, due, state \
         FROM streams "
    };
}
macro_rules! list_tail {
    () => {
        "AND (?2 IS NULL OR round = ?2) AND (?3 IS NULL OR unit = ?3) \
         AND (?4 IS NULL OR status = ?4) AND (?5 IS NULL OR due <= ?5) \
         ORDER BY stream LIMIT ?7"
    };
}

/// Bound: stream.
pub(super) const STREAM: &str = concat!(select_stream!(), "WHERE stream = ?");
/// A page of a category. Bound (all three lists): category, round, unit, status, due, after,
/// limit, and the end of the category's names.
pub(super) const LIST: &str = concat!(
    select_stream!(),
    "WHERE stream > ?6 AND stream < ?8 AND +category = ?1 ",
    list_tail!()
);
/// The same for one unit.
pub(super) const LIST_OF_UNIT: &str = concat!(
    select_stream!(),
    "WHERE category = ?1 AND unit = ?3 AND stream > ?6 AND stream < ?8 ",
    list_tail!()
);
/// The same with one status.
pub(super) const LIST_OF_STATUS: &str = concat!(
    select_stream!(),
    "WHERE category = ?1 AND status = ?4 AND stream > ?6 AND stream < ?8 ",
    list_tail!()
);

/// Bound: command id.
pub(super) const COMMAND: &str = "SELECT command_id, digest, stream, first_position, count, version \
     FROM commands WHERE command_id = ?";
/// Commands of a stretch, by id. Bound: id, first and last first position, limit.
pub(super) const COMMANDS: &str = "SELECT command_id, digest, stream, first_position, count, version \
     FROM commands WHERE command_id > ? AND first_position BETWEEN ? AND ? \
     ORDER BY command_id LIMIT ?";
/// Bound: consumer.
pub(super) const CURSOR: &str = "SELECT position FROM cursors WHERE consumer = ?";
/// Every consumer and where it stands.
pub(super) const CURSORS: &str = "SELECT consumer, position FROM cursors ORDER BY consumer";

/// Checkpoints in the order they were kept. Bound: seq, limit.
pub(super) const CHECKPOINTS: &str =
    "SELECT seq, size, recorded_at, note FROM checkpoints WHERE seq > ? ORDER BY seq LIMIT ?";
/// Nothing happens where the note is there. Bound: size, time, note.
pub(super) const KEEP_CHECKPOINT: &str = "INSERT INTO checkpoints (seq, size, recorded_at, note) \
     SELECT (SELECT coalesce(max(seq), 0) + 1 FROM checkpoints), ?1, ?2, ?3 \
     WHERE NOT EXISTS (SELECT 1 FROM checkpoints WHERE note = ?3)";

/// Takes the write lock for a rebuild, or for a checkpoint.
pub(super) const LOCK: &str = "BEGIN IMMEDIATE";
/// Version and last position of a stream by its events. Bound: stream.
pub(super) const LAST_OF_STREAM: &str =
    "SELECT version, position FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1";

/// Every text above, for the test that prepares them.
#[cfg(test)]
pub(super) fn all() -> Vec<&'static str> {
    let mut all = vec![
        LOCK_AND_LOOK_UP,
        ROLLBACK,
        COMMIT,
        ADVANCE_AND_COMMIT,
        PARK,
        RESOLVE_PARKED,
        PARKED,
        HEAD,
        READ_ALL,
        READ_STREAM,
        READ_DOSSIER,
        STREAM,
        LIST,
        LIST_OF_UNIT,
        LIST_OF_STATUS,
        COMMAND,
        COMMANDS,
        CURSOR,
        CURSORS,
        LOCK,
        LAST_OF_STREAM,
        CHECKPOINTS,
        KEEP_CHECKPOINT,
    ];
    for chunked in [
        &INSERT_EVENTS,
        &ADVANCE_STREAMS,
        &MOVE_STREAMS,
        &INSERT_COMMANDS,
        &INSERT_DOSSIER_EVENTS,
        &UPSERT_CURSORS,
    ] {
        all.extend(chunked.texts());
    }
    all
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, Executor, SqlSafeStr, SqliteConnection};

    #[tokio::test]
    async fn every_statement_prepares_on_the_migrated_schema() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        sqlx::migrate!("../../migrations/sqlite")
            .run(&mut connection)
            .await
            .unwrap();
        let small = super::Shape {
            events: 3,
            moving: 2,
            staying: 1,
            commands: 3,
            dossier_events: 2,
            cursors: 1,
        };
        let small = small.text();
        for text in super::all().into_iter().chain([small.as_str()]) {
            for statement in text.split("; ") {
                let statement = sqlx::AssertSqlSafe(statement).into_sql_str();
                let prepared = (&mut connection).prepare(statement).await;
                prepared.unwrap_or_else(|error| panic!("{text}: {error}"));
            }
        }
    }
}
