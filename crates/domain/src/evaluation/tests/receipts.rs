//! A receipt says everything a verdict rests on, in one canonical text.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::rounds::rounds;
use super::*;
use crate::ids::OfficialId;

fn of(case: &Given) -> Vec<Receipt> {
    receipts(&case.0, RuleBook::soc_trang(), &Sources::default()).unwrap()
}

fn department() -> Given {
    given(RoundKind::Annual, 2024)
        .unit("a", Group::Department, false)
        .scores(&[(2023, "89.2"), (2024, "91.2")])
        .rates(&[(2023, "92.1"), (2024, "93.1")])
        .tasks(&[(2024, 41, 41)])
        .item("i-1", Lane::CertDepartment, "a")
}

fn criterion(receipt: &Receipt, rule: RuleId) -> &CriterionReceipt {
    receipt
        .criteria
        .iter()
        .find(|one| one.rule == rule)
        .unwrap()
}

#[test]
fn a_receipt_names_engine_rule_book_facts_words_and_reasons() {
    let receipt = of(&department()).remove(0);
    assert_eq!(receipt.engine, ENGINE);
    assert_eq!(receipt.rule_book, RuleBook::soc_trang().reference());
    assert_eq!(receipt.inputs_digest, department().0.digest().unwrap());
    let mean = criterion(&receipt, RuleId::R25);
    let shown = serde_json::to_value(mean).unwrap();
    let clause = RuleBook::soc_trang().criterion(RuleId::R25).unwrap();
    assert_eq!(
        shown,
        json!({
            "rule": "R25", "citation": "III.4.b(2)", "verdict": "MET", "value": "90.2",
            "threshold": "65", "finding": {"verdict": "MET"}, "clause": {"vi": clause.vi, "en": clause.en},
            "inputs": [
                {"kind": "UNIT", "of": "a", "value": "2021"},
                {"kind": "SCORE", "of": "a", "year": 2021},
                {"kind": "SCORE", "of": "a", "year": 2022},
                {"kind": "SCORE", "of": "a", "year": 2023, "value": "89.2"},
                {"kind": "SCORE", "of": "a", "year": 2024, "value": "91.2"},
            ],
            "explanation": {
                "vi": "R25: chỉ số trung bình 90,2 ≥ 65 (180,4 / 2 năm)",
                "en": "R25: mean index score 90.2 ≥ 65 (180.4 / 2 years)",
            },
        })
    );
}

#[test]
fn a_receipt_says_where_each_fact_came_from_and_who_found() {
    let case = department();
    let key = |text: &str| text.parse::<FactKey>().unwrap();
    let facts = [(key("SCORE/a/2024"), 12), (key("TASKS/a/2024"), 7)].into();
    let source = FindingSource {
        finder: OfficialId::parse("o-1").unwrap(),
        finder_agency: UnitId::parse("van-phong").unwrap(),
        found_on: "2025-05-02".parse().unwrap(),
        position: Some(31),
    };
    let sources = Sources {
        facts_position: Some(40),
        facts: Some(&facts),
        findings: [((case.0.items[0].id.clone(), RuleId::R22), source)].into(),
    };
    let receipt = receipts(&case.0, RuleBook::soc_trang(), &sources)
        .unwrap()
        .remove(0);
    assert_eq!(receipt.facts_position, Some(40));
    let tasks = serde_json::to_value(criterion(&receipt, RuleId::R22)).unwrap();
    assert_eq!(tasks["inputs"][1]["position"], 7);
    assert_eq!(tasks["inputs"][1]["value"], "41/41");
    assert_eq!(
        tasks["finding"],
        json!({"verdict": "MET", "finder": "o-1", "finderAgency": "van-phong",
            "foundOn": "2025-05-02", "position": 31})
    );
    let scores = &criterion(&receipt, RuleId::R26).inputs;
    assert_eq!(scores.last().unwrap().position, Some(12));
    let finding = criterion(&receipt, RuleId::R23).finding.as_ref();
    assert_eq!(finding.unwrap().source, None);
}

#[test]
fn the_canonical_text_has_sorted_keys_no_blanks_and_one_digest() {
    let receipt = of(&department()).remove(0);
    let text = receipt.canonical().unwrap();
    assert!(
        text.starts_with(r#"{"asOf":"2031-07-01","criteria":[{"citation":"#),
        "{text}"
    );
    assert!(text.contains("Triển khai có hiệu quả"), "{text}");
    let digest = receipt.digest().unwrap();
    assert_eq!(digest.len(), "sha256:".len() + 64);
    let again: Receipt = serde_json::from_str(&text).unwrap();
    assert_eq!(again, receipt);
    assert_eq!(again.digest().unwrap(), digest);
    let other = of(&department().finding(RuleId::R23, None)).remove(0);
    assert_ne!(other.digest().unwrap(), digest);
}

#[test]
fn a_fact_has_one_written_name() {
    for name in [
        "SCORE/so-y-te/2024",
        "INITIATIVE/SK-2024-07",
        "UNIT/a",
        "COMPONENT/c/2021",
    ] {
        assert_eq!(name.parse::<FactKey>().unwrap().to_string(), name);
    }
    assert!("score/so-y-te/2024".parse::<FactKey>().is_ok());
    for wrong in [
        "",
        "SCORE",
        "SCORE/a",
        "SCORE/a/",
        "SCORE/a/2020",
        "SCORE/a/2024/1",
        "UNIT/a/2024",
        "UNIT/",
        "SCORE//2024",
        "HOLD/a",
        "SCORE/a/x",
    ] {
        assert_eq!(wrong.parse::<FactKey>(), Err(FactKeyError), "{wrong}");
    }
}

/// Why in English, of one rule of the first item.
fn english(case: &Given, rule: RuleId) -> String {
    assert_eq!(case.0.check(), Ok(()));
    criterion(&of(case)[0], rule).explanation.en.clone()
}

#[test]
fn the_english_words_say_what_the_vietnamese_say() {
    let no_figures = given(RoundKind::Annual, 2024)
        .unit("a", Group::Department, false)
        .item("i-1", Lane::CertDepartment, "a");
    let adviser = given(RoundKind::Annual, 2024)
        .unit("a", Group::Department, true)
        .component("c", "a", &[(2023, "70"), (2024, "70")])
        .item("i-1", Lane::CertAdvising, "a");
    let outsider = given(RoundKind::Annual, 2024).person("p", Basis::Outsider, None);
    let late = department().with(|item| {
        item.findings.insert(RuleId::R24, FindingVerdict::NotMet);
    });
    for (case, rule, words) in [
        (
            &department(),
            RuleId::R22,
            "41 of 41 tasks on time (2024); quality: the finding says it is met",
        ),
        (
            &department(),
            RuleId::R26,
            "lowest is 89.2 ≥ 50 (2023, of 2 years)",
        ),
        (
            &department(),
            RuleId::R27,
            "mean satisfaction 92.6 ≥ 90 (185.2 / 2 years)",
        ),
        (&no_figures, RuleId::R22, "no task figures for 2024"),
        (&no_figures, RuleId::R25, "no index score for 2024"),
        (&no_figures, RuleId::R26, "no index score for 2024"),
        (
            &no_figures,
            RuleId::R27,
            "no satisfaction rate for 2024; the finding says it is met",
        ),
        (
            &adviser,
            RuleId::R21,
            "c 70 (2023) → 70 (2024) is not higher",
        ),
        (&outsider, RuleId::R33, "no initiative"),
        (&late, RuleId::R24, "the finding says it is not met"),
        (
            &department().finding(RuleId::R23, None),
            RuleId::R23,
            "nobody has found yet",
        ),
    ] {
        assert_eq!(english(case, rule), format!("{rule}: {words}"));
    }
}

/// The numbers in a text, decimal commas as points, in whatever order it names them.
fn numbers(text: &str) -> Vec<String> {
    let plain = text.replace(',', ".");
    let parts = plain.split(|c: char| !c.is_ascii_digit() && c != '.');
    let parts = parts.map(|part| part.trim_matches('.').to_owned());
    let mut numbers: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    numbers.sort();
    numbers
}

/// The file without the records that a receipt does not name.
fn trimmed(file: &RoundFile, receipt: &Receipt) -> RoundFile {
    let inputs = receipt.criteria.iter().flat_map(|one| &one.inputs);
    let named: std::collections::BTreeSet<FactKey> = inputs.map(InputUsed::key).collect();
    let is = |kind, of: &str, year| named.contains(&FactKey::new(kind, of, year));
    let mut file = file.clone();
    file.index
        .retain(|r| is(FactKind::Score, r.unit.as_str(), Some(r.year)));
    file.satisfaction
        .retain(|r| is(FactKind::Satisfaction, r.unit.as_str(), Some(r.year)));
    file.tasks
        .retain(|r| is(FactKind::Tasks, r.unit.as_str(), Some(r.year)));
    file.components
        .retain(|r| is(FactKind::Component, r.id.as_str(), Some(r.year)));
    file.initiatives
        .retain(|r| is(FactKind::Initiative, r.id.as_str(), None));
    file.items.retain(|item| item.id == receipt.item);
    file
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn a_verdict_rests_on_nothing_but_the_facts_its_receipt_names(file in rounds()) {
        let book = RuleBook::soc_trang();
        for receipt in receipts(&file, book, &Sources::default()).unwrap() {
            let trimmed = trimmed(&file, &receipt);
            let again = receipts(&trimmed, book, &Sources::default()).unwrap().remove(0);
            prop_assert_eq!(&again.criteria, &receipt.criteria);
        }
    }

    #[test]
    fn receipts_say_what_the_outcome_says_in_both_languages(file in rounds()) {
        let book = RuleBook::soc_trang();
        let all = receipts(&file, book, &Sources::default()).unwrap();
        let outcome = evaluate(&file, book);
        prop_assert_eq!(all.len(), outcome.items.len());
        for (receipt, item) in all.iter().zip(&outcome.items) {
            prop_assert_eq!((&receipt.item, receipt.verdict), (&item.id, item.verdict));
            for (one, judged) in receipt.criteria.iter().zip(&item.criteria) {
                prop_assert_eq!((one.rule, one.verdict), (judged.rule, judged.verdict));
                prop_assert_eq!(&one.value, &judged.value);
                prop_assert_eq!(&one.explanation.vi, &judged.explanation);
                let (vi, en) = (numbers(&one.explanation.vi), numbers(&one.explanation.en));
                prop_assert_eq!(vi, en, "{} / {}", one.explanation.vi, one.explanation.en);
            }
            let text: Value = serde_json::from_str(&receipt.canonical().unwrap()).unwrap();
            prop_assert_eq!(text, serde_json::to_value(receipt).unwrap());
        }
    }
}
