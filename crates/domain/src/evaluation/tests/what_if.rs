//! What one fact would change, told of small rounds and of the sample year.

use super::what_if_tried::small_book;
use super::*;

const ROUND_2024: &[u8] = include_bytes!("../../../../../examples/soc-trang-2024/round-2024.json");

fn asked(file: &RoundFile, book: &RuleBook, id: &str) -> WhatIf {
    what_if(file, book, &ItemId::parse(id).unwrap()).unwrap()
}

fn shown(what_if: &WhatIf) -> Vec<String> {
    let json = |value| serde_json::to_value(value).unwrap();
    let changes = what_if.changes.iter();
    changes
        .map(|change| {
            let power = if change.in_nominees_power {
                "own"
            } else {
                "others'"
            };
            let (from, to) = (json(change.from), json(change.to));
            format!("{} {from} -> {to} {} {power}", change.fact, change.outcome)
        })
        .collect()
}

#[test]
fn a_loser_is_told_what_would_win_and_a_winner_what_would_lose() {
    let case = given(RoundKind::Annual, 2024)
        .person("a", Basis::Insider, Some("90"))
        .person("b", Basis::Insider, Some("88"))
        .person("c", Basis::Insider, None)
        .person("d", Basis::Insider, Some("95"))
        .finding(RuleId::R32, Some(FindingVerdict::NotMet))
        .hold("person-b", "2031-01-01", Some("2032-01-01"));
    let book = small_book();
    assert_eq!(
        shown(&asked(&case.0, &book, "a")),
        [
            "$.items[0].findings.R32 \"MET\" -> \"NOT_MET\" INELIGIBLE others'",
            "$.items[0].findings.R34 \"MET\" -> \"NOT_MET\" INELIGIBLE others'",
            "$.items[2].councilScore null -> \"90\" TIE_UNRESOLVED others'",
            "$.items[3].findings.R32 \"NOT_MET\" -> \"MET\" NOT_SELECTED others'",
        ]
    );
    assert_eq!(
        shown(&asked(&case.0, &book, "c")),
        [
            "$.items[0].findings.R32 \"MET\" -> \"NOT_MET\" SELECTED others'",
            "$.items[0].findings.R34 \"MET\" -> \"NOT_MET\" SELECTED others'",
            "$.items[2].councilScore null -> \"90.0001\" SELECTED own",
        ],
        "b is on hold and d is not eligible: only a stands above"
    );
}

#[test]
fn the_readme_of_2024_says_what_hs23_1_lacked() {
    let file = RoundFile::read(ROUND_2024).unwrap();
    let what_if = asked(&file, RuleBook::soc_trang(), "hs23-1");
    assert_eq!(what_if.outcome, ItemOutcome::NotSelected);
    let own: Vec<_> = what_if
        .changes
        .iter()
        .filter(|c| c.in_nominees_power)
        .collect();
    assert_eq!(own.len(), 2, "{own:?}");
    assert!(own[0].fact.starts_with("$.index["), "{own:?}");
    assert_eq!(serde_json::to_value(own[0].to).unwrap(), "86.4001");
    assert!(own[1].fact.starts_with("$.satisfaction["), "{own:?}");
}

#[test]
fn an_item_that_the_file_has_not_is_none() {
    let nobody = ItemId::parse("nobody").unwrap();
    assert_eq!(
        what_if(
            &given(RoundKind::Annual, 2024).0,
            RuleBook::soc_trang(),
            &nobody
        ),
        None
    );
}

#[test]
fn the_flag_takes_a_certificate_away_and_its_loss_brings_it_back() {
    let years = [(2025, "95")];
    let case = ["a", "b"]
        .iter()
        .fold(given(RoundKind::Interim, 2025), |case, id| {
            case.unit(id, Group::District, false)
                .since(2025)
                .scores(&[(2025, if *id == "a" { "90" } else { "89" })])
                .rates(&years)
                .tasks(&[(2025, 3, 3)])
                .item(&format!("{id}-cert"), Lane::CertDistrict, id)
                .item(&format!("{id}-flag"), Lane::FlagDistrict, id)
        });
    let book = small_book();
    let lost = asked(&case.0, &book, "a-cert");
    assert_eq!(lost.outcome, ItemOutcome::ExcludedByFlag);
    let shown = shown(&lost);
    assert!(shown.contains(&"$.index[1].score \"89\" -> \"90.0001\" SELECTED others'".to_owned()));
    let flag = "$.items[1].findings.R12 \"MET\" -> \"NOT_MET\" SELECTED others'";
    assert!(
        shown.contains(&flag.to_owned()),
        "a finding of its own flag item: {shown:?}"
    );
}
