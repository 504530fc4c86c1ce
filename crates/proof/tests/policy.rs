//! Policies as C2SP tlog-policy has them: what is read, what is refused and where, what is enough.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is built for a test must be built"
)]

use hoso_proof::policy::{LineFault, POLICY_BYTES_MAX, POLICY_ENTRIES_MAX};
use hoso_proof::{
    Algorithm, Checkpoint, LogIdentity, Note, NoteError, Policy, PolicyError, SecretKey, TreeHead,
};
use proptest::prelude::*;

fn key(name: &str, algorithm: Algorithm, seed: u8) -> SecretKey {
    SecretKey::from_seed(name, algorithm, &[seed; 32]).unwrap()
}

fn log() -> SecretKey {
    key("example.com/log", Algorithm::Ed25519, 200)
}

fn witness(number: u8) -> SecretKey {
    let name = format!("witness.example/{number}");
    key(&name, Algorithm::CosignatureV1, number)
}

fn vkey(number: u8) -> String {
    witness(number).public().to_string()
}

/// A checkpoint with the cosignatures of these witnesses, seen at 1000 and their number.
fn cosigned(witnesses: &[u8]) -> Note {
    let checkpoint = Checkpoint {
        origin: "example.com/log".to_owned(),
        head: TreeHead {
            size: 7,
            root: [3; 32],
        },
        extension: String::new(),
    };
    let mut note = Note::new(checkpoint.text()).unwrap();
    note.sign(&log()).unwrap();
    for number in witnesses {
        note.cosign(&witness(*number), 1000 + u64::from(*number))
            .unwrap();
    }
    note
}

fn fault(text: &str) -> (usize, LineFault) {
    match Policy::parse(text.as_bytes()) {
        Err(PolicyError::Line { line, fault }) => (line, fault),
        other => panic!("{text:?}: {other:?}"),
    }
}

/// The example of the specification: two of three, and any of three others.
fn example() -> String {
    let (x, y): (Vec<_>, Vec<_>) = ((1..=3).map(vkey).collect(), (4..=6).map(vkey).collect());
    format!(
        "log {}\n\nwitness X1 {}\nwitness X2 {}\nwitness X3 {}\ngroup X-witnesses 2 X1 X2 X3\n\n\
         witness Y1 {}\nwitness Y2 {}\nwitness Y3 {}\ngroup Y-witnesses any Y1 Y2 Y3\n\n\
         group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
        log().public(),
        x[0],
        x[1],
        x[2],
        y[0],
        y[1],
        y[2]
    )
}

#[test]
fn the_example_of_the_specification_is_judged_as_it_says() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    for (signed, enough) in [
        (&[][..], false),
        (&[1, 2, 3], false),
        (&[4, 5, 6], false),
        (&[1, 4], false),
        (&[1, 2, 4], true),
        (&[1, 3, 6], true),
        (&[2, 3, 5, 6], true),
        (&[3, 4, 5, 6], false),
        (&[1, 2, 9], false),
        (&[1, 2, 3, 4, 5, 6], true),
    ] {
        let note = cosigned(signed);
        let judged = policy.judge(&note);
        assert_eq!(judged.reached, enough, "{signed:?}");
        for (number, said) in (1..=6).zip(&judged.witnesses) {
            assert_eq!(said.seen_at.is_ok(), signed.contains(&number));
            if let Ok(seen_at) = said.seen_at {
                assert_eq!(seen_at, 1000 + u64::from(number));
            }
        }
    }
    let identity = LogIdentity::new(log().public().clone()).unwrap();
    assert!(policy.accepts(&identity));
    let other = key("example.com/log", Algorithm::Ed25519, 201);
    assert!(!policy.accepts(&LogIdentity::new(other.public().clone()).unwrap()));
}

#[test]
fn a_cosignature_of_another_text_or_of_a_stranger_counts_for_nobody() {
    let text = format!("witness w {}\nquorum w\n", vkey(1));
    let policy = Policy::parse(text.as_bytes()).unwrap();
    assert!(policy.judge(&cosigned(&[1])).reached);
    // Signed twice by one key is signed once; a stranger in its name is nobody.
    let stranger = key("witness.example/1", Algorithm::CosignatureV1, 9);
    let mut note = cosigned(&[]);
    note.cosign(&stranger, 5).unwrap();
    let judged = policy.judge(&note);
    assert!(!judged.reached);
    assert!(matches!(
        judged.witnesses[0].seen_at,
        Err(NoteError::Unsigned(_))
    ));
    let moved = cosigned(&[1]).encode().replace("\n7\n", "\n8\n");
    let moved = Note::parse(moved.as_bytes()).unwrap();
    let judged = policy.judge(&moved);
    assert!(!judged.reached);
    assert!(matches!(
        judged.witnesses[0].seen_at,
        Err(NoteError::Forged(_))
    ));
}

#[test]
fn blanks_comments_and_urls_are_read_and_names_are_bytes() {
    let text = [
        b"\n \t\n# comment\n\t# comment \xe2\x84\xaa\n".as_slice(),
        format!("\tlog\t{}  https://log.example/ \n", log().public()).as_bytes(),
        b" witness \xff\xfe ",
        format!("{} http://127.0.0.1:1/\n", vkey(1)).as_bytes(),
        b"group K 1 \xff\xfe\n",
        b"quorum K\n# behind\n",
    ]
    .concat();
    let policy = Policy::parse(&text).unwrap();
    assert_eq!(
        policy.logs()[0].url.as_deref(),
        Some(&b"https://log.example/"[..])
    );
    assert_eq!(policy.witnesses()[0].name, b"\xff\xfe");
    assert_eq!(
        policy.witnesses()[0].url.as_deref(),
        Some(&b"http://127.0.0.1:1/"[..])
    );
    assert!(policy.judge(&cosigned(&[1])).reached);
    // The Kelvin sign is not the letter.
    let kelvin = "quorum \u{212a}\n";
    assert_eq!(
        fault(&format!("witness K {}\n{kelvin}", vkey(1))),
        (2, LineFault::Unknown("\u{212a}".to_owned()))
    );
    let nobody = Policy::parse(b"quorum none\n").unwrap();
    assert!(nobody.judge(&cosigned(&[])).reached);
    assert!(!nobody.asks_for_witnesses());
}

/// Two witnesses, and lines behind them of which the first is wrong.
fn behind_two(lines: &str) -> (usize, LineFault) {
    let (one, two) = (vkey(1), vkey(2));
    fault(&format!("witness a {one}\nwitness b {two}\n{lines}"))
}

#[test]
fn a_group_that_could_be_read_in_two_ways_is_refused_and_its_line_named() {
    for (lines, expected) in [
        (
            "group g all\n",
            LineFault::Form("group <name> all|any|<k> <name>…"),
        ),
        ("group g 0 a\n", LineFault::Threshold("0".to_owned())),
        ("group g 3 a b\n", LineFault::Threshold("3".to_owned())),
        ("group g 02 a b\n", LineFault::Threshold("02".to_owned())),
        ("group g +1 a b\n", LineFault::Threshold("+1".to_owned())),
        (
            "group g most a b\n",
            LineFault::Threshold("most".to_owned()),
        ),
        ("group g any a a\n", LineFault::Counted("a".to_owned())),
        ("group g any g\n", LineFault::Unknown("g".to_owned())),
        ("group g any none\n", LineFault::Reserved),
        ("group none any a\n", LineFault::Reserved),
        ("group a any b\n", LineFault::Defined("a".to_owned())),
    ] {
        assert_eq!(behind_two(lines), (3, expected), "{lines:?}");
    }
    assert_eq!(behind_two("group g any a\ngroup h all a b\n").0, 4);
}

#[test]
fn a_line_that_could_be_read_in_two_ways_is_refused_and_named() {
    let renamed = key("other", Algorithm::CosignatureV1, 1);
    let (log, renamed) = (log().public().to_string(), renamed.public().to_string());
    for (lines, expected) in [
        ("quorum a", LineFault::Cut),
        ("quorum c\n", LineFault::Unknown("c".to_owned())),
        ("quorum\n", LineFault::Form("quorum <name>|none")),
        ("quorum a b\n", LineFault::Form("quorum <name>|none")),
        ("Quorum a\n", LineFault::Keyword("Quorum".to_owned())),
        ("quorum a\r\n", LineFault::Byte(b'\r')),
        ("quorum\u{b}a\n", LineFault::Byte(0x0b)),
        ("quorum a\u{7f}\n", LineFault::Byte(0x7f)),
        (
            &format!("witness a {}\n", vkey(3)),
            LineFault::Defined("a".to_owned()),
        ),
        (
            &format!("witness c {renamed}\n"),
            LineFault::SameKey("witness"),
        ),
        (
            &format!("witness c {log}\n"),
            LineFault::WrongKey("a witness"),
        ),
        (&format!("log {}\n", vkey(1)), LineFault::WrongKey("a log")),
        ("log\n", LineFault::Form("log <key> [<URL>]")),
        (
            "witness c\n",
            LineFault::Form("witness <name> <key> [<URL>]"),
        ),
        (
            &format!("log {log} u # comment\n"),
            LineFault::Form("log <key> [<URL>]"),
        ),
    ] {
        assert_eq!(behind_two(lines), (3, expected), "{lines:?}");
    }
    assert_eq!(behind_two("quorum a\nquorum b\n"), (4, LineFault::Quorum));
    let twice = format!("log {log}\nlog {log}\n");
    assert_eq!(fault(&twice), (2, LineFault::SameKey("log")));
    let key = fault("log example.com/log+00000000+AAAA\n").1;
    assert!(matches!(key, LineFault::Key(_)));
}

#[test]
fn a_policy_without_a_quorum_or_an_end_is_none() {
    let base = format!("witness a {}\n", vkey(1));
    assert_eq!(Policy::parse(base.as_bytes()), Err(PolicyError::NoQuorum));
    assert_eq!(Policy::parse(b""), Err(PolicyError::NoQuorum));
    let huge = "#".repeat(POLICY_BYTES_MAX) + "\n";
    assert_eq!(Policy::parse(huge.as_bytes()), Err(PolicyError::TooLong));
}

/// More than the 32 of each that the specification asks for, and no more than the limit.
#[test]
fn as_many_as_the_limit_are_read_and_no_more() {
    use std::fmt::Write as _;
    let most = u8::try_from(POLICY_ENTRIES_MAX).unwrap();
    let mut text = String::new();
    for number in 1..=most {
        writeln!(text, "witness w{number} {}", vkey(number)).unwrap();
    }
    writeln!(text, "group g1 any w1").unwrap();
    for number in 2..=most {
        writeln!(text, "group g{number} all g{} w{number}", number - 1).unwrap();
    }
    let deep = Policy::parse(format!("{text}quorum g{most}\n").as_bytes()).unwrap();
    let all: Vec<_> = (1..most).collect();
    assert!(!deep.judge(&cosigned(&all)).reached);
    let more = format!("{text}witness more {}\n", vkey(most + 1));
    assert_eq!(fault(&more).1, LineFault::TooMany("witnesses"));
    let more = format!("{text}group more any g{most}\n");
    assert_eq!(fault(&more).1, LineFault::TooMany("groups"));
}

#[test]
fn a_policy_that_was_cut_is_none_rather_than_a_weaker_one() {
    let text = example();
    for end in 0..text.len() {
        assert!(Policy::parse(&text.as_bytes()[..end]).is_err(), "{end}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn hostile_policies_end_in_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Policy::parse(&bytes);
    }

    #[test]
    fn hostile_lines_end_in_a_value_or_an_error(
        text in "(quorum |group |witness |log |none|all|any|a|b|2|\n|\t|#){0,40}",
    ) {
        if let Ok(policy) = Policy::parse(text.as_bytes()) {
            // Without a witness's key nothing but `none` can be a quorum.
            prop_assert!(policy.judge(&cosigned(&[1, 2])).reached);
            prop_assert!(!policy.asks_for_witnesses());
        }
    }

    /// `k` of `n`, counted by hand, and never fewer for one more cosignature.
    #[test]
    fn a_threshold_counts(need in 1_usize..=5, signed in prop::collection::btree_set(1_u8..=5, 0..=5)) {
        use std::fmt::Write as _;
        let mut text = String::new();
        for number in 1..=5 {
            writeln!(text, "witness w{number} {}", vkey(number)).unwrap();
        }
        writeln!(text, "group g {need} w1 w2 w3 w4 w5\nquorum g").unwrap();
        let policy = Policy::parse(text.as_bytes()).unwrap();
        let signed: Vec<_> = signed.into_iter().collect();
        let judged = policy.judge(&cosigned(&signed)).reached;
        prop_assert_eq!(judged, signed.len() >= need);
    }
}
