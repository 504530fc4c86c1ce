//! Scores, rankings, ties, corrections.

use super::*;
use crate::ids::AppealId;
use crate::percent::Percent;
use crate::ranking::round::{GivenScore, NoteCorrection, ReopenItem, RuleOnTie, ScoreIndividuals};

fn percent(text: &str) -> Percent {
    Percent::parse(text).unwrap()
}

fn scores(id: &str, score: &str, ballots: &[&str]) -> ScoreIndividuals {
    ScoreIndividuals {
        date: day("2025-07-29"),
        body: "Hội đồng chấm điểm cá nhân".to_owned(),
        members_total: 9,
        members_present: 8,
        voting: Voting::Secret,
        scores: vec![GivenScore {
            item: item(id),
            score: percent(score),
            ballots: ballots.iter().map(|b| percent(b)).collect(),
        }],
    }
}

fn ruling(order: &[&str]) -> RuleOnTie {
    RuleOnTie {
        lane: Lane::CertDepartment,
        order: items(order),
        minutes_number: "13/BB-BCĐ".to_owned(),
        date: day("2025-08-02"),
        reason: "Kết quả nổi bật hơn".to_owned(),
    }
}

fn tied() -> Given {
    let given = opened();
    let tie = ranking(&given, "2025-07-30", &["d3", "d4"]);
    given.and(
        Role::StandingOffice,
        "2025-07-30",
        Command::ComputeRanking(Box::new(tie)),
    )
}

#[test]
fn a_score_is_the_mean_of_its_ballots_and_they_are_kept_highest_first() {
    let given = opened();
    let right = scores("p1", "91.25", &["90", "92.5"]);
    let events = given
        .when(
            Role::StandingOffice,
            "2025-07-29",
            Command::ScoreIndividuals(right),
        )
        .unwrap();
    let [RoundEvent::CouncilScored(scored)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(scored.scores[0].ballots, [percent("92.5"), percent("90")]);
    let wrong = scores("p1", "91.26", &["90", "92.5"]);
    assert_eq!(
        given.rejected(
            Role::StandingOffice,
            "2025-07-29",
            Command::ScoreIndividuals(wrong)
        ),
        Rejection::NotTheMean {
            item: item("p1"),
            score: percent("91.26"),
            mean: percent("91.25")
        }
    );
}

#[test]
fn a_mean_that_four_decimals_do_not_hold_is_rounded_half_to_even() {
    for (score, ballots) in [
        ("87.3333", &["87", "87", "88"][..]),
        ("87.0002", &["87.0002", "87.0001", "87.0003"][..]),
        // 0.00005 lies between 0.0000 and 0.0001: the even one.
        ("80", &["80", "80.0001"][..]),
        ("80.0002", &["80.0001", "80.0002"][..]),
    ] {
        let taken = opened().leads_to(
            Role::StandingOffice,
            "2025-07-29",
            Command::ScoreIndividuals(scores("p1", score, ballots)),
        );
        assert_eq!(taken, ["CouncilScored"], "{score}");
    }
}

#[test]
fn only_individuals_are_scored_and_nobody_votes_twice() {
    let given = opened();
    let unit = Command::ScoreIndividuals(scores("d1", "90", &["90"]));
    assert_eq!(
        given.rejected(Role::StandingOffice, "2025-07-29", unit),
        Rejection::NotAnIndividual { item: item("d1") }
    );
    let nine = Command::ScoreIndividuals(scores("p1", "90", &["90"; 9]));
    assert!(matches!(
        given.rejected(Role::StandingOffice, "2025-07-29", nine),
        Rejection::Ballots { ballots: 9, .. }
    ));
    let mut crowd = scores("p1", "90", &["90"]);
    crowd.members_present = 10;
    assert_eq!(
        given.rejected(
            Role::StandingOffice,
            "2025-07-29",
            Command::ScoreIndividuals(crowd)
        ),
        Rejection::Attendance {
            present: 10,
            total: 9
        }
    );
}

#[test]
fn scores_make_an_earlier_ranking_outdated() {
    let given = ranked().and(
        Role::StandingOffice,
        "2025-07-30",
        Command::ScoreIndividuals(scores("p1", "90", &["90"])),
    );
    assert!(given.round().ranking.as_ref().unwrap().outdated.is_some());
}

#[test]
fn a_ranking_is_recorded_with_digest_and_position_and_editions_count_up() {
    let given = ranked();
    let again = rank(&given, "2025-08-01");
    let given = given.and(Role::StandingOffice, "2025-08-01", again);
    let latest = &given.round().ranking.as_ref().unwrap().computed;
    assert_eq!((latest.edition, latest.facts_position), (2, 100));
    assert!(latest.inputs_digest.starts_with("sha256:"));
}

#[test]
fn a_simulation_or_another_rule_book_is_never_recorded() {
    let given = opened();
    let mut what_if = ranking(&given, "2025-07-30", &[]);
    what_if.simulation = true;
    assert_eq!(
        given.rejected(
            Role::StandingOffice,
            "2025-07-30",
            Command::ComputeRanking(Box::new(what_if))
        ),
        Rejection::Simulated
    );
    let mut other = ranking(&given, "2025-07-30", &[]);
    other.rule_book_digest = "sha256:0".to_owned();
    assert!(matches!(
        given.rejected(
            Role::StandingOffice,
            "2025-07-30",
            Command::ComputeRanking(Box::new(other))
        ),
        Rejection::OtherRuleBook { .. }
    ));
}

#[test]
fn a_ranking_of_a_round_that_changed_meanwhile_is_not_recorded() {
    let before = opened();
    let stale = ranking(&before, "2025-07-30", &[]);
    let late = entering(vec![entry("d9", Lane::CertDepartment, "so-xd")]);
    let given = before.clone().and(Role::System, "2025-07-30", late);
    assert_eq!(
        given.rejected(
            Role::StandingOffice,
            "2025-07-30",
            Command::ComputeRanking(Box::new(stale.clone()))
        ),
        Rejection::InputsOutdated { what: "its items" }
    );
    let given = before.and(
        Role::StandingOffice,
        "2025-07-30",
        Command::ScoreIndividuals(scores("p1", "90", &["90"])),
    );
    assert_eq!(
        given.rejected(
            Role::StandingOffice,
            "2025-07-30",
            Command::ComputeRanking(Box::new(stale))
        ),
        Rejection::InputsOutdated {
            what: "the council's scores"
        }
    );
}

#[test]
fn nobody_ranks_for_tomorrow() {
    let given = opened();
    let tomorrow = rank(&given, "2025-07-31");
    assert!(matches!(
        given.rejected(Role::StandingOffice, "2025-07-30", tomorrow),
        Rejection::Day { field: "asOf", .. }
    ));
}

#[test]
fn a_ruling_names_every_member_of_the_tie_and_the_lanes_are_ranked_again() {
    let given = tied();
    assert_eq!(
        given.rejected(
            Role::StandingOffice,
            "2025-08-02",
            Command::RuleOnTie(ruling(&["d4"]))
        ),
        Rejection::TieMemberMissing {
            lane: Lane::CertDepartment,
            item: item("d3")
        }
    );
    let given = given.and(
        Role::StandingOffice,
        "2025-08-02",
        Command::RuleOnTie(ruling(&["d4", "d3", "d1"])),
    );
    assert!(given.round().ranking.as_ref().unwrap().outdated.is_some());
    assert_eq!(
        given.round().rulings[&Lane::CertDepartment],
        items(&["d4", "d3", "d1"])
    );
}

#[test]
fn a_ruling_is_about_a_tie_and_about_items_of_the_lane() {
    let none = ranked().rejected(
        Role::StandingOffice,
        "2025-08-02",
        Command::RuleOnTie(ruling(&["d3", "d4"])),
    );
    assert_eq!(
        none,
        Rejection::NoTie {
            lane: Lane::CertDepartment
        }
    );
    assert_eq!(
        tied().rejected(
            Role::StandingOffice,
            "2025-08-02",
            Command::RuleOnTie(ruling(&["d3", "d4", "p1"]))
        ),
        Rejection::OtherLane {
            item: item("p1"),
            lane: Lane::CertDepartment
        }
    );
    assert_eq!(
        tied().rejected(
            Role::StandingOffice,
            "2025-08-02",
            Command::RuleOnTie(ruling(&["d3", "d4", "d3"]))
        ),
        Rejection::Twice { item: item("d3") }
    );
    assert_eq!(
        tied().denied(
            Role::Chairman,
            "2025-08-02",
            Command::RuleOnTie(ruling(&["d3", "d4"]))
        ),
        "D"
    );
}

fn correction(year: u16) -> Command {
    Command::NoteCorrection(NoteCorrection {
        cause: 412,
        year,
        reason: "UNIT_INDEX 2024 edition 2: so-y-te: 90.74 → 80".to_owned(),
        units: BTreeSet::from([unit("so-y-te")]),
        components: BTreeSet::new(),
    })
}

#[test]
fn corrected_facts_reopen_the_list_of_an_open_round() {
    let given = proposed();
    assert_eq!(
        given.leads_to(Role::System, "2025-08-05", correction(2024)),
        ["ReevaluationNeeded", "ShortlistReopened"]
    );
    let given = given.and(Role::System, "2025-08-05", correction(2024));
    assert_eq!(given.round().shortlist, None);
    assert_eq!(
        given.denied(
            Role::Chairman,
            "2025-08-15",
            sign(DECISION, "2025-08-15", &["d1"])
        ),
        "R43"
    );
}

#[test]
fn corrected_facts_flag_awards_and_change_none() {
    let given = signed();
    assert_eq!(
        given.leads_to(Role::System, "2025-09-05", correction(2024)),
        ["AwardFlaggedForReview"]
    );
    let given = given.and(Role::System, "2025-09-05", correction(2024));
    assert_eq!(given.standing("d1"), "AWARDED");
    assert_eq!(given.round().items[&item("d1")].flags.len(), 1);
}

#[test]
fn a_correction_of_a_later_year_concerns_nobody() {
    let nothing = proposed().leads_to(Role::System, "2026-08-05", correction(2025));
    assert_eq!(nothing, Vec::<&str>::new());
}

#[test]
fn an_upheld_appeal_opens_the_item_again_and_says_whether_slots_are_left() {
    let reopen = |id: &str| {
        Command::ReopenItem(ReopenItem {
            cause: 500,
            appeal: AppealId::parse("kn-1").unwrap(),
            item: item(id),
            reason: "Có căn cứ".to_owned(),
        })
    };
    let events = signed()
        .when(Role::System, "2025-09-20", reopen("d4"))
        .unwrap();
    let Some(RoundEvent::ReevaluationNeeded(needed)) = events.first() else {
        panic!("{events:?}");
    };
    assert!(needed.ruling_needed, "three of three slots are taken");
    let events = ranked()
        .when(Role::System, "2025-09-20", reopen("d4"))
        .unwrap();
    let [RoundEvent::ReevaluationNeeded(needed)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert!(!needed.ruling_needed);
}
