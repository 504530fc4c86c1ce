//! The sample year's 27 dossiers through the gateway: who is late, who is incomplete, who goes on.

use serde_json::Value;

use super::*;
use crate::verification::Stage;

/// A dossier of the sample as its office wrote it.
fn sample(number: u32) -> Value {
    let path = format!(
        "{}/../../examples/soc-trang-2024/ho-so/HS-2024-{number:02}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn ids(list: &Value) -> Vec<ItemId> {
    serde_json::from_value(list.clone()).unwrap()
}

fn report(report: &Value) -> ReportSummary {
    ReportSummary {
        item: item(report["item"].as_str().unwrap()),
        confirmed: report["confirmed"].as_bool().unwrap(),
        confirmed_on: serde_json::from_value(report["confirmedOn"].clone()).unwrap(),
    }
}

fn sample_item(proposed: &Value) -> ProposedItem {
    let read = |field: &str| proposed.get(field).cloned().unwrap_or_default();
    ProposedItem {
        item: item(proposed["id"].as_str().unwrap()),
        lane: serde_json::from_value(read("lane")).unwrap(),
        subject: serde_json::from_value(read("subject")).unwrap(),
        basis: serde_json::from_value(read("basis")).unwrap(),
        components: serde_json::from_value::<Option<_>>(read("components"))
            .unwrap()
            .unwrap_or_default(),
        initiative: serde_json::from_value(read("initiative")).unwrap(),
        unit: None,
        nominated_by: None,
        role: None,
    }
}

fn sample_content(dossier: &Value) -> DossierContent {
    let list = |field: &str| dossier[field].as_array().unwrap().iter();
    let minutes = &dossier["minutes"];
    DossierContent {
        addressee: Addressee::HomeAffairs,
        items: list("items").map(sample_item).collect(),
        proposal: ProposalSummary {
            number: dossier["proposal"]["number"].as_str().unwrap().to_owned(),
            date: day(dossier["proposal"]["date"].as_str().unwrap()),
            list: ids(&dossier["proposal"]["list"]),
        },
        minutes: Some(MinutesSummary {
            number: minutes["number"].as_str().unwrap().to_owned(),
            date: day(minutes["date"].as_str().unwrap()),
            covers: ids(&minutes["covers"]),
        }),
        reports: list("reports").map(report).collect(),
        sets: u32::try_from(dossier["sets"].as_u64().unwrap()).unwrap(),
        originals: dossier["originals"].as_bool().unwrap(),
        channel: Channel::Paper,
        sent_at: instant(dossier["sentAt"].as_str().unwrap()),
        confirmers: Vec::new(),
    }
}

/// The dossier stamped as the sample says, and checked unless it is late.
fn checked(number: u32) -> Given {
    let dossier = sample(number);
    let received_at = dossier["receivedAt"].as_str().unwrap();
    let Command::OpenCase(open) = open_with(sample_content(&dossier)) else {
        unreachable!()
    };
    let open = Command::OpenCase(OpenCase {
        unit: serde_json::from_value(dossier["unit"].clone()).unwrap(),
        submitted_by: serde_json::from_value(dossier["submittedBy"].clone()).unwrap(),
        ..open
    });
    let given = Given::default().and(&system(), received_at, open).and(
        &home_affairs(),
        LATER,
        receive(received_at),
    );
    if given.status() == "LATE" {
        return given;
    }
    let own = dossier["unit"] == "so-noi-vu";
    let judge = if own {
        standing_office()
    } else {
        home_affairs()
    };
    given.and(&judge, LATER, check())
}

#[test]
fn of_the_sample_years_dossiers_two_are_late_four_incomplete_and_the_others_complete() {
    for number in 1..=27 {
        let expected = match number {
            13 | 27 => "LATE",
            16 | 19 | 24 | 25 => "INCOMPLETE",
            _ => "COMPLETE",
        };
        assert_eq!(checked(number).status(), expected, "HS-2024-{number:02}");
    }
}

#[test]
fn what_is_missing_is_what_the_offices_wrote_back() {
    let missing = |number| {
        let given = checked(number);
        let CaseState::Opened(case) = given.state else {
            panic!("no case");
        };
        let Stage::Incomplete { missing } = case.stage else {
            panic!("not incomplete: {:?}", case.stage);
        };
        let entry =
            |m: crate::rules::dossier::Missing| (m.rule, m.item.map(|i| i.as_str().to_owned()));
        missing.into_iter().map(entry).collect::<Vec<_>>()
    };
    let about = |rule, item: &str| (rule, Some(item.to_owned()));
    let of_16 = [about(RuleId::R37, "hs16-3"), about(RuleId::R38, "hs16-2")];
    assert_eq!(missing(16), of_16);
    assert_eq!(missing(19), [(RuleId::R40, None)]);
    assert_eq!(missing(24), [about(RuleId::R37, "hs24-3")]);
    assert_eq!(missing(25), [(RuleId::R39, None)]);
}

#[test]
fn the_advisers_of_a_merged_department_are_late_by_their_own_deadline() {
    let given = checked(6)
        .and(&home_affairs(), LATER, Command::AcceptDossier)
        .and(&home_affairs(), LATER, Command::ForwardDossier);
    let Some(Event::DossierForwarded(forwarded)) = given.events.last() else {
        panic!("not forwarded: {:?}", given.events);
    };
    let items: Vec<_> = forwarded.items.iter().map(|i| i.item.as_str()).collect();
    let excluded: Vec<_> = forwarded.excluded.iter().map(|i| i.item.as_str()).collect();
    assert_eq!(
        (items, excluded),
        (vec!["hs06-2"], vec!["hs06-1", "hs06-3"])
    );
}

#[test]
fn the_supplement_of_my_tu_completes_its_dossier() {
    let dossier = sample(24);
    let supplement_of = &dossier["supplements"][0];
    let mut content = sample_content(&dossier);
    let added = supplement_of["added"].as_array().unwrap();
    content.reports.extend(added.iter().map(report));
    let due_on = supplement_of["dueOn"].as_str().unwrap();
    let given = checked(24)
        .and(
            &home_affairs(),
            "2025-06-17T09:00:00+07:00",
            give_back(Some(due_on)),
        )
        .and(
            &system(),
            LATER,
            supplement(content, supplement_of["receivedAt"].as_str().unwrap()),
        )
        .and(&home_affairs(), LATER, check());
    assert_eq!(given.status(), "COMPLETE");
}
