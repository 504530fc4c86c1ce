//! The embedded book has no error, and each flaw that is put into it is found where it was put.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::ids::{ComponentId, UnitId};
use crate::percent::Percent;

fn book(change: impl FnOnce(&mut Value)) -> RuleBook {
    let mut text: Value = serde_json::from_str(RuleBook::soc_trang_text()).unwrap();
    change(&mut text);
    RuleBook::read(text.to_string().as_bytes()).unwrap()
}

/// Kind, severity and path of everything found, but for the embedded book's own warning.
fn found(book: &RuleBook, round: Option<PlannedRound<'_>>) -> Vec<String> {
    let flaws = lint(book, round).into_iter();
    let own = |flaw: &Flaw| flaw.path == "$.validity.to" && flaw.severity == Severity::Warning;
    flaws
        .filter(|flaw| !own(flaw))
        .map(|flaw| format!("{:?} {:?} {}", flaw.severity, flaw.kind, flaw.path))
        .collect()
}

fn round<'a>(
    days: (&str, &str),
    parameters: &'a BTreeMap<ParameterName, String>,
    components: &'a [ComponentRecord],
) -> PlannedRound<'a> {
    PlannedRound {
        kind: RoundKind::Annual,
        year: 2024,
        from: days.0.parse().unwrap(),
        to: days.1.parse().unwrap(),
        parameters,
        components,
    }
}

fn criterion<'v>(text: &'v mut Value, rule: &str) -> &'v mut Value {
    let criteria = text["criteria"].as_array_mut().unwrap();
    criteria.iter_mut().find(|one| one["rule"] == rule).unwrap()
}

#[test]
fn the_embedded_book_has_no_error_and_ends_before_its_own_final_review() {
    let flaws = lint(RuleBook::soc_trang(), None);
    let shown: Vec<_> = flaws.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "$.validity.to: the final review of 2030 opens when the index of 2030 is published, after the book's last day 2030-12-31"
        ]
    );
    assert_eq!(flaws[0].severity, Severity::Warning);
    let plan = (&BTreeMap::new(), &[][..]);
    let year = round(("2025-04-20", "2025-06-16"), plan.0, plan.1);
    assert_eq!(lint(RuleBook::soc_trang(), Some(year)), []);
}

#[test]
fn quotas_add_up_to_the_totals() {
    let more = |text: &mut Value| text["lanes"][8]["quotas"]["annual"] = json!(3);
    assert_eq!(found(&book(more), None), ["Error QuotaSum $.lanes"]);
    let moved = |text: &mut Value| {
        more(text);
        text["lanes"][5]["quotas"]["annual"] = json!(2);
    };
    assert_eq!(found(&book(moved), None), Vec::<String>::new());
    let own_totals = |text: &mut Value| {
        more(text);
        text["totals"] = json!([{"award": "COLLECTIVE_CERTIFICATE", "citation": "sửa đổi",
            "quotas": {"annual": 11, "interim": 20, "final": 20}}]);
    };
    assert_eq!(found(&book(own_totals), None), Vec::<String>::new());
    let over = |text: &mut Value| {
        text["lanes"][6]["quotas"]["interim"] = json!(5);
        text["lanes"][7]["quotas"]["interim"] = json!(0);
        text["lanes"][8]["quotas"]["interim"] = json!(3);
    };
    assert_eq!(
        found(&book(over), None),
        ["Warning QuotaOverGroup $.lanes[6].quotas.interim"]
    );
}

#[test]
fn bands_follow_each_other_and_thresholds_begin_where_they_do() {
    let answers = |value: &str| [(ParameterName::Group1From, value.to_owned())].into();
    for (value, flaws) in [
        ("80.0001", vec![]),
        (
            "80",
            vec!["Error BandOverlap $.parameters[\"band.group1.from\"]"],
        ),
        (
            "79",
            vec!["Error BandOverlap $.parameters[\"band.group1.from\"]"],
        ),
    ] {
        let parameters = answers(value);
        let plan = round(("2025-04-20", "2025-06-16"), &parameters, &[]);
        assert_eq!(found(RuleBook::soc_trang(), Some(plan)), flaws, "{value}");
    }
    let swapped = book(|text| {
        text["bands"] = json!({"group2From": "65", "group3From": "65", "group4From": "50"});
        criterion(text, "R14")["computation"]["MEAN"]["threshold"] = json!("65");
    });
    assert_eq!(
        found(&swapped, None),
        ["Error BandOverlap $.bands.group2From"]
    );
    for (threshold, kind) in [("66", "BandGap"), ("64", "BandOverlap")] {
        let crooked = book(|text| {
            criterion(text, "R25")["computation"]["MEAN"]["threshold"] = json!(threshold);
        });
        let wanted = format!("Error {kind} $.criteria[13].computation");
        assert_eq!(found(&crooked, None), [wanted]);
    }
    let floor = book(|text| {
        criterion(text, "R26")["computation"]["FLOOR"]["threshold"] = json!("49.9999");
    });
    assert_eq!(
        found(&floor, None),
        ["Error BandOverlap $.criteria[14].computation"]
    );
}

#[test]
fn the_book_and_its_clauses_are_in_force_throughout_the_round() {
    let none = BTreeMap::new();
    for (days, flaws) in [
        (("2030-11-01", "2030-12-31"), vec![]),
        (
            ("2030-11-01", "2031-01-01"),
            vec!["Error Expires $.validity"],
        ),
        (
            ("2022-04-05", "2022-06-01"),
            vec!["Error Expires $.validity"],
        ),
    ] {
        let plan = round(days, &none, &[]);
        assert_eq!(found(RuleBook::soc_trang(), Some(plan)), flaws, "{days:?}");
    }
    let dated = book(|text| {
        criterion(text, "R17")["validity"] = json!({"from": "2022-04-06", "to": "2025-06-01"});
    });
    let inside = round(("2025-04-20", "2025-06-16"), &none, &[]);
    assert_eq!(
        found(&dated, Some(inside)),
        ["Error Expires $.criteria[6].validity"]
    );
    let before = round(("2025-04-20", "2025-06-01"), &none, &[]);
    assert_eq!(found(&dated, Some(before)), Vec::<String>::new());
    assert_eq!(
        found(&dated, None),
        ["Warning Expires $.criteria[6].validity.to"]
    );
}

#[test]
fn thresholds_that_no_value_meets() {
    for (change, flaw) in [
        (
            (|text| text["voting"]["majority"] = json!({"numerator": 2, "denominator": 2}))
                as fn(&mut Value),
            "Error Unreachable $.voting.majority",
        ),
        (
            |text| criterion(text, "R14")["computation"]["MEAN"]["group"] = json!(0),
            "Error Unreachable $.criteria[3].computation",
        ),
        (
            |text| criterion(text, "R32")["computation"] = json!({"FLOOR": {"threshold": "50"}}),
            "Error Unreachable $.lanes[9].rows[1].criteria",
        ),
        (
            |text| criterion(text, "R24")["computation"] = json!("RECOGNISED_INITIATIVE"),
            "Error Unreachable $.lanes[5].rows[0].criteria",
        ),
    ] {
        let flaws = found(&book(change), None);
        assert_eq!(flaws.first().map(String::as_str), Some(flaw), "{flaws:?}");
    }
}

#[test]
fn r21_cannot_be_met_by_who_was_at_the_maximum() {
    let record = |year, rate: &str| ComponentRecord {
        id: ComponentId::parse("the-che").unwrap(),
        adviser: UnitId::parse("so-tu-phap").unwrap(),
        year,
        rate: Some(Percent::parse(rate).unwrap()),
    };
    let components = [
        record(2022, "100"),
        record(2023, "100"),
        record(2024, "100"),
    ];
    let none = BTreeMap::new();
    let days = ("2025-04-20", "2025-06-16");
    let flaws = lint(RuleBook::soc_trang(), Some(round(days, &none, &components)));
    let shown: Vec<_> = flaws.iter().map(|flaw| flaw.reason.as_str()).collect();
    assert_eq!(
        shown,
        ["R21: the-che was at 100 the year before 2024: no rate is higher (AMB-16)"]
    );
    let met = [(ParameterName::GrowthAtMaximum, "MET".to_owned())].into();
    let kept = round(days, &met, &components);
    assert_eq!(
        found(RuleBook::soc_trang(), Some(kept)),
        Vec::<String>::new()
    );
}

#[test]
fn criteria_without_finder_words_or_place() {
    for (change, flaw) in [
        (
            (|text| criterion(text, "R15")["computation"] = json!("FINDING")) as fn(&mut Value),
            "Error NoFinder $.criteria[4].computation",
        ),
        (
            |text| criterion(text, "R20")["citation"] = json!(" "),
            "Error Missing $.criteria[8].citation",
        ),
        (
            |text| criterion(text, "R20")["en"] = json!(""),
            "Error Missing $.criteria[8].en",
        ),
        (
            |text| text["lanes"][4]["rows"][0]["criteria"] = json!(["R19", "R21"]),
            "Error Missing $.lanes[4].rows[0].criteria",
        ),
    ] {
        let flaws = found(&book(change), None);
        assert_eq!(flaws.first().map(String::as_str), Some(flaw), "{flaws:?}");
    }
    let dropped = book(|text| {
        text["lanes"][4]["rows"][0]["criteria"] = json!(["R19", "R21"]);
        text["ambiguities"].as_array_mut().unwrap().remove(5);
    });
    assert_eq!(
        found(&dropped, None),
        [
            "Error Missing $.lanes[4].rows[0].criteria",
            "Warning Unused $.criteria[8]",
            "Warning Missing $.ambiguities",
            "Warning Missing $.ambiguities",
        ]
    );
}
