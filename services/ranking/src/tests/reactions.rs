//! What other services' events do to a round.

use hoso_domain::dossier;
use hoso_domain::dossier::event::DossierWithdrawn;
use hoso_domain::ids::{DossierId, HoldId, ItemId, RoundId, SubjectId};
use hoso_domain::registry::hold::{self, HoldConfirmed, HoldLifted};
use hoso_domain::registry::index::{self, Change, IndexCorrected, IndexKind};
use hoso_domain::registry::unit::{self, UnitMerged};
use serde_json::{Value, json};

use super::world::{ROUND, World, day, unit_id};

const AT: &str = "2025-08-05T08:00:00+07:00";

async fn types(world: &World) -> Vec<String> {
    let stream = hoso_ledger::StreamName::new("round", ROUND);
    let events = world.app.runtime.ledger.read_stream(&stream, 0, 500).await;
    events.unwrap().into_iter().map(|e| e.event_type).collect()
}

async fn withdraw(world: &World, dossier: &str) {
    let withdrawn = dossier::Event::DossierWithdrawn(DossierWithdrawn {
        dossier: DossierId::parse(dossier).unwrap(),
        round: RoundId::parse(ROUND).unwrap(),
        number: None,
        date: day("2025-08-05"),
        reason: "Đơn vị rút".to_owned(),
        was_submitted: true,
        items: vec![ItemId::parse("hs08-1").unwrap()],
    });
    world
        .tell(&format!("dossier-{dossier}"), AT, vec![withdrawn])
        .await;
    world.app.wait_idle().await;
}

async fn correct(world: &World, unit: &str) {
    let corrected = index::Event::IndexCorrected(IndexCorrected {
        kind: IndexKind::UnitIndex,
        year: 2024,
        edition: 2,
        changes: vec![Change {
            subject: unit.to_owned(),
            from: Some("90.74".to_owned()),
            to: Some("80".to_owned()),
        }],
    });
    world
        .tell("index-UNIT_INDEX-2024", AT, vec![corrected])
        .await;
    world.app.wait_idle().await;
}

#[tokio::test]
async fn the_items_of_forwarded_dossiers_enter_in_order_and_holds_before_them_count() {
    let world = World::entered().await;
    let items = world.items().await;
    assert_eq!(items.len(), 48);
    assert_eq!(items["hs12-2"]["standing"], "SUSPENDED");
    assert_eq!(
        items["hs23-2"]["standing"], "ENTERED",
        "its hold was lifted"
    );
}

#[tokio::test]
async fn a_dossier_that_was_withdrawn_before_it_came_never_enters() {
    let world = World::opened().await;
    withdraw(&world, "HS-2024-08").await;
    world.forward_all().await;
    world.app.wait_idle().await;
    let items = world.items().await;
    assert_eq!(items.len(), 46);
    assert!(!items.contains_key("hs08-1"));
}

#[tokio::test]
async fn a_withdrawn_dossier_leaves_the_round_and_its_file() {
    let world = World::entered().await;
    withdraw(&world, "HS-2024-08").await;
    assert_eq!(world.standing("hs08-1").await, "WITHDRAWN");
    assert_eq!(world.standing("hs08-2").await, "WITHDRAWN");
    let file = world.get("standing", "/round-file?asOf=2025-08-05").await;
    assert!(!file.text.contains("hs08-"));
}

#[tokio::test]
async fn a_hold_rests_an_item_its_end_resumes_it_and_discipline_excludes() {
    let world = World::entered().await;
    world
        .hold("kl-y-te", "so-y-te", day("2025-08-01"), None)
        .await;
    assert_eq!(world.items().await["hs08-1"]["holds"], json!(["kl-y-te"]));
    let hold = HoldId::parse("kl-y-te").unwrap();
    let subject = SubjectId::parse("so-y-te").unwrap();
    let lifted = hold::Event::HoldLifted(HoldLifted {
        hold,
        subject: subject.clone(),
        closed_on: day("2025-08-05"),
        document: "15/KL-TTr".to_owned(),
    });
    world.tell("hold-kl-y-te", AT, vec![lifted]).await;
    world.app.wait_idle().await;
    assert_eq!(world.standing("hs08-1").await, "ENTERED");
    world.hold("kl-2", "so-y-te", day("2025-08-06"), None).await;
    let confirmed = hold::Event::HoldConfirmed(HoldConfirmed {
        hold: HoldId::parse("kl-2").unwrap(),
        subject,
        on: day("2025-08-07"),
        document: "20/QĐ-KL".to_owned(),
    });
    world.tell("hold-kl-2", AT, vec![confirmed]).await;
    world.app.wait_idle().await;
    assert_eq!(world.standing("hs08-1").await, "EXCLUDED_DISCIPLINE");
}

#[tokio::test]
async fn a_corrected_index_reopens_the_list_and_later_only_flags_the_award() {
    let world = World::proposed().await;
    correct(&world, "so-y-te").await;
    let round = world.get("standing", "").await.json;
    assert_eq!(round["shortlist"], Value::Null);
    assert!(round["ranking"]["outdated"].is_string());
    world.rank("2025-08-06").await;
    world.adopt_latest("2025-08-07").await;
    let proposed = world.propose_all("2025-08-08").await;
    let body = World::decision("1500/QĐ-UBND", "2025-08-15", &proposed);
    world.act("chairman", "decisions", body).await;
    correct(&world, "so-tu-phap").await;
    let items = world.items().await;
    assert_eq!(items["hs04-2"]["standing"], "AWARDED");
    assert_eq!(items["hs04-2"]["flags"].as_array().unwrap().len(), 1);
    assert_eq!(items["hs09-1"]["flags"], Value::Null);
}

#[tokio::test]
async fn a_merger_is_noted_once() {
    let world = World::entered().await;
    let merged = unit::Event::UnitMerged(UnitMerged {
        unit: unit_id("so-y-te"),
        valid_to: day("2025-08-31"),
        successor: unit_id("so-noi-vu"),
        decision: "12/NQ-HĐND".to_owned(),
    });
    world.tell("unit-so-y-te", AT, vec![merged]).await;
    world.app.wait_idle().await;
    let noted = types(&world).await;
    assert_eq!(
        noted.iter().filter(|t| *t == "UnitMergeNoted").count(),
        1,
        "{noted:?}"
    );
}

#[tokio::test]
async fn the_path_of_a_dossier_holds_the_rounds_events_about_its_items() {
    let world = World::proposed().await;
    let dossier = DossierId::parse("HS-2024-08").unwrap();
    let events = world.app.runtime.ledger.read_dossier(&dossier, 0, 500);
    let path: Vec<String> = (events.await.unwrap().into_iter())
        .filter(|e| e.stream.category() == "round")
        .map(|e| e.event_type)
        .collect();
    for wanted in [
        "ItemEntered",
        "CouncilScored",
        "RankingComputed",
        "MeetingRecorded",
        "ShortlistAdopted",
        "ProposalSubmitted",
    ] {
        assert!(path.contains(&wanted.to_owned()), "{wanted} in {path:?}");
    }
}
