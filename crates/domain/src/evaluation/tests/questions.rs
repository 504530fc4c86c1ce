//! The open questions AMB-1 to AMB-40: every other answer either changes what is done, or no round
//! opens under a book that gives it.

use serde_json::{Value, json};

use super::*;
use crate::rulebook::holidays;
use crate::rulebook::lint::{Flaw, FlawKind, Severity, lint};
use RoundKind::{Annual, Interim};

/// What a book makes of the facts that a question turns on, in words.
type Shown = fn(&RuleBook) -> String;

/// An answer that something gives: the question, its words, what to write into the book, and what
/// is done otherwise then.
type GivenAnswer = (&'static str, &'static str, fn(&mut Value), Shown);

fn book(change: impl FnOnce(&mut Value)) -> RuleBook {
    let mut text: Value = serde_json::from_str(RuleBook::soc_trang_text()).unwrap();
    change(&mut text);
    RuleBook::read(text.to_string().as_bytes()).unwrap()
}

fn under(given: &Given, book: &RuleBook) -> String {
    assert_eq!(given.0.check(), Ok(()));
    let items = evaluate(&given.0, book).items;
    let shown = items
        .iter()
        .map(|one| format!("{} {} {}", one.id, one.verdict, one.outcome));
    shown.collect::<Vec<_>>().join("; ")
}

/// The day by which a dossier comes for a publication of 16/4/2024: 15/6 is a Saturday.
fn due(book: &RuleBook) -> String {
    let published = "2024-04-16".parse().unwrap();
    let day = book.submission_due(published, holidays()).unwrap();
    day.to_string()
}

fn district(given: Given, id: &str, scores: &[(u16, &str)]) -> Given {
    let years = scores.iter().map(|(year, _)| *year);
    let rates: Vec<_> = years.clone().map(|year| (year, "96")).collect();
    let tasks: Vec<_> = years.map(|year| (year, 1, 1)).collect();
    given
        .unit(id, Group::District, false)
        .scores(scores)
        .rates(&rates)
        .tasks(&tasks)
}

/// Equal but for 90 in an earlier year, which Group 1 has or has not; two awards for three.
fn ninety(book: &RuleBook) -> String {
    let mut case = given(Annual, 2024);
    for (id, before) in [("a", "90"), ("b", "89"), ("c", "88")] {
        case = district(case, id, &[(2023, before), (2024, "85")]).item(id, Lane::CertDistrict, id);
    }
    under(&case, book)
}

fn flag(scores: [&str; 5], book: &RuleBook) -> String {
    let years: Vec<_> = (2021..).zip(scores).collect();
    under(
        &district(given(Interim, 2025), "u", &years).item("i", Lane::FlagDistrict, "u"),
        book,
    )
}

/// Group 5 in the year before the award year.
fn low_before(book: &RuleBook) -> String {
    let case = district(given(Annual, 2022), "u", &[(2021, "40"), (2022, "95")]);
    under(&case.item("i", Lane::CertDistrict, "u"), book)
}

/// Satisfaction of 92 in 2026.
fn satisfaction_of_2026(book: &RuleBook) -> String {
    let case = given(Annual, 2026)
        .unit("u", Group::District, false)
        .scores(&[(2025, "85"), (2026, "85")])
        .rates(&[(2025, "92"), (2026, "92")])
        .tasks(&[(2026, 1, 1)])
        .item("i", Lane::CertDistrict, "u");
    under(&case, book)
}

fn adviser(kind: RoundKind, year: u16, components: &[&[(u16, &str)]], book: &RuleBook) -> String {
    let mut case = given(kind, year).unit("u", Group::Department, true);
    for (n, rates) in components.iter().enumerate() {
        case = case.component(&format!("c{n}"), "u", rates);
    }
    under(&case.item("i", Lane::CertAdvising, "u"), book)
}

/// Four departments that advise and meet both; three awards for advising.
fn four_that_meet_both(book: &RuleBook) -> String {
    let mut case = given(Annual, 2024);
    for (id, after) in [("a", "80"), ("b", "79"), ("c", "78"), ("d", "77")] {
        case = case
            .unit(id, Group::Department, true)
            .scores(&[(2023, "85"), (2024, "85")])
            .rates(&[(2023, "95"), (2024, "95")])
            .tasks(&[(2024, 1, 1)])
            .component(id, id, &[(2023, "70"), (2024, after)])
            .item(&format!("{id}-1"), Lane::CertAdvising, id)
            .item(&format!("{id}-2"), Lane::CertDepartment, id);
    }
    under(&case, book)
}

/// A district proposed for the flag and for the certificate.
fn flag_and_certificate(book: &RuleBook) -> String {
    let years: Vec<_> = (2021..=2025).map(|year| (year, "90")).collect();
    let case = district(given(Interim, 2025), "u", &years)
        .item("f", Lane::FlagDistrict, "u")
        .item("c", Lane::CertDistrict, "u");
    under(&case, book)
}

fn parameter(text: &mut Value, name: &str, value: &str) {
    text["parameters"][name] = json!(value);
}

/// Every answer that a parameter or a field of the book gives.
const GIVEN: [GivenAnswer; 14] = [
    (
        "AMB-2",
        "no roll",
        |text| text["deadline"]["counting"] = json!("CALENDAR"),
        due,
    ),
    (
        "AMB-2",
        "working days",
        |text| text["deadline"]["counting"] = json!("WORKING"),
        due,
    ),
    (
        "AMB-2",
        "counts day 0",
        |text| text["deadline"]["counting"] = json!("CALENDAR_FROM_DAY_ZERO"),
        due,
    ),
    // That the first return is refused then: verification/tests/check.rs.
    (
        "AMB-5",
        "all must be complete within 60",
        |text| text["dossier"]["supplement"]["roundsMax"] = json!(0),
        |book| format!("returned {} times", book.dossier().supplement.rounds_max),
    ),
    (
        "AMB-6",
        "N1 ≥90, N2 [80,90)",
        |text| parameter(text, "band.group1.from", "90"),
        ninety,
    ),
    (
        "AMB-7",
        "mean of group ordinals ≤2",
        |text| parameter(text, "classification.average", "MEAN_OF_GROUPS"),
        |book| flag(["92", "81", "78", "74", "75"], book),
    ),
    (
        "AMB-7",
        "every year ≥ band",
        |text| parameter(text, "classification.average", "EVERY_YEAR"),
        |book| flag(["92", "91", "79", "80", "80"], book),
    ),
    (
        "AMB-8",
        "award year only",
        |text| parameter(text, "classification.annualWindow", "AWARD_YEAR"),
        low_before,
    ),
    (
        "AMB-10",
        "90 until 2029 and 95 only at FINAL",
        |text| parameter(text, "satisfaction.from2026", "90"),
        satisfaction_of_2026,
    ),
    (
        "AMB-15",
        "weighted sum up",
        |text| parameter(text, "growth.components", "MEAN"),
        |book| {
            let (down, up) = ([(2023, "80"), (2024, "79")], [(2023, "80"), (2024, "82")]);
            adviser(Annual, 2024, &[&down, &up], book)
        },
    ),
    (
        "AMB-16",
        "treat as Met like (3)",
        |text| parameter(text, "growth.atMaximum", "MET"),
        |book| adviser(Annual, 2024, &[&[(2023, "100"), (2024, "100")]], book),
    ),
    (
        "AMB-17",
        "last>first",
        |text| parameter(text, "growth.phase", "LAST_OVER_FIRST"),
        |book| {
            let dip = [
                (2021, "70"),
                (2022, "75"),
                (2023, "74"),
                (2024, "80"),
                (2025, "85"),
            ];
            adviser(Interim, 2025, &[&dip], book)
        },
    ),
    (
        "AMB-20",
        "yes, fallback",
        |text| parameter(text, "bothRule.loser", "DEPARTMENT_LANE"),
        four_that_meet_both,
    ),
    (
        "AMB-22",
        "allow",
        |text| parameter(text, "flag.excludes", "NOTHING"),
        flag_and_certificate,
    ),
];

/// What is wrong with the answers of a book.
fn flaws(book: &RuleBook) -> Vec<Flaw> {
    let mut flaws = lint(book, None);
    flaws.retain(|flaw| matches!(flaw.kind, FlawKind::NotOffered | FlawKind::Contradicts));
    flaws
}

#[test]
fn every_other_answer_changes_what_is_done_or_is_refused_by_name() {
    let embedded = RuleBook::soc_trang();
    assert_eq!(flaws(embedded), []);
    let (mut given, mut refused) = (0, Vec::new());
    for (at, entry) in embedded.ambiguities().iter().enumerate() {
        for words in &entry.alternatives {
            let said = |text: &mut Value| text["ambiguities"][at]["default"] = json!(words);
            let mut answers = GIVEN.iter();
            let answer = answers.find(|(id, other, ..)| *id == entry.id && other == words);
            let Some((id, _, write, shown)) = answer else {
                let flaws = flaws(&book(said));
                let [flaw] = flaws.as_slice() else {
                    panic!("{} {words}: {flaws:?}", entry.id);
                };
                assert_eq!(
                    (flaw.kind, flaw.severity),
                    (FlawKind::NotOffered, Severity::Error)
                );
                assert_eq!(flaw.path, format!("$.ambiguities[{at}].default"));
                assert_eq!(
                    flaw.reason,
                    format!("{}: `{words}` is not offered", entry.id)
                );
                refused.push(entry.id.as_str());
                continue;
            };
            let other = book(|text| {
                said(text);
                write(text);
            });
            assert_eq!(flaws(&other), [], "{id} {words}");
            assert_ne!(shown(&other), shown(embedded), "{id} {words}");
            // Said and not done, or done and not said.
            for crooked in [book(said), book(write)] {
                let flaws = flaws(&crooked);
                let [flaw] = flaws.as_slice() else {
                    panic!("{id} {words}: {flaws:?}");
                };
                assert_eq!(
                    (flaw.kind, flaw.severity),
                    (FlawKind::Contradicts, Severity::Warning)
                );
                assert!(flaw.reason.starts_with(id), "{flaw}");
            }
            given += 1;
        }
    }
    assert_eq!(
        given,
        GIVEN.len(),
        "each is an alternative of the embedded book"
    );
    let mut of: Vec<&str> = refused.clone();
    of.dedup();
    let wanted = [
        "AMB-1", "AMB-3", "AMB-4", "AMB-7", "AMB-9", "AMB-10", "AMB-12", "AMB-13", "AMB-14",
        "AMB-17", "AMB-18", "AMB-19", "AMB-21", "AMB-23", "AMB-24", "AMB-26", "AMB-27", "AMB-28",
        "AMB-29", "AMB-30", "AMB-31", "AMB-34", "AMB-36", "AMB-37", "AMB-39", "AMB-40",
    ];
    assert_eq!(of, wanted);
    assert_eq!(refused.len(), 27, "two of AMB-27");
}

/// Questions without another answer in words whose fields a book may set: voting and sets.
#[test]
fn voting_and_sets_are_what_the_book_says() {
    let embedded = RuleBook::soc_trang();
    // Nine tenths of all members, for up to a thousand: more than 0.8999 of them.
    let law = book(|text| {
        text["voting"]["majority"] = json!({"numerator": 8999, "denominator": 10_000});
        text["ambiguities"][31]["default"] = json!("preset \"law 80/90\"");
    });
    assert_eq!(flaws(&law), []);
    assert!(embedded.voting().carries(8, 10) && !law.voting().carries(8, 10));
    assert!(law.voting().carries(9, 10));
    let members = 1..=1_000_u32;
    for (total, for_it) in members.flat_map(|n| [(n, n * 9 / 10), (n, (n * 9).div_ceil(10))]) {
        let nine_tenths = for_it * 10 >= total * 9;
        assert_eq!(
            law.voting().carries(for_it, total),
            nine_tenths,
            "{for_it}/{total}"
        );
    }
    let electronic = book(|text| {
        text["dossier"]["sets"] = json!(1);
        text["ambiguities"][37]["default"] = json!("one e-original");
    });
    assert_eq!(flaws(&electronic), []);
    assert_eq!((embedded.dossier().sets, electronic.dossier().sets), (2, 1));
    // Either changed without a word of it.
    for silent in [
        book(|text| text["dossier"]["sets"] = json!(1)),
        book(|text| text["voting"]["quorum"]["numerator"] = json!(1)),
    ] {
        let flaws = flaws(&silent);
        assert_eq!(flaws.len(), 1, "{flaws:?}");
        assert_eq!(flaws[0].kind, FlawKind::Contradicts);
    }
}
