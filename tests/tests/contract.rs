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

use e2e::root;
use hoso_domain::decider::StoredEvent;
use hoso_domain::{dossier, parked, ranking, registry, verification};
use prost_reflect::prost::Message as _;
use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor,
};
use serde_json::Value;

const PACKAGE: &str = "hoso.events.v1";

/// Stream category, message, and the round trip through the serde enum.
const CATEGORIES: &[(&str, &str, fn(&str) -> RoundTrip)] = &[
    ("unit", "UnitEvent", round_trip::<registry::unit::Event>),
    (
        "person",
        "PersonEvent",
        round_trip::<registry::person::Event>,
    ),
    (
        "official",
        "OfficialEvent",
        round_trip::<registry::official::Event>,
    ),
    ("index", "IndexEvent", round_trip::<registry::index::Event>),
    ("hold", "HoldEvent", round_trip::<registry::hold::Event>),
    (
        "initiative",
        "InitiativeEvent",
        round_trip::<registry::initiative::Event>,
    ),
    (
        "rulebook",
        "RuleBookEvent",
        round_trip::<registry::rule_book::Event>,
    ),
    ("dossier", "DossierEvent", round_trip::<dossier::Event>),
    ("case", "CaseEvent", round_trip::<verification::Event>),
    (
        "round",
        "RoundEvent",
        round_trip::<ranking::event::RoundEvent>,
    ),
    ("feed", "FeedEvent", round_trip::<parked::Event>),
    (
        "appeal",
        "AppealEvent",
        round_trip::<ranking::appeal::AppealEvent>,
    ),
];

/// The event's name, and its JSON written again.
type RoundTrip = Result<(String, String), serde_json::Error>;

fn round_trip<E: StoredEvent>(text: &str) -> RoundTrip {
    let event: E = serde_json::from_str(text)?;
    Ok((
        event.event_type().to_owned(),
        serde_json::to_string(&event)?,
    ))
}

fn proto_files() -> Vec<String> {
    let folder = root().join("proto/hoso/events/v1");
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            format!(
                "hoso/events/v1/{}",
                entry.unwrap().file_name().to_string_lossy()
            )
        })
        .collect();
    names.sort();
    names
}

fn pool() -> DescriptorPool {
    let files = protox::compile(proto_files(), [root().join("proto")]).unwrap();
    DescriptorPool::from_file_descriptor_set(files).unwrap()
}

fn message(pool: &DescriptorPool, name: &str) -> MessageDescriptor {
    pool.get_message_by_name(&format!("{PACKAGE}.{name}"))
        .unwrap_or_else(|| panic!("no {name}"))
}

/// `proto/golden/<category>/<EventType>….json`, with the category.
fn goldens() -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for (category, _, _) in CATEGORIES {
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
    let trips: BTreeMap<_, _> = CATEGORIES.iter().map(|(c, _, trip)| (*c, trip)).collect();
    let mut wrong = Vec::new();
    for (category, path) in goldens() {
        let text = fs::read_to_string(&path).unwrap();
        let text = text.trim_end();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        match trips[category.as_str()](text) {
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
fn every_golden_event_is_what_the_contract_describes() {
    let pool = pool();
    let names: BTreeMap<_, _> = CATEGORIES.iter().map(|(c, name, _)| (*c, *name)).collect();
    for (category, path) in goldens() {
        let text = fs::read_to_string(&path).unwrap();
        let descriptor = message(&pool, names[category.as_str()]);
        describes(&descriptor, &text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

/// Parses strictly (unknown and mistyped fields are errors) and looks for missing ones.
fn describes(descriptor: &MessageDescriptor, text: &str) -> Result<(), String> {
    let mut reader = serde_json::Deserializer::from_str(text);
    DynamicMessage::deserialize(descriptor.clone(), &mut reader).map_err(|e| e.to_string())?;
    let value: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    missing(descriptor, &value, descriptor.name())
}

/// A field that is neither `optional` nor repeated nor one of a choice is always written.
fn missing(descriptor: &MessageDescriptor, value: &Value, at: &str) -> Result<(), String> {
    let Some(object) = value.as_object() else {
        return Ok(());
    };
    for field in descriptor.fields() {
        let here = format!("{at}.{}", field.json_name());
        let Some(inner) = object.get(field.json_name()) else {
            if always_written(&field) {
                return Err(format!("{here} is missing"));
            }
            continue;
        };
        let Kind::Message(inner_type) = field.kind() else {
            continue;
        };
        if inner_type.full_name().starts_with("google.protobuf") || field.is_map() {
            continue;
        }
        if let Some(list) = inner.as_array() {
            for (index, one) in list.iter().enumerate() {
                missing(&inner_type, one, &format!("{here}[{index}]"))?;
            }
        } else {
            missing(&inner_type, inner, &here)?;
        }
    }
    Ok(())
}

fn always_written(field: &FieldDescriptor) -> bool {
    field.cardinality() != Cardinality::Repeated
        && field.containing_oneof().is_none()
        && !field.field_descriptor_proto().proto3_optional()
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
    for (category, name, _) in CATEGORIES {
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
    for (_, name, _) in CATEGORIES {
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
