//! Migrating: at once from several programs and in several databases, by a role that is no
//! superuser, and databases that are older or newer than the program.

use futures::future::join_all;
use hoso_ledger::conformance::{Outcome, sample};
use hoso_ledger::postgres::migrate::{MigrationState, ROLES, migrate, set_role_password, status};
use hoso_ledger::postgres::{PostgresLedger, PostgresOptions};
use hoso_ledger::{Ledger, LedgerError};
use hoso_testbed::postgres::{Postgres, PostgresOptions as ServerOptions, SUPERUSER};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::world::World;

/// Roles belong to the cluster: several fresh databases race for them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fresh_databases_of_a_fresh_cluster_are_migrated_at_once() -> Outcome {
    let server = Postgres::start(ServerOptions::default())?;
    let mut connection = PgConnection::connect(&server.superuser_url("postgres")).await?;
    let names: Vec<_> = (0..4).map(|n| format!("ledger_{n}")).collect();
    for name in &names {
        let text = format!("CREATE DATABASE {name}");
        connection.execute(AssertSqlSafe(text)).await?;
    }
    // Three programs a database.
    let urls = names.iter().map(|name| server.superuser_url(name));
    let urls: Vec<_> = urls
        .flat_map(|url| [url.clone(), url.clone(), url])
        .collect();
    for migrated in join_all(urls.iter().map(|url| migrate(url))).await {
        migrated?;
    }
    for name in &names {
        let url = server.superuser_url(name);
        assert!(
            migrate(&url).await?.is_empty(),
            "there is nothing left to do"
        );
        let ledger = PostgresLedger::open(&url, PostgresOptions::new("test")).await?;
        ledger.append(sample::append("unit-a", 0, 1)?).await?;
        ledger.close().await;
    }
    Ok(())
}

#[tokio::test]
async fn a_role_that_may_make_roles_migrates_and_owns_nothing_it_could_misuse() -> Outcome {
    let server = Postgres::start(ServerOptions::default())?;
    let mut connection = PgConnection::connect(&server.superuser_url("postgres")).await?;
    connection
        .execute("CREATE ROLE installer LOGIN CREATEROLE CREATEDB")
        .await?;
    let mut installer = PgConnection::connect(&server.url("postgres", "installer")).await?;
    installer.execute("CREATE DATABASE hoso").await?;
    let url = server.url("hoso", "installer");
    assert_eq!(migrate(&url).await?.len(), 2);
    let ledger = PostgresLedger::open(&url, PostgresOptions::new("test")).await?;
    ledger.append(sample::append("unit-a", 0, 1)?).await?;
    let mut installer = PgConnection::connect(&url).await?;
    for text in [
        "SET session_replication_role = replica",
        "UPDATE ledger.events SET data = '{}'",
        "DELETE FROM ledger.events",
        "TRUNCATE ledger.events",
    ] {
        assert!(
            installer.execute(text).await.is_err(),
            "not refused: {text}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn the_status_says_what_is_pending_applied_and_unknown() -> Outcome {
    let server = Postgres::start(ServerOptions::default())?;
    let url = server.superuser_url("postgres");
    let states = |migrations: Vec<hoso_ledger::postgres::migrate::Migration>| -> Vec<_> {
        migrations.iter().map(|m| (m.version, m.state)).collect()
    };
    let all = |state| [(1, state), (2, state)];
    assert_eq!(states(status(&url).await?), all(MigrationState::Pending));
    let unmigrated = PostgresLedger::open(&url, PostgresOptions::new("test")).await;
    let said = unmigrated.err().ok_or("it was opened")?.to_string();
    assert!(said.contains("hoso migrate"), "{said}");
    migrate(&url).await?;
    assert_eq!(states(status(&url).await?), all(MigrationState::Applied));
    let mut connection = PgConnection::connect(&url).await?;
    connection
        .execute(
            "INSERT INTO ledger.migrations (version, description, success, checksum, execution_time) \
             VALUES (9999, 'later', TRUE, '\\x00', 0)",
        )
        .await?;
    let newer = [
        (1, MigrationState::Applied),
        (2, MigrationState::Applied),
        (9999, MigrationState::Unknown),
    ];
    assert_eq!(states(status(&url).await?), newer);
    for refused in [
        migrate(&url).await.err(),
        PostgresLedger::open(&url, PostgresOptions::new("test"))
            .await
            .err(),
    ] {
        assert!(
            matches!(refused, Some(LedgerError::Unavailable { .. })),
            "{refused:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn roles_log_in_with_the_password_that_was_set() -> Outcome {
    let options = ServerOptions {
        password: Some("administrator".to_owned()),
        settings: vec!["log_statement = all".to_owned()],
    };
    let server = Postgres::start(options)?;
    let admin = server.superuser_url("postgres");
    migrate(&admin).await?;
    let password = "s3cret'\"\\$;--";
    for (role, service) in ROLES {
        let url = format!(
            "postgres://{role}:s3cret%27%22%5C%24%3B--@127.0.0.1:{}/postgres",
            server.port()
        );
        let open = || PostgresLedger::open(&url, PostgresOptions::new(service));
        let before = open().await;
        assert!(
            matches!(before, Err(LedgerError::Unavailable { .. })),
            "{before:?}"
        );
        set_role_password(&admin, role, password).await?;
        open().await?.close().await;
    }
    for role in [SUPERUSER, "hoso_owner", "hoso_x", "hoso_audit; DROP"] {
        let refused = set_role_password(&admin, role, password).await;
        assert!(
            matches!(refused, Err(LedgerError::NotWritable { .. })),
            "{refused:?}"
        );
    }
    let log = std::fs::read_to_string(server.log_file())?;
    assert!(log.contains("set_config"), "it logs statements");
    assert!(
        !log.contains("s3cret"),
        "a password stands in the server's log"
    );
    Ok(())
}

/// An edited migration is not the one that was applied.
#[tokio::test]
async fn an_edited_migration_is_said_to_be_one() -> Outcome {
    let world = World::fresh().await?;
    let mut connection = world.connect(SUPERUSER).await?;
    connection
        .execute("UPDATE ledger.migrations SET checksum = '\\x00'")
        .await?;
    let refused = migrate(&world.url(SUPERUSER)).await;
    assert!(
        matches!(refused, Err(LedgerError::Corrupt { .. })),
        "{refused:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_wrong_url_is_said_without_its_password() -> Outcome {
    for url in [
        "postgres://hoso:topsecret@127.0.0.1:1/hoso",
        "mysql://hoso:topsecret@127.0.0.1/hoso",
        "topsecret",
        "postgres://hoso:topsecret@127.0.0.1:99999999/hoso",
    ] {
        let opened = PostgresLedger::open(url, PostgresOptions::new("test")).await;
        let Err(LedgerError::Unavailable { reason }) = opened else {
            return Err(format!("{url}: {opened:?}").into());
        };
        assert!(!reason.contains("topsecret"), "{reason}");
    }
    Ok(())
}
