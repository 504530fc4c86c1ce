//! Rules that people find on, who belongs into a lane, and how many a lane rewards, each by its id.
//! Criteria of figures are in `verdicts.rs`, dossiers in `rules/dossier`, rounds in `rules/rounds`.

use super::*;
use FindingVerdict as F;
use RoundKind::{Annual, Interim};
use Verdict::{Met, NeedsFinding, NotMet};

/// A unit or person who meets every figure of the lane, with every finding `MET`.
fn complete(lane: Lane, basis: Option<Basis>) -> Given {
    let years = 2021..=2025;
    let percents =
        |value: &'static str| -> Vec<_> { years.clone().map(|year| (year, value)).collect() };
    let growing = [
        (2021, "80"),
        (2022, "81"),
        (2023, "82"),
        (2024, "83"),
        (2025, "84"),
    ];
    let tasks: Vec<_> = years.clone().map(|year| (year, 1, 1)).collect();
    let given = given(Interim, 2025)
        .unit("u", Group::Department, true)
        .scores(&percents("91"))
        .rates(&percents("96"))
        .tasks(&tasks)
        .component("c", "u", &growing)
        .initiative("sk", true, "2024-01-01");
    match basis {
        None => given.item("i", lane, "u"),
        Some(basis) => given.person("i", basis, Some("90")).with(|item| {
            if basis == Basis::Adviser {
                item.components = vec![ComponentId::parse("c").unwrap()];
            }
            if basis == Basis::Outsider {
                item.initiative = Some(InitiativeId::parse("sk").unwrap());
            }
        }),
    }
}

const FLAG: (Lane, Option<Basis>) = (Lane::FlagDepartment, None);
const ASSESSED: (Lane, Option<Basis>) = (Lane::CertDepartment, None);
const ADVISING: (Lane, Option<Basis>) = (Lane::CertAdvising, None);
const ADVISER: (Lane, Option<Basis>) = (Lane::CertIndividual, Some(Basis::Adviser));
const INSIDER: (Lane, Option<Basis>) = (Lane::CertIndividual, Some(Basis::Insider));
const OUTSIDER: (Lane, Option<Basis>) = (Lane::CertIndividual, Some(Basis::Outsider));

#[test]
fn r12_r13_r17_r19_r20_r23_r24_r28_r31_r32_r34_are_what_people_find() {
    for ((lane, basis), rules) in [
        (FLAG, &[RuleId::R12, RuleId::R13, RuleId::R17][..]),
        (ADVISING, &[RuleId::R19, RuleId::R20]),
        (ASSESSED, &[RuleId::R23, RuleId::R24, RuleId::R28]),
        (ADVISER, &[RuleId::R31]),
        (INSIDER, &[RuleId::R32, RuleId::R34]),
        (OUTSIDER, &[RuleId::R34]),
    ] {
        for rule in rules {
            for (finding, verdict, eligibility) in [
                (Some(F::Met), Met, Eligibility::Eligible),
                (Some(F::NotMet), NotMet, Eligibility::Ineligible),
                (None, NeedsFinding, Eligibility::Pending),
            ] {
                let case = complete(lane, basis).finding(*rule, finding);
                assert_eq!(case.verdict(*rule), verdict, "{rule} {finding:?}");
                let item = &case.outcome().items[0];
                assert_eq!(item.verdict, eligibility, "{rule} {finding:?}");
            }
        }
    }
}

#[test]
fn r11_r14_r16_r21_r22_r25_r27_r30_r33_a_finding_against_stands_whatever_the_figures_say() {
    for ((lane, basis), rules) in [
        (FLAG, &[RuleId::R11, RuleId::R14, RuleId::R16][..]),
        (ASSESSED, &[RuleId::R22, RuleId::R25, RuleId::R27]),
        (ADVISING, &[RuleId::R21]),
        (ADVISER, &[RuleId::R30]),
        (OUTSIDER, &[RuleId::R33]),
    ] {
        for rule in rules {
            let case = complete(lane, basis);
            assert_eq!(case.verdict(*rule), Met, "{rule} by its figures");
            let against = case.finding(*rule, Some(F::NotMet));
            assert_eq!(against.verdict(*rule), NotMet, "{rule}");
        }
    }
}

#[test]
fn r15_r26_take_no_finding() {
    for ((lane, basis), rule) in [(FLAG, RuleId::R15), (ASSESSED, RuleId::R26)] {
        let case = complete(lane, basis).finding(rule, Some(F::Met));
        let error = case.0.check().unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("$.items[0].findings.{rule}: ")),
            "{error}"
        );
    }
}

/// Whether a subject may stand in a lane; a person's item is an insider's.
fn belongs(group: Group, advising: bool, lane: Lane, subject: &str) -> bool {
    let given = given(Interim, 2025).unit("u", group, advising);
    let given = if lane.is_individual() {
        given.person("i", Basis::Insider, None).with(|item| {
            item.subject = SubjectId::parse(subject).unwrap();
        })
    } else {
        given.item("i", lane, subject)
    };
    match given.0.check() {
        Ok(()) => true,
        Err(error) => {
            let error = error.to_string();
            assert!(error.starts_with("$.items[0].subject: "), "{error}");
            false
        }
    }
}

#[test]
fn r3_a_subject_stands_in_the_lanes_of_its_kind_only() {
    for group in Group::ALL {
        for lane in Lane::ALL {
            let own = match lane {
                Lane::FlagDepartment | Lane::CertDepartment => *group == Group::Department,
                Lane::FlagServiceUnit | Lane::CertServiceUnit => *group == Group::ServiceUnit,
                Lane::FlagCentralAgency | Lane::CertCentralAgency => *group == Group::CentralAgency,
                Lane::FlagDistrict | Lane::CertDistrict => *group == Group::District,
                Lane::CertAdvising | Lane::CertIndividual => false,
            };
            assert_eq!(belongs(*group, false, *lane, "u"), own, "{group} {lane}");
            let person = *lane == Lane::CertIndividual;
            assert_eq!(belongs(*group, false, *lane, "person-1"), person, "{lane}");
        }
    }
    assert!(belongs(Group::Department, true, Lane::CertAdvising, "u"));
    assert!(!belongs(Group::Department, false, Lane::CertAdvising, "u"));
}

#[test]
fn r4_a_flag_is_for_units_that_were_assessed_by_the_award_year() {
    let since = |year| {
        let case = given(Interim, 2025)
            .unit("u", Group::District, false)
            .since(year);
        case.item("i", Lane::FlagDistrict, "u").0.check()
    };
    assert_eq!(since(2021), Ok(()));
    assert_eq!(since(2025), Ok(()), "the award year is early enough");
    let late = since(2026).unwrap_err().to_string();
    assert!(late.starts_with("$.items[0].subject: "), "{late}");
    let annual = given(Annual, 2024).unit("u", Group::District, false);
    let annual = annual.item("i", Lane::FlagDistrict, "u").0.check();
    let annual = annual.unwrap_err().to_string();
    assert!(annual.starts_with("$.items[0].lane: "), "{annual}");
}

#[test]
fn r9_individuals_of_every_basis_share_one_lane() {
    let mut case = given(Annual, 2024).initiative("sk", true, "2024-01-01");
    let bases = [Basis::Adviser, Basis::Insider, Basis::Outsider];
    for (n, basis) in (0..11).zip(bases.into_iter().cycle()) {
        let score = format!("{}", 90 - n);
        case = case
            .person(&format!("p{n}"), basis, Some(&score))
            .with(|item| {
                item.initiative =
                    (basis == Basis::Outsider).then(|| InitiativeId::parse("sk").unwrap());
            });
    }
    let lane = case.lane(Lane::CertIndividual);
    assert_eq!((lane.quota, lane.selected, lane.empty), (10, 10, 0));
    let outcomes = case.outcomes();
    assert_eq!(
        outcomes[9], "p9 SELECTED 10",
        "the tenth, of whatever basis"
    );
    assert_eq!(outcomes[10], "p10 NOT_SELECTED 11");
}

/// A unit of a group that meets every criterion of its flag.
fn for_flag(given: Given, id: &str, group: Group, score: &str) -> Given {
    let lane = match group {
        Group::Department => Lane::FlagDepartment,
        Group::ServiceUnit => Lane::FlagServiceUnit,
        Group::CentralAgency => Lane::FlagCentralAgency,
        Group::District => Lane::FlagDistrict,
    };
    let years = 2021..=2025;
    given
        .unit(id, group, false)
        .scores(&years.clone().map(|year| (year, score)).collect::<Vec<_>>())
        .rates(&years.clone().map(|year| (year, "96")).collect::<Vec<_>>())
        .tasks(&years.map(|year| (year, 1, 1)).collect::<Vec<_>>())
        .item(id, lane, id)
}

#[test]
fn r18_one_flag_a_block_for_the_first_in_rank() {
    let mut case = given(Interim, 2025);
    for (group, first, second) in [
        (Group::Department, "d1", "d2"),
        (Group::ServiceUnit, "s1", "s2"),
        (Group::CentralAgency, "c1", "c2"),
    ] {
        case = for_flag(case, second, group, "90");
        case = for_flag(case, first, group, "90.0001");
    }
    let case = for_flag(case, "h1", Group::District, "80");
    assert_eq!(
        case.outcomes(),
        [
            "d2 NOT_SELECTED 2",
            "d1 SELECTED 1",
            "s2 NOT_SELECTED 2",
            "s1 SELECTED 1",
            "c2 NOT_SELECTED 2",
            "c1 SELECTED 1",
            "h1 SELECTED 1"
        ]
    );
    // Who falls short leaves the flag where it is: it goes to no other block (R8).
    let none = for_flag(given(Interim, 2025), "h1", Group::District, "79.9999");
    assert_eq!(none.outcomes(), ["h1 INELIGIBLE"]);
    assert_eq!(none.lane(Lane::FlagDistrict).empty, 1);
}
