//! The published contract of events: `proto/` describes what the serde events really are, golden
//! files still decode, and nothing that was released is taken back.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers: a broken tree must stop the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use e2e::contract::{CATEGORIES, PACKAGE, describes, message, pool, proto_files};
use e2e::root;
use hoso_domain::decider::StoredEvent;
use hoso_domain::{dossier, log_key, parked, ranking, registry, verification};
use prost_reflect::prost::Message as _;
use prost_reflect::{DescriptorPool, FieldDescriptor, MessageDescriptor};
use serde_json::Value;

/// The round trip of a category's events through the serde enum.
fn trip_of(category: &str) -> fn(&str) -> RoundTrip {
    match category {
        "unit" => round_trip::<registry::unit::Event>,
        "person" => round_trip::<registry::person::Event>,
        "official" => round_trip::<registry::official::Event>,
        "index" => round_trip::<registry::index::Event>,
        "hold" => round_trip::<registry::hold::Event>,
        "initiative" => round_trip::<registry::initiative::Event>,
        "rulebook" => round_trip::<registry::rule_book::Event>,
        "dossier" => round_trip::<dossier::Event>,
        "case" => round_trip::<verification::Event>,
        "round" => round_trip::<ranking::event::RoundEvent>,
        "key" => round_trip::<log_key::Event>,
        "feed" => round_trip::<parked::Event>,
        "appeal" => round_trip::<ranking::appeal::AppealEvent>,
        other => panic!("nobody knows {other}"),
    }
}

/// The event's name, and its JSON written again.
type RoundTrip = Result<(String, String), serde_json::Error>;

fn round_trip<E: StoredEvent>(text: &str) -> RoundTrip {
    let event: E = serde_json::from_str(text)?;
    Ok((
        event.event_type().to_owned(),
        serde_json::to_string(&event)?,
    ))
}

/// `proto/golden/<category>/<EventType>….json`, with the category.
fn goldens() -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for (category, _) in CATEGORIES {
        let folder = root().join("proto/golden").join(category);
        for entry in fs::read_dir(&folder).unwrap() {
            found.push(((*category).to_owned(), entry.unwrap().path()));
        }
    }
    found.sort();
    found
}

fn members(event: &MessageDescriptor) -> BTreeSet<String> {
    let oneof = event.oneofs().next().unwrap();
    oneof
        .fields()
        .map(|field| pascal(field.json_name()))
        .collect()
}

fn pascal(camel: &str) -> String {
    let mut letters = camel.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[test]
fn every_golden_event_still_decodes_and_is_written_the_same() {
    let mut wrong = Vec::new();
    for (category, path) in goldens() {
        let text = fs::read_to_string(&path).unwrap();
        let text = text.trim_end();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        match trip_of(&category)(text) {
            Err(error) => wrong.push(format!("{category}/{stem}: {error}")),
            Ok((name, _)) if stem.split('.').next() != Some(name.as_str()) => {
                wrong.push(format!("{category}/{stem}: holds {name}"));
            }
            Ok((_, again)) if again != text => {
                wrong.push(format!("{category}/{stem}: written again as {again}"));
            }
            Ok(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_event_with_a_field_added_later_still_decodes() {
    let mut wrong = Vec::new();
    for (category, path) in goldens() {
        let text = fs::read_to_string(&path).unwrap();
        let mut newer: Value = serde_json::from_str(&text).unwrap();
        for payload in newer.as_object_mut().unwrap().values_mut() {
            add_later(payload);
        }
        let newer = newer.to_string();
        assert!(newer.contains("addedLater"), "{}", path.display());
        match trip_of(&category)(&newer) {
            Err(error) => wrong.push(format!("{}: {error}", path.display())),
            Ok((_, again)) if again != text.trim_end() => {
                wrong.push(format!("{}: read as {again}", path.display()));
            }
            Ok(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Adds a field to an object and to the objects in it; not to maps, nor to a choice, whose one
/// member says what it is.
fn add_later(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (name, inner) in object.iter_mut() {
                if name == "entries" {
                    inner
                        .as_object_mut()
                        .unwrap()
                        .values_mut()
                        .for_each(add_later);
                } else if name != "parameters" {
                    add_later(inner);
                }
            }
            object.insert("addedLater".to_owned(), Value::Bool(true));
        }
        Value::Array(list) => list.iter_mut().for_each(add_later),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_golden_event_is_what_the_contract_describes() {
    let pool = pool();
    let names: BTreeMap<_, _> = CATEGORIES.iter().copied().collect();
    for (category, path) in goldens() {
        let text = fs::read_to_string(&path).unwrap();
        let descriptor = message(&pool, names[category.as_str()]);
        describes(&descriptor, &text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

#[test]
fn every_event_has_a_message_and_a_golden_file() {
    let pool = pool();
    let mut written: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (category, path) in goldens() {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let name = stem.split('.').next().unwrap().to_owned();
        written.entry(category).or_default().insert(name);
    }
    for (category, name) in CATEGORIES {
        assert_eq!(
            members(&message(&pool, name)),
            written[*category],
            "golden files of {category}"
        );
    }
}

#[test]
fn every_variant_of_the_code_is_a_member_of_the_contract() {
    let pool = pool();
    let mut members_of_all = BTreeSet::new();
    for (_, name) in CATEGORIES {
        members_of_all.extend(members(&message(&pool, name)));
    }
    let mut named = BTreeSet::new();
    sources(&root().join("crates/domain/src"), &mut |text| {
        let Some((_, after)) = text.split_once("fn event_type(&self)") else {
            return;
        };
        let body = after.split("\n    }\n").next().unwrap();
        for line in body.lines().filter(|line| line.contains("=> \"")) {
            named.insert(line.split('"').nth(1).unwrap().to_owned());
        }
    });
    assert_eq!(named, members_of_all);
}

fn sources(folder: &Path, see: &mut impl FnMut(&str)) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, see);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            // A file may hold several event enums.
            for part in text.split("impl StoredEvent for").skip(1) {
                see(part);
            }
        }
    }
}

/// `proto/descriptor.binpb` is the contract as it was released: whatever stands there stands still.
/// `HOSO_FREEZE=1` writes it anew, after the check.
#[test]
fn nothing_released_is_taken_back() {
    let now = pool();
    let path = root().join("proto/descriptor.binpb");
    if let Ok(bytes) = fs::read(&path) {
        let released = DescriptorPool::decode(bytes.as_slice()).unwrap();
        for old in released
            .all_messages()
            .filter(|m| m.package_name() == PACKAGE)
        {
            let new = now.get_message_by_name(old.full_name());
            let new = new.unwrap_or_else(|| panic!("{} is gone", old.full_name()));
            for field in old.fields() {
                same_field(&field, &new);
            }
        }
        for old in released.all_enums().filter(|e| e.package_name() == PACKAGE) {
            let new = now.get_enum_by_name(old.full_name()).unwrap();
            for value in old.values() {
                let kept = new.get_value(value.number()).map(|v| v.name().to_owned());
                assert_eq!(kept.as_deref(), Some(value.name()), "{}", old.full_name());
            }
        }
    } else {
        assert!(
            std::env::var_os("HOSO_FREEZE").is_some(),
            "run ./dev freeze"
        );
    }
    if std::env::var_os("HOSO_FREEZE").is_some() {
        let mut files = protox::compile(proto_files(), [root().join("proto")]).unwrap();
        for file in &mut files.file {
            file.source_code_info = None;
        }
        fs::write(path, files.encode_to_vec()).unwrap();
    }
}

fn same_field(old: &FieldDescriptor, message: &MessageDescriptor) {
    let new = message
        .get_field(old.number())
        .unwrap_or_else(|| panic!("{} is gone", old.full_name()));
    assert_eq!(new.name(), old.name(), "{}", old.full_name());
    assert_eq!(new.cardinality(), old.cardinality(), "{}", old.full_name());
    assert_eq!(
        format!("{:?}", new.kind()),
        format!("{:?}", old.kind()),
        "{}",
        old.full_name()
    );
}
