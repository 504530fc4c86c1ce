//! Minutes: quorum, votes, recusals.

use super::*;
use crate::ranking::event::Recusal;
use crate::ranking::round::Member;

const ON: &str = "2025-07-30";

fn minutes() -> RecordMeeting {
    meeting("12/BB-BCĐ", ON, &["d1"])
}

fn taken(meeting: RecordMeeting) -> Given {
    ranked().and(Role::StandingOffice, ON, record(meeting))
}

fn approved(in_favour: u32) -> bool {
    let mut meeting = minutes();
    meeting.tallies = vec![tally("d1", in_favour)];
    let given = taken(meeting);
    let approval = given.round().items[&item("d1")].approval.as_ref();
    approval.unwrap().approved
}

#[test]
fn more_than_half_of_all_members_approves_not_of_those_present() {
    // 9 members, 8 present: 5 of 9 carry, 4 of 9 do not, though 4 is half of those present.
    assert!(approved(5));
    assert!(!approved(4));
}

#[test]
fn two_thirds_of_all_members_are_a_quorum() {
    let attended = |present: u32| {
        let mut meeting = minutes();
        meeting.members_present = present;
        meeting.tallies = vec![Tally {
            item: item("d1"),
            in_favour: present,
            against: 0,
            abstained: 0,
            recused: 0,
        }];
        ranked().when(Role::StandingOffice, ON, record(meeting))
    };
    assert!(attended(6).is_ok());
    assert!(matches!(
        attended(5),
        Err(Rejection::NoQuorum {
            present: 5,
            total: 9,
            ..
        })
    ));
    assert!(matches!(attended(10), Err(Rejection::Attendance { .. })));
}

#[test]
fn votes_and_recusals_are_those_present() {
    let mut meeting = minutes();
    meeting.tallies[0].in_favour = 7;
    assert_eq!(
        ranked().rejected(Role::StandingOffice, ON, record(meeting)),
        Rejection::VotesDoNotAdd {
            item: item("d1"),
            counted: 7,
            present: 8
        }
    );
    let mut meeting = minutes();
    (meeting.tallies[0].in_favour, meeting.tallies[0].recused) = (7, 1);
    assert_eq!(
        ranked().rejected(Role::StandingOffice, ON, record(meeting)),
        Rejection::RecusalsDoNotAdd {
            item: item("d1"),
            counted: 1,
            listed: 0
        }
    );
}

fn member(n: u32, agency: &str) -> Member {
    Member {
        official: OfficialId::parse(&format!("uv-{n}")).unwrap(),
        person: PersonId::parse(&format!("ca-nhan-{n}")).unwrap(),
        agency: unit(agency),
    }
}

/// Eight members; the third is of so-y-te, and the first is the subject of p1.
fn named() -> RecordMeeting {
    let mut meeting = minutes();
    let agency = |n| if n == 3 { "so-y-te" } else { "thuong-truc" };
    meeting.members = (1..=8).map(|n| member(n, agency(n))).collect();
    meeting
}

fn recuse(meeting: &mut RecordMeeting, id: &str, n: u32) {
    meeting.recusals.push(Recusal {
        item: item(id),
        official: member(n, "thuong-truc").official,
    });
    for tally in &mut meeting.tallies {
        if tally.item == item(id) {
            tally.in_favour -= 1;
            tally.recused += 1;
        }
    }
}

#[test]
fn a_member_whose_own_unit_is_the_candidate_takes_no_part() {
    assert_eq!(
        ranked().denied(Role::StandingOffice, ON, record(named())),
        "R54"
    );
    let mut meeting = named();
    recuse(&mut meeting, "d1", 3);
    let given = taken(meeting);
    assert_eq!(given.round().minutes.len(), 1);
}

#[test]
fn nobody_votes_on_the_own_award_nor_on_one_of_the_own_unit() {
    let mut meeting = named();
    meeting.tallies = vec![tally("p1", 8)];
    recuse(&mut meeting, "p1", 3);
    assert_eq!(
        ranked().denied(Role::StandingOffice, ON, record(meeting.clone())),
        "R54",
        "the first member is the subject"
    );
    recuse(&mut meeting, "p1", 1);
    let given = taken(meeting);
    assert!(given.round().items[&item("p1")].approval.is_some());
}

#[test]
fn named_members_are_those_present_and_only_they_recuse() {
    let mut meeting = named();
    meeting.members.pop();
    assert!(matches!(
        ranked().rejected(Role::StandingOffice, ON, record(meeting)),
        Rejection::MembersDoNotAdd {
            named: 7,
            present: 8
        }
    ));
    let mut meeting = named();
    recuse(&mut meeting, "d1", 3);
    recuse(&mut meeting, "d1", 9);
    assert!(matches!(
        ranked().rejected(Role::StandingOffice, ON, record(meeting)),
        Rejection::RecusedAbsent { .. }
    ));
}

#[test]
fn what_the_meeting_does_not_approve_leaves_the_ranking_until_a_later_meeting_does() {
    let mut against = minutes();
    against.tallies = vec![tally("d1", 2)];
    let given = taken(against);
    assert_eq!(given.standing("d1"), "NOT_APPROVED");
    assert!(given.round().ranking.as_ref().unwrap().outdated.is_some());
    let later = record(meeting("14/BB-BCĐ", "2025-08-04", &["d1"]));
    let given = given.and(Role::StandingOffice, "2025-08-04", later);
    assert_eq!(given.standing("d1"), "ENTERED");
}

#[test]
fn minutes_are_recorded_once_and_only_after_a_ranking() {
    assert_eq!(
        opened().rejected(Role::StandingOffice, ON, record(minutes())),
        Rejection::NotRanked
    );
    let given = taken(minutes());
    assert_eq!(
        given.rejected(Role::StandingOffice, ON, record(minutes())),
        Rejection::MinutesRecorded {
            number: "12/BB-BCĐ".to_owned()
        }
    );
    assert_eq!(
        ranked().denied(Role::SteeringCommittee, ON, record(minutes())),
        "D"
    );
}
