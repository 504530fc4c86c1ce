//! Texts come back under their own key, person and field, and under nothing else.

use proptest::prelude::*;

use super::*;

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

fn key(id: &str, byte: u8) -> PersonKey {
    PersonKey {
        person: person(id),
        key: [byte; KEY_BYTES],
    }
}

proptest! {
    #[test]
    fn a_text_comes_back_and_its_record_says_nothing_of_it(text in "\\PC{1,500}") {
        let key = key("ca-nhan-01", 7);
        let record = key.seal("name", &text).unwrap();
        prop_assert_eq!(key.open("name", &record).unwrap(), text.clone());
        prop_assert_eq!(&record, &key.seal("name", &text).unwrap());
        let found = record.contains(&hex::encode(&text)) && text.len() > 2;
        prop_assert!(!found);
    }

    #[test]
    fn a_changed_record_does_not_open(text in "[a-z]{1,80}", at in 0_usize..200, digit in "[0-9a-f]") {
        let key = key("ca-nhan-01", 7);
        let record = key.seal("name", &text).unwrap();
        let at = SEALED.len() + VERSION.len() + at % (record.len() - SEALED.len() - VERSION.len());
        let mut changed = record.clone();
        changed.replace_range(at..=at, &digit);
        prop_assert_eq!(changed != record, key.open("name", &changed).is_err());
    }
}

#[test]
fn another_key_person_or_field_opens_nothing() {
    let record = key("ca-nhan-01", 7)
        .seal("name", "N. V. A (hư cấu)")
        .unwrap();
    for (other, field) in [
        (key("ca-nhan-01", 8), "name"),
        (key("ca-nhan-02", 7), "name"),
        (key("ca-nhan-01", 7), "position"),
    ] {
        assert!(matches!(
            other.open(field, &record),
            Err(PersonalError::Unopened)
        ));
    }
    let key = key("ca-nhan-01", 7);
    for broken in [
        "sealed:",
        "sealed:v1:",
        "sealed:v1:00",
        "sealed:v2:00",
        "sealed:v1:zz",
    ] {
        assert!(key.open("name", broken).is_err(), "{broken}");
    }
    assert_eq!(key.open("name", "in the clear").unwrap(), "in the clear");
    assert!(key.seal("name", &"x".repeat(2_001)).is_err());
}

#[test]
fn lengths_are_told_in_steps_of_64_bytes() {
    let key = key("ca-nhan-01", 7);
    let length = |text: &str| key.seal("name", text).unwrap().len();
    assert_eq!(length("a"), length(&"a".repeat(62)));
    assert_eq!(length("a") + 2 * 64, length(&"a".repeat(63)));
}

#[test]
fn a_key_is_made_once_by_whoever_asks_and_gone_when_it_is_destroyed() {
    let directory = tempfile::tempdir().unwrap();
    let keys = PersonKeys::new(directory.path().join("keys"));
    let one = person("ca-nhan-01");
    assert!(keys.get(&one).unwrap().is_none());
    assert!(!keys.destroy(&one).unwrap());
    let records: Vec<_> = std::thread::scope(|scope| {
        let sealing = || keys.get_or_make(&one).unwrap().seal("name", "A").unwrap();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(sealing)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(records.windows(2).all(|pair| pair.first() == pair.last()));
    let files: Vec<_> = fs::read_dir(directory.path().join("keys"))
        .unwrap()
        .collect();
    assert_eq!(files.len(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(keys.path(&one)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(keys.destroy(&one).unwrap());
    assert!(keys.get(&one).unwrap().is_none());
    let again = keys.get_or_make(&one).unwrap();
    assert!(again.open("name", records.first().unwrap()).is_err());
}

#[test]
fn a_damaged_key_is_said_to_be_one() {
    let directory = tempfile::tempdir().unwrap();
    let keys = PersonKeys::new(directory.path().to_path_buf());
    let one = person("ca-nhan-01");
    fs::write(keys.path(&one), "abcd").unwrap();
    assert!(matches!(keys.get(&one), Err(PersonalError::Damaged { .. })));
    assert!(keys.get_or_make(&one).is_err());
}

#[test]
fn a_copy_that_was_cut_short_is_made_whole_by_the_next() {
    let directory = tempfile::tempdir().unwrap();
    let keys = PersonKeys::new(directory.path().join("keys"));
    let copy = PersonKeys::new(directory.path().join("copy"));
    let one = person("ca-nhan-01");
    let record = keys.get_or_make(&one).unwrap().seal("name", "A").unwrap();
    fs::create_dir(directory.path().join("copy")).unwrap();
    fs::write(copy.path(&one).with_added_extension("new"), "ab").unwrap();
    assert_eq!(keys.copy_to(&copy).unwrap(), 1);
    assert_eq!(keys.copy_to(&copy).unwrap(), 0);
    let copied = copy.get(&one).unwrap().unwrap();
    assert_eq!(copied.open("name", &record).unwrap(), "A");
    assert_eq!(
        fs::read_dir(directory.path().join("copy")).unwrap().count(),
        1
    );
}
