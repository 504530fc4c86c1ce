-- Why: what the log's signer signed is kept where the log is, too. A row says what was signed when,
-- in the order it was kept; the same note is kept once. Whoever rewrites events must now also
-- explain a signed checkpoint that stands beside them. The triggers refuse every rewriting; who
-- drops them is found by whoever holds a checkpoint elsewhere.

CREATE TABLE checkpoints (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    size INTEGER NOT NULL CHECK (size >= 0),
    recorded_at INTEGER NOT NULL,
    note TEXT NOT NULL UNIQUE CHECK (length(note) BETWEEN 1 AND 65536)
) STRICT;

CREATE TRIGGER checkpoints_only_follow BEFORE INSERT ON checkpoints
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM checkpoints)
  OR EXISTS (SELECT 1 FROM checkpoints WHERE note = NEW.note)
BEGIN
    SELECT RAISE(ABORT, 'a checkpoint is kept once, behind those before');
END;

CREATE TRIGGER checkpoints_never_change BEFORE UPDATE ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are never changed');
END;

CREATE TRIGGER checkpoints_never_go BEFORE DELETE ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are never deleted');
END;
