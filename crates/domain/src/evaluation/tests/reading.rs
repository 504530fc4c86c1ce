//! What the reader refuses, with the path of the first thing that is wrong; and that it never panics.

use proptest::prelude::*;

use super::*;

const GOOD: &str = r#"{
  "round": {"kind": "ANNUAL", "year": 2024}, "asOf": "2025-07-01",
  "parameters": {"band.group1.from": "90"},
  "units": [
    {"id": "a", "name": "Sở A", "group": "DEPARTMENT", "advising": true, "since": 2022},
    {"id": "d", "name": "D", "group": "DISTRICT", "advising": false}],
  "index": [{"unit": "a", "year": 2024, "score": "90.5"}],
  "satisfaction": [{"unit": "a", "year": 2024, "rate": "95"}],
  "tasks": [{"unit": "a", "year": 2024, "assigned": 3, "doneOnTime": 2}],
  "components": [{"id": "c", "adviser": "a", "year": 2024, "rate": null}],
  "initiatives": [{"id": "s", "recognised": true, "date": "2024-02-29"}],
  "holds": [{"subject": "x", "opened": "2024-01-01", "closed": null}],
  "items": [
    {"id": "i", "lane": "CERT_DEPARTMENT", "subject": "a", "findings": {"R22": "MET"}},
    {"id": "j", "lane": "CERT_INDIVIDUAL", "subject": "p", "basis": "ADVISER", "components": ["c"],
     "findings": {}, "councilScore": "88"},
    {"id": "k", "lane": "CERT_INDIVIDUAL", "subject": "q", "basis": "OUTSIDER", "initiative": "s", "findings": {}}],
  "tieRulings": [{"lane": "CERT_INDIVIDUAL", "order": ["k", "j"]}]
}"#;

/// Reads the good file with one text replaced; the path of what is wrong.
fn path(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    match RoundFile::read(GOOD.replacen(from, to, 1).as_bytes()) {
        Ok(_) => "good".to_owned(),
        Err(error) => error.path,
    }
}

#[track_caller]
fn check(rows: &[(&str, &str, &str)]) {
    for (from, to, wanted) in rows {
        assert_eq!(path(from, to), *wanted, "{from} -> {to}");
    }
}

#[test]
fn the_good_file_is_good() {
    assert!(RoundFile::read(GOOD.as_bytes()).is_ok());
    check(&[
        ("\"id\": \"c\"", "\"id\": \"\\u0063\"", "good"),
        ("Sở A", "\\ud83d\\ude00", "good"),
        (", \"closed\": null", "", "good"),
        ("\"closed\": null", "\"closed\": \"2024-01-01\"", "good"),
        ("[\"k\", \"j\"]", "[]", "good"),
        ("]\n}", "]\n}\r\n\t ", "good"),
    ]);
}

#[test]
fn bytes_that_are_no_plain_utf_8() {
    let read = |bytes: &[u8]| RoundFile::read(bytes).unwrap_err().to_string();
    assert_eq!(read(b"\xef\xbb\xbf{}"), "$: byte order mark");
    assert_eq!(read(b"{\"\xff\"}"), "$: not UTF-8 at byte 2");
    assert_eq!(read(b"\xed\xa0\x80"), "$: not UTF-8 at byte 0");
    assert_eq!(read(b""), "$: not JSON: the text ends too early");
    let long = vec![b' '; FILE_BYTES_MAX + 1];
    assert_eq!(read(&long), "$: longer than 16 MiB");
    let mut longest = GOOD.as_bytes().to_vec();
    longest.resize(FILE_BYTES_MAX, b'\n');
    assert!(RoundFile::read(&longest).is_ok());
}

#[test]
fn what_json_forbids() {
    check(&[
        ("\"asOf\":", "\"asOf\"", "$.asOf"),
        (
            "\"findings\": {},",
            "\"findings\": {,},",
            "$.items[1].findings",
        ),
        ("[\"c\"]", "[\"c\",]", "$.items[1].components[1]"),
        ("Sở A", "S\u{1}", "$.units[0].name"),
        ("Sở A", "\\x", "$.units[0].name"),
        ("Sở A", "\\ud800", "$.units[0].name"),
        ("Sở A", "\\udc00\\ud800", "$.units[0].name"),
        ("Sở A", "\\ud800\\u0041", "$.units[0].name"),
        ("Sở A", "\\u00é", "$.units[0].name"),
        (
            "\"advising\": true",
            "\"advising\": True",
            "$.units[0].advising",
        ),
        ("\"assigned\": 3", "\"assigned\": 03", "$.tasks[0].assigned"),
        ("\"assigned\": 3", "\"assigned\": +3", "$.tasks[0].assigned"),
        (
            "\"assigned\": 3",
            "\"assigned\": NaN",
            "$.tasks[0].assigned",
        ),
        ("[\"k\", \"j\"]}]\n}", "[\"k\", \"j\"]}]\n} x", "$"),
        ("[\"k\", \"j\"]}]\n}", "[\"k\", \"j\"]}]\n", "$"),
        ("\"round\"", "'round'", "$"),
    ]);
}

#[test]
fn fields_missing_unknown_twice_and_null() {
    check(&[
        ("\"asOf\": \"2025-07-01\",", "", "$.asOf"),
        (
            "\"advising\": false",
            "\"since\": 2021",
            "$.units[1].advising",
        ),
        (", \"rate\": null", "", "$.components[0].rate"),
        ("\"findings\": {},", "", "$.items[1].findings"),
        (
            "\"findings\": {},",
            "\"findings\": {}, \"x\": [[[[",
            "$.items[1].x",
        ),
        ("\"asOf\"", "\"as of\": 1, \"asOf\"", "$[\"as of\"]"),
        (
            "\"year\": 2024}, \"asOf\"",
            "\"year\": 2024, \"year\": 2024}, \"asOf\"",
            "$.round.year",
        ),
        (
            "{\"R22\": \"MET\"}",
            "{\"R22\": \"MET\", \"R\\u00322\": \"MET\"}",
            "$.items[0].findings.R22",
        ),
        (
            "\"band.group1.from\": \"90\"",
            "\"band.group1.from\": \"90\", \"band.group1.from\": \"90\"",
            "$.parameters[\"band.group1.from\"]",
        ),
        ("\"since\": 2022", "\"since\": null", "$.units[0].since"),
        (
            "\"councilScore\": \"88\"",
            "\"councilScore\": null",
            "$.items[1].councilScore",
        ),
        ("{\"band.group1.from\": \"90\"}", "null", "$.parameters"),
    ]);
}

#[test]
fn numbers_percentages_dates_ids_and_names() {
    for number in [
        "1.0",
        "1e3",
        "-00",
        "-1",
        "9007199254740993",
        "1000001",
        "\"3\"",
        "true",
    ] {
        assert_eq!(
            path("\"assigned\": 3", &format!("\"assigned\": {number}")),
            "$.tasks[0].assigned"
        );
    }
    for year in ["2020", "2031", "2024.0", "20240"] {
        let to = format!("\"since\": {year}");
        assert_eq!(path("\"since\": 2022", &to), "$.units[0].since");
    }
    for score in [
        "90,5", "90.50000", "100.0001", "090", " 90", ".5", "1e1", "",
    ] {
        assert_eq!(
            path("\"90.5\"", &format!("\"{score}\"")),
            "$.index[0].score",
            "{score}"
        );
    }
    assert_eq!(path("\"90.5\"", "90.5"), "$.index[0].score");
    for date in [
        "2023-02-29",
        "2024-2-29",
        "2024-02-30",
        "20240229",
        "2024-02-29T00:00",
        "+024-02-29",
        "0000-01-01",
    ] {
        assert_eq!(path("2024-02-29", date), "$.initiatives[0].date", "{date}");
    }
    for id in ["", "-a", "a b", "đ", &"a".repeat(65)] {
        assert_eq!(
            path("\"id\": \"c\"", &format!("\"id\": \"{id}\"")),
            "$.components[0].id",
            "{id}"
        );
    }
    assert_eq!(path("Sở A", ""), "$.units[0].name");
    assert_eq!(path("Sở A", &"ở".repeat(501)), "$.units[0].name");
    assert_eq!(path("Sở A", &"ở".repeat(500)), "good");
    assert_eq!(path("DISTRICT", "District"), "$.units[1].group");
}

#[test]
fn what_lies_between_records() {
    check(&[
        (
            "\"year\": 2024}, \"asOf\"",
            "\"year\": 2023}, \"asOf\"",
            "good",
        ),
        ("ANNUAL", "INTERIM", "$.round.year"),
        ("\"id\": \"d\"", "\"id\": \"a\"", "$.units[1].id"),
        (
            "\"advising\": false",
            "\"advising\": true",
            "$.units[1].advising",
        ),
        (
            "\"index\": [{\"unit\": \"a\"",
            "\"index\": [{\"unit\": \"b\"",
            "$.index[0].unit",
        ),
        (
            "2024, \"rate\": \"95\"",
            "2021, \"rate\": \"95\"",
            "$.satisfaction[0].year",
        ),
        (
            "\"doneOnTime\": 2",
            "\"doneOnTime\": 4",
            "$.tasks[0].doneOnTime",
        ),
        (
            "\"adviser\": \"a\"",
            "\"adviser\": \"p\"",
            "$.components[0].adviser",
        ),
        (
            "\"closed\": null",
            "\"closed\": \"2023-12-31\"",
            "$.holds[0].closed",
        ),
        ("\"90\"", "\"100.1\"", "$.parameters[\"band.group1.from\"]"),
        (
            "band.group1.from",
            "band.group2.from",
            "$.parameters[\"band.group2.from\"]",
        ),
        ("\"since\": 2022", "\"since\": 2025", "$.index[0].year"),
    ]);
}

#[test]
fn items_outside_their_lane() {
    check(&[
        (
            "\"lane\": \"CERT_DEPARTMENT\"",
            "\"lane\": \"FLAG_DEPARTMENT\"",
            "$.items[0].lane",
        ),
        (
            "\"subject\": \"a\"",
            "\"subject\": \"d\"",
            "$.items[0].subject",
        ),
        (
            "\"subject\": \"a\"",
            "\"subject\": \"p\"",
            "$.items[0].subject",
        ),
        (
            "\"subject\": \"p\"",
            "\"subject\": \"d\"",
            "$.items[1].subject",
        ),
        (
            "\"subject\": \"q\"",
            "\"subject\": \"p\"",
            "$.items[2].subject",
        ),
        ("\"id\": \"k\"", "\"id\": \"j\"", "$.items[2].id"),
        (
            "\"subject\": \"a\",",
            "\"subject\": \"a\", \"basis\": \"INSIDER\",",
            "$.items[0].basis",
        ),
        ("\"basis\": \"OUTSIDER\", ", "", "$.items[2].basis"),
        (
            "\"subject\": \"a\",",
            "\"subject\": \"a\", \"components\": [],",
            "$.items[0].components",
        ),
        (
            "\"ADVISER\", \"components\"",
            "\"INSIDER\", \"components\"",
            "$.items[1].components",
        ),
        ("[\"c\"]", "[\"c\", \"c\"]", "$.items[1].components[1]"),
        ("[\"c\"]", "[\"e\"]", "$.items[1].components[0]"),
        ("\"OUTSIDER\"", "\"INSIDER\"", "$.items[2].initiative"),
        (
            "\"initiative\": \"s\"",
            "\"initiative\": \"unknown\"",
            "good",
        ),
        (
            "\"subject\": \"a\",",
            "\"subject\": \"a\", \"councilScore\": \"1\",",
            "$.items[0].councilScore",
        ),
    ]);
}

#[test]
fn findings_and_rulings_that_name_what_is_not_there() {
    check(&[
        ("R22", "R26", "$.items[0].findings.R26"),
        ("R22", "R11", "$.items[0].findings.R11"),
        ("R22", "R99", "$.items[0].findings.R99"),
        ("\"MET\"", "\"UNKNOWN\"", "$.items[0].findings.R22"),
        (
            "[\"k\", \"j\"]",
            "[\"k\", \"k\"]",
            "$.tieRulings[0].order[1]",
        ),
        (
            "[\"k\", \"j\"]",
            "[\"k\", \"i\"]",
            "$.tieRulings[0].order[1]",
        ),
        ("[\"k\", \"j\"]", "[\"z\"]", "$.tieRulings[0].order[0]"),
        (
            "[\"k\", \"j\"]}",
            "[\"k\", \"j\"]}, {\"lane\": \"CERT_INDIVIDUAL\", \"order\": []}",
            "$.tieRulings[1].lane",
        ),
    ]);
}

#[test]
fn ten_thousand_levels_deep_is_refused_without_ado() {
    let deep = "[".repeat(10_000);
    assert_eq!(path("\"Sở A\"", &deep), "$.units[0].name");
    assert!(RoundFile::read(deep.as_bytes()).is_err());
    assert!(RoundFile::read(format!("{{\"x\": {deep}").as_bytes()).is_err());
}

proptest! {
    #[test]
    fn no_corrupted_byte_makes_the_reader_panic(at in 0..GOOD.len(), byte in any::<u8>()) {
        let mut bytes = GOOD.as_bytes().to_vec();
        bytes[at] = byte;
        if let Ok(file) = RoundFile::read(&bytes) {
            prop_assert_eq!(evaluate(&file, RuleBook::soc_trang()).items.len(), file.items.len());
        }
    }

    #[test]
    fn no_cut_or_doubled_piece_makes_the_reader_panic(from in 0..GOOD.len(), length in 0..40_usize, double: bool) {
        let bytes = GOOD.as_bytes();
        let piece = &bytes[from..(from + length).min(bytes.len())];
        let rest = if double { from } else { from + piece.len() };
        let mutated = [&bytes[..from], if double { piece } else { &[] }, &bytes[rest..]].concat();
        if let Ok(file) = RoundFile::read(&mutated) {
            prop_assert!(file.check().is_ok());
        }
    }
}
