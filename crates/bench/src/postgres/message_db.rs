//! The design of message-db, written anew: `write_message` takes one advisory lock a category for
//! the transaction, compares the stream's version, inserts with a position from a sequence. Table
//! and indexes as there: JSONB, three indexes.

use std::time::Duration;

use serde_json::json;
use sqlx::PgConnection;

use super::server::Database;
use crate::drive::{self, Caller, Sample};
use crate::ledger_load;
use crate::load::EVENT_TYPE;

pub(super) const SCHEMA: &str = "
    CREATE SCHEMA message_db;
    CREATE FUNCTION message_db.category(p_stream text) RETURNS text LANGUAGE sql IMMUTABLE
        AS $$ SELECT split_part(p_stream, '-', 1) $$;
    CREATE TABLE message_db.messages (
        global_position bigserial PRIMARY KEY,
        position bigint NOT NULL,
        time timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'utc'),
        stream_name text NOT NULL,
        type text NOT NULL,
        data jsonb,
        metadata jsonb,
        id uuid NOT NULL UNIQUE,
        UNIQUE (stream_name, position)
    );
    CREATE INDEX ON message_db.messages (message_db.category(stream_name), global_position,
        message_db.category(metadata ->> 'correlationStreamName'));
    CREATE FUNCTION message_db.write_message(p_id uuid, p_stream text, p_type text, p_data jsonb,
        p_metadata jsonb, p_expected bigint) RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE
        v_version bigint;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended(message_db.category(p_stream), 0));
        SELECT max(position) INTO v_version FROM message_db.messages WHERE stream_name = p_stream;
        v_version := coalesce(v_version, -1);
        IF p_expected <> v_version THEN
            RAISE EXCEPTION 'wrong version: %', v_version;
        END IF;
        INSERT INTO message_db.messages (id, stream_name, position, type, data, metadata)
        VALUES (p_id, p_stream, v_version + 1, p_type, p_data, p_metadata);
        RETURN v_version + 1;
    END
    $$;
";

const WRITE: &str =
    "SELECT message_db.write_message($1, $2, $3, $4::text::jsonb, $5::text::jsonb, $6)";

/// Whose lock a caller takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Categories {
    /// All take the same.
    Same,
    /// Each caller takes another.
    Distinct,
}

struct Writer {
    connection: PgConnection,
    category: String,
    base: u64,
}

impl Caller for Writer {
    async fn call(&mut self, n: u64) -> anyhow::Result<()> {
        let (stream, version) = ledger_load::place(self.base, n);
        let id = ledger_load::id(stream, version);
        let position: i64 = sqlx::query_scalar(WRITE)
            .bind(id)
            .bind(format!("{}-{}", self.category, ledger_load::id(stream, 0)))
            .bind(EVENT_TYPE)
            .bind(ledger_load::data(stream, version)?)
            .bind(json!(ledger_load::metadata(id)?).to_string())
            .bind(i64::try_from(version)? - 2)
            .fetch_one(&mut self.connection)
            .await?;
        anyhow::ensure!(position + 1 == i64::try_from(version)?, "out of turn");
        Ok(())
    }
}

/// Messages of so many clients, one a transaction.
pub(super) async fn write(
    database: &Database,
    clients: u64,
    categories: Categories,
    sample: Duration,
) -> anyhow::Result<Sample> {
    let mut writers = Vec::new();
    for client in 0..clients {
        writers.push(Writer {
            connection: database.connect().await?,
            category: match categories {
                Categories::Same => "dossier".to_owned(),
                Categories::Distinct => format!("dossier{client}"),
            },
            base: ledger_load::base(0, client),
        });
    }
    drive::closed_loop(writers, sample).await
}
