//! docker-compose.yml as the Compose specification reads it: what it promises about who may do
//! what, who sees which secret, who reaches whom; and that nothing in it points nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use e2e::root;
use serde_json::{Map, Value};

use crate::PROCESSES;

/// Services that run once and end.
const ONCE: [&str; 6] = ["migrate", "cli", "backup", "restore", "sealed", "psql"];

/// The file, anchors and merges resolved.
pub(crate) fn compose() -> Value {
    let text = fs::read_to_string(root().join("docker-compose.yml")).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

pub(crate) fn services(compose: &Value) -> &Map<String, Value> {
    compose["services"].as_object().unwrap()
}

/// A list of texts, or the keys of a map; nothing where it is absent.
fn names(value: &Value) -> BTreeSet<String> {
    match value.as_object() {
        Some(map) => map.keys().cloned().collect(),
        None => strings(value),
    }
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value}"))
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// What a container sees of secrets: source -> the path inside.
fn secrets(service: &Value) -> BTreeMap<String, String> {
    list(&service["secrets"])
        .iter()
        .map(|secret| {
            if let Some(name) = secret.as_str() {
                return (name.to_owned(), format!("/run/secrets/{name}"));
            }
            let target = text(&secret["target"]);
            let path = if target.starts_with('/') {
                target.to_owned()
            } else {
                format!("/run/secrets/{target}")
            };
            (text(&secret["source"]).to_owned(), path)
        })
        .collect()
}

/// The default of `${NAME:-default}`, or the text itself.
pub(crate) fn default_of(value: &str) -> String {
    let Some((before, rest)) = value.split_once("${") else {
        return value.to_owned();
    };
    let (inside, after) = rest.split_once('}').unwrap();
    let (_, default) = inside.split_once(":-").unwrap();
    format!("{before}{default}{after}")
}

fn strings(value: &Value) -> BTreeSet<String> {
    let all = list(value).iter();
    all.map(|one| text(one).to_owned()).collect()
}

/// What a service may say; a word of another kind is a slip of the pen, which an engine may let
/// pass in silence.
const KEYS: [&str; 26] = [
    "build",
    "cap_drop",
    "command",
    "configs",
    "depends_on",
    "entrypoint",
    "env_file",
    "environment",
    "healthcheck",
    "image",
    "logging",
    "mem_limit",
    "networks",
    "pids_limit",
    "ports",
    "profiles",
    "read_only",
    "restart",
    "secrets",
    "security_opt",
    "shm_size",
    "stop_grace_period",
    "stop_signal",
    "tmpfs",
    "user",
    "volumes",
];

#[test]
fn every_word_of_the_file_is_one_of_the_specification() {
    let compose = compose();
    let top = [
        "configs", "name", "networks", "secrets", "services", "volumes",
    ];
    for name in names(&compose) {
        assert!(
            top.contains(&name.as_str()) || name.starts_with("x-"),
            "{name}"
        );
    }
    for (name, service) in services(&compose) {
        for key in names(service) {
            assert!(KEYS.contains(&key.as_str()), "{name}: {key}");
        }
    }
}

#[test]
fn nobody_is_root_may_become_it_or_take_the_whole_machine() {
    let compose = compose();
    for (name, service) in services(&compose) {
        let user = service["user"].as_str().unwrap_or_default();
        let (user, group) = user
            .split_once(':')
            .unwrap_or_else(|| panic!("{name} has no user and group"));
        for id in [user, group] {
            assert!(id.parse::<u32>().unwrap() > 0, "{name} runs as root");
        }
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(strings(&service["cap_drop"]), ["ALL".to_owned()].into());
        assert!(service["cap_add"].is_null(), "{name}");
        assert!(service["privileged"].is_null(), "{name}");
        let options = strings(&service["security_opt"]);
        assert!(options.contains("no-new-privileges:true"), "{name}");
        for limit in ["mem_limit", "pids_limit"] {
            assert!(!service[limit].is_null(), "{name} has no {limit}");
        }
        let log = &service["logging"]["options"];
        assert!(!log["max-size"].is_null(), "{name}: its log has no limit");
        for forbidden in ["network_mode", "pid", "ipc", "devices", "volumes_from"] {
            assert!(service[forbidden].is_null(), "{name}: {forbidden}");
        }
    }
}

#[test]
fn every_image_is_pinned() {
    let compose = compose();
    let version = env!("CARGO_PKG_VERSION");
    for (name, service) in services(&compose) {
        let image = default_of(text(&service["image"]));
        let (repository, tag) = image.rsplit_once(':').unwrap();
        let exact = tag.split(['-', 'v']).find(|part| !part.is_empty());
        let numbers = exact
            .unwrap()
            .split('.')
            .filter(|n| n.parse::<u32>().is_ok());
        assert!(numbers.count() >= 2, "{name}: {image}");
        if repository.starts_with("hoso") {
            assert_eq!(tag, version, "{name}");
        }
    }
}

#[test]
fn everybody_is_asked_whether_they_are_well_or_runs_once() {
    let compose = compose();
    for (name, service) in services(&compose) {
        let once = ONCE.contains(&name.as_str());
        let restart = text(&service["restart"]);
        let check = &service["healthcheck"];
        if once {
            assert_eq!((restart, &check["disable"]), ("no", &Value::Bool(true)));
            continue;
        }
        assert_eq!(restart, "unless-stopped", "{name}");
        assert!(
            !list(&check["test"]).is_empty(),
            "{name} has no health check"
        );
        for field in ["interval", "timeout", "retries", "start_period"] {
            assert!(!check[field].is_null(), "{name}: {field}");
        }
        if PROCESSES.contains(&name.as_str()) {
            let test: Vec<_> = list(&check["test"]).iter().map(text).collect();
            assert_eq!(test, ["CMD", "hoso", "health"]);
        }
    }
}

#[test]
fn only_the_door_is_published_and_each_reaches_only_whom_it_needs() {
    let compose = compose();
    for (name, network) in compose["networks"].as_object().unwrap() {
        assert_eq!(network["internal"] == true, name != "front", "{name}");
    }
    for (name, service) in services(&compose) {
        assert_eq!(list(&service["ports"]).len(), usize::from(name == "proxy"));
        assert!(service["expose"].is_null(), "{name}");
        let expected: &[&str] = match name.as_str() {
            "proxy" => &["front", "services"],
            "postgres" | "migrate" | "cli" | "backup" | "sealed" | "psql" => &["database"],
            "restore" => &["broker", "database"],
            "nats" => &["broker"],
            "prometheus" => &["services"],
            process => {
                assert!(PROCESSES.contains(&process), "{process}: which networks?");
                &["broker", "database", "services"]
            }
        };
        let reached: Vec<_> = names(&service["networks"]).into_iter().collect();
        assert_eq!(reached, expected, "{name}");
    }
    let published = text(&compose["services"]["proxy"]["ports"][0]);
    let listen = text(&compose["services"]["proxy"]["environment"]["HOSO_PROXY_LISTEN"]);
    assert_eq!(default_of(published), format!("127.0.0.1:8080:{listen}"));
}

#[test]
fn whatever_is_named_is_declared_and_the_other_way_round() {
    let compose = compose();
    let mut used: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (name, service) in services(&compose) {
        let mut note = |kind, these: BTreeSet<String>| {
            used.entry(kind).or_default().extend(these);
        };
        note("networks", names(&service["networks"]));
        note("secrets", secrets(service).into_keys().collect());
        let configs = list(&service["configs"]).iter();
        note(
            "configs",
            configs.map(|c| text(&c["source"]).to_owned()).collect(),
        );
        for volume in strings(&service["volumes"]) {
            let (volume, inside) = volume.split_once(':').unwrap();
            assert!(inside.starts_with('/'), "{name}: {volume}");
            // No path of the machine is laid into a container.
            assert!(!volume.contains(['/', '.']), "{name}: {volume}");
            note("volumes", [volume.to_owned()].into());
        }
        for other in names(&service["depends_on"]) {
            assert!(services(&compose).contains_key(&other), "{name}: {other}");
            let condition = text(&service["depends_on"][&other]["condition"]);
            let once = ONCE.contains(&other.as_str());
            let expected = if once {
                "service_completed_successfully"
            } else {
                "service_healthy"
            };
            assert_eq!(condition, expected, "{name}: {other}");
        }
    }
    for (kind, used) in used {
        assert_eq!(names(&compose[kind]), used, "{kind}");
    }
    for (name, config) in compose["configs"].as_object().unwrap() {
        // Only a file can be laid into a container whose own files are read-only.
        assert_eq!(names(config), ["file".to_owned()].into(), "{name}");
        let file = root().join(text(&config["file"]));
        assert!(file.is_file(), "config {name}: {}", file.display());
    }
    for (name, secret) in compose["secrets"].as_object().unwrap() {
        assert!(
            text(&secret["file"]).starts_with("deploy/secrets/"),
            "{name}"
        );
    }
}

#[test]
fn each_process_sees_its_own_role_and_key_and_no_other() {
    let compose = compose();
    for process in PROCESSES {
        let service = &compose["services"][process];
        assert_eq!(service["command"], serde_json::json!(["serve", process]));
        let expected: BTreeMap<_, _> = [
            (
                format!("hoso_{process}_database_url"),
                "/run/secrets/database_url".to_owned(),
            ),
            (
                format!("{process}_nats_seed"),
                "/run/secrets/nats_seed".to_owned(),
            ),
        ]
        .into();
        assert_eq!(secrets(service), expected);
    }
    // Whoever only reads is the auditor; who makes tables or a whole ledger is the administrator.
    for tool in ["cli", "backup", "sealed", "psql"] {
        let seen = secrets(&compose["services"][tool]);
        assert_eq!(seen.len(), 1, "{tool}");
        assert!(seen.keys().all(|name| name.starts_with("hoso_auditor_")));
    }
    for (name, service) in services(&compose) {
        let seen = secrets(service);
        let powerful = seen
            .keys()
            .any(|secret| secret.starts_with("administrator"));
        let makes = ["migrate", "restore"].contains(&name.as_str());
        assert_eq!(powerful, makes, "{name}");
        let superuser = seen.contains_key("postgres_password");
        assert_eq!(superuser, name == "postgres", "{name}");
    }
    for outside in ["proxy", "nats", "prometheus"] {
        assert!(secrets(&compose["services"][outside]).is_empty());
    }
}

#[test]
fn no_secret_is_a_variable_and_every_secret_file_is_one_that_is_laid_there() {
    let compose = compose();
    for (name, service) in services(&compose) {
        let seen = secrets(service);
        for (variable, value) in service["environment"].as_object().into_iter().flatten() {
            let value = text(value);
            if variable.ends_with("_FILE") {
                let laid = seen.values().any(|path| path == value);
                assert!(laid, "{name}: {variable} names {value}");
            } else {
                let guarded = ["PASSWORD", "SECRET", "SEED", "DATABASE_URL", "TOKEN"];
                let directory = variable.ends_with("_DIR");
                let secret = !directory && guarded.iter().any(|word| variable.contains(word));
                assert!(!secret, "{name}: {variable} holds a secret");
            }
        }
        if let Some(directory) = service["environment"]["HOSO_ROLE_PASSWORD_DIR"].as_str() {
            let inside = format!("{directory}/");
            for (secret, path) in &seen {
                let role = path.strip_prefix(&inside).unwrap_or_default();
                let password = secret.strip_suffix("_password").unwrap_or_default();
                assert_eq!(role, password, "{secret}");
            }
        }
    }
}

#[test]
fn only_the_nats_keys_that_the_configuration_names_come_from_a_file_of_variables() {
    let compose = compose();
    for (name, service) in services(&compose) {
        let files = list(&service["env_file"]);
        assert_eq!(files.len(), usize::from(name == "nats"), "{name}");
        for file in files {
            assert_eq!(file["path"], "deploy/secrets/nats/nats.env");
        }
    }
}
