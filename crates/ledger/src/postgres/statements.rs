//! Every SQL text of the PostgreSQL engine. Nothing else in the crate spells SQL for it; a test
//! prepares all.

/// Items of a batch, in order; see the function in the migration.
pub(super) const APPEND_BATCH: &str = "SELECT kind, first, count, version, head \
     FROM ledger.append_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
     $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)";

/// One command with one event.
pub(super) const APPEND_ONE: &str = "SELECT kind, first, count, version \
     FROM ledger.append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
     $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)";

/// Bound: consumer, from, to. NULL if it moved, else where it stands.
pub(super) const MOVE_CURSOR: &str = "SELECT ledger.move_cursor($1, $2, $3)";
/// Bound: consumer, position, stream, reason, status, from, to. As [`MOVE_CURSOR`].
pub(super) const PARK: &str = "SELECT ledger.park($1, $2, $3, $4, $5, $6, $7)";
/// Bound: consumer, position, status. False where nothing is parked.
pub(super) const RESOLVE_PARKED: &str = "SELECT ledger.resolve_parked($1, $2, $3)";
/// False where the log is shorter. Bound: size, note.
pub(super) const KEEP_CHECKPOINT: &str = "SELECT ledger.keep_checkpoint($1, $2)";
/// Checkpoints in the order they were kept. Bound: seq, limit.
pub(super) const CHECKPOINTS: &str = "SELECT seq, size, recorded_at, note \
     FROM ledger.checkpoints WHERE seq > $1 ORDER BY seq LIMIT $2";
/// Bound: streams, versions, rounds, units, dossiers, statuses, due days, states.
pub(super) const REBUILD_ROWS: &str = "SELECT replaced, unfit, actual \
     FROM ledger.rebuild_rows($1, $2, $3, $4, $5, $6, $7, $8)";

/// The head. By the end of its index: the row's dead versions lie before it.
pub(super) const HEAD: &str = "SELECT position FROM ledger.log_head ORDER BY position DESC LIMIT 1";

/// A lock of the whole database, until the session ends. Bound: its name.
pub(super) const TRY_LOCK: &str = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))";
/// The session lives.
pub(super) const HEARTBEAT: &str = "SELECT 1";

macro_rules! select_event {
    () => {
        "SELECT e.position, e.stream, e.version, e.event_type, e.schema_version, e.recorded_at, \
         e.effective_at, e.official, e.person, e.on_behalf_of, e.role, e.agency, e.sha256, \
         e.event_id, e.command_id, e.correlation_id, e.causation_id, e.reason, e.rule_book, \
         e.traceparent, e.data "
    };
}

/// Bound: position, limit.
pub(super) const READ_ALL: &str = concat!(
    select_event!(),
    "FROM ledger.events e WHERE e.position > $1 ORDER BY e.position LIMIT $2"
);
/// Bound: stream, version, limit.
pub(super) const READ_STREAM: &str = concat!(
    select_event!(),
    "FROM ledger.events e WHERE e.stream = $1 AND e.version > $2 ORDER BY e.version LIMIT $3"
);
/// Bound: dossier, position, limit.
pub(super) const READ_DOSSIER: &str = concat!(
    select_event!(),
    "FROM ledger.dossier_events d JOIN ledger.events e ON e.position = d.position \
     WHERE d.dossier = $1 AND d.position > $2 ORDER BY d.position LIMIT $3"
);

macro_rules! select_stream {
    () => {
        "SELECT stream, version, last_position, round, unit, dossier, status, due, state \
         FROM ledger.streams "
    };
}
macro_rules! list_tail {
    () => {
        "AND ($2::text IS NULL OR round = $2) AND ($3::text IS NULL OR unit = $3) \
         AND ($4::text IS NULL OR status = $4) AND ($5::date IS NULL OR due <= $5) \
         ORDER BY stream LIMIT $7"
    };
}

/// Bound: stream.
pub(super) const STREAM: &str = concat!(select_stream!(), "WHERE stream = $1");
/// The rows of several streams. Bound: their names.
pub(super) const STREAMS_NAMED: &str = concat!(select_stream!(), "WHERE stream = ANY($1)");
/// A page of a category. Bound (all three lists): category, round, unit, status, due, after,
/// limit, and the end of the category's names.
pub(super) const LIST: &str = concat!(
    select_stream!(),
    "WHERE stream > $6 AND stream < $8 AND category || '' = $1 ",
    list_tail!()
);
/// The same for one unit.
pub(super) const LIST_OF_UNIT: &str = concat!(
    select_stream!(),
    "WHERE category = $1 AND unit = $3 AND stream > $6 AND stream < $8 ",
    list_tail!()
);
/// The same with one status.
pub(super) const LIST_OF_STATUS: &str = concat!(
    select_stream!(),
    "WHERE category = $1 AND status = $4 AND stream > $6 AND stream < $8 ",
    list_tail!()
);

macro_rules! select_command {
    () => {
        "SELECT command_id, digest, stream, first_position, count, version FROM ledger.commands "
    };
}

/// Bound: command id.
pub(super) const COMMAND: &str = concat!(select_command!(), "WHERE command_id = $1");
/// Bound: first and last position, limit.
pub(super) const COMMANDS: &str = concat!(
    select_command!(),
    "WHERE first_position BETWEEN $1 AND $2 ORDER BY command_id LIMIT $3"
);
/// Bound: as above, and the id they follow.
pub(super) const COMMANDS_AFTER: &str = concat!(
    select_command!(),
    "WHERE first_position BETWEEN $1 AND $2 AND command_id > $4 ORDER BY command_id LIMIT $3"
);

/// Bound: consumer.
pub(super) const CURSOR: &str = "SELECT position FROM ledger.cursors WHERE consumer = $1 \
     ORDER BY position DESC LIMIT 1";
/// Every consumer and where it stands.
pub(super) const CURSORS: &str = "SELECT consumer, position FROM ledger.cursors ORDER BY consumer";
/// Bound: consumer.
pub(super) const PARKED: &str = "SELECT consumer, position, stream, reason, status \
     FROM ledger.dead_letters WHERE consumer = $1 ORDER BY position";

/// Begins a restore.
pub(super) const BEGIN: &str = "BEGIN";
/// Ends it.
pub(super) const COMMIT: &str = "COMMIT";
/// What it does is the owner's to do.
pub(super) const AS_OWNER: &str = "SET LOCAL ROLE hoso_owner";
/// Locks the head; whether the ledger holds nothing.
pub(super) const LOCK_AND_IS_EMPTY: &str = "SELECT h.position = 0 \
     AND NOT EXISTS (SELECT FROM ledger.commands) AND NOT EXISTS (SELECT FROM ledger.cursors) \
     FROM ledger.log_head h ORDER BY h.position DESC LIMIT 1 FOR UPDATE OF h";
/// Bound: one array a column.
pub(super) const RESTORE_EVENTS: &str = "INSERT INTO ledger.events (position, version, \
     recorded_at, effective_at, event_id, command_id, correlation_id, causation_id, \
     schema_version, stream, event_type, official, person, on_behalf_of, role, agency, reason, \
     rule_book, traceparent, sha256, data) \
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::timestamptz[], \
     $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::integer[], $10::text[], $11::text[], \
     $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], \
     $19::text[], $20::bytea[], $21::text[])";
/// Bound: one array a column.
pub(super) const RESTORE_ROWS: &str = "INSERT INTO ledger.streams (stream, version, \
     last_position, round, unit, dossier, status, due, state) \
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], \
     $6::text[], $7::text[], $8::date[], $9::text[])";
/// Bound: one array a column.
pub(super) const RESTORE_PATHS: &str = "INSERT INTO ledger.dossier_events (dossier, position) \
     SELECT * FROM unnest($1::text[], $2::bigint[])";
/// Bound: one array a column.
pub(super) const RESTORE_COMMANDS: &str = "INSERT INTO ledger.commands (command_id, digest, \
     stream, first_position, count, version) \
     SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::bigint[], $5::bigint[], \
     $6::bigint[])";
/// Bound: one array a column.
pub(super) const RESTORE_CURSORS: &str = "INSERT INTO ledger.cursors (consumer, position) \
     SELECT * FROM unnest($1::text[], $2::bigint[])";
/// Bound: one array a column.
pub(super) const RESTORE_PARKED: &str = "INSERT INTO ledger.dead_letters (consumer, position, \
     stream, reason, status) \
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[])";
/// Bound: position, time.
pub(super) const RESTORE_HEAD: &str =
    "UPDATE ledger.log_head SET position = $1, recorded_at = $2, batch = batch + 1";

/// Whether there is a ledger.
pub(super) const HAS_MIGRATIONS: &str = "SELECT to_regclass('ledger.migrations') IS NOT NULL";
/// The migrations that were applied, in order.
pub(super) const MIGRATIONS: &str = "SELECT version FROM ledger.migrations ORDER BY version";

/// Nothing of what follows in this transaction is written to the server's log.
pub(super) const LOG_NOTHING: &str = "SELECT set_config('log_statement', 'none', true), \
     set_config('log_min_duration_statement', '-1', true), \
     set_config('log_min_error_statement', 'panic', true)";
/// The text that sets a role's password, quoted by the server. Bound: role, password.
pub(super) const PASSWORD_TEXT: &str =
    "SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)";

/// Every text above that needs a migrated database, for the test that prepares them.
#[cfg(test)]
pub(super) const ALL: &[&str] = &[
    APPEND_BATCH,
    APPEND_ONE,
    MOVE_CURSOR,
    PARK,
    RESOLVE_PARKED,
    KEEP_CHECKPOINT,
    CHECKPOINTS,
    REBUILD_ROWS,
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
    COMMANDS_AFTER,
    CURSOR,
    CURSORS,
    PARKED,
    BEGIN,
    COMMIT,
    AS_OWNER,
    LOCK_AND_IS_EMPTY,
    RESTORE_EVENTS,
    RESTORE_ROWS,
    RESTORE_PATHS,
    RESTORE_COMMANDS,
    RESTORE_CURSORS,
    RESTORE_PARKED,
    RESTORE_HEAD,
    HAS_MIGRATIONS,
    MIGRATIONS,
    TRY_LOCK,
    HEARTBEAT,
    LOG_NOTHING,
    PASSWORD_TEXT,
];

#[cfg(test)]
mod tests {
    use sqlx::{Connection, Executor, PgConnection, SqlSafeStr};

    use crate::conformance::database::FreshDatabase;

    #[tokio::test]
    async fn every_statement_prepares_on_the_migrated_schema() {
        let server = hoso_testbed::postgres::shared().unwrap();
        let url = |name: &str| server.superuser_url(name);
        let database = FreshDatabase::create(url).await.unwrap();
        let mut connection = PgConnection::connect(&url(database.name())).await.unwrap();
        for text in super::ALL {
            let prepared = (&mut connection).prepare((*text).into_sql_str()).await;
            prepared.unwrap_or_else(|error| panic!("{text}: {error}"));
        }
    }
}
