//! One meaning or none: what is read is exactly what serde reads, and every ambiguity is refused.

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// JSON values with whole numbers up to 2^53, as people send them.
fn values() -> impl Strategy<Value = Value> {
    let exact = i64::try_from(EXACT_MAX).unwrap();
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-exact..=exact).prop_map(Value::from),
        (-1.0e9..1.0e9_f64).prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-zđ]{0,6}", inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_has_one_meaning_is_read_as_serde_reads_it(value in values()) {
        let compact = serde_json::to_vec(&value).unwrap();
        let pretty = serde_json::to_vec_pretty(&value).unwrap();
        let expected: Value = serde_json::from_slice(&compact).unwrap();
        prop_assert_eq!(read(&compact), Ok(expected.clone()));
        prop_assert_eq!(read(&pretty), Ok(expected));
    }

    #[test]
    fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(value) = read(&bytes) {
            prop_assert_eq!(serde_json::from_slice::<Value>(&bytes).ok(), Some(value));
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_refused_wherever_it_stands(
        value in values(), key in "[a-z]{1,6}", depth in 0_usize..20,
    ) {
        let inner = format!("{{\"{key}\":{value},\"{key}\":{value}}}");
        let text = format!("{}{inner}{}", "[".repeat(depth), "]".repeat(depth));
        let error = read(text.as_bytes()).unwrap_err();
        prop_assert!(error.reason.contains("twice"), "{}", error.reason);
        prop_assert_eq!(error.field, "[0]".repeat(depth));
    }

    #[test]
    fn text_that_people_cannot_see_is_refused_wherever_it_stands(
        c in prop::sample::select(vec!['\0', '\u{7}', '\u{7f}', '\u{202e}', '\u{2067}']),
        key: bool,
    ) {
        let text = json!(format!("a{c}b"));
        let body = if key { format!("{{{text}:1}}") } else { format!("{{\"k\":{text}}}") };
        let error = read(body.as_bytes()).unwrap_err();
        prop_assert!(error.reason.contains("cannot see"), "{}", error.reason);
        prop_assert_eq!(error.field, if key { "" } else { "k" });
    }

    #[test]
    fn whole_numbers_past_two_to_the_53rd_are_refused(past in EXACT_MAX + 1.., negative: bool) {
        let sign = if negative { "-" } else { "" };
        let error = read(format!("{{\"a\":{sign}{past}}}").as_bytes()).unwrap_err();
        prop_assert_eq!(error.field, "a");
        prop_assert!(error.reason.contains("2^53"), "{}", error.reason);
    }
}

#[test]
fn sixty_four_levels_are_read_and_one_more_is_not() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(read(nested(64).as_bytes()).is_ok());
    let error = read(nested(65).as_bytes()).unwrap_err();
    assert!(error.reason.contains("64 levels"), "{}", error.reason);
    // Far deeper than the stack: refused at the 65th level.
    assert!(read("[".repeat(1_000_000).as_bytes()).is_err());
}

#[test]
fn the_largest_exact_number_is_read() {
    assert_eq!(
        read(b"9007199254740992"),
        Ok(json!(9_007_199_254_740_992_u64))
    );
    for bad in ["9007199254740993", "1e16", "-9007199254740993", "1e999"] {
        assert!(read(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_place() {
    let error = read(b"{\"a\": \"\xc3\x28\"}").unwrap_err();
    assert_eq!(error.reason, "invalid UTF-8 at byte 7");
    assert!(read(br#""\ud800""#).is_err());
    assert!(read("\u{feff}{}".as_bytes()).is_err());
}

/// A body whose parts say nothing of unknown fields, as parts of events do not.
#[derive(Debug, PartialEq, serde::Deserialize)]
struct Body {
    papers: Vec<Paper>,
    cover: Option<Paper>,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Paper {
    name: String,
}

#[test]
fn an_unknown_field_is_refused_and_named_at_any_depth() {
    let good = json!({"papers": [{"name": "a"}], "cover": {"name": "b"}});
    assert!(typed::<Body>(good).is_ok());
    for (body, field) in [
        (json!({"papers": [], "cover": null, "new": 1}), "new"),
        (
            json!({"papers": [{"name": "a"}, {"name": "b", "new": 1}]}),
            "papers[1].new",
        ),
        (
            json!({"papers": [], "cover": {"name": "b", "new": {}}}),
            "cover.new",
        ),
    ] {
        let error = typed::<Body>(body).unwrap_err();
        assert_eq!(
            (error.field.as_str(), error.reason.as_str()),
            (field, "unknown field")
        );
    }
}
