//! The two sample rounds give the outcome that their README promises.

use std::collections::BTreeMap;

use super::*;

const ROUND_2024: &[u8] = include_bytes!("../../../../../examples/soc-trang-2024/round-2024.json");
const ROUND_2025: &[u8] = include_bytes!("../../../../../examples/soc-trang-2025/round-2025.json");

fn outcome(bytes: &[u8]) -> Outcome {
    let file = RoundFile::read(bytes).unwrap();
    evaluate(&file, RuleBook::soc_trang())
}

/// `lane quota/selected/empty/final` of each lane.
fn lanes(outcome: &Outcome) -> Vec<String> {
    let shown = outcome.lanes.iter().map(|lane| {
        let LaneOutcome {
            quota,
            selected,
            empty,
            r#final,
            ..
        } = lane;
        format!("{} {quota} {selected} {empty} {final}", lane.lane)
    });
    shown.collect()
}

/// Checks a table of `items: OUTCOME`, items with their places where they are ranked.
fn check(outcome: &Outcome, table: &[(&str, &str)]) {
    let found: BTreeMap<String, String> = outcome
        .items
        .iter()
        .map(|item| {
            let place = item
                .place
                .map_or(String::new(), |place| format!("@{place}"));
            (format!("{}{place}", item.id), item.outcome.to_string())
        })
        .collect();
    let wanted: BTreeMap<String, String> = table
        .iter()
        .flat_map(|(outcome, items)| {
            items
                .split_whitespace()
                .map(|item| (item.to_owned(), (*outcome).to_owned()))
        })
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn the_annual_round_of_2024() {
    let outcome = outcome(ROUND_2024);
    assert_eq!(
        lanes(&outcome),
        [
            "CERT_ADVISING 3 3 0 false",
            "CERT_DEPARTMENT 3 3 0 false",
            "CERT_SERVICE_UNIT 1 1 0 false",
            "CERT_CENTRAL_AGENCY 1 0 1 false",
            "CERT_DISTRICT 2 2 0 true",
            "CERT_INDIVIDUAL 10 9 0 false",
        ]
    );
    check(
        &outcome,
        &[
            (
                "SELECTED",
                "hs02-1@1 hs01-1@2 hs03-1@3  hs04-2@1 hs09-1@2 hs10-1@3  hs15-1@1  hs22-1@1 hs21-1@2 \
                 hs02-3@1 hs01-3@2 hs01-4@3 hs03-3@3 hs21-2@5 hs05-3@6 hs04-3@7 hs21-3@8 hs08-2@9",
            ),
            (
                "NOT_SELECTED",
                "hs05-1@4  hs07-2@4 hs14-1@5  hs23-1@3  hs22-3@13 hs23-2@14 hs24-3@15 hs15-2@16",
            ),
            ("TIE_UNRESOLVED", "hs09-2@10 hs10-2@10 hs22-2@10"),
            (
                "INELIGIBLE",
                "hs04-1 hs03-2 hs06-2 hs11-1 hs18-1 hs24-1 hs07-3 hs11-2 hs14-2",
            ),
            ("PENDING", "hs07-1 hs12-1 hs17-1 hs20-1 hs24-2"),
            ("SUSPENDED", "hs08-1 hs12-2"),
            ("ABSORBED", "hs01-2 hs02-2 hs05-2"),
        ],
    );
    assert_eq!(outcome.warnings, Vec::<String>::new());
}

#[test]
fn a_ruling_settles_the_tie_of_2024() {
    let mut file = RoundFile::read(ROUND_2024).unwrap();
    let order = ["hs22-2", "hs09-2", "hs10-2"].map(|id| ItemId::parse(id).unwrap());
    file.tie_rulings.push(TieRuling {
        lane: Lane::CertIndividual,
        order: order.to_vec(),
    });
    let outcome = evaluate(&file, RuleBook::soc_trang());
    let places = order.map(|id| {
        let item = outcome.items.iter().find(|item| item.id == id).unwrap();
        (item.outcome, item.place)
    });
    assert_eq!(
        places,
        [
            (ItemOutcome::Selected, Some(10)),
            (ItemOutcome::NotSelected, Some(11)),
            (ItemOutcome::NotSelected, Some(12)),
        ]
    );
}

#[test]
fn figures_of_2024_are_shown_as_people_read_them() {
    let outcome = outcome(ROUND_2024);
    let criterion = |item: &str, rule: RuleId| {
        let item = outcome
            .items
            .iter()
            .find(|one| one.id.as_str() == item)
            .unwrap();
        item.criteria
            .iter()
            .find(|one| one.rule == rule)
            .unwrap()
            .clone()
    };
    let satisfaction = criterion("hs03-2", RuleId::R27);
    assert_eq!(satisfaction.value.as_deref(), Some("89.9875"));
    assert_eq!(satisfaction.threshold.as_deref(), Some("90"));
    assert_eq!(satisfaction.citation, "III.4.b(2)");
    assert_eq!(
        satisfaction.explanation,
        "R27: hài lòng trung bình 89,9875 < 90 (359,95 / 4 năm)"
    );
    assert_eq!(
        criterion("hs14-1", RuleId::R25).value.as_deref(),
        Some("65")
    );
    assert_eq!(criterion("hs07-1", RuleId::R21).value, None);
}

#[test]
fn the_interim_review_of_2025() {
    let outcome = outcome(ROUND_2025);
    assert_eq!(
        lanes(&outcome),
        [
            "FLAG_DEPARTMENT 1 1 0 true",
            "FLAG_SERVICE_UNIT 1 1 0 true",
            "FLAG_CENTRAL_AGENCY 1 1 0 true",
            "FLAG_DISTRICT 1 1 0 false",
            "CERT_ADVISING 7 3 4 false",
            "CERT_DEPARTMENT 5 5 0 true",
            "CERT_SERVICE_UNIT 2 1 1 false",
            "CERT_CENTRAL_AGENCY 2 2 0 true",
            "CERT_DISTRICT 4 4 0 false",
            "CERT_INDIVIDUAL 20 19 0 false",
        ]
    );
    check(
        &outcome,
        &[
            (
                "SELECTED",
                "i-001@1 i-005@1 i-008@1 i-009@1  i-017@1 i-014@2 i-018@3 \
                 i-023@1 i-031@2 i-024@3 i-025@4 i-028@5  i-034@1  i-038@1 i-036@2 \
                 i-042@1 i-045@2 i-046@3 i-047@4  i-051@1 i-049@2 i-050@3 i-052@4 i-059@5 i-054@6 \
                 i-056@7 i-057@8 i-058@9 i-061@10 i-060@11 i-062@12 i-063@13 i-066@14 i-065@15 \
                 i-067@16 i-068@17 i-069@18 i-070@19",
            ),
            (
                "NOT_SELECTED",
                "i-002@2 i-004@3 i-007@2 i-010@2 i-027@6 i-026@7 i-039@3 i-071@22 i-073@23 i-074@24",
            ),
            ("TIE_UNRESOLVED", "i-064@20 i-072@20"),
            (
                "INELIGIBLE",
                "i-003 i-006 i-012 i-015 i-016 i-029 i-030 i-032 i-040 i-048 i-053 i-055 i-075 i-076 i-079",
            ),
            ("PENDING", "i-011 i-019 i-035 i-043 i-077"),
            ("SUSPENDED", "i-044 i-078"),
            ("ABSORBED", "i-020 i-021 i-022"),
            ("EXCLUDED_BY_FLAG", "i-013 i-033 i-037 i-041"),
        ],
    );
}

#[test]
fn a_receipt_says_what_the_outcome_of_the_round_says() {
    let file = RoundFile::read(ROUND_2025).unwrap();
    let book = RuleBook::soc_trang();
    let outcome = evaluate(&file, book);
    let receipts = receipts(&file, book, &Sources::default()).unwrap();
    assert_eq!(receipts.len(), outcome.items.len());
    for (receipt, result) in receipts.into_iter().zip(outcome.items) {
        assert_eq!((receipt.item, receipt.verdict), (result.id, result.verdict));
        let said = receipt.criteria.into_iter().map(|one| CriterionResult {
            rule: one.rule,
            verdict: one.verdict,
            citation: one.citation,
            value: one.value,
            threshold: one.threshold,
            explanation: one.explanation.vi,
        });
        assert_eq!(said.collect::<Vec<_>>(), result.criteria);
    }
}

#[test]
fn a_read_file_is_written_canonically_and_reads_back_the_same() {
    for bytes in [ROUND_2024, ROUND_2025] {
        let file = RoundFile::read(bytes).unwrap();
        let text = file.to_json().unwrap();
        let again = RoundFile::read(text.as_bytes()).unwrap();
        assert_eq!(again, file);
        assert_eq!(again.digest().unwrap(), file.digest().unwrap());
    }
}

#[test]
fn an_outcome_reads_back_from_its_json() {
    let outcome = outcome(ROUND_2024);
    let text = serde_json::to_string(&outcome).unwrap();
    assert_eq!(serde_json::from_str::<Outcome>(&text).unwrap(), outcome);
    assert!(!text.contains("simulation"));
}
