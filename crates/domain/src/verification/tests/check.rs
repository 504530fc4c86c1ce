//! Completeness, return, lapse, rejection, acceptance, handing on.

use super::*;
use crate::decider::{Explain, Obstacle};
use crate::rules::dossier::Missing;

/// What the check finds missing: rule and item.
fn missing_in(content: DossierContent) -> Vec<(RuleId, Option<String>)> {
    let given = received_with(content).and(&home_affairs(), CHECKED, check());
    let Some(Event::CompletenessChecked(checked)) = given.events.last() else {
        panic!("not checked: {:?}", given.events);
    };
    assert_eq!(checked.complete, checked.missing.is_empty());
    let entry = |m: &Missing| (m.rule, m.item.as_ref().map(ToString::to_string));
    checked.missing.iter().map(entry).collect()
}

fn about(rule: RuleId, item: &str) -> (RuleId, Option<String>) {
    (rule, Some(item.to_owned()))
}

#[test]
fn a_complete_dossier_lacks_nothing() {
    assert_eq!(missing_in(content()), []);
}

#[test]
fn a_listed_subject_without_its_report_is_named() {
    let mut content = content();
    content.reports.retain(|r| r.item != item("p"));
    assert_eq!(missing_in(content), [about(RuleId::R37, "p")]);
}

#[test]
fn a_report_nobody_confirmed_is_named() {
    let mut content = content();
    content.reports[0].confirmed = false;
    content.reports[0].confirmed_on = None;
    assert_eq!(missing_in(content), [about(RuleId::R37, "a")]);
}

#[test]
fn list_reports_and_minutes_must_name_the_same_subjects() {
    let mut content = content();
    content.proposal.list.retain(|i| *i != item("a"));
    content
        .minutes
        .as_mut()
        .unwrap()
        .covers
        .retain(|i| *i != item("d"));
    let missing = missing_in(content);
    assert!(missing.iter().all(|m| m.0 == RuleId::R38), "{missing:?}");
    assert!(missing.contains(&about(RuleId::R38, "a")), "{missing:?}");
    assert!(missing.contains(&about(RuleId::R38, "d")), "{missing:?}");
    assert!(!missing.contains(&about(RuleId::R38, "p")), "{missing:?}");
}

#[test]
fn minutes_younger_than_the_proposal_are_not_accepted() {
    let mut content = content();
    content.minutes.as_mut().unwrap().date = day("2025-05-29");
    assert_eq!(missing_in(content), [(RuleId::R39, None)]);
}

#[test]
fn one_set_is_not_enough() {
    let content = DossierContent {
        sets: 1,
        ..content()
    };
    assert_eq!(missing_in(content), [(RuleId::R40, None)]);
}

#[test]
fn copies_are_no_originals_and_home_affairs_is_not_bypassed() {
    let content = DossierContent {
        originals: false,
        addressee: Addressee::Direct,
        ..content()
    };
    let missing = missing_in(content);
    assert_eq!(missing, [(RuleId::R40, None), (RuleId::R41, None)]);
}

#[test]
fn what_the_official_saw_makes_a_dossier_incomplete_too() {
    let observed = |rule, on: Option<&str>| {
        Command::CheckCompleteness(CheckCompleteness {
            rule_book: book(),
            observed: vec![Missing {
                rule,
                item: on.map(item),
                text: "Trang 3 của báo cáo không đọc được".to_owned(),
            }],
        })
    };
    let given = received().and(&home_affairs(), CHECKED, observed(RuleId::R37, Some("p")));
    assert_eq!(given.status(), "INCOMPLETE");
    let foreign = received().when(&home_affairs(), CHECKED, observed(RuleId::R25, None));
    let rule = RuleId::R25;
    assert_eq!(foreign, Err(Rejection::NotADossierRule { rule }));
    let unknown = received().when(&home_affairs(), CHECKED, observed(RuleId::R37, Some("x")));
    let item = item("x");
    assert_eq!(unknown, Err(Rejection::UnknownItem { item }));
}

#[test]
fn an_incomplete_dossier_is_not_accepted_and_the_rejection_cites_the_rules() {
    let rejection = incomplete()
        .when(&home_affairs(), CHECKED, Command::AcceptDossier)
        .unwrap_err();
    assert_eq!(rejection.code(), "dossier-incomplete");
    assert_eq!(rejection.obstacle(), Obstacle::State);
    let violations = rejection.violations();
    assert!(violations.iter().any(|v| v.rule == "R37"), "{violations:?}");
    assert!(violations.iter().all(|v| v.citation.starts_with("III.5")));
}

#[test]
fn an_unchecked_dossier_is_neither_accepted_nor_returned() {
    for command in [
        Command::AcceptDossier,
        give_back(None),
        Command::ForwardDossier,
    ] {
        let result = received().when(&home_affairs(), CHECKED, command);
        assert!(
            matches!(result, Err(Rejection::WrongStep { .. })),
            "{result:?}"
        );
    }
}

#[test]
fn a_return_gives_ten_days_unless_told_otherwise_and_never_more() {
    let given = incomplete();
    let due = |due_on| match given.when(&home_affairs(), CHECKED, give_back(due_on)) {
        Ok(events) => match events.as_slice() {
            [Event::ReturnedForSupplement(returned)] => Ok(returned.due_on.to_string()),
            other => panic!("not returned: {other:?}"),
        },
        Err(rejection) => Err(rejection),
    };
    assert_eq!(due(None).unwrap(), "2025-06-20");
    assert_eq!(due(Some("2025-06-11")).unwrap(), "2025-06-11");
    let outside = Rejection::DueDay {
        returned_on: day("2025-06-10"),
        latest: day("2025-06-20"),
    };
    assert_eq!(due(Some("2025-06-10")), Err(outside.clone()));
    assert_eq!(due(Some("2025-06-21")), Err(outside));
}

#[test]
fn a_last_day_of_rest_moves_to_the_next_working_day() {
    let thursday = "2025-06-12T09:00:00+07:00";
    let given = incomplete().and(&home_affairs(), thursday, give_back(None));
    let Some(Event::ReturnedForSupplement(returned)) = given.events.last() else {
        panic!("not returned: {:?}", given.events);
    };
    assert_eq!(returned.due_on, day("2025-06-23"), "22/6 is a Sunday");
}

#[test]
fn a_dossier_is_returned_twice_at_most() {
    let again = |given: Given| {
        given
            .and(
                &system(),
                CHECKED,
                supplement(without_minutes(), "2025-06-10T09:00:00+07:00"),
            )
            .and(&home_affairs(), CHECKED, check())
    };
    let second = again(returned()).and(&home_affairs(), CHECKED, give_back(None));
    let third = again(second).when(&home_affairs(), CHECKED, give_back(None));
    assert_eq!(third, Err(Rejection::RoundsUsedUp { rounds_max: 2 }));
}

/// The other answer to AMB-5: what came by the deadline must be complete.
#[test]
fn under_a_book_without_supplements_an_incomplete_dossier_is_not_returned() {
    let text = RuleBook::soc_trang_text().replacen("\"roundsMax\": 2", "\"roundsMax\": 0", 1);
    let book = Arc::new(RuleBook::read(text.as_bytes()).unwrap());
    let give_back = Command::ReturnForSupplement(ReturnForSupplement {
        due_on: None,
        rule_book: book,
        holidays: Holidays::default(),
    });
    let returned = incomplete().when(&home_affairs(), CHECKED, give_back);
    assert_eq!(returned, Err(Rejection::RoundsUsedUp { rounds_max: 0 }));
}

#[test]
fn a_case_lapses_only_when_its_due_day_has_ended() {
    let given = returned();
    let due_on = day("2025-06-20");
    let too_early = given.when(&system(), LATER, lapse("2025-06-20"));
    assert_eq!(too_early, Err(Rejection::NotOverdue { due_on }));
    let future = given.when(&system(), "2025-06-20T23:00:00+07:00", lapse("2025-06-21"));
    assert_eq!(future, Err(Rejection::Future { field: "on" }));
    let given = given.and(
        &home_affairs(),
        "2025-06-21T00:00:00+07:00",
        lapse("2025-06-21"),
    );
    assert_eq!(given.status(), "LAPSED");
}

#[test]
fn a_dossier_that_cannot_be_supplemented_is_rejected_with_a_reason() {
    let given = incomplete().and(&home_affairs(), CHECKED, reject());
    assert_eq!(given.status(), "REJECTED");
    let blank = Command::RejectDossier(RejectDossier {
        code: RejectionCode::WrongSubject,
        reason: " \u{a0}\n".to_owned(),
    });
    let result = incomplete().when(&home_affairs(), CHECKED, blank);
    assert!(
        matches!(
            result,
            Err(Rejection::Text {
                field: "reason",
                ..
            })
        ),
        "{result:?}"
    );
}

#[test]
fn an_accepted_dossier_goes_on_with_its_items_and_without_the_late_ones() {
    let at = "2025-06-10T15:30:00+07:00";
    let given = opened_with(content())
        .and(&home_affairs(), at, receive(at))
        .and(&home_affairs(), at, check())
        .and(&home_affairs(), at, Command::AcceptDossier)
        .and(&home_affairs(), at, Command::ForwardDossier);
    let Some(Event::DossierForwarded(forwarded)) = given.events.last() else {
        panic!("not forwarded: {:?}", given.events);
    };
    assert_eq!(forwarded.items.len(), 1);
    assert_eq!(forwarded.items[0].lane, Lane::CertDepartment);
    assert_eq!(forwarded.excluded.len(), 2);
}
