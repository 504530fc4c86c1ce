//! Each rule of the dossier passes, fails, and holds at its boundary.

use super::*;
use crate::dossier::content::{
    Channel, MinutesSummary, ProposalSummary, ProposedItem, ReportSummary,
};
use crate::evaluation::vocabulary::Lane;
use crate::ids::SubjectId;
use crate::rulebook::RuleBook;

fn id(text: &str) -> ItemId {
    ItemId::parse(text).unwrap()
}

fn ids(texts: &[&str]) -> Vec<ItemId> {
    texts.iter().map(|text| id(text)).collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn report(item: &str) -> ReportSummary {
    ReportSummary {
        item: id(item),
        confirmed_on: Some(day("2025-06-04")),
        confirmed: true,
    }
}

fn proposed(item: &str) -> ProposedItem {
    ProposedItem {
        item: id(item),
        lane: Lane::CertDistrict,
        subject: SubjectId::parse("huyen-my-tu").unwrap(),
        basis: None,
        components: Vec::new(),
        initiative: None,
        unit: None,
        nominated_by: None,
        role: None,
    }
}

/// Complete papers for A and B, handed in on 2025-06-11.
fn papers() -> DossierContent {
    DossierContent {
        addressee: Addressee::HomeAffairs,
        items: vec![proposed("A"), proposed("B")],
        proposal: ProposalSummary {
            number: "01/TTr".to_owned(),
            date: day("2025-06-09"),
            list: ids(&["A", "B"]),
        },
        minutes: Some(MinutesSummary {
            number: "01/BB".to_owned(),
            date: day("2025-06-03"),
            covers: ids(&["A", "B"]),
        }),
        reports: vec![report("A"), report("B")],
        sets: 2,
        originals: true,
        channel: Channel::Paper,
        sent_at: "2025-06-11T07:20:00Z".parse().unwrap(),
        confirmers: Vec::new(),
    }
}

/// What is missing after a change, as rule and item.
fn missing(change: impl FnOnce(&mut DossierContent)) -> Vec<(RuleId, Option<String>)> {
    let mut changed = papers();
    change(&mut changed);
    completeness(&changed, RuleBook::soc_trang().dossier(), day("2025-06-11"))
        .into_iter()
        .map(|entry| (entry.rule, entry.item.map(|item| item.to_string())))
        .collect()
}

fn of(rule: RuleId, item: &str) -> (RuleId, Option<String>) {
    (rule, Some(item.to_owned()))
}

#[test]
fn r37_every_part_must_be_there() {
    assert_eq!(missing(|_| ()), []);
    assert_eq!(missing(|p| p.minutes = None), [(RuleId::R37, None)]);
    assert_eq!(
        missing(|p| p.reports[1].confirmed = false),
        [of(RuleId::R37, "B")]
    );
    assert_eq!(
        missing(|p| {
            p.reports.remove(1);
        }),
        [of(RuleId::R37, "B")],
        "list A, B; report A; minutes A, B"
    );
}

#[test]
fn r38_list_reports_and_minutes_agree() {
    assert_eq!(
        missing(|p| p.reports.push(report("C"))),
        [of(RuleId::R38, "C")]
    );
    assert_eq!(
        missing(|p| p.minutes.as_mut().unwrap().covers = ids(&["A"])),
        [of(RuleId::R38, "B")]
    );
    assert_eq!(
        missing(|p| p.minutes.as_mut().unwrap().covers = ids(&["A", "B", "C"])),
        [of(RuleId::R38, "C")]
    );
}

#[test]
fn r39_minutes_then_proposal_then_submission() {
    let whole = [(RuleId::R39, None)];
    let minutes_on =
        |date| move |p: &mut DossierContent| p.minutes.as_mut().unwrap().date = day(date);
    let proposed_on = |date| move |p: &mut DossierContent| p.proposal.date = day(date);
    let confirmed_on =
        |date| move |p: &mut DossierContent| p.reports[0].confirmed_on = Some(day(date));
    assert_eq!(missing(minutes_on("2025-06-09")), [], "the same day");
    assert_eq!(missing(minutes_on("2025-06-10")), whole);
    assert_eq!(missing(proposed_on("2025-06-11")), [], "the same day");
    assert_eq!(missing(proposed_on("2025-06-12")), whole);
    assert_eq!(missing(confirmed_on("2025-06-11")), [], "the same day");
    assert_eq!(missing(confirmed_on("2025-06-12")), [of(RuleId::R39, "A")]);
}

#[test]
fn r40_two_original_sets() {
    assert_eq!(missing(|p| p.sets = 3), []);
    assert_eq!(missing(|p| p.sets = 1), [(RuleId::R40, None)]);
    assert_eq!(missing(|p| p.originals = false), [(RuleId::R40, None)]);
    // The other answer to AMB-38: one set, as an electronic original is.
    let mut one = papers();
    one.sets = 1;
    let mut demands = RuleBook::soc_trang().dossier().clone();
    demands.sets = 1;
    assert_eq!(completeness(&one, &demands, day("2025-06-11")), []);
    one.sets = 0;
    assert_eq!(completeness(&one, &demands, day("2025-06-11")).len(), 1);
}

#[test]
fn r41_through_home_affairs() {
    assert_eq!(missing(|p| p.addressee = Addressee::HomeAffairs), []);
    assert_eq!(
        missing(|p| p.addressee = Addressee::Direct),
        [(RuleId::R41, None)]
    );
}
