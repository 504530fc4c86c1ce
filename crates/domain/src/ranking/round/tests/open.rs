//! Opening a round.

use super::*;
use crate::evaluation::ComponentRecord;
use crate::rulebook::ParameterName;

#[test]
fn a_round_opens_with_quotas_deadlines_and_the_rule_book_of_its_day() {
    let given = Given::default().and(Role::HomeAffairs, "2025-04-20", open_round(opening()));
    let opened = &given.round().opened;
    assert_eq!(opened.rule_book, RuleBook::soc_trang().reference());
    assert_eq!(given.round().quota(Lane::CertDepartment), 3);
    assert_eq!(given.round().quota(Lane::CertIndividual), 10);
    assert_eq!(given.round().quota(Lane::FlagDepartment), 0);
    let due: Vec<_> = opened.deadlines.iter().map(|d| d.due_on).collect();
    // 60 days from 06/4 and 15/4/2025; 14/6 is a Saturday.
    assert_eq!(due, [day("2025-06-05"), day("2025-06-16")]);
    assert_eq!((opened.achievement_from, opened.year), (2024, 2024));
    assert_eq!(given.round().status(), "OPEN");
}

#[test]
fn without_both_indexes_published_by_the_day_it_does_not_open() {
    let mut one = opening();
    one.publications.pop();
    assert_eq!(
        Given::default().rejected(Role::StandingOffice, "2025-04-20", open_round(one)),
        Rejection::NotPublished {
            kind: PublicationKind::UnitIndex,
            year: 2024
        }
    );
    // Published on the 15th, so not yet on the 14th.
    let early =
        Given::default().rejected(Role::StandingOffice, "2025-04-14", open_round(opening()));
    assert!(matches!(early, Rejection::NotPublished { .. }));
}

#[test]
fn groups_of_another_size_are_a_warning_and_no_error() {
    let given = Given::default().and(Role::HomeAffairs, "2025-04-20", open_round(opening()));
    let warnings = &given.round().opened.warnings;
    assert_eq!(warnings.len(), 5, "{warnings:?}");
    assert!(warnings.iter().all(|w| w.starts_with("R5")));
}

#[test]
fn only_the_standing_office_and_home_affairs_open_a_round() {
    for role in [Role::Chairman, Role::UnitHead, Role::Administrator] {
        assert_eq!(
            Given::default().denied(role, "2025-04-20", open_round(opening())),
            "D"
        );
    }
}

#[test]
fn a_rule_book_that_is_not_in_force_opens_nothing() {
    let late = Given::default().rejected(Role::HomeAffairs, "2045-04-20", open_round(opening()));
    assert!(matches!(late, Rejection::RuleBookNotInForce { .. }));
}

#[test]
fn there_is_one_round_of_a_kind_and_year_under_one_name() {
    let mut other = opening();
    other.round = RoundId::parse("annual-2024-b").unwrap();
    assert_eq!(
        Given::default().rejected(Role::HomeAffairs, "2025-04-20", open_round(other)),
        Rejection::RoundName {
            wanted: "annual-2024".to_owned()
        }
    );
    assert_eq!(
        opened().rejected(Role::HomeAffairs, "2025-04-21", open_round(opening())),
        Rejection::AlreadyOpen
    );
}

#[test]
fn interim_is_2025_and_final_is_2030() {
    for (kind, year) in [(RoundKind::Interim, 2024), (RoundKind::Final, 2025)] {
        let mut wrong = opening();
        (wrong.kind, wrong.year) = (kind, year);
        assert_eq!(
            Given::default().rejected(Role::HomeAffairs, "2025-04-20", open_round(wrong)),
            Rejection::NoSuchRound { kind, year }
        );
    }
}

#[test]
fn a_parameter_takes_only_the_values_of_its_table() {
    let mut odd = opening();
    odd.parameters
        .insert(ParameterName::BothRuleLoser, "ANYTHING".to_owned());
    let rejection = Given::default().rejected(Role::HomeAffairs, "2025-04-20", open_round(odd));
    assert!(matches!(
        rejection,
        Rejection::Parameter {
            name: "bothRule.loser",
            ..
        }
    ));
}

#[test]
fn nothing_happens_in_a_round_that_was_never_opened() {
    assert_eq!(
        Given::default().rejected(Role::StandingOffice, "2025-07-30", adopt(1, "2025-07-30")),
        Rejection::NotOpened
    );
}

#[test]
fn a_rule_book_that_contradicts_itself_or_ends_inside_the_round_opens_nothing() {
    let book = |from: &str, to: &str| {
        let text = RuleBook::soc_trang_text().replacen(from, to, 1);
        let mut opening = opening();
        opening.rule_book = RuleBook::read(text.as_bytes()).unwrap();
        open_round(opening)
    };
    for (from, to, path) in [
        ("{\"annual\": 10,", "{\"annual\": 11,", "$.lanes"),
        (
            "\"to\": \"2030-12-31\"",
            "\"to\": \"2025-06-15\"",
            "$.validity",
        ),
    ] {
        let command = book(from, to);
        let rejection = Given::default().rejected(Role::HomeAffairs, "2025-04-20", command);
        let Rejection::RuleBookFlawed { count: 1, first } = rejection else {
            panic!("{rejection:?}");
        };
        assert!(first.starts_with(path), "{first}");
    }
    let enough = book("\"to\": \"2030-12-31\"", "\"to\": \"2025-06-16\"");
    Given::default().and(Role::HomeAffairs, "2025-04-20", enough);
}

#[test]
fn a_component_that_cannot_grow_any_more_is_a_warning() {
    let mut full = opening();
    full.components.push(ComponentRecord {
        id: crate::ids::ComponentId::parse("the-che").unwrap(),
        adviser: unit("so-y-te"),
        year: 2023,
        rate: Some(crate::percent::Percent::MAX),
    });
    let given = Given::default().and(Role::HomeAffairs, "2025-04-20", open_round(full));
    let warnings = &given.round().opened.warnings;
    assert!(
        warnings[0].starts_with("R21: the-che was at 100"),
        "{warnings:?}"
    );
}
