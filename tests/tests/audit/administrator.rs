//! The database's administrator, who may do everything to PostgreSQL and switches every trigger off:
//! what is not what was sealed is found with its position, and no bundle of it is written.

use std::fs;
use std::path::{Path, PathBuf};

use e2e::server::{hoso_json, hoso_with};
use hoso_ledger::conformance::database::FreshDatabase;
use hoso_testbed::postgres::{SUPERUSER, Shared, shared};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use super::bundle::{ROUND, YEAR, text};

/// What the administrator does, and what is said of it.
struct Deed {
    name: &'static str,
    /// On tables without triggers and checks.
    sql: &'static str,
    words: &'static str,
}

const DEEDS: &[Deed] = &[
    Deed {
        name: "a body edited",
        sql: "UPDATE events SET data = replace(data, 'a', 'b') WHERE position = 500",
        words: "event 500",
    },
    Deed {
        name: "a body edited and its hash",
        sql: "UPDATE events SET data = replace(data, 'a', 'b'),
                  sha256 = sha256(convert_to(replace(data, 'a', 'b'), 'UTF8'))
              WHERE position = 500",
        words: "the event at position 500 is not the one that was sealed",
    },
    Deed {
        name: "somebody else's deed",
        sql: "UPDATE events SET official = 'chairman', person = 'can-bo-013' WHERE position = 500",
        words: "the event at position 500 is not the one that was sealed",
    },
    Deed {
        name: "another reason",
        sql: "UPDATE events SET reason = 'x' WHERE position = 500",
        words: "the event at position 500 is not the one that was sealed",
    },
    Deed {
        name: "recorded earlier than it was",
        sql: "UPDATE events SET recorded_at = recorded_at - interval '1 microsecond'
              WHERE position = 500",
        words: "the event at position 500 is not the one that was sealed",
    },
    Deed {
        name: "in effect earlier than it was",
        sql: "UPDATE events SET effective_at = effective_at - interval '1 year' WHERE position = 500",
        words: "the event at position 500 is not the one that was sealed",
    },
    Deed {
        name: "an event deleted in the middle",
        sql: "DELETE FROM events WHERE position = 500",
        words: "there is no event at position 500",
    },
    Deed {
        name: "an event deleted in the middle, and those behind moved up",
        sql: "DELETE FROM events WHERE position = 500;
              UPDATE events SET position = -position WHERE position > 500;
              UPDATE events SET position = -position - 1 WHERE position < 0",
        words: "the event at position 500 is not the one that was sealed",
    },
    Deed {
        name: "an event put in between",
        sql: "UPDATE events SET position = -position WHERE position >= 500;
              UPDATE events SET position = -position + 1 WHERE position < 0;
              INSERT INTO events SELECT (jsonb_populate_record(e, jsonb_build_object('position', 500,
                  'version', 1000000, 'event_id', gen_random_uuid()))).*
              FROM events e WHERE position = 499",
        words: "the event at position 500 is not the one that was sealed",
    },
    Deed {
        name: "two events exchanged",
        sql: "UPDATE events SET position = -1 WHERE position = 500;
              UPDATE events SET position = 500 WHERE position = 501;
              UPDATE events SET position = 501 WHERE position = -1",
        words: "the event at position 500 is not the one that was sealed",
    },
    Deed {
        name: "the tail cut",
        sql: "DELETE FROM events WHERE position >= 900; UPDATE log_head SET position = 899",
        words: "there is no event at position 900",
    },
];

/// The sample year on PostgreSQL, sealed before.
struct House {
    // Dropped first: the database goes before its server.
    database: FreshDatabase,
    server: Shared,
    scratch: tempfile::TempDir,
}

impl House {
    async fn make() -> Self {
        let server = shared().unwrap();
        let database = FreshDatabase::create(|name| server.superuser_url(name)).await;
        let house = Self {
            database: database.unwrap(),
            server,
            scratch: tempfile::tempdir().unwrap(),
        };
        // Archive and keys stand apart, where the administrator of the database has no hand.
        YEAR.copy_to(&house.at("sealer"));
        let (backup, documents) = (house.at("backup"), house.at("documents"));
        let data = house.at("sealer");
        let _ = hoso_json(&["backup", text(&backup), "--json", "--data", text(&data)]);
        let restore = ["restore", text(&backup), "--data", text(&documents)];
        let (code, _, err) = house.hoso(SUPERUSER, &restore);
        assert_eq!(code, 0, "{err}");
        house
    }

    fn at(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn url(&self, role: &str) -> String {
        let name = self.database.name();
        if role == SUPERUSER {
            self.server.superuser_url(name)
        } else {
            self.server.url(name, role)
        }
    }

    fn hoso(&self, role: &str, arguments: &[&str]) -> (i32, String, String) {
        hoso_with(&[("HOSO_DATABASE_URL", &self.url(role))], arguments)
    }

    fn export(&self, to: &Path) -> (i32, String) {
        let (data, sealer) = (self.at("documents"), self.at("sealer"));
        let (archive, keys) = (sealer.join("audit"), sealer.join("audit-keys"));
        let export = ["audit", "export", "--round", ROUND, "-o", text(to)];
        let places = [
            "--data",
            text(&data),
            "--archive",
            text(&archive),
            "--keys",
            text(&keys),
        ];
        let (code, _, err) = self.hoso("hoso_auditor", &[&export[..], &places].concat());
        (code, err)
    }

    async fn administrator(&self) -> PgConnection {
        let mut connection = PgConnection::connect(&self.url(SUPERUSER)).await.unwrap();
        let tables = "SET search_path TO ledger;
            ALTER TABLE events DROP CONSTRAINT events_position_check;
            ALTER TABLE events DISABLE TRIGGER ALL; ALTER TABLE log_head DISABLE TRIGGER ALL";
        connection.execute(tables).await.unwrap();
        connection
    }
}

#[tokio::test]
async fn whatever_the_administrator_does_to_an_event_is_found_with_its_position() {
    let house = House::make().await;
    let bundle = house.at("bundle.zip");
    let (code, err) = house.export(&bundle);
    assert_eq!(code, 0, "untouched: {err}");
    // The bundle of the other engine, byte for byte: nothing in it depends on where the log is kept.
    assert_eq!(fs::read(&bundle).unwrap(), fs::read(YEAR.bundle()).unwrap());
    let mut administrator = house.administrator().await;
    let keep = "CREATE TABLE kept AS TABLE events; CREATE TABLE kept_head AS TABLE log_head";
    administrator.execute(keep).await.unwrap();
    for deed in DEEDS {
        administrator
            .execute(AssertSqlSafe(deed.sql))
            .await
            .unwrap();
        let to = house.at("forged.zip");
        let (code, err) = house.export(&to);
        let name = deed.name;
        assert_eq!(code, 1, "{name}: {err}");
        assert!(err.contains(deed.words), "{name}: {err}");
        assert!(!to.exists(), "{name}");
        let undo = "TRUNCATE events; INSERT INTO events SELECT * FROM kept;
            TRUNCATE log_head; INSERT INTO log_head SELECT * FROM kept_head";
        administrator.execute(undo).await.unwrap();
    }
    let (code, err) = house.export(&bundle);
    assert_eq!(code, 0, "undone: {err}");
    // A document is held to its name.
    let name = YEAR.parts().document();
    let digest = name.strip_prefix("documents/").unwrap();
    let place = house.at("documents/documents/sha256");
    let place = place.join(&digest[..2]).join(&digest[2..4]).join(digest);
    let mut bytes = fs::read(&place).unwrap();
    bytes[0] ^= 1;
    fs::write(&place, bytes).unwrap();
    let (code, err) = house.export(&house.at("forged.zip"));
    assert_ne!(code, 0, "{err}");
    assert!(err.contains(digest), "{err}");
}
