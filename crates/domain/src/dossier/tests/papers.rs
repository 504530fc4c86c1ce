//! Attachments, minutes, the signed proposal.

use super::*;

fn with_items() -> Story {
    given([
        (staff(), Command::Draft(draft())),
        (staff(), add_unit()),
        (staff(), add_person()),
    ])
}

fn minutes_with(change: impl FnOnce(&mut MinutesRecorded)) -> Command {
    let mut changed = meeting(&["i-1", "i-2"]);
    change(&mut changed);
    Command::RecordMinutes(changed)
}

fn sign_with(change: impl FnOnce(&mut SignProposal)) -> Command {
    let Command::SignProposal(mut changed) = sign(&["i-1", "i-2"]) else {
        panic!("not a signature")
    };
    change(&mut changed);
    Command::SignProposal(changed)
}

#[test]
fn the_standing_office_of_the_unit_records_the_minutes() {
    let story = with_items().when(office(), minutes(&["i-1", "i-2"]));
    assert_eq!(story.papers().minutes, Some(meeting(&["i-1", "i-2"])));
    for actor in [staff(), head(), committee(), elsewhere(office())] {
        assert_eq!(with_items().refuses(actor, minutes(&["i-1"])).rule, "D");
    }
}

#[test]
fn a_later_meeting_replaces_the_minutes() {
    let story = with_items()
        .when(office(), minutes(&["i-1"]))
        .when(office(), minutes(&["i-1", "i-2"]));
    assert_eq!(story.papers().minutes.as_ref().unwrap().covers.len(), 2);
}

#[test]
fn minutes_that_leave_an_item_out_are_recorded_as_they_are() {
    let story = with_items().when(office(), minutes(&["i-1"]));
    assert_eq!(
        story.papers().minutes.as_ref().unwrap().covers,
        items(&["i-1"])
    );
}

#[test]
fn votes_and_attendance_must_add_up() {
    for wrong in [
        minutes_with(|m| m.members_present = 10),
        minutes_with(|m| m.members_total = 0),
        minutes_with(|m| m.votes = vec![votes("i-1", [7, 0, 0, 1])]),
        minutes_with(|m| m.votes = vec![votes("i-1", [u32::MAX, u32::MAX, 0, 0])]),
        minutes_with(|m| m.absent = vec!["Ủy viên".to_owned(); 3]),
        minutes_with(|m| {
            m.covers = items(&["i-1"]);
            m.votes = vec![votes("i-2", [7, 0, 0, 0])];
        }),
    ] {
        let rejection = with_items().rejects(office(), wrong.clone());
        assert!(
            matches!(rejection, Rejection::MinutesDoNotAddUp { .. }),
            "{wrong:?}: {rejection}"
        );
    }
    let all_there = minutes_with(|m| m.votes = vec![votes("i-1", [4, 1, 1, 1])]);
    assert!(with_items().ask(NOW, office(), all_there).is_ok());
}

#[test]
fn minutes_name_items_of_the_dossier_and_each_once() {
    let unknown = with_items().rejects(office(), minutes(&["i-1", "i-7"]));
    assert_eq!(unknown, Rejection::UnknownItem { item: item("i-7") });
    let twice = with_items().rejects(office(), minutes(&["i-1", "i-1"]));
    assert!(matches!(twice, Rejection::ItemNamedTwice { .. }));
}

#[test]
fn the_head_signs_and_is_recorded_as_signer() {
    let story = with_items().when(head(), sign(&["i-1", "i-2"]));
    assert_eq!(story.status(), "SIGNED");
    assert!(story.papers().confirmers.contains(&head().person));
    for actor in [staff(), office(), committee(), elsewhere(head())] {
        assert_eq!(with_items().refuses(actor, sign(&["i-1"])).rule, "D");
    }
}

#[test]
fn a_list_may_leave_an_item_out_but_names_no_stranger_and_nobody_twice() {
    assert!(with_items().ask(NOW, head(), sign(&["i-1"])).is_ok());
    let stranger = with_items().rejects(head(), sign(&["i-7"]));
    assert_eq!(stranger, Rejection::UnknownItem { item: item("i-7") });
    let twice = with_items().rejects(head(), sign(&["i-1", "i-1"]));
    assert!(matches!(twice, Rejection::ItemNamedTwice { .. }));
    let empty = with_items().rejects(head(), sign(&[]));
    assert_eq!(empty, Rejection::NoItems);
}

#[test]
fn a_proposal_may_be_signed_again_before_it_is_handed_in() {
    let again = sign_with(|s| s.number = "809/TTr-UBND".to_owned());
    let story = given(prepared()).when(head(), again);
    assert_eq!(
        story.papers().proposal.as_ref().unwrap().number,
        "809/TTr-UBND"
    );
}

#[test]
fn papers_of_other_bodies_may_still_come_after_the_signature() {
    let story = with_items()
        .when(staff(), report("i-1"))
        .when(head(), sign(&["i-1", "i-2"]))
        .when(office(), minutes(&["i-1", "i-2"]))
        .when(committee(), confirm("i-1"))
        .when(staff(), report("i-2"))
        .when(staff(), attachment());
    assert_eq!(story.status(), "SIGNED");
}

#[test]
fn minutes_dated_after_the_proposal_are_not_refused_here() {
    let story = with_items()
        .when(head(), sign(&["i-1", "i-2"]))
        .when(office(), minutes_with(|m| m.date = day("2025-05-31")));
    assert!(story.papers().minutes.is_some());
}

#[test]
fn no_paper_is_dated_after_the_act_that_records_it_or_before_the_movement() {
    for date in ["2025-06-03", "2020-12-31"] {
        let late = minutes_with(|m| m.date = day(date));
        let rejection = with_items().rejects(office(), late);
        assert!(matches!(rejection, Rejection::DateOutside { .. }), "{date}");
    }
    // 2 June 17:00Z is 3 June in Việt Nam.
    let today = sign_with(|s| s.date = day("2025-06-03"));
    let rejection = with_items().ask("2025-06-02T16:59:59Z", head(), today.clone());
    assert!(matches!(rejection, Err(Rejection::DateOutside { .. })));
    assert!(
        with_items()
            .ask("2025-06-02T17:00:00Z", head(), today)
            .is_ok()
    );
}

#[test]
fn texts_are_there_and_at_most_2000_characters() {
    for (number, good) in [
        ("đ".repeat(2_000), true),
        ("đ".repeat(2_001), false),
        (" \u{a0} ".to_owned(), false),
    ] {
        let answer = with_items().ask(NOW, head(), sign_with(|s| s.number = number.clone()));
        assert_eq!(answer.is_ok(), good);
    }
}

#[test]
fn texts_are_kept_in_one_form() {
    let decomposed = sign_with(|s| s.signed_by = "Gia\u{301}m\u{a0}đo\u{302}\u{301}c ".to_owned());
    let story = with_items().when(head(), decomposed);
    assert_eq!(
        story.papers().proposal.as_ref().unwrap().signed_by,
        "Giám đốc"
    );
}

#[test]
fn a_document_has_a_plain_name_and_a_real_digest() {
    let attach = |document: DocumentRef| {
        let command = Command::AddAttachment(AttachmentAdded {
            kind: AttachmentKind::Other,
            item: None,
            document,
        });
        with_items().ask(NOW, staff(), command)
    };
    let digest = |text: &str| DocumentRef {
        sha256: Some(text.to_owned()),
        ..paper("a.pdf")
    };
    assert!(attach(digest(&"0a".repeat(32))).is_ok());
    for wrong in [
        paper(""),
        paper("../a.pdf"),
        paper("c:\\a.pdf"),
        paper(&"a".repeat(256)),
        digest("0a"),
        digest(&"0A".repeat(32)),
        digest(&"zz".repeat(32)),
    ] {
        let rejection = attach(wrong.clone()).unwrap_err();
        assert!(
            matches!(rejection, Rejection::DocumentMalformed { .. }),
            "{wrong:?}"
        );
    }
}

#[test]
fn an_attachment_supports_the_dossier_or_one_of_its_items() {
    let to = |id: &str| {
        Command::AddAttachment(AttachmentAdded {
            kind: AttachmentKind::InitiativeRecognition,
            item: Some(item(id)),
            document: paper("cong-nhan.pdf"),
        })
    };
    let story = with_items()
        .when(staff(), attachment())
        .when(staff(), to("i-2"));
    assert_eq!(story.papers().attachments.len(), 2);
    assert_eq!(
        with_items().rejects(staff(), to("i-7")),
        Rejection::UnknownItem { item: item("i-7") }
    );
}

#[test]
fn a_dossier_holds_500_documents_and_not_one_more() {
    let mut story = with_items();
    for _ in 0..500 {
        story = story.when(staff(), attachment());
    }
    for (actor, command) in [
        (staff(), attachment()),
        (staff(), report("i-1")),
        (office(), minutes(&["i-1"])),
        (head(), sign(&["i-1"])),
    ] {
        let rejection = story.rejects(actor, command);
        assert!(matches!(rejection, Rejection::TooMany { limit: 500, .. }));
    }
}

#[test]
fn the_papers_of_a_submitted_dossier_stand_as_they_are() {
    let story = given(submitted());
    for (actor, command) in [
        (
            staff(),
            add(
                proposed("i-3", Lane::CertIndividual, "p", Some(Basis::Insider)),
                INSIDER,
            ),
        ),
        (staff(), remove("i-1")),
        (staff(), attachment()),
        (staff(), report("i-1")),
        (office(), minutes(&["i-1"])),
        (committee(), confirm("i-1")),
        (committee(), refuse("i-1")),
        (head(), sign(&["i-1"])),
        (head(), submit()),
    ] {
        assert_eq!(story.rejects(actor, command), Rejection::AlreadySubmitted);
    }
}
