//! From verdicts to outcomes: holds, the both-rule, flags, keys, ties and empty slots.

use super::*;
use RoundKind::{Annual, Interim};

/// A department that meets every criterion of its lane in 2024, with an advising item too.
fn department(given: Given, id: &str, score: &str) -> Given {
    given
        .unit(id, Group::Department, true)
        .scores(&[(2023, "80"), (2024, score)])
        .rates(&[(2023, "95"), (2024, "95")])
        .tasks(&[(2024, 1, 1)])
        .item(&format!("{id}-dept"), Lane::CertDepartment, id)
}

fn growing(given: Given, id: &str, after: &str) -> Given {
    given
        .component(&format!("c-{id}"), id, &[(2023, "70"), (2024, after)])
        .item(&format!("{id}-adv"), Lane::CertAdvising, id)
}

/// A district that meets every criterion in the interim review.
fn district(given: Given, id: &str, score: &str, lanes: &[Lane]) -> Given {
    let years = 2021..=2025;
    let mut given = given
        .unit(id, Group::District, false)
        .scores(&years.clone().map(|year| (year, score)).collect::<Vec<_>>())
        .rates(&years.clone().map(|year| (year, "95")).collect::<Vec<_>>())
        .tasks(&years.map(|year| (year, 1, 1)).collect::<Vec<_>>());
    for lane in lanes {
        given = given.item(
            &format!("{id}-{}", if lane.is_flag() { "flag" } else { "cert" }),
            *lane,
            id,
        );
    }
    given
}

#[test]
fn a_department_that_meets_both_is_considered_as_adviser_only() {
    let mut case = given(Annual, 2024);
    for (id, after, score) in [
        ("a", "80", "90"),
        ("b", "79", "89"),
        ("c", "78", "88"),
        ("d", "77", "87"),
    ] {
        case = growing(department(case, id, score), id, after);
    }
    let case = department(case, "e", "86");
    assert_eq!(
        case.outcomes(),
        [
            "a-dept ABSORBED",
            "a-adv SELECTED 1",
            "b-dept ABSORBED",
            "b-adv SELECTED 2",
            "c-dept ABSORBED",
            "c-adv SELECTED 3",
            "d-dept ABSORBED",
            "d-adv NOT_SELECTED 4",
            "e-dept SELECTED 1",
        ]
    );
    let fallback = case
        .parameter("bothRule.loser", "DEPARTMENT_LANE")
        .outcomes();
    assert_eq!(
        fallback[6..],
        [
            "d-dept SELECTED 1",
            "d-adv NOT_SELECTED 4",
            "e-dept SELECTED 2"
        ]
    );
}

#[test]
fn a_hold_suspends_both_items_and_frees_the_place() {
    let case = growing(department(given(Annual, 2024), "a", "90"), "a", "80");
    let held = case.clone().hold("a", "2031-06-01", None);
    assert_eq!(held.outcomes(), ["a-dept SUSPENDED", "a-adv SUSPENDED"]);
    assert!(!held.lane(Lane::CertAdvising).r#final);
    let over = case.hold("a", "2031-06-01", Some("2031-07-01"));
    assert_eq!(over.outcomes(), ["a-dept ABSORBED", "a-adv SELECTED 1"]);
}

#[test]
fn a_hold_on_nobody_is_a_warning() {
    let case = given(Annual, 2024)
        .hold("x", "2024-01-01", None)
        .hold("x", "2024-02-01", None);
    let warning = "hold on x: no such unit or item";
    assert_eq!(case.outcome().warnings, [warning, warning]);
    let person = case
        .person("x", Basis::Insider, None)
        .hold("person-x", "2024-01-01", None);
    assert_eq!(person.outcome().warnings, [warning, warning]);
}

#[test]
fn a_flag_excludes_the_certificate_and_a_tied_flag_makes_it_wait() {
    let lanes = [Lane::CertDistrict, Lane::FlagDistrict];
    let one = district(given(Interim, 2025), "a", "90", &lanes);
    let two = district(one.clone(), "b", "80", &lanes);
    assert_eq!(
        two.outcomes(),
        [
            "a-cert EXCLUDED_BY_FLAG",
            "a-flag SELECTED 1",
            "b-cert SELECTED 1",
            "b-flag NOT_SELECTED 2"
        ]
    );
    let tied = district(one, "b", "90", &lanes);
    assert_eq!(
        tied.outcomes(),
        [
            "a-cert AWAITING_FLAG",
            "a-flag TIE_UNRESOLVED 1",
            "b-cert AWAITING_FLAG",
            "b-flag TIE_UNRESOLVED 1"
        ]
    );
    assert!(!tied.lane(Lane::CertDistrict).r#final);
    let ruled = tied
        .clone()
        .ruling(Lane::FlagDistrict, &["b-flag", "a-flag"]);
    assert_eq!(
        ruled.outcomes(),
        [
            "a-cert SELECTED 1",
            "a-flag NOT_SELECTED 2",
            "b-cert EXCLUDED_BY_FLAG",
            "b-flag SELECTED 1"
        ]
    );
    let allowed = two.parameter("flag.excludes", "NOTHING");
    assert_eq!(allowed.outcomes()[0], "a-cert SELECTED 1");
}

#[test]
fn slots_stay_empty_when_too_few_are_eligible() {
    let lanes = [Lane::CertDistrict];
    let two = district(
        district(given(Interim, 2025), "a", "90", &lanes),
        "b",
        "80",
        &lanes,
    );
    let lane = two.lane(Lane::CertDistrict);
    assert_eq!(
        (lane.quota, lane.selected, lane.empty, lane.r#final),
        (4, 2, 2, true)
    );
}

/// Persons with these council scores, in this order.
fn persons(scores: &[&str]) -> Given {
    let numbered = (1..).zip(scores);
    numbered.fold(given(Annual, 2024), |given, (number, score)| {
        given.person(&format!("p{number:02}"), Basis::Insider, Some(score))
    })
}

#[test]
fn the_eleventh_of_ten_is_not_selected_and_a_tie_at_the_cut_is_for_people() {
    let scores = [
        "99", "98", "97", "96", "95", "94", "93", "92", "91", "90", "89",
    ];
    let eleven = persons(&scores).outcomes();
    assert_eq!(eleven[9..], ["p10 SELECTED 10", "p11 NOT_SELECTED 11"]);
    let mut tied = scores;
    tied[10] = "90.0";
    let case = persons(&tied);
    assert_eq!(
        case.outcomes()[9..],
        ["p10 TIE_UNRESOLVED 10", "p11 TIE_UNRESOLVED 10"]
    );
    let lane = case.lane(Lane::CertIndividual);
    assert_eq!((lane.selected, lane.empty, lane.r#final), (9, 0, false));
    let half = case.clone().ruling(Lane::CertIndividual, &["p11", "p01"]);
    assert_eq!(
        half.outcomes()[9..],
        ["p10 TIE_UNRESOLVED 10", "p11 TIE_UNRESOLVED 10"]
    );
    let ruled = case.ruling(Lane::CertIndividual, &["p11", "p01", "p10"]);
    assert_eq!(
        ruled.outcomes()[9..],
        ["p10 NOT_SELECTED 11", "p11 SELECTED 10"]
    );
    assert_eq!(ruled.outcomes()[0], "p01 SELECTED 1");
}

#[test]
fn equals_above_the_cut_share_their_place_whatever_a_ruling_says() {
    let case = persons(&["90", "95", "95", "80"]).ruling(Lane::CertIndividual, &["p03", "p02"]);
    assert_eq!(
        case.outcomes(),
        [
            "p01 SELECTED 3",
            "p02 SELECTED 1",
            "p03 SELECTED 1",
            "p04 SELECTED 4"
        ]
    );
}

#[test]
fn who_has_no_score_stands_below_who_has_zero() {
    let case = persons(&["0"]).person("none", Basis::Insider, None);
    let lane = case.lane(Lane::CertIndividual);
    let keys: Vec<_> = lane
        .ranked
        .iter()
        .map(|one| one.keys[0].as_deref())
        .collect();
    assert_eq!(keys, [Some("0"), None]);
}

#[test]
fn the_keys_of_a_certificate_are_exact_and_shown_rounded() {
    let case = district(given(Interim, 2025), "a", "90.0001", &[Lane::CertDistrict]);
    let lane = case.lane(Lane::CertDistrict);
    let keys: Vec<_> = lane.ranked[0]
        .keys
        .iter()
        .flatten()
        .map(String::as_str)
        .collect();
    assert_eq!(keys, ["90.0001", "95", "5", "0"]);
    let annual = department(given(Annual, 2024), "a", "91.25").lane(Lane::CertDepartment);
    let keys: Vec<_> = annual.ranked[0]
        .keys
        .iter()
        .flatten()
        .map(String::as_str)
        .collect();
    assert_eq!(keys, ["91.25", "95", "1", "11.25"]);
}

#[test]
fn the_key_that_parts_two_neighbours_is_named() {
    let case = persons(&["90", "90", "89"]);
    let lane = case.lane(Lane::CertIndividual);
    let keys = separating_keys(&case.0, RuleBook::soc_trang(), &lane);
    assert_eq!(keys, [None, Some(0)]);
}

#[test]
fn another_rule_book_shows_which_items_stand_otherwise() {
    let text = RuleBook::soc_trang_text();
    let smaller = text.replacen(
        r#""quotas": {"annual": 10,"#,
        r#""quotas": {"annual": 1,"#,
        1,
    );
    let smaller = RuleBook::read(smaller.as_bytes()).unwrap();
    let case = persons(&["90", "89"]);
    let differences = differences(&case.outcome(), &evaluate(&case.0, &smaller));
    let shown: Vec<_> = differences
        .iter()
        .map(|one| (one.item.as_str(), one.from.outcome, one.to.outcome))
        .collect();
    assert_eq!(
        shown,
        [("p02", ItemOutcome::Selected, ItemOutcome::NotSelected)]
    );
    assert!(differences[0].criteria.is_empty());
    let winners = winners(&differences);
    assert_eq!(winners.lost, [differences[0].item.clone()]);
    assert_eq!(winners.gained, []);
}

#[test]
fn a_criterion_judged_otherwise_says_why_under_both_books() {
    let text = RuleBook::soc_trang_text();
    let stricter = text.replacen(r#""threshold": "65""#, r#""threshold": "90""#, 1);
    let stricter = RuleBook::read(stricter.as_bytes()).unwrap();
    let case = department(given(Annual, 2024), "a", "89");
    let differences = differences(&case.outcome(), &evaluate(&case.0, &stricter));
    let [one] = differences.as_slice() else {
        panic!("{differences:?}")
    };
    let judged: Vec<_> = one
        .criteria
        .iter()
        .map(|c| (c.rule, c.from, c.to))
        .collect();
    assert_eq!(
        judged,
        [(RuleId::R25, Some(Verdict::Met), Some(Verdict::NotMet))]
    );
    assert!(
        one.criteria[0]
            .to_explanation
            .as_deref()
            .unwrap()
            .contains("90")
    );
    assert_eq!(winners(&differences).lost.len(), 1);
}
