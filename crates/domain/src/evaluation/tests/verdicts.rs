//! Each computed criterion passes, fails, and holds at its boundary; figures of domain.md E among them.

use super::*;
use FindingVerdict as F;
use RoundKind::{Annual, Final, Interim};
use Verdict::{Met, NeedsFinding, NotMet, Unknown};

/// Year, assigned, done on time.
type Tasks = (u16, u32, u32);

const PHASE: [u16; 5] = [2021, 2022, 2023, 2024, 2025];

fn years<'a>(values: &[&'a str]) -> Vec<(u16, &'a str)> {
    (2021..).zip(values.iter().copied()).collect()
}

/// A district proposed for the flag of the interim review.
fn flag(scores: &[&str]) -> Given {
    given(Interim, 2025)
        .unit("u", Group::District, false)
        .scores(&years(scores))
        .item("i", Lane::FlagDistrict, "u")
}

/// A district proposed for an annual certificate.
fn annual(year: u16) -> Given {
    given(Annual, year)
        .unit("u", Group::District, false)
        .item("i", Lane::CertDistrict, "u")
}

#[test]
fn r11_r22_all_tasks_on_time() {
    let table: [(&[Tasks], Verdict); 5] = [
        (&[(2024, 42, 42)], Met),
        (&[(2024, 0, 0)], Met),
        (&[(2024, 42, 41)], NotMet),
        (&[(2023, 42, 42)], Unknown),
        (&[(2023, 42, 41), (2024, 42, 42)], Met),
    ];
    for (tasks, verdict) in table {
        let case = annual(2024).tasks(tasks);
        assert_eq!(case.verdict(RuleId::R22), verdict, "{tasks:?}");
    }
    let all: Vec<_> = PHASE.map(|year| (year, 10, 10)).to_vec();
    assert_eq!(flag(&[]).tasks(&all).verdict(RuleId::R11), Met);
    assert_eq!(flag(&[]).tasks(&all[1..]).verdict(RuleId::R11), Unknown);
    let one_late = flag(&[]).tasks(&[(2022, 10, 9)]);
    assert_eq!(
        one_late.verdict(RuleId::R11),
        NotMet,
        "late wins over missing"
    );
    let unsaid = flag(&[]).tasks(&all).finding(RuleId::R11, None);
    assert_eq!(unsaid.verdict(RuleId::R11), NeedsFinding);
}

#[test]
fn r14_the_mean_of_the_phase_reaches_group_2() {
    for (scores, verdict) in [
        (["92", "81", "78", "74", "75"], Met),
        (["79.99", "79.99", "79.99", "79.99", "79.99"], NotMet),
        (["80", "80", "80", "80", "80"], Met),
        (["80", "80", "80", "80", "79.9999"], NotMet),
    ] {
        assert_eq!(flag(&scores).verdict(RuleId::R14), verdict, "{scores:?}");
    }
    let groups =
        flag(&["92", "81", "78", "74", "75"]).parameter("classification.average", "MEAN_OF_GROUPS");
    assert_eq!(groups.verdict(RuleId::R14), NotMet, "1, 2, 3, 3, 3");
    let every =
        flag(&["92", "81", "78", "80", "80"]).parameter("classification.average", "EVERY_YEAR");
    assert_eq!(every.verdict(RuleId::R14), NotMet);
}

#[test]
fn r14_r25_missing_years() {
    assert_eq!(
        flag(&["90", "90", "90", "90"]).verdict(RuleId::R14),
        Unknown
    );
    let one = given(Interim, 2025)
        .unit("u", Group::District, false)
        .scores(&[(2025, "40")])
        .item("i", Lane::FlagDistrict, "u");
    assert_eq!(
        one.verdict(RuleId::R14),
        Met,
        "one year of five: the finding"
    );
    let unsaid = one.clone().finding(RuleId::R14, None);
    assert_eq!(unsaid.verdict(RuleId::R14), NeedsFinding);
    let new = given(Annual, 2024)
        .unit("u", Group::District, false)
        .since(2024)
        .scores(&[(2024, "64.9999")])
        .item("i", Lane::CertDistrict, "u");
    assert_eq!(
        new.verdict(RuleId::R25),
        NotMet,
        "one year of one: the figure"
    );
}

#[test]
fn r25_the_mean_reaches_group_3() {
    for (scores, verdict) in [
        (["65", "65"], Met),
        (["64.999", "64.999"], NotMet),
        (["60", "70"], Met),
    ] {
        let case = annual(2022).scores(&years(&scores));
        assert_eq!(case.verdict(RuleId::R25), verdict, "{scores:?}");
        let alone = case.parameter("classification.annualWindow", "AWARD_YEAR");
        let award_year = if scores[1] == "64.999" { NotMet } else { Met };
        assert_eq!(alone.verdict(RuleId::R25), award_year, "{scores:?}");
    }
}

#[test]
fn r15_r26_no_year_in_group_5() {
    for (scores, verdict) in [
        (["95", "95", "95", "95", "49.9"], NotMet),
        (["50", "95", "95", "95", "95"], Met),
        (["49.9999", "95", "95", "95", "95"], NotMet),
    ] {
        assert_eq!(flag(&scores).verdict(RuleId::R15), verdict, "{scores:?}");
    }
    assert_eq!(
        flag(&["95", "95", "95", "95"]).verdict(RuleId::R15),
        Unknown
    );
    let missing = flag(&["49", "95", "95", "95"]);
    assert_eq!(
        missing.verdict(RuleId::R15),
        NotMet,
        "low wins over missing"
    );
    let long_ago = annual(2022).scores(&years(&["40", "90"]));
    assert_eq!(long_ago.verdict(RuleId::R26), NotMet);
    let alone = long_ago.parameter("classification.annualWindow", "AWARD_YEAR");
    assert_eq!(alone.verdict(RuleId::R26), Met);
}

#[test]
fn r16_r27_satisfaction_and_its_threshold() {
    let last = |kind, year, rate| {
        let lane = if kind == Annual {
            Lane::CertDistrict
        } else {
            Lane::FlagDistrict
        };
        given(kind, year)
            .unit("u", Group::District, false)
            .since(year)
            .rates(&[(year, rate)])
            .item("i", lane, "u")
    };
    for (kind, year, rule, rate, verdict) in [
        (Annual, 2025, RuleId::R27, "90", Met),
        (Annual, 2025, RuleId::R27, "89.9999", NotMet),
        (Annual, 2026, RuleId::R27, "94.99", NotMet),
        (Annual, 2026, RuleId::R27, "95", Met),
        (Interim, 2025, RuleId::R16, "90", Met),
        (Final, 2030, RuleId::R16, "94.9999", NotMet),
        (Final, 2030, RuleId::R16, "95", Met),
    ] {
        assert_eq!(
            last(kind, year, rate).verdict(rule),
            verdict,
            "{kind} {year} {rate}"
        );
    }
    let eased = |kind| last(kind, 2030, "91").parameter("satisfaction.from2026", "91");
    assert_eq!(eased(Annual).verdict(RuleId::R27), Met);
    assert_eq!(
        eased(Final).verdict(RuleId::R16),
        NotMet,
        "FINAL is always 95"
    );
}

#[test]
fn r27_a_unit_that_serves_no_public() {
    let case = annual(2024).rates(&[(2023, "10")]);
    assert_eq!(
        case.verdict(RuleId::R27),
        Met,
        "the finding stands for the rate"
    );
    let unsaid = case.clone().finding(RuleId::R27, None);
    assert_eq!(unsaid.verdict(RuleId::R27), Unknown);
    let few = annual(2024)
        .rates(&[(2024, "10")])
        .finding(RuleId::R27, None);
    assert_eq!(few.verdict(RuleId::R27), NeedsFinding);
}

/// An advising department in an annual round.
fn adviser(year: u16) -> Given {
    given(Annual, year)
        .unit("u", Group::Department, true)
        .item("i", Lane::CertAdvising, "u")
}

#[test]
fn r21_strictly_higher_than_the_year_before() {
    for (before, after, verdict) in [
        ("85", "85", NotMet),
        ("85", "85.01", Met),
        ("100", "100", NotMet),
        ("85", "84", NotMet),
        ("-", "85", Unknown),
        ("85", "-", Unknown),
    ] {
        let case = adviser(2024).component("c", "u", &[(2023, before), (2024, after)]);
        assert_eq!(case.verdict(RuleId::R21), verdict, "{before} {after}");
    }
    let kept = adviser(2024)
        .component("c", "u", &[(2023, "100"), (2024, "100")])
        .parameter("growth.atMaximum", "MET");
    assert_eq!(kept.verdict(RuleId::R21), Met);
}

#[test]
fn r21_new_and_no_components_need_a_finding() {
    let unsaid = |given: Given| given.finding(RuleId::R21, None).verdict(RuleId::R21);
    assert_eq!(unsaid(adviser(2024)), NeedsFinding, "no component");
    let new = adviser(2024).component("c", "u", &[(2024, "80")]);
    assert_eq!(unsaid(new), NeedsFinding, "new in the award year");
    let first = adviser(2021).component("c", "u", &[(2021, "80")]);
    assert_eq!(unsaid(first), NeedsFinding, "2021 has no year before");
    let gap = adviser(2024).component("c", "u", &[(2022, "70"), (2024, "80")]);
    assert_eq!(unsaid(gap), Unknown, "an older record makes the gap a gap");
    let taken_over = adviser(2024)
        .unit("v", Group::Department, true)
        .component("c", "v", &[(2023, "70")])
        .component("c", "u", &[(2024, "80")]);
    assert_eq!(unsaid(taken_over), Met, "rates belong to the component");
}

#[test]
fn r21_over_a_phase() {
    let phase = |rates: &[&str]| {
        given(Interim, 2025)
            .unit("u", Group::Department, true)
            .component("c", "u", &years(rates))
            .item("i", Lane::CertAdvising, "u")
            .finding(RuleId::R21, None)
    };
    let dip = phase(&["70", "75", "74", "80", "85"]);
    assert_eq!(dip.verdict(RuleId::R21), NotMet);
    let last_over_first = dip.parameter("growth.phase", "LAST_OVER_FIRST");
    assert_eq!(last_over_first.verdict(RuleId::R21), Met);
    assert_eq!(
        phase(&["-", "75", "76", "80", "85"]).verdict(RuleId::R21),
        Unknown
    );
    assert_eq!(
        phase(&["-", "75", "74", "80", "85"]).verdict(RuleId::R21),
        NotMet
    );
    assert_eq!(
        phase(&["70", "75", "76", "80", "85"]).verdict(RuleId::R21),
        Met
    );
}

#[test]
fn r21_every_component_or_their_mean() {
    let two = adviser(2024)
        .component("a", "u", &[(2023, "80"), (2024, "79")])
        .component("b", "u", &[(2023, "80"), (2024, "82")]);
    assert_eq!(two.verdict(RuleId::R21), NotMet);
    let mean = two.parameter("growth.components", "MEAN");
    assert_eq!(mean.verdict(RuleId::R21), Met);
    let unpublished = mean.component("d", "u", &[(2023, "80"), (2024, "-")]);
    assert_eq!(unpublished.verdict(RuleId::R21), Unknown);
}

#[test]
fn r30_higher_or_kept_at_the_maximum() {
    let case = |before: &str, after: &str| {
        given(Annual, 2024)
            .unit("u", Group::Department, true)
            .component("c", "u", &[(2023, before), (2024, after)])
            .person("i", Basis::Adviser, None)
            .with(|item| item.components = vec![ComponentId::parse("c").unwrap()])
    };
    for (before, after, verdict) in [
        ("100", "100", Met),
        ("90", "90", NotMet),
        ("89", "88", NotMet),
        ("95", "100", Met),
        ("-", "90", Unknown),
    ] {
        assert_eq!(
            case(before, after).verdict(RuleId::R30),
            verdict,
            "{before} {after}"
        );
    }
    let unsaid = case("80", "90").finding(RuleId::R30, None);
    assert_eq!(
        unsaid.verdict(RuleId::R30),
        NeedsFinding,
        "figures alone do not do"
    );
    let none = given(Annual, 2024).person("i", Basis::Adviser, None);
    assert_eq!(none.verdict(RuleId::R30), Met, "no component: the finding");
}

#[test]
fn r33_recognised_by_the_day_of_the_outcome() {
    let case = |named: Option<&str>| {
        let named = named.map(|id| InitiativeId::parse(id).unwrap());
        given(Annual, 2024)
            .initiative("good", true, "2031-07-01")
            .initiative("late", true, "2031-07-02")
            .initiative("refused", false, "2024-07-01")
            .person("i", Basis::Outsider, None)
            .with(|item| item.initiative = named)
    };
    for (named, verdict) in [
        (Some("good"), Met),
        (Some("late"), NotMet),
        (Some("refused"), NotMet),
        (Some("unknown"), NotMet),
        (None, NotMet),
    ] {
        assert_eq!(case(named).verdict(RuleId::R33), verdict, "{named:?}");
    }
    let unsaid = case(Some("good")).finding(RuleId::R33, None);
    assert_eq!(unsaid.verdict(RuleId::R33), NeedsFinding);
}

#[test]
fn a_finding_not_met_wins_over_every_figure() {
    let case = flag(&["95", "95", "95", "95", "95"]);
    assert_eq!(case.verdict(RuleId::R14), Met);
    let denied = case.finding(RuleId::R14, Some(F::NotMet));
    assert_eq!(denied.verdict(RuleId::R14), NotMet);
    let unpublished = adviser(2024)
        .component("c", "u", &[(2023, "-"), (2024, "90")])
        .finding(RuleId::R21, Some(F::NotMet));
    assert_eq!(unpublished.verdict(RuleId::R21), NotMet);
}

#[test]
fn group_bounds_move_the_mean_of_groups() {
    // E: 100 and 90.01 are Group 1, 90 is Group 2 (literally; Group 1 under the alternative).
    let case = |scores: &[&str], from: &str| {
        flag(scores)
            .parameter("classification.average", "MEAN_OF_GROUPS")
            .parameter("band.group1.from", from)
            .verdict(RuleId::R14)
    };
    let edge = ["90", "90", "79.999", "79.999", "80"];
    assert_eq!(case(&edge, "90.0001"), NotMet, "2, 2, 3, 3, 2");
    assert_eq!(case(&edge, "90"), Met, "1, 1, 3, 3, 2");
    let low = ["90.01", "65", "64.99", "50", "100"];
    assert_eq!(case(&low, "90.0001"), NotMet, "1, 3, 4, 4, 1");
}
