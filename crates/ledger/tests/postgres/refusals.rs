//! What each role may not do, and what nobody may: refused by the database with an error, never
//! with a silent 0 rows.

use futures::future::join_all;
use hoso_ledger::conformance::{Outcome, sample};
use hoso_ledger::postgres::migrate::ROLES;
use hoso_ledger::{Ledger, LedgerError, Parked, ParkedStatus, StreamName};
use hoso_testbed::postgres::SUPERUSER;
use sqlx::{AssertSqlSafe, Executor, PgConnection};

use crate::world::World;

/// The services and the categories each may write.
const OWNERS: [(&str, &[&str]); 5] = [
    (
        "registry",
        &[
            "unit",
            "person",
            "official",
            "index",
            "hold",
            "initiative",
            "rulebook",
        ],
    ),
    ("submission", &["dossier"]),
    ("verification", &["case"]),
    ("ranking", &["round", "appeal"]),
    ("audit", &["key"]),
];

/// Three events of two streams on one path, a cursor, a parked event.
pub(crate) async fn written(world: &World) -> Outcome {
    let ledger = world.ledger().await?;
    for (stream, expected) in [("dossier-a", 0), ("unit-b", 0), ("dossier-a", 1)] {
        let mut append = sample::append_on_path(stream, expected, "HS-1")?;
        let head = ledger.head().await?;
        append.cursor = Some(sample::cursor("watcher", head, head + 1));
        ledger.append(append).await?;
    }
    let parked = poison("watcher");
    ledger
        .park(&parked, sample::cursor("watcher", 3, 3))
        .await?;
    ledger.close().await;
    Ok(())
}

fn poison(consumer: &str) -> Parked {
    Parked {
        consumer: consumer.to_owned(),
        position: 3,
        stream: StreamName::new("dossier", "a"),
        reason: "không đọc được".to_owned(),
        status: ParkedStatus::Waiting,
    }
}

/// Every text must be an error; afterwards everything is what it was and the log goes on.
async fn all_are_refused(world: &World, connection: &mut PgConnection, texts: &[&str]) -> Outcome {
    let before = everything(world).await?;
    for text in texts {
        let tried = connection.execute(AssertSqlSafe((*text).to_owned())).await;
        assert!(tried.is_err(), "not refused: {text}");
    }
    assert_eq!(everything(world).await?, before);
    Ok(())
}

/// Every row of every table as text.
pub(crate) async fn everything(world: &World) -> Result<Vec<String>, sqlx::Error> {
    let mut connection = world.connect(SUPERUSER).await?;
    let mut all = Vec::new();
    for table in [
        "events",
        "streams",
        "commands",
        "dossier_events",
        "cursors",
        "dead_letters",
        "checkpoints",
        "log_head",
        "services",
        "writers",
        "migrations",
    ] {
        let text = format!("SELECT t::text FROM ledger.{table} t ORDER BY 1");
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(text))
            .fetch_all(&mut connection)
            .await?;
        all.extend(rows);
    }
    Ok(all)
}

/// Nobody but a service's own functions writes: whoever logs in.
const WRITES: &[&str] = &[
    "UPDATE ledger.events SET data = '{}' WHERE position = 1",
    "UPDATE ledger.events SET data = '{}' WHERE position = 99",
    "DELETE FROM ledger.events",
    "TRUNCATE ledger.events",
    "INSERT INTO ledger.events SELECT * FROM ledger.events",
    "INSERT INTO ledger.events SELECT * FROM ledger.events WHERE false",
    "MERGE INTO ledger.events e USING ledger.events o ON e.position = o.position \
     WHEN MATCHED THEN DELETE",
    "COPY ledger.events FROM PROGRAM 'true'",
    "UPDATE ledger.streams SET state = '{}'",
    "DELETE FROM ledger.streams",
    "TRUNCATE ledger.streams",
    "INSERT INTO ledger.streams (stream, version, last_position, status, state) \
     VALUES ('dossier-z', 1, 1, '', '')",
    "UPDATE ledger.commands SET count = 7",
    "DELETE FROM ledger.commands",
    "TRUNCATE ledger.commands",
    "INSERT INTO ledger.commands SELECT * FROM ledger.commands",
    "UPDATE ledger.dossier_events SET dossier = 'HS-2'",
    "DELETE FROM ledger.dossier_events",
    "TRUNCATE ledger.dossier_events",
    "INSERT INTO ledger.dossier_events VALUES ('HS-2', 1)",
    "UPDATE ledger.log_head SET position = position + 1, batch = batch + 1",
    "DELETE FROM ledger.log_head",
    "TRUNCATE ledger.log_head",
    "INSERT INTO ledger.log_head VALUES (9, now(), 9)",
    "UPDATE ledger.cursors SET position = 99",
    "DELETE FROM ledger.cursors",
    "TRUNCATE ledger.cursors",
    "INSERT INTO ledger.cursors VALUES ('submission', 99)",
    "UPDATE ledger.dead_letters SET status = 'SKIPPED'",
    "DELETE FROM ledger.dead_letters",
    "TRUNCATE ledger.dead_letters",
    "INSERT INTO ledger.dead_letters VALUES ('submission', 1, 'dossier-a', '', 'WAITING')",
    "UPDATE ledger.checkpoints SET size = 0",
    "DELETE FROM ledger.checkpoints",
    "TRUNCATE ledger.checkpoints",
    "INSERT INTO ledger.checkpoints VALUES (1, 0, now(), sha256(''), 'a')",
    "UPDATE ledger.writers SET role = session_user",
    "INSERT INTO ledger.writers VALUES ('case2', session_user)",
    "DELETE FROM ledger.writers",
    "INSERT INTO ledger.services VALUES (session_user, 'other')",
    "UPDATE ledger.migrations SET version = 9",
];

/// Nobody who logs in holds the ledger up, changes it, or becomes somebody else.
const TAKEOVERS: &[&str] = &[
    "SELECT position FROM ledger.log_head FOR UPDATE",
    "SELECT position FROM ledger.cursors FOR SHARE",
    "LOCK TABLE ledger.log_head IN EXCLUSIVE MODE",
    "LOCK TABLE ledger.events IN SHARE MODE",
    "SELECT ledger.set_cursor('submission', 0, 9)",
    "SELECT ledger.cursor_held('watcher')",
    "SELECT ledger.rebuild_rows('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')",
    "CREATE TABLE ledger.other (n int)",
    "CREATE TABLE public.other (n int)",
    "CREATE SCHEMA other",
    "CREATE FUNCTION ledger.other() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION ledger.calling_service() RETURNS text LANGUAGE sql AS 'SELECT NULL'",
    "CREATE VIEW ledger.other AS SELECT 1",
    "CREATE INDEX ON ledger.events (data)",
    "ALTER TABLE ledger.events DISABLE TRIGGER ALL",
    "ALTER TABLE ledger.events ADD COLUMN other int",
    "ALTER FUNCTION ledger.append_one SECURITY INVOKER",
    "ALTER SCHEMA ledger RENAME TO other",
    "DROP TRIGGER never_rewritten ON ledger.events",
    "DROP TABLE ledger.events CASCADE",
    "DROP FUNCTION ledger.append_batch",
    "DROP SCHEMA ledger CASCADE",
    "GRANT hoso_owner TO CURRENT_USER",
    "SET ROLE hoso_owner",
    "SET ROLE hoso_ranking; SET ROLE hoso_submission",
    "SET SESSION AUTHORIZATION postgres",
    "SET session_replication_role = replica",
    "CREATE ROLE other",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER SYSTEM SET fsync = off",
    "VACUUM FULL ledger.events; SELECT 1/0",
    "CREATE EXTENSION dblink",
    "CREATE EVENT TRIGGER other ON ddl_command_end EXECUTE FUNCTION ledger.refuse()",
    "CREATE RULE other AS ON INSERT TO ledger.events DO INSTEAD NOTHING",
    "CREATE POLICY other ON ledger.events USING (false)",
    "COMMENT ON TABLE ledger.events IS 'other'",
];

#[tokio::test]
async fn no_role_writes_beside_the_functions() -> Outcome {
    let world = World::fresh().await?;
    written(&world).await?;
    for (role, _) in ROLES {
        let mut connection = world.connect(role).await?;
        all_are_refused(&world, &mut connection, WRITES).await?;
    }
    Ok(())
}

#[tokio::test]
async fn no_role_locks_changes_or_becomes_what_it_is_not() -> Outcome {
    let world = World::fresh().await?;
    written(&world).await?;
    for (role, _) in ROLES {
        let mut connection = world.connect(role).await?;
        all_are_refused(&world, &mut connection, TAKEOVERS).await?;
    }
    let mut connection = world.connect(SUPERUSER).await?;
    let logs_in: bool =
        sqlx::query_scalar("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'hoso_owner'")
            .fetch_one(&mut connection)
            .await?;
    assert!(!logs_in, "nobody logs in as the owner");
    Ok(())
}

/// Whatever the session's settings; and also where no row would be touched.
#[tokio::test]
async fn even_a_superuser_rewrites_nothing() -> Outcome {
    let world = World::fresh().await?;
    written(&world).await?;
    let mut connection = world.connect(SUPERUSER).await?;
    for role in ["origin", "replica", "local"] {
        let set = format!("SET session_replication_role = {role}");
        connection.execute(AssertSqlSafe(set)).await?;
        all_are_refused(
            &world,
            &mut connection,
            &[
                "UPDATE ledger.events SET data = '{}' WHERE position = 1",
                "UPDATE ledger.events SET position = 9 WHERE position = 3",
                "UPDATE ledger.events SET data = data WHERE false",
                "DELETE FROM ledger.events WHERE position = 3",
                "DELETE FROM ledger.events WHERE false",
                "TRUNCATE ledger.events",
                "TRUNCATE ledger.events, ledger.commands, ledger.streams CASCADE",
                "MERGE INTO ledger.events e USING ledger.streams s ON e.stream = s.stream \
                 WHEN MATCHED THEN UPDATE SET data = ''",
                "INSERT INTO ledger.events SELECT * FROM ledger.events WHERE position = 1 \
                 ON CONFLICT (position) DO UPDATE SET data = '{}'",
                "UPDATE ledger.commands SET count = 0",
                "DELETE FROM ledger.commands",
                "TRUNCATE ledger.commands",
                "UPDATE ledger.dossier_events SET dossier = 'HS-2'",
                "DELETE FROM ledger.dossier_events",
                "TRUNCATE ledger.dossier_events",
                "DELETE FROM ledger.streams",
                "TRUNCATE ledger.streams",
                "UPDATE ledger.streams SET version = 1 WHERE stream = 'dossier-a'",
                "UPDATE ledger.streams SET stream = 'dossier-c' WHERE stream = 'dossier-a'",
                "UPDATE ledger.streams SET category = 'case' WHERE stream = 'dossier-a'",
                "INSERT INTO ledger.streams (stream, version, last_position, status, state) \
                 VALUES ('noname', 1, 1, '', '')",
                "DELETE FROM ledger.cursors",
                "TRUNCATE ledger.cursors",
                "DELETE FROM ledger.dead_letters",
                "TRUNCATE ledger.dead_letters",
                "UPDATE ledger.checkpoints SET size = 0",
                "UPDATE ledger.checkpoints SET size = 0 WHERE false",
                "DELETE FROM ledger.checkpoints",
                "TRUNCATE ledger.checkpoints",
                "DELETE FROM ledger.log_head",
                "TRUNCATE ledger.log_head",
                "INSERT INTO ledger.log_head VALUES (9, now(), 9)",
                "UPDATE ledger.log_head SET position = 2, batch = batch + 1",
                "UPDATE ledger.log_head SET batch = batch + 1",
                "UPDATE ledger.log_head SET position = 4",
                "UPDATE ledger.log_head SET position = 4, batch = batch + 1, recorded_at = 'epoch'",
            ],
        )
        .await?;
    }
    let ledger = world.ledger().await?;
    let next = ledger.append(sample::append("dossier-a", 2, 1)?).await?;
    assert_eq!(next.first_position, 4);
    Ok(())
}

#[tokio::test]
async fn a_service_writes_the_streams_of_its_categories_and_no_others() -> Outcome {
    let world = World::fresh().await?;
    let categories = OWNERS.iter().flat_map(|(_, own)| own.iter());
    for (service, own) in OWNERS {
        let ledger = world.ledger_of(&format!("hoso_{service}")).await?;
        for category in categories.clone() {
            let name = format!("{category}-of-{service}");
            let tried = ledger.append(sample::append(&name, 0, 1)?).await;
            if own.contains(category) {
                assert_eq!(tried?.version, 1);
            } else {
                refused_for_rights(&name, &tried);
            }
        }
        let feed = format!("feed-{service}");
        assert_eq!(
            ledger.append(sample::append(&feed, 0, 1)?).await?.version,
            1
        );
        for foreign in [
            "feed-other",
            "feed-runtime",
            "feed",
            "thing-a",
            "unit",
            "units-a",
            "Unit-a",
            &format!("feed-{service}-2"),
            &format!("feed2-{service}"),
        ] {
            let mut append = sample::append("thing-a", 0, 1)?;
            append.row.stream = StreamName::from_stored(foreign.to_owned());
            let tried = ledger.append(append).await;
            if foreign.contains('-') {
                refused_for_rights(foreign, &tried);
            }
            assert!(tried.is_err(), "{service} wrote {foreign}");
        }
        ledger.close().await;
    }
    Ok(())
}

fn refused_for_rights<T: std::fmt::Debug>(what: &str, tried: &Result<T, LedgerError>) {
    assert!(
        matches!(tried, Err(LedgerError::NotWritable { .. })),
        "{what}: {tried:?}"
    );
}

#[tokio::test]
async fn a_service_moves_its_own_cursor_and_parks_under_its_own_name() -> Outcome {
    let world = World::fresh().await?;
    let ledger = world.ledger_of("hoso_submission").await?;
    let own = sample::cursor("submission", 0, 1);
    let foreign = sample::cursor("ranking", 0, 1);
    refused_for_rights("move", &ledger.move_cursor(foreign.clone()).await);
    let parked = ledger.park(&poison("ranking"), foreign.clone()).await;
    refused_for_rights("park", &parked);
    let resolved = ledger.resolve_parked("ranking", 3, ParkedStatus::Skipped);
    refused_for_rights("resolve", &resolved.await);
    for (count, cursor) in [(1, &foreign), (2, &foreign), (0, &foreign)] {
        let mut append = sample::append("dossier-a", 0, count)?;
        append.cursor = Some(cursor.clone());
        refused_for_rights("append", &ledger.append(append).await);
    }
    assert!(ledger.cursors().await?.is_empty());
    ledger.move_cursor(own).await?;
    for (at, count) in [(1, 1), (2, 2)] {
        let mut append = sample::append(&format!("dossier-{at}"), 0, count)?;
        append.cursor = Some(sample::cursor("submission", at, at + 1));
        ledger.append(append).await?;
    }
    let own = sample::cursor("submission", 3, 4);
    ledger.park(&poison("submission"), own).await?;
    let skipped = ledger.resolve_parked("submission", 3, ParkedStatus::Skipped);
    skipped.await?;
    assert_eq!(ledger.cursors().await?, [("submission".to_owned(), 4)]);
    Ok(())
}

/// What the signer signed is kept by the signer's service and by nobody else.
#[tokio::test]
async fn only_the_audit_service_keeps_checkpoints() -> Outcome {
    let world = World::fresh().await?;
    for role in ["hoso_submission", "hoso_ranking", "hoso_relay"] {
        let ledger = world.ledger_of(role).await?;
        refused_for_rights(role, &ledger.keep_checkpoint(0, "none\n").await);
        ledger.close().await;
    }
    let ledger = world.ledger_of("hoso_audit").await?;
    ledger.keep_checkpoint(0, "none\n").await?;
    assert_eq!(ledger.checkpoints(0, 10).await?.len(), 1);
    Ok(())
}

/// In one batch with good ones, only the item at fault is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_item_takes_its_neighbours_not_down() -> Outcome {
    let world = World::fresh().await?;
    let ledger = world.ledger_of("hoso_submission").await?;
    let names: Vec<_> = (0..30)
        .map(|n| match n % 10 {
            7 => format!("case-{n}"),
            _ => format!("dossier-{n}"),
        })
        .collect();
    let appends = names
        .iter()
        .map(|name| sample::append(name, 0, 1))
        .collect::<Result<Vec<_>, _>>()?;
    let answers = join_all(appends.into_iter().map(|a| ledger.append(a))).await;
    for (name, answer) in names.iter().zip(answers) {
        if name.starts_with("case") {
            refused_for_rights(name, &answer);
        } else {
            assert_eq!(answer?.version, 1);
        }
    }
    assert_eq!(ledger.head().await?, 27);
    Ok(())
}

#[tokio::test]
async fn relay_and_auditor_read_everything_and_write_nothing() -> Outcome {
    let world = World::fresh().await?;
    written(&world).await?;
    for role in ["hoso_relay", "hoso_auditor"] {
        let ledger = world.ledger_of(role).await?;
        assert_eq!(ledger.read_all(0, 10).await?.len(), 3);
        assert_eq!(ledger.cursor("watcher").await?, 3);
        assert_eq!(ledger.parked("watcher").await?.len(), 1);
        refused_for_rights(
            "append",
            &ledger.append(sample::append("key-a", 0, 1)?).await,
        );
        let cursor = sample::cursor("relay", 0, 1);
        refused_for_rights("move", &ledger.move_cursor(cursor).await);
        let mut connection = world.connect(role).await?;
        connection.execute("SELECT pg_advisory_lock(1)").await?;
    }
    Ok(())
}
