-- Why: what the log's signer signed is kept where the log is, too, as in migrations/sqlite/0002. A
-- row says what was signed when, in the order it was kept; the same note is kept once. Only the
-- audit service keeps any, by a function; the triggers refuse every rewriting for everybody.

SET LOCAL ROLE hoso_owner;
SET LOCAL search_path = ledger;

CREATE TABLE checkpoints (
    seq bigint PRIMARY KEY CHECK (seq > 0),
    size bigint NOT NULL CHECK (size >= 0),
    recorded_at timestamptz NOT NULL,
    sha256 bytea NOT NULL UNIQUE CHECK (octet_length(sha256) = 32),
    note text COLLATE "C" NOT NULL CHECK (octet_length(note) BETWEEN 1 AND 65536)
);

CREATE TRIGGER never_rewritten BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints EXECUTE FUNCTION refuse();
ALTER TABLE checkpoints ENABLE ALWAYS TRIGGER never_rewritten;

-- Keeps a note; what is there already stays as it is. False if the log is shorter than what was
-- signed: such a note says that the log was cut, and has no place beside it.
CREATE FUNCTION keep_checkpoint(p_size bigint, p_note text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
    v_digest bytea := sha256(convert_to(p_note, 'UTF8'));
BEGIN
    IF calling_service() <> 'audit' THEN
        RAISE EXCEPTION '% may not keep checkpoints', session_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- One keeps at a time, and nobody who reads waits for it.
    LOCK TABLE checkpoints IN SHARE ROW EXCLUSIVE MODE;
    IF p_size > (SELECT position FROM log_head ORDER BY position DESC LIMIT 1) THEN
        RETURN false;
    END IF;
    INSERT INTO checkpoints (seq, size, recorded_at, sha256, note)
    SELECT coalesce(max(seq), 0) + 1, p_size, clock_timestamp(), v_digest, p_note FROM checkpoints
    ON CONFLICT (sha256) DO NOTHING;
    RETURN true;
END
$$;

GRANT SELECT ON checkpoints TO hoso_registry, hoso_submission, hoso_verification, hoso_ranking,
    hoso_audit, hoso_relay, hoso_auditor;
GRANT EXECUTE ON FUNCTION keep_checkpoint TO hoso_audit;

RESET ROLE;
