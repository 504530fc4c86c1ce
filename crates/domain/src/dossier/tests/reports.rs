//! Reports and the committee's word on them.

use super::super::state::Judgement;
use super::*;

fn with_reports() -> Story {
    given([
        (staff(), Command::Draft(draft())),
        (staff(), add_unit()),
        (staff(), add_person()),
        (staff(), report("i-1")),
        (staff(), report("i-2")),
    ])
}

fn judgement(story: &Story, id: &str) -> Judgement {
    story.papers().reports[&item(id)].judgement.clone()
}

#[test]
fn the_units_committee_confirms_a_report_and_the_person_is_recorded() {
    let story = with_reports().when(committee(), confirm("i-1"));
    assert!(matches!(
        judgement(&story, "i-1"),
        Judgement::Confirmed { .. }
    ));
    assert!(story.papers().confirmers.contains(&committee().person));
}

#[test]
fn the_committee_may_refuse_with_a_reason_and_the_person_is_recorded() {
    let story = with_reports().when(committee(), refuse("i-2"));
    assert_eq!(
        judgement(&story, "i-2"),
        Judgement::Refused {
            reason: "số liệu chưa khớp".to_owned()
        }
    );
    assert!(story.papers().confirmers.contains(&committee().person));
}

#[test]
fn nobody_else_confirms_or_refuses() {
    for actor in [
        staff(),
        head(),
        office(),
        by(Role::HomeAffairs),
        elsewhere(committee()),
    ] {
        let story = with_reports();
        assert_eq!(story.refuses(actor.clone(), confirm("i-1")).rule, "D");
        assert_eq!(story.refuses(actor, refuse("i-1")).rule, "D");
    }
}

#[test]
fn nobody_judges_the_report_on_themselves_and_the_attempt_is_recorded() {
    let nominee = Actor {
        person: person("ca-nhan-19"),
        ..committee()
    };
    let story = with_reports();
    assert_eq!(story.refuses(nominee.clone(), confirm("i-2")).rule, "R54");
    assert_eq!(story.refuses(nominee.clone(), refuse("i-2")).rule, "R54");
    assert!(
        story.ask(NOW, nominee, confirm("i-1")).is_ok(),
        "the other report is none of their own"
    );
}

#[test]
fn a_report_is_judged_once() {
    let confirmed = with_reports().when(committee(), confirm("i-1"));
    let refused = with_reports().when(committee(), refuse("i-1"));
    for story in [confirmed, refused] {
        for again in [confirm("i-1"), refuse("i-1")] {
            let rejection = story.rejects(committee(), again);
            assert!(matches!(rejection, Rejection::ReportJudged { .. }));
        }
    }
}

#[test]
fn a_new_report_opens_the_judgement_again() {
    let story = with_reports()
        .when(committee(), refuse("i-1"))
        .when(staff(), report("i-1"));
    assert_eq!(judgement(&story, "i-1"), Judgement::Awaited);
    let story = story.when(committee(), confirm("i-1"));
    assert!(matches!(
        judgement(&story, "i-1"),
        Judgement::Confirmed { .. }
    ));
}

#[test]
fn there_must_be_a_report_to_judge_and_an_item_to_report_on() {
    let story = given([(staff(), Command::Draft(draft())), (staff(), add_unit())]);
    assert_eq!(
        story.rejects(committee(), confirm("i-1")),
        Rejection::NoReport { item: item("i-1") }
    );
    assert_eq!(
        story.rejects(committee(), confirm("i-7")),
        Rejection::UnknownItem { item: item("i-7") }
    );
    assert_eq!(
        story.rejects(staff(), report("i-7")),
        Rejection::UnknownItem { item: item("i-7") }
    );
}

#[test]
fn a_confirmation_is_not_dated_ahead() {
    let ahead = Command::ConfirmReport(ConfirmReport {
        item: item("i-1"),
        body: "Ban Chỉ đạo".to_owned(),
        confirmed_on: day("2025-06-03"),
    });
    let rejection = with_reports().rejects(committee(), ahead);
    assert!(matches!(rejection, Rejection::DateOutside { .. }));
}
