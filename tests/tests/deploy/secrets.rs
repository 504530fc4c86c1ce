//! `deploy/make-secrets`: every secret that docker-compose.yml names, made once, closed to others.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use e2e::{hoso_binary, root};
use tempfile::TempDir;

use crate::PROCESSES;
use crate::compose::{compose, text};

/// A copy of the script where it may write.
fn place() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    let deploy = place.path().join("deploy");
    fs::create_dir(&deploy).unwrap();
    let script = root().join("deploy/make-secrets");
    fs::copy(script, deploy.join("make-secrets")).unwrap();
    place
}

fn make(place: &Path, program: &Path) -> Output {
    Command::new("bash")
        .arg(place.join("deploy/make-secrets"))
        .env("HOSO", program)
        .current_dir("/")
        .output()
        .unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn every_secret_of_the_file_is_made_and_each_is_another() {
    let place = place();
    let output = make(place.path(), hoso_binary());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(output.stdout.is_empty());
    let made = place.path().join("deploy/secrets");
    assert_eq!(mode(&made), 0o700);
    let compose = compose();
    let mut passwords = BTreeSet::new();
    for (name, secret) in compose["secrets"].as_object().unwrap() {
        let file = place.path().join(text(&secret["file"]));
        let value = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(mode(&file), 0o444, "{name}");
        assert!(!said.contains(value.trim()), "{name} was printed");
        if name.ends_with("_password") {
            assert_eq!(value.len(), 32, "{name}");
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            assert!(value.chars().all(plain), "{name}");
            assert!(passwords.insert(value), "{name} is another's too");
        }
    }
    for (name, role, file) in [
        (
            "administrator_database_url",
            "postgres",
            "postgres_password",
        ),
        (
            "hoso_ranking_database_url",
            "hoso_ranking",
            "hoso_ranking_password",
        ),
    ] {
        let password = fs::read_to_string(made.join(file)).unwrap();
        let url = fs::read_to_string(made.join(name)).unwrap();
        let database = text(&compose["services"]["postgres"]["environment"]["POSTGRES_DB"]);
        let expected = format!("postgres://{role}:{password}@postgres:5432/{database}");
        assert_eq!(url, expected);
    }
    // nats-server finds the public key of each user that its configuration names.
    let keys = fs::read_to_string(made.join("nats/nats.env")).unwrap();
    let config = fs::read_to_string(root().join("deploy/nats.conf")).unwrap();
    let users: Vec<_> = config
        .lines()
        .filter_map(|line| line.trim().strip_prefix("nkey: $"))
        .collect();
    assert!(users.len() >= PROCESSES.len());
    for user in users {
        let line = format!("{user}=U");
        assert!(keys.lines().any(|key| key.starts_with(&line)), "{user}");
    }
}

#[test]
fn secrets_that_are_there_are_left_alone() {
    let place = place();
    let program = hoso_binary();
    assert!(make(place.path(), program).status.success());
    let password = place.path().join("deploy/secrets/postgres_password");
    let before = fs::read_to_string(&password).unwrap();
    let again = make(place.path(), program);
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&again.stderr).contains("nothing was changed"));
    assert_eq!(fs::read_to_string(&password).unwrap(), before);
}

#[test]
fn half_made_secrets_are_not_left_behind() {
    let place = place();
    let output = make(place.path(), Path::new("/bin/false"));
    assert!(!output.status.success());
    let left: Vec<_> = fs::read_dir(place.path().join("deploy"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["make-secrets"]);
}
