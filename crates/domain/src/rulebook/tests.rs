//! The embedded book says what the plan says, and no crooked book is read.

use chrono::NaiveDate;

use super::{BothRuleLoser, ParameterName, RuleBook, RuleBookError, holiday_entries, holidays};
use crate::evaluation::vocabulary::{
    Basis, Group, Lane, PublicationKind, RoundKind, RuleId, criteria_of,
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn read(text: &str) -> Result<RuleBook, RuleBookError> {
    RuleBook::read(text.as_bytes())
}

#[test]
fn the_embedded_book_gives_the_quotas_of_the_plan() {
    let book = RuleBook::soc_trang();
    let total = |kind, wanted: fn(Lane) -> bool| -> u32 {
        let lanes = Lane::ALL.iter().copied().filter(|lane| wanted(*lane));
        lanes.map(|lane| book.quota(kind, lane)).sum()
    };
    let collective = |lane: Lane| !lane.is_flag() && !lane.is_individual();
    for (kind, flags, collectives, individuals) in [
        (RoundKind::Annual, 0, 10, 10),
        (RoundKind::Interim, 4, 20, 20),
        (RoundKind::Final, 4, 20, 20),
    ] {
        assert_eq!(total(kind, Lane::is_flag), flags, "{kind}");
        assert_eq!(total(kind, collective), collectives, "{kind}");
        assert_eq!(total(kind, Lane::is_individual), individuals, "{kind}");
    }
    assert_eq!(book.group_size(None), Some(7));
    let sizes = Group::ALL.iter().map(|group| book.group_size(Some(*group)));
    assert_eq!(
        sizes.collect::<Vec<_>>(),
        [Some(19), Some(4), Some(6), Some(11)]
    );
}

#[test]
fn the_embedded_book_has_every_criterion_with_its_clause() {
    let book = RuleBook::soc_trang();
    for lane in Lane::ALL {
        for basis in [
            None,
            Some(Basis::Adviser),
            Some(Basis::Insider),
            Some(Basis::Outsider),
        ] {
            assert_eq!(book.criteria(*lane, basis), criteria_of(*lane, basis));
        }
    }
    let citation = |rule| book.criterion(rule).map(|entry| entry.citation.as_str());
    assert_eq!(citation(RuleId::R14), Some("III.4.a"));
    assert_eq!(citation(RuleId::R25), Some("III.4.b(2)"));
    assert_eq!(citation(RuleId::R29), None);
}

#[test]
fn the_embedded_book_answers_the_forty_questions() {
    let book = RuleBook::soc_trang();
    let ids: Vec<_> = book
        .ambiguities()
        .iter()
        .map(|entry| entry.id.clone())
        .collect();
    let wanted: Vec<_> = (1..=40).map(|n| format!("AMB-{n}")).collect();
    assert_eq!(ids, wanted);
    let mut parameters: Vec<_> = book
        .ambiguities()
        .iter()
        .filter_map(|e| e.parameter)
        .collect();
    parameters.sort();
    assert_eq!(parameters, ParameterName::ALL);
}

#[test]
fn deadlines_run_from_the_publication_of_the_lane() {
    let book = RuleBook::soc_trang();
    let provincial = Some(PublicationKind::ProvincialIndex);
    let unit = Some(PublicationKind::UnitIndex);
    assert_eq!(book.publication(Lane::CertAdvising, None), provincial);
    assert_eq!(
        book.publication(Lane::CertIndividual, Some(Basis::Adviser)),
        provincial
    );
    assert_eq!(
        book.publication(Lane::CertIndividual, Some(Basis::Outsider)),
        unit
    );
    assert_eq!(book.publication(Lane::FlagDistrict, None), unit);
    for (published, due) in [
        ("2022-05-25", "2022-07-25"),
        ("2023-04-19", "2023-06-19"),
        ("2024-04-17", "2024-06-17"),
        ("2025-04-06", "2025-06-05"),
        ("2022-07-04", "2022-09-05"),
        ("2022-12-02", "2023-01-31"),
    ] {
        let last = book.submission_due(day(published), holidays());
        assert_eq!(last, Some(day(due)), "{published}");
    }
    assert_eq!(
        book.supplement_due(day("2025-06-10"), holidays()),
        Some(day("2025-06-20"))
    );
    assert_eq!(book.dossier().supplement.rounds_max, 2);
    assert_eq!(book.dossier().sets, 2);
    assert_eq!(book.retention_years(), 20);
}

#[test]
fn a_vote_is_counted_over_all_members() {
    let voting = RuleBook::soc_trang().voting();
    assert!(voting.has_quorum(6, 9));
    assert!(!voting.has_quorum(5, 9));
    assert!(!voting.has_quorum(0, 0));
    assert!(voting.carries(5, 9));
    assert!(!voting.carries(4, 8), "half is no majority");
}

#[test]
fn every_listed_day_has_a_source_and_stands_once() {
    let days = holiday_entries();
    assert!(days.iter().all(|day| !day.source.is_empty()));
    assert!(days.is_sorted_by(|a, b| a.date < b.date));
    assert!(!holidays().is_working_day(day("2022-09-02")));
    assert!(holidays().is_working_day(day("2025-04-26")));
    assert!(holidays().is_working_day(day("2022-09-05")));
}

#[test]
fn a_round_file_may_answer_a_parameter_otherwise() {
    let book = RuleBook::soc_trang();
    let answers = [(ParameterName::BothRuleLoser, "DEPARTMENT_LANE".to_owned())].into();
    let parameters = book.parameters().overridden(&answers);
    assert_eq!(parameters.both_rule_loser, BothRuleLoser::DepartmentLane);
    assert!(
        book.parameters()
            .clone()
            .set(ParameterName::GrowthPhase, "LAST")
            .is_err()
    );
    assert!(
        book.parameters()
            .clone()
            .set(ParameterName::Group1From, "100.1")
            .is_err()
    );
}

#[test]
fn the_digest_is_of_the_exact_bytes() {
    let text = RuleBook::soc_trang_text();
    let same = read(text).unwrap();
    assert_eq!(&same, RuleBook::soc_trang());
    assert!(same.digest().starts_with("sha256:") && same.digest().len() == 71);
    let spaced = read(&format!("{text}\n")).unwrap();
    assert_ne!(spaced.digest(), same.digest());
}

#[test]
fn a_book_that_is_not_as_it_should_be_is_refused() {
    let text = RuleBook::soc_trang_text();
    for (from, to) in [
        ("\"version\": 1,", "\"version\": 1, \"extra\": 1,"),
        ("\"version\": 1,", "\"version\": 1, \"version\": 1,"),
        ("\"version\": 1,", "\"version\": 0,"),
        ("\"band.group1.from\": \"90.0001\",", ""),
        (
            "\"growth.phase\": \"EVERY_PAIR\"",
            "\"growth.phase\": \"SOME\"",
        ),
        (
            "\"criteria\": [\"R30\", \"R31\"]",
            "\"criteria\": [\"R30\", \"R34\"]",
        ),
        (
            "\"criteria\": [\"R30\", \"R31\"]",
            "\"criteria\": [\"R31\", \"R30\"]",
        ),
        ("\"lane\": \"CERT_DISTRICT\"", "\"lane\": \"CERT_ADVISING\""),
        ("\"basis\": \"INSIDER\"", "\"basis\": \"ADVISER\""),
        ("\"rule\": \"R26\"", "\"rule\": \"R15\""),
        ("\"denominator\": 3", "\"denominator\": 0"),
        ("\"id\": \"AMB-2\"", "\"id\": \"AMB-1\""),
        ("\"to\": \"2030-12-31\"", "\"to\": \"2021-12-31\""),
        (
            "{\"FLOOR\": {\"threshold\": \"50\"}}",
            "{\"FLOOR\": {\"threshold\": \"50\", \"x\": 1}}",
        ),
    ] {
        let crooked = text.replacen(from, to, 1);
        assert_ne!(crooked, text, "{from}");
        assert!(read(&crooked).is_err(), "{from} -> {to}");
    }
}

#[test]
fn an_unknown_field_is_refused_at_any_depth() {
    let text = RuleBook::soc_trang_text();
    for (known, longer) in [
        (
            "\"retentionYears\": 20",
            "\"retentionYears\": 20, \"mới\": 1",
        ),
        ("\"quorum\": {", "\"mới\": 1, \"quorum\": {"),
        ("\"quorum\": {", "\"quorum\": {\"mới\": 1, "),
        ("\"appeal\": {", "\"appeal\": {\"mới\": 1, "),
    ] {
        let book = text.replacen(known, longer, 1);
        assert_ne!(book, text, "{known}");
        assert!(
            matches!(read(&book), Err(RuleBookError::Form(_))),
            "{longer}"
        );
    }
}

#[test]
fn two_books_differ_place_by_place_in_what_decides_and_not_in_words() {
    let text = RuleBook::soc_trang_text();
    let shown = |from: &str, to: &str| -> Vec<String> {
        let other = text.replacen(from, to, 1);
        assert_ne!(other, text, "{from}");
        let other = read(&other).unwrap();
        let found = super::changes(RuleBook::soc_trang(), &other);
        found
            .iter()
            .map(|one| format!("{} {} {}", one.path, one.from, one.to))
            .collect()
    };
    for (from, to, wanted) in [
        (
            r#"{"MEAN": {"threshold": "80","#,
            r#"{"MEAN": {"threshold": "81.5","#,
            r#"$.criteria.R14.computation.MEAN.threshold "80" "81.5""#,
        ),
        (
            r#"{"annual": 10,"#,
            r#"{"annual": 9,"#,
            "$.lanes[9].quotas.annual 10 9",
        ),
        (
            r#""bothRule.loser": "NOTHING""#,
            r#""bothRule.loser": "DEPARTMENT_LANE""#,
            r#"$.parameters["bothRule.loser"] "NOTHING" "DEPARTMENT_LANE""#,
        ),
    ] {
        assert_eq!(shown(from, to), [wanted]);
    }
    assert!(shown("Good public services", "Fine public services").is_empty());
    assert!(super::changes(RuleBook::soc_trang(), RuleBook::soc_trang()).is_empty());
}
