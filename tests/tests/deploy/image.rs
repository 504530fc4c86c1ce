//! The image: what it is made from, what of the repository gets near it, who it runs as.

use std::fs;

use e2e::root;

use crate::compose::{compose, text};

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The Dockerfile's instructions, continuation lines joined, comments left out.
fn instructions() -> Vec<String> {
    let mut all = Vec::new();
    let mut open = false;
    for line in read("Dockerfile").lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (part, goes_on) = line
            .strip_suffix('\\')
            .map_or((line, false), |part| (part.trim_end(), true));
        match all.last_mut() {
            Some(last) if open => {
                let last: &mut String = last;
                last.push(' ');
                last.push_str(part);
            }
            _ => all.push(part.to_owned()),
        }
        open = goes_on;
    }
    all
}

fn argument(name: &str) -> String {
    let prefix = format!("ARG {name}=");
    let all = instructions();
    let found = all.iter().find_map(|line| line.strip_prefix(&prefix));
    found.unwrap().to_owned()
}

/// The instructions of the stage of a name.
fn stage(name: &str) -> Vec<String> {
    let all = instructions();
    let begin = all
        .iter()
        .position(|line| line.starts_with("FROM ") && line.ends_with(&format!(" AS {name}")))
        .unwrap_or_else(|| panic!("no stage {name}"));
    let rest = &all[begin + 1..];
    let end = rest.iter().position(|line| line.starts_with("FROM "));
    rest[..end.unwrap_or(rest.len())].to_vec()
}

#[test]
fn it_is_built_with_the_projects_own_toolchain_and_locked_dependencies() {
    let toolchain: toml::Table = read("rust-toolchain.toml").parse().unwrap();
    let channel = toolchain["toolchain"]["channel"].as_str().unwrap();
    assert_eq!(argument("RUST_VERSION"), channel);
    let build = stage("build").join("\n");
    assert!(build.contains("cargo build --locked --release -p hoso"));
    assert!(build.contains("ENV RUSTUP_TOOLCHAIN=${RUST_VERSION}"));
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(argument("HOSO_VERSION"), version);
    // glibc of the build is the one it runs with.
    let from: Vec<_> = instructions()
        .into_iter()
        .filter_map(|line| line.strip_prefix("FROM ").map(str::to_owned))
        .collect();
    assert_eq!(
        from,
        [
            "rust:${RUST_VERSION}-slim-${DEBIAN_RELEASE} AS build",
            "nats:${NATS_VERSION}-alpine AS broker",
            "debian:${DEBIAN_RELEASE}-slim AS hoso",
        ]
    );
}

#[test]
fn it_runs_as_the_user_that_owns_its_volumes() {
    let compose = compose();
    for (image, service) in [("hoso", "registry"), ("broker", "nats")] {
        let stage = stage(image);
        let user = stage.iter().find_map(|line| line.strip_prefix("USER "));
        let user = user.unwrap();
        assert_eq!(text(&compose["services"][service]["user"]), user);
        let (id, group) = user.split_once(':').unwrap();
        let made = stage.iter().find(|line| line.contains("install ")).unwrap();
        assert!(made.contains("/data"), "{made}");
        for flag in [id, group] {
            assert!(made.contains(flag), "{made}");
        }
        let last_root = stage.iter().rposition(|line| line.starts_with("RUN "));
        let changed = stage.iter().position(|line| line.starts_with("USER "));
        assert!(last_root < changed, "nothing is made after the user is set");
    }
}

#[test]
fn it_asks_itself_whether_it_is_well_without_a_shell() {
    let stage = stage("hoso");
    let check = stage.iter().find(|line| line.starts_with("HEALTHCHECK "));
    assert!(check.unwrap().ends_with("CMD [\"hoso\", \"health\"]"));
    assert!(stage.contains(&"ENTRYPOINT [\"hoso\"]".to_owned()));
}

#[test]
fn what_is_built_is_let_in_and_secrets_are_not() {
    let ignored = read(".dockerignore");
    let lines: Vec<_> = ignored
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    assert_eq!(lines[0], "*", "everything stays out that is not named");
    let allowed: Vec<_> = lines[1..]
        .iter()
        .map(|line| line.strip_prefix("!/").unwrap())
        .collect();
    for path in &allowed {
        assert!(root().join(path).exists(), "{path}");
        assert!(!"deploy/secrets".starts_with(path), "{path}");
    }
    let workspace: toml::Table = read("Cargo.toml").parse().unwrap();
    let members = workspace["workspace"]["members"].as_array().unwrap();
    let members = members.iter().map(|member| member.as_str().unwrap());
    // What is compiled in from outside its crate's folder.
    let embedded = ["docs/errors", "migrations", "examples"];
    let files = [
        "Cargo.lock",
        "LICENSE",
        "rust-toolchain.toml",
        "deploy/gather-licences",
    ];
    for needed in members.chain(embedded).chain(files) {
        let inside = allowed
            .iter()
            .any(|path| needed == *path || needed.starts_with(&format!("{path}/")));
        assert!(inside, "{needed} does not reach the build");
    }
    assert!(
        read(".gitignore")
            .lines()
            .any(|line| line == "/deploy/secrets")
    );
}
