//! Handing in, supplementing, withdrawing, and what the procedure answers.

use super::*;

fn returned() -> Story {
    given(with(submitted(), vec![(system(), request(1))]))
}

#[test]
fn the_head_hands_in_a_signed_dossier_with_everything_verification_needs() {
    let story = given(submitted());
    assert_eq!(story.status(), "SUBMITTED");
    let content = content(story.last()).unwrap();
    assert_eq!(content.items.len(), 2);
    assert_eq!(content.proposal.list, items(&["i-1", "i-2"]));
    assert_eq!(
        content.minutes.as_ref().unwrap().covers,
        items(&["i-1", "i-2"])
    );
    assert!(content.reports.iter().all(|r| r.confirmed));
    assert_eq!(content.sets, 2);
    assert_eq!(content.sent_at, at(NOW));
    assert_eq!(
        content.confirmers,
        [committee().person, head().person],
        "who confirmed and who signed may not verify (R55)"
    );
}

#[test]
fn nobody_but_the_head_hands_in() {
    let story = given(prepared());
    for actor in [staff(), office(), committee(), elsewhere(head())] {
        assert_eq!(story.refuses(actor, submit()).rule, "D");
    }
}

#[test]
fn an_unsigned_or_empty_dossier_is_not_handed_in() {
    let unsigned = given([(staff(), Command::Draft(draft())), (staff(), add_unit())]);
    assert_eq!(unsigned.rejects(head(), submit()), Rejection::NotSigned);
    let empty = given([(staff(), Command::Draft(draft()))]);
    assert_eq!(empty.rejects(head(), submit()), Rejection::NoItems);
}

#[test]
fn an_incomplete_dossier_is_taken_because_completeness_is_home_affairs_part() {
    let story = given([
        (staff(), Command::Draft(draft())),
        (staff(), add_unit()),
        (staff(), add_person()),
        (staff(), report("i-1")),
        (head(), sign(&["i-1"])),
    ]);
    let one_set = Command::Submit(Submit {
        sets: 1,
        originals: false,
        channel: Channel::Electronic,
        round_open: true,
    });
    let story = story.when(head(), one_set);
    let content = content(story.last()).unwrap();
    assert_eq!(content.minutes, None);
    assert_eq!(content.sets, 1);
    assert!(!content.reports[0].confirmed);
    assert_eq!(content.reports.len(), 1);
}

#[test]
fn a_refused_report_goes_along_unconfirmed() {
    let mut past = prepared();
    past[7] = (committee(), refuse("i-2"));
    let story = given(past).when(head(), submit());
    let unconfirmed: Vec<_> = content(story.last())
        .unwrap()
        .reports
        .iter()
        .filter(|r| !r.confirmed)
        .map(|r| &r.item)
        .collect();
    assert_eq!(unconfirmed, [&item("i-2")]);
}

#[test]
fn a_closed_round_takes_nothing_and_the_attempt_is_recorded() {
    let closed = Command::Submit(Submit {
        sets: 2,
        originals: true,
        channel: Channel::Paper,
        round_open: false,
    });
    assert_eq!(given(prepared()).refuses(head(), closed).rule, "D");
}

#[test]
fn more_than_20_sets_are_a_typing_error() {
    let many = Command::Submit(Submit {
        sets: 21,
        originals: true,
        channel: Channel::Paper,
        round_open: true,
    });
    let rejection = given(prepared()).rejects(head(), many);
    assert!(matches!(rejection, Rejection::TooMany { limit: 20, .. }));
}

#[test]
fn a_returned_dossier_is_supplemented_with_what_came_in_since() {
    let story = returned();
    assert_eq!(story.status(), "SUPPLEMENT_REQUESTED");
    let story = story
        .when(staff(), report("i-2"))
        .when(committee(), confirm("i-2"))
        .when(office(), minutes(&["i-1", "i-2"]))
        .when(staff(), supplement());
    assert_eq!(story.status(), "SUPPLEMENTED");
    let Event::DossierSupplemented(supplemented) = story.last() else {
        panic!("{:?}", story.last())
    };
    assert_eq!(supplemented.supplement_round, 1);
    assert_eq!(supplemented.reports, items(&["i-2"]));
    assert!(supplemented.minutes);
    assert!(!supplemented.proposal);
    assert_eq!(supplemented.content.sent_at, at(NOW));
}

#[test]
fn a_missing_set_is_a_supplement_too() {
    let third = Command::Supplement(Supplement {
        sets: Some(3),
        originals: None,
    });
    let story = returned().when(head(), third);
    assert_eq!(content(story.last()).unwrap().sets, 3);
    assert_eq!(story.papers().handed_in.as_ref().unwrap().sets, 3);
}

#[test]
fn a_supplement_that_brings_nothing_is_none() {
    assert_eq!(
        returned().rejects(staff(), supplement()),
        Rejection::NothingSupplemented
    );
    let same_sets = Command::Supplement(Supplement {
        sets: Some(2),
        originals: Some(true),
    });
    assert_eq!(
        returned().rejects(staff(), same_sets),
        Rejection::NothingSupplemented
    );
}

#[test]
fn a_supplement_is_given_only_while_one_is_requested() {
    for past in [
        prepared(),
        submitted(),
        with(
            submitted(),
            vec![
                (system(), request(1)),
                (staff(), report("i-1")),
                (staff(), supplement()),
            ],
        ),
    ] {
        assert_eq!(
            given(past).rejects(staff(), supplement()),
            Rejection::NoSupplementRequested
        );
    }
}

#[test]
fn a_supplement_brings_no_new_items_but_may_drop_one_under_a_new_signature() {
    let story = returned();
    let new = proposed(
        "i-3",
        Lane::CertIndividual,
        "ca-nhan-20",
        Some(Basis::Insider),
    );
    assert_eq!(
        story.rejects(staff(), add(new, INSIDER)),
        Rejection::ItemsFixed
    );
    let story = story.when(staff(), remove("i-2"));
    assert_eq!(story.rejects(staff(), supplement()), Rejection::NotSigned);
    let story = story
        .when(head(), sign(&["i-1"]))
        .when(head(), supplement());
    assert_eq!(
        content(story.last()).unwrap().proposal.list,
        items(&["i-1"])
    );
    assert_eq!(content(story.last()).unwrap().items.len(), 1);
}

#[test]
fn a_supplement_cannot_drop_every_item() {
    let story = returned()
        .when(staff(), remove("i-1"))
        .when(staff(), remove("i-2"));
    assert_eq!(story.rejects(staff(), supplement()), Rejection::NoItems);
}

#[test]
fn a_dossier_may_be_returned_twice_and_the_same_return_counts_once() {
    let story = returned();
    story.ignores(system(), request(1));
    let story = story
        .when(staff(), report("i-1"))
        .when(staff(), supplement())
        .when(system(), request(2));
    assert_eq!(story.status(), "SUPPLEMENT_REQUESTED");
    assert_eq!(
        story.rejects(staff(), supplement()),
        Rejection::NothingSupplemented,
        "what came in before does not count again"
    );
}

#[test]
fn nothing_is_asked_back_that_was_not_handed_in() {
    let story = given(prepared());
    assert_eq!(story.rejects(system(), request(1)), Rejection::NotSubmitted);
    assert_eq!(
        story.rejects(system(), close(Closure::Rejected)),
        Rejection::NotSubmitted
    );
}

#[test]
fn nobody_but_a_reaction_asks_back_or_closes() {
    let story = given(submitted());
    for actor in [staff(), head(), by(Role::HomeAffairs)] {
        assert_eq!(story.refuses(actor.clone(), request(1)).rule, "D");
        assert_eq!(story.refuses(actor, close(Closure::Rejected)).rule, "D");
    }
}

#[test]
fn the_head_withdraws_at_every_stage_before_a_decision() {
    for more in [
        vec![],
        vec![(head(), submit())],
        vec![(head(), submit()), (system(), request(1))],
        vec![
            (head(), submit()),
            (system(), request(1)),
            (staff(), report("i-1")),
            (staff(), supplement()),
        ],
        vec![(head(), submit()), (system(), close(Closure::Forwarded))],
        vec![(head(), submit()), (system(), close(Closure::Late))],
    ] {
        let handed_in = !more.is_empty();
        let story = given(with(prepared(), more)).when(head(), withdraw());
        assert_eq!(story.status(), "WITHDRAWN");
        let Event::DossierWithdrawn(withdrawn) = story.last() else {
            panic!("{:?}", story.last())
        };
        assert_eq!(withdrawn.was_submitted, handed_in);
        assert_eq!(withdrawn.items, items(&["i-1", "i-2"]));
    }
}

#[test]
fn after_a_signed_decision_nothing_is_withdrawn_and_the_attempt_is_recorded() {
    let Command::Withdraw(asked) = withdraw() else {
        panic!("not a withdrawal")
    };
    let late = Command::Withdraw(Withdraw {
        decision: Some("1234/QĐ-UBND".to_owned()),
        ..asked
    });
    let story = given(with(
        submitted(),
        vec![(system(), close(Closure::Forwarded))],
    ));
    assert_eq!(story.refuses(head(), late).rule, "D2");
}

#[test]
fn nobody_but_the_head_withdraws() {
    for actor in [
        staff(),
        committee(),
        by(Role::HomeAffairs),
        elsewhere(head()),
    ] {
        assert_eq!(given(submitted()).refuses(actor, withdraw()).rule, "D");
    }
}

#[test]
fn the_answer_of_the_procedure_is_shown_to_the_unit() {
    for (outcome, status) in [
        (Closure::Lapsed, "LAPSED"),
        (Closure::Rejected, "REJECTED"),
        (Closure::Late, "LATE"),
        (Closure::Forwarded, "FORWARDED"),
    ] {
        let story = given(submitted()).when(system(), close(outcome));
        assert_eq!(story.status(), status);
        story.ignores(system(), close(outcome));
    }
}

#[test]
fn a_late_dossier_that_an_extension_readmits_goes_on() {
    let late = given(with(submitted(), vec![(system(), close(Closure::Late))]));
    let story = late.when(system(), request(1));
    assert_eq!(story.status(), "SUPPLEMENT_REQUESTED");
    let late = given(with(submitted(), vec![(system(), close(Closure::Late))]));
    let story = late.when(system(), close(Closure::Forwarded));
    assert_eq!(story.status(), "FORWARDED");
}

#[test]
fn a_reaction_that_comes_after_the_withdrawal_changes_nothing() {
    let story = given(with(submitted(), vec![(head(), withdraw())]));
    story.ignores(system(), request(1));
    story.ignores(system(), close(Closure::Forwarded));
    assert_eq!(story.status(), "WITHDRAWN");
}

#[test]
fn a_forwarded_dossier_is_not_asked_back() {
    let story = given(with(
        submitted(),
        vec![(system(), close(Closure::Forwarded))],
    ));
    let rejection = story.rejects(system(), request(1));
    assert!(matches!(rejection, Rejection::AlreadyClosed { .. }));
}
