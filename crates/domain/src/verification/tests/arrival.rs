//! Receipt, lateness, extension, supplement, withdrawal.

use super::*;
use crate::evaluation::vocabulary::PublicationKind;
use crate::verification::event::DossierLapsed;

/// Of each item: due day and whether in time, after a stamp.
fn stamped(at: &str) -> Vec<(String, String, bool)> {
    let given = opened_with(content()).and(&home_affairs(), LATER, receive(at));
    let Some(Event::DossierReceived(received)) = given.events.get(1) else {
        panic!("not received: {:?}", given.events);
    };
    let entry = |t: &crate::verification::event::Timeliness| {
        (t.item.to_string(), t.due_on.to_string(), t.on_time)
    };
    received.timeliness.iter().map(entry).collect()
}

fn timely(a: bool, d: bool, p: bool) -> Vec<(String, String, bool)> {
    let entry = |i: &str, due: &str, on_time| (i.to_owned(), due.to_owned(), on_time);
    vec![
        entry("a", "2025-06-05", a),
        entry("d", "2025-06-16", d),
        entry("p", "2025-06-05", p),
    ]
}

#[test]
fn each_item_is_timely_by_the_publication_its_period_runs_from() {
    assert_eq!(stamped(STAMPED), timely(true, true, true));
    assert_eq!(
        stamped("2025-06-10T15:30:00+07:00"),
        timely(false, true, false)
    );
}

#[test]
fn a_due_day_ends_at_midnight_in_viet_nam() {
    for (at, on_time) in [
        ("2025-06-16T23:59:59+07:00", true),
        ("2025-06-17T00:00:00+07:00", false),
        ("2025-06-16T16:59:59Z", true),
        ("2025-06-16T17:00:00Z", false),
    ] {
        assert_eq!(stamped(at), timely(false, on_time, false), "{at}");
    }
}

#[test]
fn advising_counts_from_the_provincial_index_everything_else_from_the_units() {
    let book = book();
    for lane in Lane::ALL {
        for basis in [None]
            .into_iter()
            .chain(Basis::ALL.iter().copied().map(Some))
        {
            if criteria_of(*lane, basis).is_empty() {
                continue;
            }
            let provincial = *lane == Lane::CertAdvising || basis == Some(Basis::Adviser);
            let expected = if provincial {
                PublicationKind::ProvincialIndex
            } else {
                PublicationKind::UnitIndex
            };
            assert_eq!(book.publication(*lane, basis), Some(expected), "{lane}");
        }
    }
}

#[test]
fn a_dossier_with_every_item_late_is_late_and_rests() {
    let late = "2025-06-18T08:35:00+07:00";
    let given = opened_with(content()).and(&home_affairs(), late, receive(late));
    let Some(Event::DossierLate(event)) = given.events.last() else {
        panic!("not late: {:?}", given.events);
    };
    assert_eq!(event.received_on, day("2025-06-18"));
    assert_eq!(event.items.len(), 3);
    assert_eq!(given.status(), "LATE");
    for command in [check(), give_back(None), reject(), Command::AcceptDossier] {
        let result = given.when(&home_affairs(), late, command);
        assert!(
            matches!(result, Err(Rejection::WrongStep { status: "LATE", .. })),
            "{result:?}"
        );
    }
}

#[test]
fn a_stamp_before_the_sending_or_after_the_act_is_impossible() {
    let given = opened_with(content());
    let early = receive("2025-06-02T09:59:59+07:00");
    assert_eq!(
        given.when(&home_affairs(), LATER, early),
        Err(Rejection::ReceiptTime)
    );
    let future = receive("2025-06-03T00:00:00+07:00");
    assert_eq!(
        given.when(&home_affairs(), STAMPED, future),
        Err(Rejection::ReceiptTime)
    );
}

#[test]
fn a_dossier_is_received_once() {
    let again = received().when(&home_affairs(), STAMPED, receive(STAMPED));
    assert!(
        matches!(again, Err(Rejection::WrongStep { .. })),
        "{again:?}"
    );
}

#[test]
fn an_extension_readmits_a_late_dossier_and_only_the_items_it_names() {
    let late = "2025-06-18T08:35:00+07:00";
    let given = opened_with(content())
        .and(&home_affairs(), late, receive(late))
        .and(&standing_office(), LATER, extend(&["d"], "2025-06-20"))
        .and(&home_affairs(), LATER, check())
        .and(&home_affairs(), LATER, Command::AcceptDossier)
        .and(&home_affairs(), LATER, Command::ForwardDossier);
    let Some(Event::DossierForwarded(forwarded)) = given.events.last() else {
        panic!("not forwarded: {:?}", given.events);
    };
    let items: Vec<_> = forwarded.items.iter().map(|i| i.item.as_str()).collect();
    let excluded: Vec<_> = forwarded.excluded.iter().map(|i| i.item.as_str()).collect();
    assert_eq!((items, excluded), (vec!["d"], vec!["a", "p"]));
}

#[test]
fn an_extension_that_would_not_reach_the_day_of_receipt_is_refused_as_useless() {
    let late = "2025-06-18T08:35:00+07:00";
    let given = opened_with(content()).and(&home_affairs(), late, receive(late));
    let short = given.when(&standing_office(), LATER, extend(&["d"], "2025-06-17"));
    let received_on = day("2025-06-18");
    assert_eq!(short, Err(Rejection::ExtensionTooShort { received_on }));
}

#[test]
fn an_extension_names_late_items_of_the_dossier() {
    let given = received();
    for (items, rejection) in [
        (vec!["d"], Rejection::NotLate { item: item("d") }),
        (vec!["x"], Rejection::UnknownItem { item: item("x") }),
        (vec![], Rejection::NothingToExtend),
    ] {
        let result = given.when(&standing_office(), LATER, extend(&items, "2025-06-20"));
        assert_eq!(result, Err(rejection));
    }
}

#[test]
fn nothing_is_extended_once_the_dossier_is_forwarded() {
    let result = forwarded().when(&standing_office(), LATER, extend(&["a"], "2025-06-20"));
    assert!(
        matches!(
            result,
            Err(Rejection::WrongStep {
                status: "VERIFYING",
                ..
            })
        ),
        "{result:?}"
    );
}

#[test]
fn a_supplement_in_time_is_checked_again_and_keeps_the_first_receipts_timeliness() {
    let given = returned()
        .and(
            &system(),
            LATER,
            supplement(content(), "2025-06-20T23:59:59+07:00"),
        )
        .and(&home_affairs(), LATER, check())
        .and(&home_affairs(), LATER, Command::AcceptDossier)
        .and(&home_affairs(), LATER, Command::ForwardDossier);
    let Some(Event::DossierForwarded(forwarded)) = given.events.last() else {
        panic!("not forwarded: {:?}", given.events);
    };
    assert_eq!(forwarded.items.len(), 3, "all in time on 02/6");
}

#[test]
fn a_supplement_after_its_due_day_ends_the_case() {
    let at = "2025-06-21T00:00:00+07:00";
    let events = returned().when(&system(), LATER, supplement(content(), at));
    let lapsed = DossierLapsed {
        dossier: DossierId::parse("HS-1").unwrap(),
        due_on: day("2025-06-20"),
        supplement_at: Some(instant(at)),
    };
    assert_eq!(events, Ok(vec![Event::DossierLapsed(lapsed)]));
}

#[test]
fn a_supplement_that_crossed_the_end_of_its_case_is_recorded_as_denied() {
    let given = returned().and(&system(), LATER, lapse("2025-06-21"));
    let crossed = supplement(content(), "2025-06-20T10:00:00+07:00");
    assert_eq!(given.denied(&system(), LATER, crossed), "AMB-5");
}

#[test]
fn a_supplement_nobody_asked_for_is_rejected() {
    let result = received().when(&system(), LATER, supplement(content(), LATER));
    assert!(
        matches!(result, Err(Rejection::WrongStep { .. })),
        "{result:?}"
    );
}

#[test]
fn a_withdrawal_ends_the_case_at_any_step() {
    for given in [
        opened_with(content()),
        received(),
        incomplete(),
        returned(),
        accepted(),
        forwarded(),
    ] {
        let given = given.and(&system(), LATER, withdraw());
        assert_eq!(given.status(), "WITHDRAWN");
    }
}

#[test]
fn a_withdrawal_of_a_case_that_is_over_changes_nothing() {
    let given = returned().and(&system(), LATER, lapse("2025-06-21"));
    assert_eq!(given.when(&system(), LATER, withdraw()), Ok(Vec::new()));
}

#[test]
fn nothing_can_be_asked_of_a_case_that_was_not_opened() {
    let result = Given::default().when(&home_affairs(), STAMPED, receive(STAMPED));
    assert_eq!(result, Err(Rejection::NoCase));
    let again = received().when(&system(), SENT, open_with(content()));
    assert_eq!(again, Err(Rejection::AlreadyOpen));
}
