//! Which fields differ between two JSON values, each by its JSON Pointer (RFC 6901).
//!
//! Objects are compared by key, lists place by place: what lies behind the common length was added
//! or removed.

use serde_json::Value;

/// Most fields one comparison tells; keeps an answer readable and bounded.
const FIELDS_MAX: usize = 10_000;

/// One field that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// JSON Pointer of the field; empty for the whole value.
    pub path: String,
    /// The value before; `None` if there was no such field.
    pub from: Option<Value>,
    /// The value after; `None` if there is no such field any more.
    pub to: Option<Value>,
}

/// The fields that differ, by path in the order of keys and places; at most 10 000.
#[must_use]
pub fn differences(from: &Value, to: &Value) -> Vec<FieldChange> {
    let mut found = Vec::new();
    compare(String::new(), Some(from), Some(to), &mut found);
    found
}

fn compare(path: String, from: Option<&Value>, to: Option<&Value>, found: &mut Vec<FieldChange>) {
    if from == to || found.len() >= FIELDS_MAX {
        return;
    }
    match (from, to) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let keys: std::collections::BTreeSet<&String> =
                before.keys().chain(after.keys()).collect();
            for key in keys {
                let below = format!("{path}/{}", escaped(key));
                compare(below, before.get(key), after.get(key), found);
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            for place in 0..before.len().max(after.len()) {
                let below = format!("{path}/{place}");
                compare(below, before.get(place), after.get(place), found);
            }
        }
        (from, to) => found.push(FieldChange {
            path,
            from: from.cloned(),
            to: to.cloned(),
        }),
    }
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Whether a change at one path touches another: the same field, one above it, or one in it.
pub(super) fn touches(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    long.strip_prefix(short)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_told_by_their_pointer() {
        let from = json!({"a": 1, "b": {"c/d": 1, "gone": null}, "list": [1, {"x": 1}]});
        let to = json!({"a": 1, "b": {"c/d": 2, "new": []}, "list": [1, {"x": 2}, 3]});
        let told: Vec<_> = differences(&from, &to)
            .into_iter()
            .map(|c| (c.path, c.from, c.to))
            .collect();
        assert_eq!(
            told,
            [
                ("/b/c~1d".to_owned(), Some(json!(1)), Some(json!(2))),
                ("/b/gone".to_owned(), Some(json!(null)), None),
                ("/b/new".to_owned(), None, Some(json!([]))),
                ("/list/1/x".to_owned(), Some(json!(1)), Some(json!(2))),
                ("/list/2".to_owned(), None, Some(json!(3))),
            ]
        );
    }

    #[test]
    fn a_path_touches_what_is_above_and_in_it_and_no_neighbour() {
        assert!(touches("/items/a", "/items/a/lane"));
        assert!(touches("/items/a/lane", "/items"));
        assert!(touches("", "/items"));
        assert!(!touches("/items/a", "/items/ab"));
        assert!(!touches("/items/a", "/items/b"));
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            (0..5i64).prop_map(Value::from),
            "[a-c/~]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                prop::collection::btree_map("[a-c/~]{1,2}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    /// Applies changes the way JSON Patch would: from the last to the first, so that places of
    /// lists stay what they are.
    fn apply(value: &mut Value, changes: &[FieldChange]) {
        for change in changes.iter().filter(|c| c.to.is_some()) {
            set(value, &change.path, change.to.clone());
        }
        for change in changes.iter().rev().filter(|c| c.to.is_none()) {
            set(value, &change.path, None);
        }
    }

    fn set(value: &mut Value, path: &str, to: Option<Value>) {
        let Some((above, key)) = path.rsplit_once('/') else {
            *value = to.unwrap();
            return;
        };
        let key = key.replace("~1", "/").replace("~0", "~");
        match (value.pointer_mut(above).unwrap(), to) {
            (Value::Object(map), Some(to)) => {
                map.insert(key, to);
            }
            (Value::Object(map), None) => {
                map.remove(&key);
            }
            (Value::Array(list), Some(to)) => {
                let place: usize = key.parse().unwrap();
                if place < list.len() {
                    list[place] = to;
                } else {
                    list.push(to);
                }
            }
            (Value::Array(list), None) => {
                list.remove(key.parse().unwrap());
            }
            (other, _) => panic!("{other} holds nothing"),
        }
    }

    proptest! {
        #[test]
        fn the_differences_make_the_one_value_of_the_other(from in value(), to in value()) {
            let mut made = from.clone();
            apply(&mut made, &differences(&from, &to));
            prop_assert_eq!(made, to);
        }

        #[test]
        fn nothing_differs_from_itself(one in value()) {
            prop_assert_eq!(differences(&one, &one), vec![]);
        }
    }
}
