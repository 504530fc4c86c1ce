//! Strict reading of JSON: one meaning or none.
//!
//! Refused, with the field's path and the reason: invalid UTF-8, syntax errors, duplicate keys,
//! more than 64 levels, numbers past 2^53 (they change their value in other readers), characters that
//! people cannot see; then, against the wanted type, unknown, missing and mistyped fields.

use std::collections::HashSet;
use std::fmt;

use hoso_domain::text::unseen;
use serde::de::{self, DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Most levels of arrays and objects.
pub const DEPTH_MAX: u32 = 64;
/// Largest whole number that every JSON reader reads exactly: 2^53.
const EXACT_MAX: u64 = 1 << 53;

/// Why a body was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// The field's path, such as `items[2].lane`; empty for the whole body.
    pub field: String,
    /// What is wrong.
    pub reason: String,
}

/// Reads any JSON value strictly.
///
/// # Errors
/// The first thing that is wrong, and where.
pub fn read(bytes: &[u8]) -> Result<Value, JsonError> {
    let text = std::str::from_utf8(bytes).map_err(|error| JsonError {
        field: String::new(),
        reason: format!("invalid UTF-8 at byte {}", error.valid_up_to()),
    })?;
    let mut json = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
    let value = Strict { depth: 0 }
        .deserialize(tracked)
        .map_err(|error| JsonError {
            field: path_of(&track.path()),
            reason: error.to_string(),
        })?;
    json.end().map_err(|error| JsonError {
        field: String::new(),
        reason: error.to_string(),
    })?;
    Ok(value)
}

/// Makes the wanted type of a value that was read strictly.
///
/// Strict at every depth, whatever the type says of itself: the parts of a body may be parts of
/// events too, and those tolerate what a newer version adds.
///
/// # Errors
/// The first unknown, missing or mistyped field, by its path.
pub fn typed<T: DeserializeOwned>(value: Value) -> Result<T, JsonError> {
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(value, &mut track);
    let mut unknown = None;
    let read = serde_ignored::deserialize(tracked, |path| {
        unknown.get_or_insert_with(|| ignored(&path));
    });
    match (read, unknown) {
        (Err(error), _) => Err(JsonError {
            field: path_of(&track.path()),
            reason: error.to_string(),
        }),
        (Ok(_), Some(field)) => Err(JsonError {
            field,
            reason: "unknown field".to_owned(),
        }),
        (Ok(typed), None) => Ok(typed),
    }
}

/// The path of a field that nothing took, written as the others are.
fn ignored(path: &serde_ignored::Path<'_>) -> String {
    use serde_ignored::Path;
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => format!("{}[{index}]", ignored(parent)),
        Path::Map { parent, key } => match ignored(parent) {
            parent if parent.is_empty() => key.clone(),
            parent => format!("{parent}.{key}"),
        },
        Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => ignored(parent),
    }
}

fn path_of(path: &serde_path_to_error::Path) -> String {
    let text = path.to_string();
    // An unreadable key is shown as `?`: the path then ends with the object it stands in.
    text.trim_end_matches('?').trim_end_matches('.').to_owned()
}

/// One value at a depth.
#[derive(Clone, Copy)]
struct Strict {
    depth: u32,
}

impl Strict {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth >= DEPTH_MAX {
            return Err(E::custom(format!("more than {DEPTH_MAX} levels")));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        if value > EXACT_MAX {
            return Err(E::custom(past_exact(value)));
        }
        Ok(Value::from(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        if value.unsigned_abs() > EXACT_MAX {
            return Err(E::custom(past_exact(value)));
        }
        Ok(Value::from(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        // Every f64 past 2^53 is a whole number, whichever way it was written.
        #[expect(
            clippy::cast_precision_loss,
            reason = "2^53 is a power of two, and exact"
        )]
        let exact_max = EXACT_MAX as f64;
        if value.abs() > exact_max {
            return Err(E::custom(past_exact(value)));
        }
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        seen(value)?;
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Value, E> {
        seen(&value)?;
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut keys = HashSet::new();
        let mut object = Map::new();
        while let Some(key) = fields.next_key::<String>()? {
            seen(&key)?;
            if !keys.insert(key.clone()) {
                return Err(de::Error::custom(format!("the key `{key}` stands twice")));
            }
            let value = fields.next_value_seed(inner)?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

fn seen<E: de::Error>(text: &str) -> Result<(), E> {
    match unseen(text) {
        None => Ok(()),
        Some(c) => Err(E::custom(format!(
            "the text holds {}, which people cannot see",
            c.escape_unicode()
        ))),
    }
}

fn past_exact(value: impl fmt::Display) -> String {
    format!("{value} is past 2^53, where other readers would change it")
}

#[cfg(test)]
mod tests;
