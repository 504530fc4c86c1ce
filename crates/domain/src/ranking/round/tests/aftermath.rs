//! Corrections, revocations, voided numbers, notices, closing, archive.

use super::*;
use crate::ranking::event::{CorrectionKind, RevocationGround};
use crate::ranking::round::{
    ArchiveRound, CloseRound, CorrectDecision, DeclineItem, HoldChange, NotifyOutcomes,
    RecordRecovery, RevokeAward, VoidNumber,
};

fn correcting(kind: CorrectionKind, number: &str, ids: Option<&[&str]>) -> CorrectDecision {
    CorrectDecision {
        decision: DECISION.to_owned(),
        kind,
        number: number.to_owned(),
        date: day("2025-08-25"),
        signed_by: "Chủ tịch".to_owned(),
        changes: "Sửa chức vụ tại số thứ tự 4".to_owned(),
        items: ids.map(items),
        holds: Vec::new(),
        taken: BTreeSet::new(),
    }
}

pub(super) fn correct(kind: CorrectionKind, number: &str, ids: Option<&[&str]>) -> Command {
    Command::CorrectDecision(correcting(kind, number, ids))
}

pub(super) fn revoking(id: &str, ground: RevocationGround, year: Option<u16>) -> Command {
    Command::RevokeAward(RevokeAward {
        item: item(id),
        ground,
        evidence: "Kết luận thanh tra 05/KL-TTr ngày 01/10/2025".to_owned(),
        violation_year: year,
        number: "1900/QĐ-UBND".to_owned(),
        date: day("2025-10-10"),
        documents: Vec::new(),
        taken: BTreeSet::new(),
    })
}

fn close(on: &str) -> Command {
    Command::CloseRound(CloseRound { on: day(on) })
}

#[test]
fn r53_an_error_of_form_keeps_the_number() {
    let letter = correct(CorrectionKind::Correction, "77/UBND-KGVX", None);
    let given = published().and(Role::Chairman, "2025-08-25", letter);
    let decided = &given.round().decisions[DECISION];
    assert_eq!(decided.corrections, ["77/UBND-KGVX"]);
    assert_eq!(decided.replaced_by, None);
    assert_eq!(
        published().rejected(
            Role::Chairman,
            "2025-08-25",
            correct(CorrectionKind::Correction, "77/UBND-KGVX", Some(&["d1"]))
        ),
        Rejection::CorrectionOfItems
    );
}

#[test]
fn r53_an_error_of_content_is_replaced_by_another_decision() {
    let replacement = correct(
        CorrectionKind::Replacement,
        "1600/QĐ-UBND",
        Some(&["d1", "d2", "d3", "p1"]),
    );
    let given = published().and(Role::Chairman, "2025-08-25", replacement);
    let old = &given.round().decisions[DECISION];
    assert_eq!(old.replaced_by.as_deref(), Some("1600/QĐ-UBND"));
    assert_eq!(given.standing("p2"), "ENTERED");
    assert_eq!(
        given.round().items[&item("d1")].standing.decision(),
        Some("1600/QĐ-UBND")
    );
    assert!(matches!(
        given.rejected(
            Role::Chairman,
            "2025-08-26",
            correct(CorrectionKind::Replacement, "1601/QĐ-UBND", None)
        ),
        Rejection::DecisionStands {
            status: "REPLACED",
            ..
        }
    ));
}

#[test]
fn r43_a_replacement_adds_nobody_who_was_not_proposed() {
    let replacement = correct(
        CorrectionKind::Replacement,
        "1600/QĐ-UBND",
        Some(&["d1", "d2", "d3", "d4"]),
    );
    assert_eq!(
        published().denied(Role::Chairman, "2025-08-25", replacement),
        "R43"
    );
    let same_number = correct(CorrectionKind::Replacement, DECISION, None);
    assert!(matches!(
        published().rejected(Role::Chairman, "2025-08-25", same_number),
        Rejection::NumberTaken { .. }
    ));
    let by_records = correct(CorrectionKind::Replacement, "1600/QĐ-UBND", None);
    assert_eq!(
        published().denied(Role::Records, "2025-08-25", by_records),
        "R2"
    );
}

#[test]
fn r49_a_revoked_award_keeps_its_slot_and_is_given_back() {
    let given = issued().and(
        Role::Chairman,
        "2025-10-10",
        revoking("d1", RevocationGround::B, None),
    );
    assert_eq!(given.standing("d1"), "REVOKED");
    assert_eq!(given.round().slots_taken(Lane::CertDepartment), 3);
    let recovery = |id: &str| {
        Command::RecordRecovery(RecordRecovery {
            item: item(id),
            on: day("2025-11-01"),
            note: "Đã thu hồi bằng và tiền thưởng".to_owned(),
        })
    };
    let given = given.and(Role::Records, "2025-11-01", recovery("d1"));
    assert!(matches!(
        given.rejected(Role::Records, "2025-11-02", recovery("d1")),
        Rejection::ItemStands { .. }
    ));
    assert!(matches!(
        given.rejected(
            Role::Chairman,
            "2025-10-11",
            revoking("d1", RevocationGround::A, None)
        ),
        Rejection::ItemStands {
            status: "REVOKED",
            ..
        }
    ));
}

#[test]
fn r49_ground_d_is_about_the_achievement_period_only() {
    for (year, taken) in [
        (Some(2024), true),
        (Some(2023), false),
        (Some(2025), false),
        (None, false),
    ] {
        let result = issued().when(
            Role::Chairman,
            "2025-10-10",
            revoking("d1", RevocationGround::D, year),
        );
        assert_eq!(result.is_ok(), taken, "{year:?}");
    }
}

#[test]
fn r49_an_award_is_revoked_by_the_chairman_and_only_once_it_is_issued() {
    assert_eq!(
        issued().denied(
            Role::Records,
            "2025-10-10",
            revoking("d1", RevocationGround::A, None)
        ),
        "R2"
    );
    assert!(matches!(
        signed().rejected(
            Role::Chairman,
            "2025-10-10",
            revoking("d1", RevocationGround::A, None)
        ),
        Rejection::DecisionStands {
            wanted: "ISSUED",
            ..
        }
    ));
    assert!(matches!(
        issued().rejected(
            Role::Chairman,
            "2025-10-10",
            revoking("d4", RevocationGround::A, None)
        ),
        Rejection::ItemStands {
            status: "ENTERED",
            ..
        }
    ));
}

#[test]
fn r52_a_voided_number_is_never_used() {
    let void = |number: &str| {
        Command::VoidNumber(VoidNumber {
            body: IssuingBody::Chairman,
            year: 2025,
            number: number.to_owned(),
            reason: "Ghi nhầm sổ".to_owned(),
            taken: BTreeSet::new(),
        })
    };
    let given = proposed().and(Role::Records, "2025-08-14", void("1499/QĐ-UBND"));
    assert!(matches!(
        given.rejected(
            Role::Chairman,
            "2025-08-15",
            sign("1499/QĐ-UBND", "2025-08-15", &["d1"])
        ),
        Rejection::NumberTaken { .. }
    ));
    assert!(matches!(
        signed().rejected(Role::Records, "2025-08-16", void(DECISION)),
        Rejection::NumberTaken { .. }
    ));
}

#[test]
fn r50_units_are_told_what_became_of_each_item_and_why() {
    let notify = |on: &str| {
        Command::NotifyOutcomes(NotifyOutcomes {
            on: day(on),
            dossiers: Vec::new(),
        })
    };
    assert_eq!(
        proposed().rejected(Role::StandingOffice, "2025-08-14", notify("2025-08-14")),
        Rejection::NothingDecided
    );
    let events = signed()
        .when(Role::HomeAffairs, "2025-08-22", notify("2025-08-22"))
        .unwrap();
    let [RoundEvent::OutcomesNotified(told)] = events.as_slice() else {
        panic!("{events:?}");
    };
    let outcomes: Vec<_> = told
        .notices
        .iter()
        .flat_map(|n| &n.items)
        .map(|i| (i.item.as_str(), i.outcome.as_str()))
        .collect();
    assert_eq!(outcomes.first(), Some(&("d1", "AWARDED")));
    assert_eq!(outcomes[3], ("d4", "NOT_SELECTED"));
    let given = signed().told(events);
    let known = given
        .round()
        .known_since(&DossierId::parse("HS-d4").unwrap());
    assert_eq!(known, Some(day("2025-08-22")));
}

#[test]
fn a_round_closes_when_nothing_is_left_on_the_table_and_says_what_stayed_empty() {
    assert!(matches!(
        proposed().rejected(Role::StandingOffice, "2025-08-30", close("2025-08-30")),
        Rejection::Unfinished { .. }
    ));
    assert!(matches!(
        signed().rejected(Role::StandingOffice, "2025-08-30", close("2025-08-30")),
        Rejection::Unfinished { .. }
    ));
    let given = issued().and(
        Role::System,
        "2025-08-20",
        Command::SuspendItems(HoldChange {
            hold: hold("kl-1"),
            subject: subject("so-ct"),
        }),
    );
    let events = given
        .when(Role::StandingOffice, "2025-08-30", close("2025-08-30"))
        .unwrap();
    let [RoundEvent::RoundClosed(closed)] = events.as_slice() else {
        panic!("{events:?}");
    };
    let lapsed: Vec<_> = closed.lapsed.iter().map(|i| i.item.as_str()).collect();
    assert_eq!(lapsed, ["d4"]);
    let vacant: Vec<_> = closed.vacant.iter().map(|v| (v.lane, v.empty)).collect();
    assert_eq!(
        vacant,
        [
            (Lane::CertAdvising, 3),
            (Lane::CertServiceUnit, 1),
            (Lane::CertCentralAgency, 1),
            (Lane::CertDistrict, 2),
            (Lane::CertIndividual, 8),
        ]
    );
}

#[test]
fn in_a_closed_round_nothing_is_ranked_or_signed_but_awards_are_still_revoked() {
    let given = issued().and(Role::StandingOffice, "2025-08-30", close("2025-08-30"));
    let again = rank(&given, "2025-09-01");
    assert_eq!(
        given.denied(Role::StandingOffice, "2025-09-01", again),
        "D2"
    );
    assert_eq!(
        given.denied(
            Role::Chairman,
            "2025-09-01",
            sign("1700/QĐ-UBND", "2025-09-01", &["d4"])
        ),
        "D2"
    );
    assert_eq!(
        given.denied(
            Role::Chairman,
            "2025-09-01",
            Command::DeclineItem(DeclineItem {
                item: item("d4"),
                reason: "Lý do".to_owned()
            })
        ),
        "D2"
    );
    assert_eq!(
        given.leads_to(
            Role::Chairman,
            "2025-10-10",
            revoking("d1", RevocationGround::C, None)
        ),
        ["AwardRevoked"]
    );
}

#[test]
fn the_file_is_kept_for_the_years_of_the_rule_book() {
    let archive = |on: &str| Command::ArchiveRound(ArchiveRound { on: day(on) });
    let given = issued().and(Role::StandingOffice, "2025-08-30", close("2025-08-30"));
    let events = given
        .when(Role::Records, "2026-03-01", archive("2026-03-01"))
        .unwrap();
    let [RoundEvent::RoundArchived(archived)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(archived.retain_until, day("2046-03-01"));
    assert!(matches!(
        issued().rejected(Role::Records, "2026-03-01", archive("2026-03-01")),
        Rejection::NotClosed { .. }
    ));
    let given = given.told(events);
    assert!(matches!(
        given.rejected(Role::Records, "2026-03-02", archive("2026-03-02")),
        Rejection::Archived { .. }
    ));
}
