//! The private servers start, survive a kill, and end with the process that started them.

#![expect(
    clippy::unwrap_used,
    reason = "a test's helper: a broken setup must stop the test"
)]

use std::process::Command;

use hoso_testbed::guarded::{Guarded, Signal};
use hoso_testbed::nats::{Nats, NatsOptions};
use hoso_testbed::postgres::{Postgres, PostgresOptions};

fn asks(postgres: &Postgres, sql: &str) -> String {
    let output = Command::new("psql")
        .args(["-X", "-A", "-t", "-c", sql])
        .arg(postgres.superuser_url("postgres"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn postgres_starts_keeps_what_it_committed_when_killed_and_starts_again() {
    let mut postgres = Postgres::start(PostgresOptions {
        password: Some("only-for-this-test".to_owned()),
        settings: vec!["work_mem = '5MB'".to_owned()],
    })
    .unwrap();
    assert_eq!(asks(&postgres, "SHOW fsync"), "on");
    assert_eq!(asks(&postgres, "SHOW work_mem"), "5MB");
    asks(&postgres, "CREATE TABLE kept AS SELECT 42 AS it");
    postgres.kill().unwrap();
    postgres.restart().unwrap();
    assert_eq!(asks(&postgres, "SELECT it FROM kept"), "42");
    postgres.stop().unwrap();
    postgres.restart().unwrap();
    assert_eq!(asks(&postgres, "SELECT it FROM kept"), "42");
}

#[test]
fn nats_starts_and_starts_again_on_its_store() {
    let mut nats = Nats::start(NatsOptions::default()).unwrap();
    let store = nats.store_dir();
    assert!(store.is_dir());
    nats.kill().unwrap();
    nats.restart().unwrap();
    nats.stop().unwrap();
    nats.restart().unwrap();
    assert!(store.is_dir());
}

#[test]
fn a_guarded_process_ends_when_asked_and_is_killed_when_it_does_not() {
    let mut sleeper = Guarded::spawn(Command::new("sleep").arg("600"), Signal::Kill).unwrap();
    assert!(sleeper.ended().unwrap().is_none());
    let within = std::time::Duration::from_secs(10);
    let status = sleeper.stop(Signal::Terminate, within).unwrap();
    assert!(!status.success());
    let deaf = "trap '' TERM; exec sleep 600";
    let mut deaf = Guarded::spawn(Command::new("sh").args(["-c", deaf]), Signal::Kill).unwrap();
    let within = std::time::Duration::from_millis(300);
    assert!(!deaf.stop(Signal::Terminate, within).unwrap().success());
}
