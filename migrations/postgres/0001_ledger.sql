-- Why: the ledger itself, as in migrations/sqlite/0001, for many processes and people with rights
-- apart. One log with dense positions, one row a stream, the commands that were accepted, the path
-- of every dossier, one cursor a consumer, what a consumer could not digest; and who may write what.
--
-- Nobody logs in as the owner. A service's role reads tables and writes by calling functions, each
-- of which looks at who calls. Triggers refuse every rewriting for everybody, superusers included,
-- whatever the session's settings; who drops them and rewrites, or inserts by hand what fits the
-- constraints, is found by the Merkle tree, not by the database. The list of applied migrations is
-- ledger.migrations.

-- Roles belong to the cluster: another of its databases may have made them, or be making them now.
DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['hoso_owner', 'hoso_registry', 'hoso_submission',
        'hoso_verification', 'hoso_ranking', 'hoso_audit', 'hoso_relay', 'hoso_auditor']
    LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I %s', v_role,
                CASE v_role WHEN 'hoso_owner' THEN 'NOLOGIN' ELSE 'LOGIN' END);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;
    -- Who migrates and is no superuser must belong to the owner.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('GRANT hoso_owner TO %I', current_user);
    END IF;
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END
$$;

ALTER SCHEMA ledger OWNER TO hoso_owner;
SET LOCAL ROLE hoso_owner;
SET LOCAL search_path = ledger;
ALTER DEFAULT PRIVILEGES FOR ROLE hoso_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- The log's head: one row, and the lock that every writer takes first. It has no key: what finds
-- the row is the index on its position, read from its end. A fixed key would find every dead
-- version of the row too, and those pile up as long as any transaction of the cluster stays open.
CREATE TABLE log_head (
    position bigint NOT NULL CHECK (position >= 0),
    recorded_at timestamptz NOT NULL,
    batch bigint NOT NULL
);

CREATE UNIQUE INDEX log_head_by_position ON log_head (position);

INSERT INTO log_head (position, recorded_at, batch) VALUES (0, 'epoch', 0);

CREATE TABLE events (
    position bigint PRIMARY KEY CHECK (position > 0),
    version bigint NOT NULL CHECK (version > 0),
    recorded_at timestamptz NOT NULL,
    effective_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    command_id uuid NOT NULL,
    correlation_id uuid NOT NULL,
    causation_id uuid,
    schema_version integer NOT NULL,
    stream text COLLATE "C" NOT NULL,
    event_type text COLLATE "C" NOT NULL,
    official text COLLATE "C" NOT NULL,
    person text COLLATE "C" NOT NULL,
    on_behalf_of text COLLATE "C",
    role text COLLATE "C" NOT NULL,
    agency text COLLATE "C" NOT NULL,
    reason text COLLATE "C",
    rule_book text COLLATE "C",
    traceparent text COLLATE "C",
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    data text COLLATE "C" NOT NULL,
    UNIQUE (stream, version)
);

-- One row a stream: the optimistic lock, the snapshot and the list in one. Room is left in its
-- pages so that a row whose unit and status stay is rewritten in its page, its indexes untouched.
CREATE TABLE streams (
    stream text COLLATE "C" PRIMARY KEY
        CHECK (octet_length(stream) <= 128 AND strpos(stream, '-') > 1),
    category text COLLATE "C" NOT NULL GENERATED ALWAYS AS (split_part(stream, '-', 1)) STORED,
    version bigint NOT NULL CHECK (version > 0),
    last_position bigint NOT NULL,
    round text COLLATE "C",
    unit text COLLATE "C",
    dossier text COLLATE "C",
    status text COLLATE "C" NOT NULL,
    due date,
    state text COLLATE "C" NOT NULL,
    CHECK (last_position >= version)
) WITH (fillfactor = 70);

-- Large texts are compressed under the head's lock: lz4 takes a fraction of the time, where this
-- server was built with it.
DO $$
BEGIN
    ALTER TABLE events ALTER COLUMN data SET COMPRESSION lz4;
    ALTER TABLE streams ALTER COLUMN state SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END
$$;

CREATE INDEX streams_by_unit ON streams (category, unit, stream);
CREATE INDEX streams_by_status ON streams (category, status, stream);

CREATE TABLE commands (
    command_id uuid PRIMARY KEY,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    stream text COLLATE "C" NOT NULL,
    first_position bigint NOT NULL,
    count integer NOT NULL,
    version bigint NOT NULL
);

CREATE TABLE dossier_events (
    dossier text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (dossier, position)
);

-- One row a consumer; found by the end of its index, as the head is and for the same reason.
CREATE TABLE cursors (
    consumer text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (consumer, position)
);

CREATE TABLE dead_letters (
    consumer text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    stream text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL CHECK (status IN ('WAITING', 'RETRIED', 'SKIPPED')),
    PRIMARY KEY (consumer, position)
);

-- Who may write. A service writes the streams of its categories and `feed-<service>`, moves the
-- cursor of its own name and parks under it. A member of hoso_owner may write everything: what an
-- administrator does by hand.
CREATE TABLE services (
    role name PRIMARY KEY,
    service text COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE writers (
    category text COLLATE "C" PRIMARY KEY CHECK (category <> 'feed'),
    role name NOT NULL REFERENCES services
);

INSERT INTO services (role, service) VALUES
    ('hoso_registry', 'registry'), ('hoso_submission', 'submission'),
    ('hoso_verification', 'verification'), ('hoso_ranking', 'ranking'), ('hoso_audit', 'audit');

INSERT INTO writers (category, role) VALUES
    ('unit', 'hoso_registry'), ('person', 'hoso_registry'), ('official', 'hoso_registry'),
    ('index', 'hoso_registry'), ('hold', 'hoso_registry'), ('initiative', 'hoso_registry'),
    ('rulebook', 'hoso_registry'), ('dossier', 'hoso_submission'), ('case', 'hoso_verification'),
    ('round', 'hoso_ranking'), ('appeal', 'hoso_ranking'), ('key', 'hoso_audit');

-- Refusals. A statement that would touch no row is refused too: an error, never a silent 0 rows.
-- ENABLE ALWAYS: session_replication_role does not switch them off.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger.%: % is refused: what was written stays', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER never_rewritten BEFORE UPDATE OR DELETE OR TRUNCATE ON events EXECUTE FUNCTION refuse();
CREATE TRIGGER never_rewritten BEFORE UPDATE OR DELETE OR TRUNCATE ON commands EXECUTE FUNCTION refuse();
CREATE TRIGGER never_rewritten BEFORE UPDATE OR DELETE OR TRUNCATE ON dossier_events EXECUTE FUNCTION refuse();
CREATE TRIGGER never_goes BEFORE DELETE OR TRUNCATE ON streams EXECUTE FUNCTION refuse();
CREATE TRIGGER never_goes BEFORE DELETE OR TRUNCATE ON cursors EXECUTE FUNCTION refuse();
CREATE TRIGGER never_goes BEFORE DELETE OR TRUNCATE ON dead_letters EXECUTE FUNCTION refuse();
CREATE TRIGGER stays_one BEFORE INSERT OR DELETE OR TRUNCATE ON log_head EXECUTE FUNCTION refuse();
ALTER TABLE events ENABLE ALWAYS TRIGGER never_rewritten;
ALTER TABLE commands ENABLE ALWAYS TRIGGER never_rewritten;
ALTER TABLE dossier_events ENABLE ALWAYS TRIGGER never_rewritten;
ALTER TABLE streams ENABLE ALWAYS TRIGGER never_goes;
ALTER TABLE cursors ENABLE ALWAYS TRIGGER never_goes;
ALTER TABLE dead_letters ENABLE ALWAYS TRIGGER never_goes;
ALTER TABLE log_head ENABLE ALWAYS TRIGGER stays_one;

CREATE TRIGGER only_advances BEFORE UPDATE ON log_head FOR EACH ROW
    WHEN (NEW.position <= OLD.position OR NEW.recorded_at < OLD.recorded_at OR NEW.batch <= OLD.batch)
    EXECUTE FUNCTION refuse();
ALTER TABLE log_head ENABLE ALWAYS TRIGGER only_advances;

-- A row never leaves its stream, and goes back in version only to what the events say.
CREATE FUNCTION refuse_other_version() RETURNS trigger LANGUAGE plpgsql
SET search_path = ledger, pg_temp AS $$
BEGIN
    IF NEW.stream <> OLD.stream
        OR NEW.version <> (SELECT max(version) FROM events WHERE events.stream = NEW.stream)
    THEN
        RAISE EXCEPTION 'ledger.streams: a stream has the version of its last event'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER follows_its_events BEFORE UPDATE ON streams FOR EACH ROW
    WHEN (NEW.stream <> OLD.stream OR NEW.version < OLD.version)
    EXECUTE FUNCTION refuse_other_version();
ALTER TABLE streams ENABLE ALWAYS TRIGGER follows_its_events;

-- The service that calls; NULL for a member of the owner, who may write everything.
CREATE FUNCTION calling_service() RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_service text;
BEGIN
    IF pg_has_role(session_user, 'hoso_owner', 'MEMBER') THEN
        RETURN NULL;
    END IF;
    SELECT service INTO v_service FROM ledger.services WHERE role = session_user;
    IF v_service IS NULL THEN
        RAISE EXCEPTION '% may not write the ledger', session_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN v_service;
END
$$;

-- Raises if the caller's service may not write one of the streams. What a stream's category is is
-- read off its name, never taken from the caller.
CREATE FUNCTION check_streams(p_service text, p_streams text[]) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_own text[] := ARRAY(SELECT category FROM ledger.writers WHERE role = session_user);
    v_foreign text;
BEGIN
    SELECT s INTO v_foreign FROM unnest(p_streams) AS s
    WHERE split_part(s, '-', 1) <> ALL (v_own) AND s <> 'feed-' || p_service LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% may not write stream %', session_user, v_foreign
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;

-- Raises if the caller's service may not speak for a consumer.
CREATE FUNCTION check_consumer(p_service text, p_consumer text) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_service <> p_consumer THEN
        RAISE EXCEPTION '% may not move or park for consumer %', session_user, p_consumer
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;

-- Moves a cursor from where it must stand; NULL if it moved, else where it stands. The caller has
-- checked that it may. A consumer's first row is made under the head's lock, so that there is one.
CREATE FUNCTION set_cursor(p_consumer text, p_from bigint, p_to bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = ledger, pg_temp AS $$
DECLARE
    v_stands bigint;
BEGIN
    IF p_to >= p_from IS NOT TRUE THEN
        RAISE EXCEPTION 'the cursor of % does not move back', p_consumer
            USING ERRCODE = 'check_violation';
    END IF;
    UPDATE cursors SET position = p_to WHERE consumer = p_consumer AND position = p_from;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM FROM log_head ORDER BY position DESC LIMIT 1 FOR UPDATE;
    SELECT position INTO v_stands FROM cursors WHERE consumer = p_consumer
    ORDER BY position DESC LIMIT 1;
    IF FOUND OR p_from <> 0 THEN
        RETURN coalesce(v_stands, 0);
    END IF;
    INSERT INTO cursors (consumer, position) VALUES (p_consumer, p_to);
    RETURN NULL;
END
$$;

-- Where a cursor stands, and it stays there until this transaction ends, if the head is locked: a
-- cursor that moves alone does not wait for the head, but for the cursor's row.
CREATE FUNCTION cursor_held(p_consumer text) RETURNS bigint
LANGUAGE plpgsql SET search_path = ledger, pg_temp AS $$
DECLARE
    v_stands bigint;
BEGIN
    SELECT position INTO v_stands FROM cursors WHERE consumer = p_consumer
    ORDER BY position DESC LIMIT 1 FOR UPDATE;
    RETURN coalesce(v_stands, 0);
END
$$;

-- Appends commands in order: one round trip, one commit. Answers one element a command:
-- kind 0 accepted (first position or the head, number of events, version after), 1 accepted before
-- (its first answer), 2 the id was used for another request, 3 the stream is not at the expected
-- version (version: where it is), 4 the cursor stands elsewhere (first: where). Only an accepted
-- command gets positions: a refused one leaves no hole and takes nothing down with it.
-- An item without a command moves a cursor and nothing else.
--
-- p_follows names, for a command whose stream an earlier one of the batch is for, the last such
-- one; p_repeats the same for its id; both are NULL where no command has any. Events stand in their
-- commands' order, p_path_event counts them from 1. What the caller says about how the parts belong
-- together is checked or of no consequence: a wrong count, an unnamed earlier command end in an
-- error of a constraint, never in a hole.
CREATE FUNCTION append_batch(
    p_command uuid[], p_digest bytea[], p_stream text[], p_expected bigint[], p_count integer[],
    p_round text[], p_unit text[], p_dossier text[], p_status text[], p_due date[], p_state text[],
    p_consumer text[], p_from bigint[], p_to bigint[], p_follows integer[], p_repeats integer[],
    p_official text[], p_person text[], p_on_behalf_of text[], p_role text[], p_agency text[],
    p_reason text[], p_correlation uuid[], p_causation uuid[], p_rule_book text[],
    p_traceparent text[], p_effective_at timestamptz[],
    p_event_id uuid[], p_event_type text[], p_schema_version integer[], p_sha256 bytea[],
    p_data text[], p_path_dossier text[], p_path_event integer[],
    OUT kind integer[], OUT first bigint[], OUT count integer[], OUT version bigint[],
    OUT head bigint
) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ledger, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
    v_service text := calling_service();
    v_before bigint;
    v_now timestamptz;
    v_item record;
    v_kind integer;
    v_first bigint;
    v_count integer;
    v_version bigint;
    v_stands bigint;
    v_earlier integer;
    v_rows bigint;
    v_event integer := 0;
    -- Made whole at once: an array that begins with its second element would be read from there.
    -- One element an event: its position, version and command; NULL where that is refused.
    v_position bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(p_event_id)]);
    v_place bigint[] := v_position;
    v_of integer[] := v_position;
    -- One element a command: its stream's row is written with it.
    v_writes boolean[] := array_fill(false, ARRAY[cardinality(p_command)]);
    -- The last command accepted so far for a command's stream, and for its id.
    v_last integer[] := '{}';
    v_owner integer[] := '{}';
BEGIN
    IF v_service IS NOT NULL THEN
        PERFORM check_streams(v_service, p_stream);
    END IF;
    -- First on every path, and a statement of its own: what follows sees what others committed.
    SELECT h.position, h.recorded_at INTO head, v_now FROM log_head h
    ORDER BY h.position DESC LIMIT 1 FOR UPDATE;
    v_now := greatest(v_now, clock_timestamp());
    v_before := head;
    kind := '{}';
    first := '{}';
    count := '{}';
    version := '{}';
    FOR v_item IN
        SELECT i.n, i.command, i.expected, i.count, i.consumer, i.from_position, i.to_position,
            i.follows, i.repeats, coalesce(s.version, 0) AS seen, c.first_position AS done_first,
            c.count AS done_count, c.version AS done_version, c.same
        FROM unnest(p_command, p_digest, p_stream, p_expected, p_count, p_consumer, p_from, p_to,
                p_follows, p_repeats) WITH ORDINALITY
            AS i (command, digest, stream, expected, count, consumer, from_position, to_position,
                follows, repeats, n)
        LEFT JOIN LATERAL (
            SELECT r.version FROM streams r WHERE r.stream = i.stream LIMIT 1
        ) s ON true
        LEFT JOIN LATERAL (
            SELECT k.first_position, k.count, k.version,
                k.digest = i.digest AND k.stream = i.stream AS same
            FROM commands k WHERE k.command_id = i.command LIMIT 1
        ) c ON true
        ORDER BY i.n
    LOOP
        v_kind := 0;
        v_first := head;
        v_count := v_item.count;
        v_version := v_item.seen;
        IF v_count BETWEEN 0 AND 64 IS NOT TRUE THEN
            RAISE EXCEPTION 'a command has 0 to 64 events' USING ERRCODE = 'check_violation';
        END IF;
        -- What earlier commands of this batch made of the stream and of the id.
        IF v_item.follows IS NOT NULL THEN
            IF v_item.follows >= v_item.n OR p_stream[v_item.follows] <> p_stream[v_item.n] THEN
                RAISE EXCEPTION 'item % does not follow item %', v_item.n, v_item.follows
                    USING ERRCODE = 'check_violation';
            END IF;
            v_earlier := v_last[v_item.follows];
            IF v_earlier IS NOT NULL THEN
                v_version := version[v_earlier];
                v_last[v_item.n] := v_earlier;
            END IF;
        END IF;
        IF v_item.repeats IS NOT NULL AND v_item.done_first IS NULL THEN
            IF v_item.repeats >= v_item.n OR p_command[v_item.repeats] <> v_item.command THEN
                RAISE EXCEPTION 'item % does not repeat item %', v_item.n, v_item.repeats
                    USING ERRCODE = 'check_violation';
            END IF;
            v_earlier := v_owner[v_item.repeats];
            IF v_earlier IS NOT NULL THEN
                v_owner[v_item.n] := v_earlier;
                v_item.done_first := first[v_earlier];
                v_item.done_count := count[v_earlier];
                v_item.done_version := version[v_earlier];
                v_item.same := p_digest[v_earlier] = p_digest[v_item.n]
                    AND p_stream[v_earlier] = p_stream[v_item.n];
            END IF;
        END IF;
        IF v_item.consumer IS NOT NULL THEN
            PERFORM check_consumer(v_service, v_item.consumer);
            v_stands := cursor_held(v_item.consumer);
        END IF;
        -- The order of these checks is the order of the other engine.
        IF v_item.done_first IS NOT NULL THEN
            v_kind := CASE WHEN v_item.same THEN 1 ELSE 2 END;
            v_first := v_item.done_first;
            v_count := v_item.done_count;
            v_version := v_item.done_version;
        ELSIF v_item.consumer IS NOT NULL AND v_stands IS DISTINCT FROM v_item.from_position THEN
            v_kind := 4;
            v_first := v_stands;
        ELSIF v_item.command IS NULL THEN
            v_version := 0;
        ELSIF v_version IS DISTINCT FROM v_item.expected THEN
            v_kind := 3;
        END IF;
        -- The cursor moves with its effect; with one that was there before, if it was set back.
        IF v_item.consumer IS NOT NULL AND v_kind < 2 THEN
            PERFORM set_cursor(v_item.consumer, v_item.from_position, v_item.to_position);
        END IF;
        IF v_kind = 0 AND v_item.command IS NOT NULL THEN
            v_owner[v_item.n] := v_item.n;
            IF v_count > 0 THEN
                v_first := head + 1;
                IF v_item.follows IS NOT NULL AND v_last[v_item.n] IS NOT NULL THEN
                    v_writes[v_last[v_item.n]] := false;
                END IF;
                v_writes[v_item.n] := true;
                v_last[v_item.n] := v_item.n;
                FOR k IN 1 .. v_count LOOP
                    v_position[v_event + k] := head + k;
                    v_place[v_event + k] := v_version + k;
                    v_of[v_event + k] := v_item.n;
                END LOOP;
                head := head + v_count;
                v_version := v_version + v_count;
            END IF;
        END IF;
        v_event := v_event + v_item.count;
        kind[v_item.n] := v_kind;
        first[v_item.n] := v_first;
        count[v_item.n] := v_count;
        version[v_item.n] := v_version;
    END LOOP;
    IF cardinality(p_event_id) <> v_event THEN
        RAISE EXCEPTION 'the commands have % events, % came', v_event, cardinality(p_event_id)
            USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO commands (command_id, digest, stream, first_position, count, version)
    SELECT i.command, i.digest, i.stream, i.first, i.count, i.version
    FROM unnest(p_command, p_digest, p_stream, kind, first, count, version)
        AS i (command, digest, stream, kind, first, count, version)
    WHERE i.kind = 0 AND i.command IS NOT NULL;
    IF head = v_before THEN
        RETURN;
    END IF;
    INSERT INTO events (position, version, recorded_at, effective_at, event_id, command_id,
        correlation_id, causation_id, schema_version, stream, event_type, official, person,
        on_behalf_of, role, agency, reason, rule_book, traceparent, sha256, data)
    SELECT e.position, e.version, v_now, p_effective_at[e.item], e.event_id, p_command[e.item],
        p_correlation[e.item], p_causation[e.item], e.schema_version, p_stream[e.item],
        e.event_type, p_official[e.item], p_person[e.item], p_on_behalf_of[e.item],
        p_role[e.item], p_agency[e.item], p_reason[e.item], p_rule_book[e.item],
        p_traceparent[e.item], e.sha256, e.data
    FROM unnest(v_position, v_place, v_of, p_event_id, p_event_type, p_schema_version, p_sha256,
            p_data)
        AS e (position, version, item, event_id, event_type, schema_version, sha256, data)
    WHERE e.position IS NOT NULL;
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    IF v_rows <> head - v_before THEN
        RAISE EXCEPTION '% events for % positions', v_rows, head - v_before
            USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO dossier_events (dossier, position)
    SELECT d.dossier, v_position[d.event]
    FROM unnest(p_path_dossier, p_path_event) AS d (dossier, event)
    WHERE v_position[d.event] IS NOT NULL;
    INSERT INTO streams AS r (stream, version, last_position, round, unit, dossier, status, due, state)
    SELECT i.stream, i.version, i.first + i.count - 1, i.round, i.unit, i.dossier, i.status, i.due,
        i.state
    FROM unnest(p_stream, first, count, version, v_writes, p_round, p_unit, p_dossier, p_status,
            p_due, p_state)
        AS i (stream, first, count, version, writes, round, unit, dossier, status, due, state)
    WHERE i.writes
    ON CONFLICT (stream) DO UPDATE SET version = excluded.version,
        last_position = excluded.last_position, round = excluded.round, unit = excluded.unit,
        dossier = excluded.dossier, status = excluded.status, due = excluded.due,
        state = excluded.state;
    UPDATE log_head h SET position = head, recorded_at = v_now, batch = h.batch + 1
    WHERE h.position = v_before;
END
$$;

-- The same for one command with one event: no arrays, a third less time. Answers kind as above; of
-- a refused command nothing is written.
CREATE FUNCTION append_one(
    p_command uuid, p_digest bytea, p_stream text, p_expected bigint,
    p_round text, p_unit text, p_dossier text, p_status text, p_due date, p_state text,
    p_consumer text, p_from bigint, p_to bigint,
    p_official text, p_person text, p_on_behalf_of text, p_role text, p_agency text,
    p_reason text, p_correlation uuid, p_causation uuid, p_rule_book text,
    p_traceparent text, p_effective_at timestamptz,
    p_event_id uuid, p_event_type text, p_schema_version integer, p_sha256 bytea,
    p_data text, p_paths text[],
    OUT kind integer, OUT first bigint, OUT count integer, OUT version bigint
) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ledger, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
    v_service text := calling_service();
    v_head bigint;
    v_now timestamptz;
    v_same boolean;
    v_stands bigint;
BEGIN
    IF v_service IS NOT NULL THEN
        PERFORM check_streams(v_service, ARRAY[p_stream]);
    END IF;
    SELECT h.position, h.recorded_at INTO v_head, v_now FROM log_head h
    ORDER BY h.position DESC LIMIT 1 FOR UPDATE;
    v_now := greatest(v_now, clock_timestamp());
    SELECT c.first_position, c.count, c.version, c.digest = p_digest AND c.stream = p_stream
    INTO first, count, version, v_same FROM commands c WHERE c.command_id = p_command;
    IF FOUND THEN
        kind := CASE WHEN v_same THEN 1 ELSE 2 END;
        IF v_same AND p_consumer IS NOT NULL THEN
            PERFORM check_consumer(v_service, p_consumer);
            PERFORM set_cursor(p_consumer, p_from, p_to);
        END IF;
        RETURN;
    END IF;
    IF p_consumer IS NOT NULL THEN
        PERFORM check_consumer(v_service, p_consumer);
        v_stands := cursor_held(p_consumer);
        IF v_stands IS DISTINCT FROM p_from THEN
            kind := 4;
            first := v_stands;
            RETURN;
        END IF;
    END IF;
    kind := 0;
    first := v_head + 1;
    count := 1;
    version := p_expected + 1;
    IF p_expected = 0 THEN
        INSERT INTO streams (stream, version, last_position, round, unit, dossier, status, due, state)
        VALUES (p_stream, 1, first, p_round, p_unit, p_dossier, p_status, p_due, p_state)
        ON CONFLICT DO NOTHING;
    ELSE
        UPDATE streams r SET version = p_expected + 1, last_position = v_head + 1, round = p_round,
            unit = p_unit, dossier = p_dossier, status = p_status, due = p_due, state = p_state
        WHERE r.stream = p_stream AND r.version = p_expected;
    END IF;
    IF NOT FOUND THEN
        kind := 3;
        SELECT r.version INTO version FROM streams r WHERE r.stream = p_stream;
        version := coalesce(version, 0);
        RETURN;
    END IF;
    IF p_consumer IS NOT NULL THEN
        PERFORM set_cursor(p_consumer, p_from, p_to);
    END IF;
    INSERT INTO commands (command_id, digest, stream, first_position, count, version)
    VALUES (p_command, p_digest, p_stream, first, 1, version);
    INSERT INTO dossier_events (dossier, position) SELECT d, first FROM unnest(p_paths) AS d;
    INSERT INTO events (position, version, recorded_at, effective_at, event_id, command_id,
        correlation_id, causation_id, schema_version, stream, event_type, official, person,
        on_behalf_of, role, agency, reason, rule_book, traceparent, sha256, data)
    VALUES (first, version, v_now, p_effective_at, p_event_id, p_command,
        p_correlation, p_causation, p_schema_version, p_stream, p_event_type, p_official, p_person,
        p_on_behalf_of, p_role, p_agency, p_reason, p_rule_book, p_traceparent, p_sha256, p_data);
    UPDATE log_head h SET position = first, recorded_at = v_now, batch = h.batch + 1
    WHERE h.position = v_head;
END
$$;

-- Moves a cursor with no effect beside it; NULL if it moved, else where it stands.
CREATE FUNCTION move_cursor(p_consumer text, p_from bigint, p_to bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp SET enable_seqscan = off AS $$
BEGIN
    PERFORM check_consumer(calling_service(), p_consumer);
    RETURN set_cursor(p_consumer, p_from, p_to);
END
$$;

-- Parks an event, or parks it again, and moves the cursor past it; answers as move_cursor.
CREATE FUNCTION park(
    p_consumer text, p_position bigint, p_stream text, p_reason text, p_status text,
    p_from bigint, p_to bigint
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_stands bigint;
BEGIN
    PERFORM check_consumer(calling_service(), p_consumer);
    v_stands := set_cursor(p_consumer, p_from, p_to);
    IF v_stands IS NULL THEN
        INSERT INTO dead_letters (consumer, position, stream, reason, status)
        VALUES (p_consumer, p_position, p_stream, p_reason, p_status)
        ON CONFLICT (consumer, position) DO UPDATE
        SET reason = excluded.reason, status = excluded.status;
    END IF;
    RETURN v_stands;
END
$$;

-- What became of a parked event; false where none is parked there.
CREATE FUNCTION resolve_parked(p_consumer text, p_position bigint, p_status text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp SET enable_seqscan = off AS $$
BEGIN
    PERFORM check_consumer(calling_service(), p_consumer);
    UPDATE dead_letters SET status = p_status WHERE consumer = p_consumer AND position = p_position;
    RETURN FOUND;
END
$$;

-- Makes rows of streams anew from a fold of their events; for the owner's members only. Answers
-- how many differed, or the first row that does not fit the events and the version they have.
CREATE FUNCTION rebuild_rows(
    p_stream text[], p_version bigint[], p_round text[], p_unit text[], p_dossier text[],
    p_status text[], p_due date[], p_state text[],
    OUT replaced bigint, OUT unfit text, OUT actual bigint
) LANGUAGE plpgsql SET search_path = ledger, pg_temp SET enable_seqscan = off AS $$
BEGIN
    PERFORM FROM log_head ORDER BY position DESC LIMIT 1 FOR UPDATE;
    replaced := 0;
    SELECT i.stream, coalesce(l.version, 0) INTO unfit, actual
    FROM unnest(p_stream, p_version) WITH ORDINALITY AS i (stream, version, n)
    LEFT JOIN LATERAL (
        SELECT e.version FROM events e WHERE e.stream = i.stream ORDER BY e.version DESC LIMIT 1
    ) l ON true
    WHERE l.version IS DISTINCT FROM i.version ORDER BY i.n LIMIT 1;
    IF FOUND THEN
        RETURN;
    END IF;
    INSERT INTO streams AS r (stream, version, last_position, round, unit, dossier, status, due, state)
    SELECT i.stream, i.version, l.position, i.round, i.unit, i.dossier, i.status, i.due, i.state
    FROM unnest(p_stream, p_version, p_round, p_unit, p_dossier, p_status, p_due, p_state)
        AS i (stream, version, round, unit, dossier, status, due, state)
    CROSS JOIN LATERAL (
        SELECT e.position FROM events e WHERE e.stream = i.stream ORDER BY e.version DESC LIMIT 1
    ) l
    ON CONFLICT (stream) DO UPDATE SET version = excluded.version,
        last_position = excluded.last_position, round = excluded.round, unit = excluded.unit,
        dossier = excluded.dossier, status = excluded.status, due = excluded.due,
        state = excluded.state
    WHERE (r.version, r.last_position, r.round, r.unit, r.dossier, r.status, r.due, r.state)
        IS DISTINCT FROM (excluded.version, excluded.last_position, excluded.round, excluded.unit,
            excluded.dossier, excluded.status, excluded.due, excluded.state);
    GET DIAGNOSTICS replaced = ROW_COUNT;
END
$$;

GRANT USAGE ON SCHEMA ledger TO hoso_registry, hoso_submission, hoso_verification, hoso_ranking,
    hoso_audit, hoso_relay, hoso_auditor;
GRANT SELECT ON log_head, events, streams, commands, dossier_events, cursors, dead_letters, services,
    writers TO hoso_registry, hoso_submission, hoso_verification, hoso_ranking, hoso_audit,
    hoso_relay, hoso_auditor;
GRANT EXECUTE ON FUNCTION append_batch, append_one, move_cursor, park, resolve_parked
    TO hoso_registry, hoso_submission, hoso_verification, hoso_ranking, hoso_audit;

RESET ROLE;
GRANT SELECT ON ledger.migrations TO hoso_registry, hoso_submission, hoso_verification,
    hoso_ranking, hoso_audit, hoso_relay, hoso_auditor;
