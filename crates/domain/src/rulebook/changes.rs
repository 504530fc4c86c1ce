//! In which rules two rule books differ: what stands in their files, place by place.
//!
//! Only what an evaluation rests on; titles, sources, clauses' words and questions are left out.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::book::RuleBook;

/// Parts of a book that decide outcomes.
const DECISIVE: [&str; 5] = ["windows", "lanes", "criteria", "bands", "parameters"];

/// Fields within them that only say something to people.
const WORDS: [&str; 3] = ["citation", "vi", "en"];

/// A value that two books give differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleChange {
    /// Where it stands, such as `$.parameters["bothRule.loser"]`; a criterion by its rule, such as
    /// `$.criteria.R25.computation.MEAN.threshold`.
    pub path: String,
    /// In the first book; `null` = not there.
    pub from: Value,
    /// In the second.
    pub to: Value,
}

/// The decisive values in which two books differ, in the order of their fields.
#[must_use]
pub fn changes(from: &RuleBook, to: &RuleBook) -> Vec<RuleChange> {
    let (from, to) = (from.decisive(), to.decisive());
    let mut found = Vec::new();
    for part in DECISIVE {
        let of = |book: &Value| book.get(part).map(by_rule);
        let (from, to) = (of(&from), of(&to));
        compare(&format!("$.{part}"), from.as_ref(), to.as_ref(), &mut found);
    }
    found
}

/// A list of criteria as a record by rule, so that one more or fewer is no other list; all else as
/// it is.
fn by_rule(value: &Value) -> Value {
    let Value::Array(entries) = value else {
        return value.clone();
    };
    let named = entries.iter().map(|entry| {
        let rule = entry.get("rule").and_then(Value::as_str)?;
        Some((rule.to_owned(), entry.clone()))
    });
    let named: Option<serde_json::Map<_, _>> = named.collect();
    named.map_or_else(|| value.clone(), Value::Object)
}

fn compare(path: &str, from: Option<&Value>, to: Option<&Value>, found: &mut Vec<RuleChange>) {
    match (from, to) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for key in keys
                .into_iter()
                .filter(|key| !WORDS.contains(&key.as_str()))
            {
                let plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric());
                let at = if plain {
                    format!("{path}.{key}")
                } else {
                    format!("{path}[\"{key}\"]")
                };
                compare(&at, one.get(key), other.get(key), found);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) if one.len() == other.len() => {
            for (index, (one, other)) in one.iter().zip(other).enumerate() {
                compare(&format!("{path}[{index}]"), Some(one), Some(other), found);
            }
        }
        (from, to) if from == to => {}
        (from, to) => found.push(RuleChange {
            path: path.to_owned(),
            from: from.cloned().unwrap_or_default(),
            to: to.cloned().unwrap_or_default(),
        }),
    }
}
