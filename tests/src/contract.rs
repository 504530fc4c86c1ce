//! The published contract of events, as a test reads it: the descriptors of `proto/`, and whether
//! an event's JSON is what they describe.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helper: a broken tree must stop the test"
)]

use std::fs;

use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor,
};
use serde_json::Value;

use crate::root;

/// The package of all messages.
pub const PACKAGE: &str = "hoso.events.v1";

/// Stream category, and the message of its events.
pub const CATEGORIES: &[(&str, &str)] = &[
    ("unit", "UnitEvent"),
    ("person", "PersonEvent"),
    ("official", "OfficialEvent"),
    ("index", "IndexEvent"),
    ("hold", "HoldEvent"),
    ("initiative", "InitiativeEvent"),
    ("rulebook", "RuleBookEvent"),
    ("dossier", "DossierEvent"),
    ("case", "CaseEvent"),
    ("round", "RoundEvent"),
    ("key", "KeyEvent"),
    ("feed", "FeedEvent"),
    ("appeal", "AppealEvent"),
];

/// The contract's files, as an import names them.
///
/// # Panics
/// If the folder is gone.
#[must_use]
pub fn proto_files() -> Vec<String> {
    let folder = root().join("proto/hoso/events/v1");
    let mut names: Vec<_> = fs::read_dir(folder)
        .expect("the contract is there and compiles")
        .map(|entry| {
            format!(
                "hoso/events/v1/{}",
                entry
                    .expect("the contract is there and compiles")
                    .file_name()
                    .to_string_lossy()
            )
        })
        .collect();
    names.sort();
    names
}

/// The contract, compiled.
///
/// # Panics
/// If it does not compile.
#[must_use]
pub fn pool() -> DescriptorPool {
    let files = protox::compile(proto_files(), [root().join("proto")])
        .expect("the contract is there and compiles");
    DescriptorPool::from_file_descriptor_set(files).expect("the contract is there and compiles")
}

/// A message by its short name.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn message(pool: &DescriptorPool, name: &str) -> MessageDescriptor {
    pool.get_message_by_name(&format!("{PACKAGE}.{name}"))
        .unwrap_or_else(|| panic!("no {name}"))
}

/// Parses strictly (unknown and mistyped fields are errors) and looks for missing ones.
///
/// # Errors
/// What is not as described.
pub fn describes(descriptor: &MessageDescriptor, text: &str) -> Result<(), String> {
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
