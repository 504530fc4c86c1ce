//! A message gives back the event, whatever stands in it, and a wrong one is told apart.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// Any text a person or a program may put into a field.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "\\PC{0,40}",
        Just("đề nghị \u{202e}\u{0}\r\n\t\"\\ 🏅".to_owned())
    ]
}

fn id() -> impl Strategy<Value = String> {
    "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
}

fn time() -> impl Strategy<Value = DateTime<Utc>> {
    (0_i64..253_402_300_799, 0_u32..1_000_000_000)
        .prop_map(|(seconds, nanos)| DateTime::from_timestamp(seconds, nanos).unwrap())
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![
        Just(Role::UnitStaff),
        Just(Role::Chairman),
        Just(Role::System)
    ]
}

fn data() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    // Not only as one encoder writes it: the bytes are what counts.
    (tree, any::<bool>()).prop_map(|(value, pretty)| {
        if pretty {
            serde_json::to_string_pretty(&value).unwrap()
        } else {
            value.to_string()
        }
    })
}

fn actor() -> impl Strategy<Value = Actor> {
    (id(), id(), role(), id(), prop::option::of(id())).prop_map(
        |(official, person, role, agency, on_behalf_of)| Actor {
            official: OfficialId::parse(&official).unwrap(),
            person: PersonId::parse(&person).unwrap(),
            role,
            agency: UnitId::parse(&agency).unwrap(),
            on_behalf_of: on_behalf_of.map(|id| OfficialId::parse(&id).unwrap()),
        },
    )
}

fn metadata() -> impl Strategy<Value = Metadata> {
    (
        actor(),
        prop::option::of(text()),
        any::<u128>(),
        prop::option::of(any::<u128>()),
        prop::option::of(text()),
        time(),
        prop::option::of(text()),
    )
        .prop_map(
            |(actor, reason, correlation, causation, rule_book, effective_at, traceparent)| {
                Metadata {
                    actor,
                    reason,
                    correlation: Uuid::from_u128(correlation),
                    causation: causation.map(Uuid::from_u128),
                    rule_book,
                    effective_at,
                    traceparent,
                }
            },
        )
}

prop_compose! {
    fn event()(
        position in 1..u64::MAX,
        ids in any::<(u128, u128)>(),
        stream in "[a-z]{1,12}-[!-~]{1,80}",
        version in 1..u64::MAX,
        event_type in "[!-~]{1,128}",
        schema_version in any::<u16>(),
        data in data(),
        metadata in metadata(),
        recorded_at in time(),
    ) -> RecordedEvent {
        RecordedEvent {
            position,
            id: Uuid::from_u128(ids.0),
            stream: StreamName::from_stored(stream),
            version,
            event_type,
            schema_version,
            sha256: sha256(data.as_bytes()),
            data,
            metadata,
            command: Uuid::from_u128(ids.1),
            recorded_at,
        }
    }
}

/// What stands in a message, as NATS would carry it.
fn body(event: &RecordedEvent) -> Vec<u8> {
    let message = encode(event).unwrap();
    let subject = subject(event);
    message.outbound_message(subject).payload.to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_message_gives_back_every_field(event in event()) {
        prop_assert_eq!(decode(event.position, &body(&event)), Ok(event));
    }

    #[test]
    fn a_message_names_its_predecessor_and_a_subject_of_its_own(event in event()) {
        let subject = subject(&event);
        let tokens: Vec<_> = subject.split('.').collect();
        prop_assert_eq!(tokens.len(), 4, "{}", subject);
        prop_assert!(!subject.contains(['*', '>', ' ']), "{}", subject);
        let message = encode(&event).unwrap().outbound_message(subject.clone());
        let headers = message.headers.unwrap();
        let expected = headers.get("Nats-Expected-Last-Sequence").unwrap().as_str();
        prop_assert_eq!(expected, (event.position - 1).to_string());
        prop_assert!(headers.get("Nats-Msg-Id").is_none());
    }

    #[test]
    fn a_changed_byte_of_the_data_is_noticed(event in event(), at in any::<prop::sample::Index>()) {
        let mut other = event.clone();
        let mut bytes = other.data.clone().into_bytes();
        let digit = bytes.iter().enumerate().filter(|(_, b)| b.is_ascii_digit());
        let digits: Vec<_> = digit.map(|(index, _)| index).collect();
        prop_assume!(!digits.is_empty());
        let index = digits[at.index(digits.len())];
        bytes[index] = if bytes[index] == b'1' { b'2' } else { b'1' };
        other.data = String::from_utf8(bytes).unwrap();
        prop_assume!(serde_json::from_str::<&RawValue>(&other.data).is_ok());
        // Somebody puts other data into a message, and leaves the digest.
        let envelope = Envelope::of(&other).unwrap();
        let body = serde_json::to_vec(&envelope).unwrap();
        let sequence = event.position;
        prop_assert_eq!(decode(sequence, &body), Err(MessageError::DigestMismatch { sequence }));
    }

    #[test]
    fn whatever_arrives_is_an_event_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let malformed = matches!(decode(1, &bytes), Err(MessageError::Malformed { sequence: 1, .. }));
        prop_assert!(malformed);
    }
}

fn sample() -> RecordedEvent {
    let data = r#"{"caseOpened":{"case":"c1"}}"#.to_owned();
    RecordedEvent {
        position: 7,
        id: Uuid::from_u128(1),
        stream: StreamName::new("case", "c1"),
        version: 3,
        event_type: "CaseOpened".to_owned(),
        schema_version: 1,
        sha256: sha256(data.as_bytes()),
        data,
        metadata: Metadata {
            actor: crate::runtime::system_actor("verification").unwrap(),
            reason: None,
            correlation: Uuid::from_u128(2),
            causation: None,
            rule_book: None,
            effective_at: DateTime::UNIX_EPOCH,
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        },
        command: Uuid::from_u128(3),
        recorded_at: DateTime::UNIX_EPOCH,
    }
}

#[test]
fn the_subject_says_who_and_what_and_the_trace_goes_along() {
    let event = sample();
    assert_eq!(subject(&event), "hoso.events.verification.CaseOpened");
    let message = encode(&event).unwrap().outbound_message(subject(&event));
    let headers = message.headers.unwrap();
    let trace = event.metadata.traceparent.as_deref();
    assert_eq!(headers.get("traceparent").map(HeaderValue::as_str), trace);
}

#[test]
fn a_message_at_another_place_is_not_taken() {
    let body = body(&sample());
    let misplaced = MessageError::Misplaced {
        sequence: 8,
        position: 7,
    };
    assert_eq!(decode(8, &body), Err(misplaced));
}

#[test]
fn fields_of_a_later_version_are_passed_over_and_missing_ones_are_not() {
    let mut envelope: Value = serde_json::from_slice(&body(&sample())).unwrap();
    envelope["laterattribute"] = json!("x");
    assert_eq!(decode(7, envelope.to_string().as_bytes()), Ok(sample()));
    let changes = [
        ("specversion", json!("2.0")),
        ("dataschema", json!("urn:other:v1")),
        ("dataschema", json!("urn:hoso:events:CaseOpened:v70000")),
        ("id", json!("no uuid")),
        ("time", json!("yesterday")),
        ("role", json!("KING")),
        ("official", json!("not an id")),
        ("position", json!(-7)),
        ("version", Value::Null),
    ];
    for (field, value) in changes {
        let mut wrong = envelope.clone();
        wrong[field] = value;
        let wrong = decode(7, wrong.to_string().as_bytes());
        assert!(
            matches!(wrong, Err(MessageError::Malformed { .. })),
            "{field}: {wrong:?}"
        );
    }
}

#[test]
fn what_would_not_read_back_the_same_is_not_published() {
    let with = |data: &str| {
        let mut event = sample();
        event.data = data.to_owned();
        event.sha256 = sha256(data.as_bytes());
        encode(&event)
    };
    for data in ["", "{", " {}", "{}\n", "{} {}"] {
        let refused = matches!(with(data), Err(MessageError::Unpublishable { .. }));
        assert!(refused, "{data:?}");
    }
    assert!(with("{ }").is_ok());
    let mut edited = sample();
    edited.data = "{}".to_owned();
    let error = encode(&edited).unwrap_err();
    assert!(error.to_string().contains("digest"), "{error}");
}
