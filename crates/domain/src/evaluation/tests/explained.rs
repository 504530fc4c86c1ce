//! The ranking explained: neighbours, the line, and what places hang on.

use proptest::prelude::*;
use serde_json::json;

use super::what_if_tried::small_book;
use super::*;

const ROUND_2024: &[u8] = include_bytes!("../../../../../examples/soc-trang-2024/round-2024.json");

fn lane_of(explanation: &Explanation, lane: Lane) -> &ExplainedLane {
    explanation
        .lanes
        .iter()
        .find(|one| one.lane == lane)
        .unwrap()
}

fn json(value: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap()
}

fn persons(scores: &[Option<u8>]) -> Given {
    let numbered = scores.iter().enumerate();
    numbered.fold(given(RoundKind::Annual, 2024), |given, (number, score)| {
        let score = score.map(|score| score.to_string());
        given.person(&format!("p{number:02}"), Basis::Insider, score.as_deref())
    })
}

#[test]
fn the_districts_of_2024_are_parted_by_their_second_key_at_the_line() {
    let file = RoundFile::read(ROUND_2024).unwrap();
    let explanation = explain(&file, RuleBook::soc_trang(), percent("1"));
    let lane = lane_of(&explanation, Lane::CertDistrict);
    assert_eq!(
        json(&lane.neighbours[1]),
        json!({"above": "hs21-1", "below": "hs23-1", "by": "KEY", "key": 2, "upper": "93.1",
            "lower": "92.4", "difference": "0.7", "atTheLine": true})
    );
    assert_eq!(
        json(&lane.below_the_line),
        json!([{"item": "hs23-1", "place": 3, "line": "hs21-1", "linePlace": 2, "by": "KEY",
            "key": 2, "upper": "93.1", "lower": "92.4", "difference": "0.7"}])
    );
    let margins = json(&lane.margins);
    assert_eq!(
        margins[0],
        json!({"kind": "DISTANCE", "above": "hs21-1", "below": "hs23-1", "key": 2,
            "difference": "0.7", "atTheLine": true})
    );
    assert_eq!(
        margins[1],
        json!({"kind": "TIE_BREAK", "above": "hs21-1", "below": "hs23-1", "key": 2, "atTheLine": true})
    );
    let narrower = explain(&file, RuleBook::soc_trang(), percent("0.7"));
    let first = &lane_of(&narrower, Lane::CertDistrict).margins[0];
    assert!(
        matches!(first, Margin::TieBreak { .. }),
        "0.7 is not less than 0.7"
    );
}

#[test]
fn one_contested_finding_is_named_with_who_gains_and_loses() {
    let case =
        persons(&[Some(90), Some(88), Some(95)]).finding(RuleId::R32, Some(FindingVerdict::NotMet));
    let explanation = explain(&case.0, &small_book(), percent("0.5"));
    let findings: Vec<_> = explanation.lanes[0].margins.iter().map(json).collect();
    assert_eq!(
        findings,
        [
            json!({"kind": "FINDING", "item": "p00", "to": "NOT_MET", "gains": ["p01"], "loses": ["p00"],
                "findings": ["$.items[0].findings.R32", "$.items[0].findings.R34"]}),
            json!({"kind": "FINDING", "item": "p02", "to": "MET", "gains": ["p02"], "loses": ["p00"],
                "findings": ["$.items[2].findings.R32"]}),
        ]
    );
}

#[test]
fn a_ruling_and_a_shared_place_part_nobody_by_a_key() {
    let case = persons(&[Some(90), Some(90), Some(90)]);
    let tied = explain(&case.0, &small_book(), percent("1"));
    assert!(
        tied.lanes[0]
            .neighbours
            .iter()
            .all(|pair| pair.parting == Parting::Equal)
    );
    assert_eq!(tied.lanes[0].below_the_line, []);
    let ruled = case.ruling(Lane::CertIndividual, &["p02", "p00", "p01"]);
    let ruled = explain(&ruled.0, &small_book(), percent("1"));
    let lane = &ruled.lanes[0];
    assert_eq!(
        json(&lane.neighbours[0]),
        json!({"above": "p02", "below": "p00", "by": "RULING", "atTheLine": true})
    );
    assert_eq!(
        json(&lane.margins[0]),
        json!({"kind": "RULING", "above": "p02", "below": "p00", "atTheLine": true})
    );
    assert_eq!(lane.below_the_line.len(), 2);
}

proptest! {
    /// Explanation ⇔ order: what the explanation says of two neighbours is what their scores say.
    #[test]
    fn the_explanation_says_the_order_and_the_order_is_the_explanation(
        scores in prop::collection::vec(prop::option::weighted(0.9, 80_u8..92), 0..24),
        within in 0_u32..4,
    ) {
        let case = persons(&scores);
        let outcome = case.outcome();
        let explanation = explain(&case.0, RuleBook::soc_trang(), percent(&within.to_string()));
        prop_assert_eq!(outcome.lanes.len(), explanation.lanes.len());
        for (lane, told) in outcome.lanes.iter().zip(&explanation.lanes) {
            prop_assert_eq!(told.neighbours.len(), lane.ranked.len().saturating_sub(1));
            let score = |id: &ItemId| scores[id.as_str()[1..].parse::<usize>().unwrap()];
            for (pair, (above, below)) in told.neighbours.iter().zip(lane.ranked.iter().zip(&lane.ranked[1..])) {
                prop_assert_eq!((&pair.above, &pair.below), (&above.item, &below.item));
                let (upper, lower) = (score(&pair.above), score(&pair.below));
                let parted_by_key = matches!(pair.parting, Parting::Key(_));
                prop_assert_eq!(parted_by_key, upper > lower, "None is lower than any score");
                prop_assert_eq!(pair.parting == Parting::Equal, upper == lower);
                prop_assert_eq!(pair.parting == Parting::Equal, above.place == below.place);
                let close = upper.zip(lower).is_some_and(|(u, l)| u > l && u32::from(u - l) < within);
                let said = told.margins.iter().any(|margin| {
                    matches!(margin, Margin::Distance { above, .. } if *above == pair.above)
                });
                prop_assert_eq!(close, said);
            }
            let losers: Vec<_> = outcome.items.iter().filter(|i| i.outcome == ItemOutcome::NotSelected).collect();
            prop_assert_eq!(told.below_the_line.len(), losers.len());
            for below in &told.below_the_line {
                prop_assert!(score(&below.line) > score(&below.item));
            }
        }
    }

    #[test]
    fn districts_are_parted_by_the_first_key_that_differs(case in super::properties::districts()) {
        let explanation = explain(&case.0, RuleBook::soc_trang(), Percent::ZERO);
        // Every value of these rounds has at most four decimals, so that what is shown is exact.
        let exact = |key: &Option<String>| key.as_deref().map(percent);
        for (lane, told) in case.outcome().lanes.iter().zip(&explanation.lanes) {
            let pairs = lane.ranked.iter().zip(lane.ranked.iter().skip(1));
            for (pair, (above, below)) in told.neighbours.iter().zip(pairs) {
                let both = above.keys.iter().zip(&below.keys);
                let first = both.clone().position(|(upper, lower)| upper != lower);
                match (&pair.parting, first) {
                    (Parting::Key(parting), Some(key)) => {
                        prop_assert_eq!(parting.key, key + 1);
                        prop_assert!(exact(&above.keys[key]) > exact(&below.keys[key]));
                    }
                    (Parting::Equal, None) => prop_assert_eq!(above.place, below.place),
                    (parting, first) => prop_assert!(false, "{parting:?} where {first:?} differs"),
                }
            }
        }
    }

    /// A finding is named exactly if turning it changes who is selected.
    #[test]
    fn a_finding_is_contested_exactly_if_turning_it_changes_who_is_selected(
        rows in prop::collection::vec((80_u8..84, prop::option::of(any::<bool>())), 1..7),
    ) {
        let book = small_book();
        let word = |met| if met { FindingVerdict::Met } else { FindingVerdict::NotMet };
        let case = rows.iter().enumerate().fold(given(RoundKind::Annual, 2024), |case, (number, (score, met))| {
            case.person(&format!("p{number}"), Basis::Insider, Some(&score.to_string()))
                .finding(RuleId::R32, met.map(word))
        });
        let selected = |file: &RoundFile| -> Vec<ItemId> {
            let items = evaluate(file, &book).items.into_iter();
            items.filter(|item| item.outcome == ItemOutcome::Selected).map(|item| item.id).collect()
        };
        let explanation = explain(&case.0, &book, Percent::ZERO);
        let margins = explanation.lanes.iter().flat_map(|lane| &lane.margins);
        let told: Vec<&String> = margins
            .filter_map(|margin| match margin {
                Margin::Finding { findings, .. } => Some(findings),
                Margin::Distance { .. } | Margin::TieBreak { .. } | Margin::Ruling { .. } => None,
            })
            .flatten()
            .collect();
        for (number, item) in case.0.items.iter().enumerate() {
            for rule in [RuleId::R32, RuleId::R34] {
                let mut turned = case.0.clone();
                let other = word(item.findings.get(&rule) != Some(&FindingVerdict::Met));
                turned.items[number].findings.insert(rule, other);
                let named = told.contains(&&format!("$.items[{number}].findings.{rule}"));
                prop_assert_eq!(named, selected(&turned) != selected(&case.0));
            }
        }
    }
}
