//! The leaf of an event: one encoding, every field in it, and nothing that can be guessed.

#![expect(
    clippy::indexing_slicing,
    reason = "the strategies make lists of known lengths"
)]

use hoso_proof::leaf::{LEAF_TAG, LeafError};
use hoso_proof::{Commitment, Leaf, Salt};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

const SECRET: [u8; 32] = [7; 32];

fn sample() -> Leaf {
    let salt = Salt::derive(&SECRET, 3);
    Leaf {
        position: 3,
        event_id: [1; 16],
        stream: "dossier-7".to_owned(),
        version: 2,
        event_type: "DossierSubmitted".to_owned(),
        schema_version: 1,
        recorded_at: 1_700_000_000_000_000,
        effective_at: 1_700_000_000_000_000,
        official: "official-1".to_owned(),
        person: "person-1".to_owned(),
        on_behalf_of: None,
        role: "UNIT_HEAD".to_owned(),
        agency: "unit-1".to_owned(),
        reason: Some(Commitment::to_reason(&salt, "complete")),
        command: [2; 16],
        correlation: [3; 16],
        causation: None,
        rule_book: Some("sha256:00".to_owned()),
        traceparent: None,
        data: Commitment::to_data(&salt, b"{}"),
    }
}

/// The layout by hand, so that a change of it is seen: leaves of old logs must stay what they were.
#[test]
fn a_leaf_is_its_tag_and_its_fields_behind_their_lengths() {
    let leaf = sample();
    let mut expected = LEAF_TAG.to_vec();
    let mut field = |value: &[u8]| {
        expected.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
        expected.extend(value);
    };
    field(&3_u64.to_be_bytes());
    field(&[1; 16]);
    field(b"dossier-7");
    field(&2_u64.to_be_bytes());
    field(b"DossierSubmitted");
    field(&1_u16.to_be_bytes());
    field(&1_700_000_000_000_000_i64.to_be_bytes());
    field(&1_700_000_000_000_000_i64.to_be_bytes());
    field(b"official-1");
    field(b"person-1");
    field(b"");
    field(b"UNIT_HEAD");
    field(b"unit-1");
    field(&[&[1], leaf.reason.unwrap().as_bytes().as_slice()].concat());
    field(&[2; 16]);
    field(&[3; 16]);
    field(b"");
    field(b"\x01sha256:00");
    field(b"");
    field(leaf.data.as_bytes());
    assert_eq!(leaf.encode().unwrap(), expected);
}

/// As docs say it, with nothing but SHA-256.
#[test]
fn a_commitment_is_sha256_of_tag_salt_place_and_sha256_of_the_text() {
    let mut salted = b"hoso/salt/v1\n".to_vec();
    salted.extend(SECRET);
    salted.extend(3_u64.to_be_bytes());
    let salt = Salt::derive(&SECRET, 3);
    assert_eq!(
        salt.as_bytes().as_slice(),
        Sha256::digest(salted).as_slice()
    );
    let mut committed = b"hoso/text/v1\n".to_vec();
    committed.extend(salt.as_bytes());
    committed.extend(b"data\n");
    committed.extend(Sha256::digest(b"{}"));
    let expected = Sha256::digest(committed);
    assert_eq!(
        Commitment::to_data(&salt, b"{}").as_bytes().as_slice(),
        expected.as_slice()
    );
}

#[test]
fn the_same_text_is_committed_to_differently_at_another_position_and_another_place() {
    let (one, two) = (Salt::derive(&SECRET, 1), Salt::derive(&SECRET, 2));
    let name = "Trần Thị B";
    assert_ne!(
        Commitment::to_reason(&one, name),
        Commitment::to_reason(&two, name)
    );
    assert_ne!(
        Commitment::to_reason(&one, name),
        Commitment::to_data(&one, name.as_bytes())
    );
    assert_eq!(format!("{one:?}"), "Salt(..)");
}

#[test]
fn a_missing_text_is_not_an_empty_one() {
    let missing = sample();
    let empty = Leaf {
        traceparent: Some(String::new()),
        ..sample()
    };
    assert_ne!(missing.encode(), empty.encode());
    assert_eq!(Leaf::decode(&empty.encode().unwrap()), Ok(empty));
}

#[test]
fn a_leaf_that_would_not_fit_is_refused() {
    for length in [65_000, 65_535, 65_536, 1 << 20] {
        let long = Leaf {
            stream: "s".repeat(length),
            ..sample()
        };
        let fits = length + sample().encode().unwrap().len() - 9 <= 65_535;
        assert_eq!(long.encode().is_ok(), fits, "{length}");
    }
}

#[test]
fn a_leaf_says_which_field_is_malformed() {
    let bytes = sample().encode().unwrap();
    assert_eq!(Leaf::decode(b"hoso/leaf/v2\n"), Err(LeafError::Tag));
    let cut = Leaf::decode(&bytes[..LEAF_TAG.len() + 5]);
    assert_eq!(cut, Err(LeafError::Field { field: "position" }));
    let longer = [bytes.as_slice(), &[0]].concat();
    assert_eq!(Leaf::decode(&longer), Err(LeafError::Rest));
}

prop_compose! {
    fn header()(
        numbers in (any::<u64>(), any::<u64>(), any::<u16>()),
        times in (any::<i64>(), any::<i64>()),
        ids in (any::<[u8; 16]>(), any::<[u8; 16]>(), any::<[u8; 16]>(), option::of(any::<[u8; 16]>())),
        texts in vec(".{0,20}", 6),
        optional in vec(option::of(".{0,20}"), 3),
        digests in (option::of(any::<[u8; 32]>()), any::<[u8; 32]>()),
    ) -> Leaf {
        Leaf {
            position: numbers.0,
            event_id: ids.0,
            stream: texts[0].clone(),
            version: numbers.1,
            event_type: texts[1].clone(),
            schema_version: numbers.2,
            recorded_at: times.0,
            effective_at: times.1,
            official: texts[2].clone(),
            person: texts[3].clone(),
            on_behalf_of: optional[0].clone(),
            role: texts[4].clone(),
            agency: texts[5].clone(),
            reason: digests.0.map(Commitment::from_bytes),
            command: ids.1,
            correlation: ids.2,
            causation: ids.3,
            rule_book: optional[1].clone(),
            traceparent: optional[2].clone(),
            data: Commitment::from_bytes(digests.1),
        }
    }
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(leaf in header()) {
        let bytes = leaf.encode().unwrap();
        prop_assert_eq!(Leaf::decode(&bytes), Ok(leaf));
    }

    /// Two leaves with the same bytes would be two histories under one root.
    #[test]
    fn different_leaves_have_different_bytes(one in header(), two in header()) {
        prop_assert_eq!(one == two, one.encode().unwrap() == two.encode().unwrap());
    }

    #[test]
    fn a_changed_byte_is_another_leaf_or_none(leaf in header(), at in any::<prop::sample::Index>(), flip in 1_u8..) {
        let mut bytes = leaf.encode().unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(other) = Leaf::decode(&bytes) {
            prop_assert_ne!(&other, &leaf);
            prop_assert_eq!(other.encode().unwrap(), bytes);
        }
    }

    #[test]
    fn hostile_bytes_end_in_a_leaf_or_an_error(tail in vec(any::<u8>(), 0..400)) {
        let bytes = [LEAF_TAG, &tail].concat();
        if let Ok(leaf) = Leaf::decode(&bytes) {
            prop_assert_eq!(leaf.encode().unwrap(), bytes);
        }
    }
}
