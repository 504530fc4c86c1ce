//! Rules about the tree itself: dependency edges, module docs, frozen files, licences, banned words.
//!
//! A rule that only a reviewer can check stands in docs/style.md instead.

#![expect(
    clippy::unwrap_used,
    reason = "a test's helper: a broken tree must stop the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand};
use e2e::root;
use sha2::{Digest, Sha256};

/// Which of our crates each may use, dev-dependencies left out (architecture: one way only).
const EDGES: &[(&str, &[&str])] = &[
    ("hoso-domain", &[]),
    ("hoso-ledger", &["hoso-domain"]),
    ("hoso-proof", &[]),
    ("hoso-runtime", &["hoso-domain", "hoso-ledger"]),
    (
        "hoso-registry",
        &["hoso-domain", "hoso-ledger", "hoso-runtime"],
    ),
    (
        "hoso-submission",
        &["hoso-domain", "hoso-ledger", "hoso-runtime"],
    ),
    (
        "hoso-verification",
        &["hoso-domain", "hoso-ledger", "hoso-runtime"],
    ),
    (
        "hoso-ranking",
        &["hoso-domain", "hoso-ledger", "hoso-runtime"],
    ),
    (
        "hoso-audit",
        &["hoso-domain", "hoso-ledger", "hoso-proof", "hoso-runtime"],
    ),
    (
        "hoso",
        &[
            "hoso-audit",
            "hoso-domain",
            "hoso-ledger",
            "hoso-proof",
            "hoso-ranking",
            "hoso-registry",
            "hoso-runtime",
            "hoso-submission",
            "hoso-verification",
        ],
    ),
    (
        "hoso-bench",
        &[
            "hoso-audit",
            "hoso-domain",
            "hoso-ledger",
            "hoso-runtime",
            "hoso-testbed",
        ],
    ),
    ("hoso-testbed", &[]),
    (
        "e2e",
        &[
            "hoso-domain",
            "hoso-ledger",
            "hoso-proof",
            "hoso-runtime",
            "hoso-testbed",
        ],
    ),
];

/// Folders whose files are added to and never edited (architecture, invariant 9).
const FROZEN: &[&str] = &[
    "proto/golden",
    "migrations",
    "crates/domain/rulebooks",
    "crates/domain/procedures",
    "tests/golden/logs",
    "tests/golden/bundles",
];

/// Crates the domain may use: nothing that does IO.
const DOMAIN_MAY_USE: &[&str] = &[
    "chrono",
    "hex",
    "serde",
    "serde_ignored",
    "serde_json",
    "serde_json_canonicalizer",
    "sha2",
    "thiserror",
    "unicode-normalization",
    "uuid",
];

fn files(extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if entry.file_type().unwrap().is_dir() {
                if !name.starts_with('.') && name != "target" && name != "hoso-data" {
                    folders.push(path);
                }
            } else if name.ends_with(extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap()
        .to_string_lossy()
        .replace('\\', "/")
}

fn assert_none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

#[test]
fn dependencies_between_our_crates_run_one_way() {
    let metadata = MetadataCommand::new()
        .current_dir(root())
        .no_deps()
        .exec()
        .unwrap();
    let edges: BTreeMap<_, _> = EDGES.iter().copied().collect();
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let name = package.name.as_str();
        let Some(allowed) = edges.get(name) else {
            wrong.push(format!("{name} is not in the table of edges"));
            continue;
        };
        let uses = package
            .dependencies
            .iter()
            .filter(|d| d.kind != DependencyKind::Development);
        for used in uses.filter(|d| d.path.is_some()) {
            if !allowed.contains(&used.name.as_str()) {
                wrong.push(format!("{name} -> {}", used.name));
            }
        }
    }
    assert_none("edges that architecture does not have", &wrong);
}

#[test]
fn the_domain_uses_no_crate_that_does_io() {
    let metadata = MetadataCommand::new()
        .current_dir(root())
        .no_deps()
        .exec()
        .unwrap();
    let domain = metadata
        .packages
        .iter()
        .find(|p| p.name.as_str() == "hoso-domain")
        .unwrap();
    let wrong: Vec<_> = domain
        .dependencies
        .iter()
        .filter(|d| d.kind == DependencyKind::Normal && !DOMAIN_MAY_USE.contains(&d.name.as_str()))
        .map(|d| d.name.clone())
        .collect();
    assert_none("the domain is pure", &wrong);
    // Its tests may read the sample year; what is shipped may not.
    let shipped = |path: &Path| {
        let path = shown(path);
        path.starts_with("crates/domain/src") && !path.contains("/tests/")
    };
    for path in files(".rs").iter().filter(|path| shipped(path)) {
        let text = fs::read_to_string(path).unwrap();
        for word in [
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "HashMap",
            "HashSet",
        ] {
            assert!(
                !text.contains(word),
                "{}: {word} in the domain",
                shown(path)
            );
        }
    }
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let silent: Vec<_> = files(".rs")
        .iter()
        .filter(|path| !fs::read_to_string(path).unwrap().starts_with("//!"))
        .map(|path| shown(path))
        .collect();
    assert_none("files that do not begin with //!", &silent);
}

#[test]
fn no_file_is_a_grab_bag() {
    let banned = [
        "utils", "util", "common", "helpers", "types", "misc", "manager",
    ];
    let found: Vec<_> = files(".rs")
        .iter()
        .filter(|path| {
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            let folder = path
                .parent()
                .unwrap()
                .file_name()
                .unwrap()
                .to_string_lossy()
                .into_owned();
            banned.contains(&stem.as_str()) || banned.contains(&folder.as_str())
        })
        .map(|path| shown(path))
        .collect();
    assert_none("modules named after nothing", &found);
}

#[test]
fn no_test_is_ignored_retried_or_asleep() {
    let own = "tests/tests/tidy.rs";
    let mut found = Vec::new();
    for path in files(".rs").iter().filter(|path| shown(path) != own) {
        for (number, line) in fs::read_to_string(path).unwrap().lines().enumerate() {
            let at = format!("{}:{}: {}", shown(path), number + 1, line.trim());
            let sleeps = line.contains("thread::sleep(") && !line.contains("poll");
            if line.contains("#[ignore") || line.contains("#[should_panic") || sleeps {
                found.push(at);
            }
        }
    }
    assert_none("tests that are ignored, expect a panic, or sleep", &found);
}

/// A number means the same in every engine; one engine may have more of them than the other.
#[test]
fn migrations_begin_with_why_and_are_numbered_alike_without_gaps() {
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for engine in ["postgres", "sqlite"] {
        let migrations: Vec<_> = files(".sql")
            .into_iter()
            .filter(|p| shown(p).starts_with(&format!("migrations/{engine}/")))
            .collect();
        assert!(!migrations.is_empty(), "{engine} has no migrations");
        for (index, path) in migrations.iter().enumerate() {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let number = format!("{:04}", index + 1);
            assert!(
                name.starts_with(&format!("{number}_")),
                "{engine}/{name} is out of order"
            );
            let text = fs::read_to_string(path).unwrap();
            assert!(
                text.starts_with("-- Why:"),
                "{engine}/{name} does not begin with `-- Why:`"
            );
            let paired = named.entry(number).or_insert_with(|| name.clone());
            assert_eq!(*paired, name, "one number, two meanings");
        }
    }
}

/// The frozen list: `sha256  path` a line. `HOSO_FREEZE=1` adds lines for new files; a line that is
/// there is never changed by this test.
#[test]
fn frozen_files_are_unmodified() {
    let list = root().join("tests/frozen.sha256");
    let text = fs::read_to_string(&list).unwrap_or_default();
    let frozen: BTreeMap<String, String> = text
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(digest, path)| (path.to_owned(), digest.to_owned()))
        .collect();
    let mut present = BTreeMap::new();
    for path in files("") {
        if FROZEN
            .iter()
            .any(|folder| shown(&path).starts_with(&format!("{folder}/")))
        {
            present.insert(
                shown(&path),
                hex::encode(Sha256::digest(fs::read(&path).unwrap())),
            );
        }
    }
    let mut wrong = Vec::new();
    for (path, digest) in &frozen {
        match present.get(path) {
            None => wrong.push(format!("{path} is gone")),
            Some(now) if now != digest => wrong.push(format!("{path} was edited")),
            Some(_) => {}
        }
    }
    assert_none("released files are added to, never edited", &wrong);
    let new: Vec<_> = present
        .iter()
        .filter(|(path, _)| !frozen.contains_key(*path))
        .collect();
    if std::env::var_os("HOSO_FREEZE").is_some() {
        let mut longer = text;
        for (path, digest) in new {
            writeln!(longer, "{digest}  {path}").unwrap();
        }
        fs::write(list, longer).unwrap();
    } else {
        let new: Vec<_> = new.iter().map(|(path, _)| (*path).clone()).collect();
        assert_none("not in tests/frozen.sha256; run ./dev freeze", &new);
    }
}

#[test]
fn every_dependency_has_an_allowed_licence_and_source() {
    let deny: toml::Table = fs::read_to_string(root().join("deny.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let allowed: BTreeSet<String> = deny["licenses"]["allow"]
        .as_array()
        .unwrap()
        .iter()
        .map(|licence| licence.as_str().unwrap().to_owned())
        .collect();
    // Name of a banned crate -> the crates that may use it all the same.
    let banned: BTreeMap<String, Vec<String>> = deny["bans"]["deny"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ban| {
            let wrappers = ban.get("wrappers").and_then(|w| w.as_array());
            let wrappers = wrappers.into_iter().flatten().filter_map(|w| w.as_str());
            (
                ban["crate"].as_str().unwrap().to_owned(),
                wrappers.map(str::to_owned).collect(),
            )
        })
        .collect();
    let metadata = MetadataCommand::new()
        .current_dir(root())
        .other_options(vec!["--locked".to_owned()])
        .exec()
        .unwrap();
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let name = format!("{} {}", package.name, package.version);
        if let Some(source) = &package.source
            && !source.is_crates_io()
        {
            wrong.push(format!("{name} comes from {source}"));
        }
        match &package.license {
            Some(licence) if licence_is_allowed(licence, &allowed) => {}
            other => wrong.push(format!("{name} has licence {other:?}")),
        }
    }
    let names: BTreeMap<_, _> = metadata
        .packages
        .iter()
        .map(|package| (&package.id, package.name.as_str()))
        .collect();
    for node in &metadata.resolve.as_ref().unwrap().nodes {
        for used in &node.dependencies {
            let (user, dependency) = (names[&node.id], names[used]);
            let ban = banned.get(dependency);
            if ban.is_some_and(|wrappers| !wrappers.iter().any(|w| w == user)) {
                wrong.push(format!("{user} uses {dependency}, which is banned"));
            }
        }
    }
    assert_none("dependencies against deny.toml", &wrong);
}

/// An SPDX expression without nesting beyond one level of brackets: every AND part needs one
/// allowed OR part. `/` is the old way to write OR.
fn licence_is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    expression.replace('/', " OR ").split(" AND ").all(|part| {
        let part = part.trim().trim_matches(|c| c == '(' || c == ')');
        part.split(" OR ")
            .any(|one| allowed.contains(one.trim().trim_matches(['(', ')'])))
    })
}

#[test]
fn nothing_committed_names_a_machine_or_a_registry_host() {
    let words = [
        "/root/",
        "/home/",
        "static.crates",
        "index.crates",
        "pypi.org",
        "npmjs.org",
    ];
    let own = "tests/tests/tidy.rs";
    let mut found = Vec::new();
    for extension in [".rs", ".md", ".toml", ".sql", ".proto", ".json"] {
        for path in files(extension).iter().filter(|path| shown(path) != own) {
            let Ok(text) = fs::read_to_string(path) else {
                continue;
            };
            for word in words.iter().filter(|word| text.contains(*word)) {
                found.push(format!("{}: {word}", shown(path)));
            }
        }
    }
    assert_none("paths of machines or hosts of registries", &found);
}

#[test]
fn every_decision_has_a_number_of_its_own() {
    let mut numbers = BTreeSet::new();
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join("docs/adr")).expect("docs/adr") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_string_lossy().into_owned();
        let number = name.split('-').next().unwrap_or_default().to_owned();
        if !numbers.insert(number) {
            found.push(name);
        }
    }
    assert!(numbers.len() > 1, "no decisions were found");
    assert_none("decisions with another's number", &found);
}
