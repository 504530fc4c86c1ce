-- Why: the ledger itself. One log with dense positions, one row a stream, the commands that were
-- accepted, the path of every dossier, one cursor a consumer, and what a consumer could not digest.
-- Times are whole microseconds since 1970-01-01T00:00:00Z. Ids are 16 bytes, digests 32.
-- The triggers refuse every rewriting, also by INSERT OR REPLACE, for whoever opens this file;
-- who drops them and rewrites is found by the Merkle tree, not by the database.

CREATE TABLE log_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    batch INTEGER NOT NULL
) STRICT;

INSERT INTO log_head (id, position, recorded_at, batch) VALUES (1, 0, 0, 0);

CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    version INTEGER NOT NULL,
    event_id BLOB NOT NULL,
    event_type TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    effective_at INTEGER NOT NULL,
    official TEXT NOT NULL,
    person TEXT NOT NULL,
    on_behalf_of TEXT,
    role TEXT NOT NULL,
    agency TEXT NOT NULL,
    reason TEXT,
    command_id BLOB NOT NULL,
    correlation_id BLOB NOT NULL,
    causation_id BLOB,
    rule_book TEXT,
    traceparent TEXT,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    data TEXT NOT NULL,
    UNIQUE (stream, version)
) STRICT;

-- One row a stream: the optimistic lock, the snapshot and the list in one.
CREATE TABLE streams (
    stream TEXT PRIMARY KEY,
    category TEXT NOT NULL,
    version INTEGER NOT NULL,
    last_position INTEGER NOT NULL,
    round TEXT,
    unit TEXT,
    dossier TEXT,
    status TEXT NOT NULL,
    due TEXT,
    state TEXT NOT NULL
) STRICT;

CREATE INDEX streams_by_unit ON streams (category, unit, stream);
CREATE INDEX streams_by_status ON streams (category, status, stream);

CREATE TABLE commands (
    command_id BLOB PRIMARY KEY,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    stream TEXT NOT NULL,
    first_position INTEGER NOT NULL,
    count INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE dossier_events (
    dossier TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (dossier, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE cursors (
    consumer TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letters (
    consumer TEXT NOT NULL,
    position INTEGER NOT NULL,
    stream TEXT NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('WAITING', 'RETRIED', 'SKIPPED')),
    PRIMARY KEY (consumer, position)
) STRICT, WITHOUT ROWID;

-- Positions are dense and versions continuous; this also stops INSERT OR REPLACE, which would
-- delete an old row without asking the trigger below.
CREATE TRIGGER events_only_follow BEFORE INSERT ON events
WHEN NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM events)
  OR NEW.version IS NOT (SELECT coalesce(max(version), 0) + 1 FROM events WHERE stream = NEW.stream)
BEGIN
    SELECT RAISE(ABORT, 'an event takes the next position and the next version of its stream');
END;

CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are never changed');
END;

CREATE TRIGGER events_never_go BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are never deleted');
END;

CREATE TRIGGER commands_never_replaced BEFORE INSERT ON commands
WHEN EXISTS (SELECT 1 FROM commands WHERE command_id = NEW.command_id)
BEGIN
    SELECT RAISE(ABORT, 'a command is recorded once');
END;

CREATE TRIGGER commands_never_change BEFORE UPDATE ON commands
BEGIN
    SELECT RAISE(ABORT, 'commands are never changed');
END;

CREATE TRIGGER commands_never_go BEFORE DELETE ON commands
BEGIN
    SELECT RAISE(ABORT, 'commands are never deleted');
END;

CREATE TRIGGER dossier_events_never_change BEFORE UPDATE ON dossier_events
BEGIN
    SELECT RAISE(ABORT, 'the path of a dossier is never changed');
END;

CREATE TRIGGER dossier_events_never_go BEFORE DELETE ON dossier_events
BEGIN
    SELECT RAISE(ABORT, 'the path of a dossier is never deleted');
END;

-- A row says how many events its stream has, never anything else; so its version can only grow.
CREATE TRIGGER streams_start_at_their_events BEFORE INSERT ON streams
WHEN NEW.version IS NOT (SELECT max(version) FROM events WHERE stream = NEW.stream)
BEGIN
    SELECT RAISE(ABORT, 'a stream has the version of its last event');
END;

CREATE TRIGGER streams_follow_their_events BEFORE UPDATE ON streams
WHEN NEW.stream IS NOT OLD.stream
  OR NEW.version IS NOT (SELECT max(version) FROM events WHERE stream = NEW.stream)
BEGIN
    SELECT RAISE(ABORT, 'a stream has the version of its last event');
END;

CREATE TRIGGER streams_never_go BEFORE DELETE ON streams
BEGIN
    SELECT RAISE(ABORT, 'streams are never deleted');
END;

CREATE TRIGGER log_head_is_one BEFORE INSERT ON log_head
BEGIN
    SELECT RAISE(ABORT, 'the log has one head');
END;

CREATE TRIGGER log_head_only_advances BEFORE UPDATE ON log_head
WHEN NEW.id IS NOT OLD.id
  OR NEW.position < OLD.position
  OR NEW.recorded_at < OLD.recorded_at
  OR NEW.batch <= OLD.batch
  OR NEW.position IS NOT (SELECT coalesce(max(position), 0) FROM events)
BEGIN
    SELECT RAISE(ABORT, 'the head of the log only advances');
END;

CREATE TRIGGER log_head_never_goes BEFORE DELETE ON log_head
BEGIN
    SELECT RAISE(ABORT, 'the log has one head');
END;
