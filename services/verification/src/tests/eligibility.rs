//! Findings and verdicts.

use hoso_runtime::testing::Answer;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::world::*;

fn criterion<'a>(item: &'a Value, rule: &str) -> &'a Value {
    let criteria = item["evaluation"]["criteria"].as_array().unwrap();
    criteria.iter().find(|c| c["rule"] == rule).unwrap()
}

async fn evaluate(world: &World, dossier: &str) -> Value {
    world
        .done(&world.standing_office, dossier, "evaluate", json!({}))
        .await
}

#[tokio::test]
async fn before_any_finding_items_are_pending_with_figures_judged() {
    let world = World::start().await;
    world.forwarded("HS-1").await;
    let case = evaluate(&world, "HS-1").await;
    let department = item(&case, "d");
    assert_eq!(department["evaluation"]["verdict"], "PENDING");
    assert_eq!(department["evaluation"]["asOf"], "2025-07-10");
    let mean = criterion(department, "R25");
    assert_eq!(mean["verdict"], "MET");
    assert_eq!(mean["citation"], "III.4.b(2)");
    assert_eq!(
        (&mean["value"], &mean["threshold"]),
        (&json!("87.5"), &json!("65"))
    );
    assert_eq!(criterion(department, "R23")["verdict"], "NEEDS_FINDING");
    assert!(department["evaluation"]["factsPosition"].as_u64().unwrap() > 0);
    let digest = department["evaluation"]["inputsDigest"].as_str().unwrap();
    assert!(digest.starts_with("sha256:"), "{digest}");
}

#[tokio::test]
async fn with_every_finding_met_the_item_is_eligible() {
    let world = World::start().await;
    world.forwarded("HS-1").await;
    for rule in ["R22", "R23", "R24", "R28"] {
        world.find("HS-1", "HS-1-d", rule, "MET").await;
    }
    let case = evaluate(&world, "HS-1").await;
    assert_eq!(item(&case, "d")["evaluation"]["verdict"], "ELIGIBLE");
}

#[tokio::test]
async fn one_finding_not_met_makes_the_item_ineligible_and_others_go_on() {
    let world = World::start().await;
    world.forwarded("HS-1").await;
    world.find("HS-1", "HS-1-d", "R24", "NOT_MET").await;
    let case = evaluate(&world, "HS-1").await;
    assert_eq!(item(&case, "d")["evaluation"]["verdict"], "INELIGIBLE");
    assert_eq!(item(&case, "a")["evaluation"]["verdict"], "PENDING");
    let events = world.events("HS-1").await;
    assert!(
        events.contains(&"ItemFoundIneligible".to_owned()),
        "{events:?}"
    );
    let superseding = world.find("HS-1", "HS-1-d", "R24", "MET").await;
    let findings = item(&superseding, "d")["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0]["finder"], "cb-vp");
    assert_eq!(findings[0]["finderAgency"], "van-phong-ubnd-tinh");
}

/// The receipt of an item's verdict, with its digest, as the endpoint answers.
async fn receipt(world: &World, dossier: &str, item: &str) -> Answer {
    let path = format!("/api/v1/cases/{dossier}/items/{item}/receipt");
    world.app.get(&world.standing_office, &path).await
}

/// The type of the event at a position.
async fn event_at(world: &World, position: &Value) -> String {
    let before = position.as_u64().unwrap() - 1;
    let events = world.app.runtime.ledger.read_all(before, 1).await;
    events.unwrap().remove(0).event_type
}

#[tokio::test]
async fn a_verdict_has_a_receipt_that_says_where_its_facts_and_findings_stand() {
    let world = World::start().await;
    world.forwarded("HS-1").await;
    let none = receipt(&world, "HS-1", "HS-1-d").await;
    assert_eq!((none.status, none.code()), (409, "no-receipt"));
    world.find("HS-1", "HS-1-d", "R23", "MET").await;
    let case = evaluate(&world, "HS-1").await;
    let answer = receipt(&world, "HS-1", "HS-1-d").await;
    assert_eq!(answer.status, 200, "{}", answer.json);
    let recorded = &item(&case, "d")["evaluation"];
    assert_eq!(answer.json["digest"], recorded["receiptDigest"]);
    let receipt = &answer.json["receipt"];
    for field in ["engine", "factsPosition", "inputsDigest", "verdict"] {
        assert_eq!(receipt[field], recorded[field], "{field}");
    }
    let (_, text) = answer.text.split_once("\"receipt\":").unwrap();
    let digest = Sha256::digest(text.strip_suffix('}').unwrap());
    assert_eq!(
        recorded["receiptDigest"],
        format!("sha256:{}", hex::encode(digest))
    );
    let of = |rule: &str| -> Value {
        let criteria = receipt["criteria"].as_array().unwrap();
        criteria.iter().find(|c| c["rule"] == rule).unwrap().clone()
    };
    let mean = of("R25");
    let inputs = mean["inputs"].as_array().unwrap();
    let last = inputs.last().unwrap();
    assert_eq!(
        (&last["kind"], &last["year"]),
        (&json!("SCORE"), &json!(2024))
    );
    assert_eq!(event_at(&world, &last["position"]).await, "EntriesRecorded");
    let unit = event_at(&world, &inputs[0]["position"]).await;
    assert_eq!(unit, "UnitRegistered");
    let found = of("R23");
    assert_eq!(found["finding"]["finder"], "cb-vp");
    let finding = event_at(&world, &found["finding"]["position"]).await;
    assert_eq!(finding, "FindingRecorded");
    assert!(
        mean["clause"]["en"]
            .as_str()
            .unwrap()
            .starts_with("Average")
    );
    let missing = self::receipt(&world, "HS-1", "HS-1-x").await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn as_of_a_day_before_publication_figures_are_unknown() {
    let world = World::start().await;
    world.forwarded("HS-1").await;
    let body = json!({"asOf": "2025-04-14"});
    let case = world
        .done(&world.standing_office, "HS-1", "evaluate", body)
        .await;
    assert_eq!(criterion(item(&case, "d"), "R25")["verdict"], "UNKNOWN");
    let ahead = json!({"asOf": "2025-07-11"});
    let answer = world
        .act(&world.standing_office, "HS-1", "evaluate", ahead)
        .await;
    assert_eq!((answer.status, answer.code()), (422, "day-in-the-future"));
}

#[tokio::test]
async fn a_finding_names_a_criterion_of_the_item_and_documents_that_were_uploaded() {
    let world = World::start().await;
    world.forwarded("HS-1").await;
    let finding = |rule: &str, documents: Value| {
        json!({
            "item": "HS-1-d", "rule": rule, "verdict": "MET",
            "evidence": "Nhận xét", "documents": documents,
        })
    };
    let office = &world.standing_office;
    let foreign = world
        .act(office, "HS-1", "findings", finding("R31", json!([])))
        .await;
    assert_eq!(
        (foreign.status, foreign.code()),
        (422, "criterion-takes-no-finding")
    );
    let unknown = json!([{"name": "a.pdf", "sha256": "00".repeat(32)}]);
    let missing = world
        .act(office, "HS-1", "findings", finding("R24", unknown))
        .await;
    assert_eq!((missing.status, missing.code()), (422, "body-invalid"));
    assert_eq!(missing.json["errors"][0]["field"], "documents[0].sha256");
    let paper = json!([{"name": "nhan-xet.pdf"}]);
    world
        .done(office, "HS-1", "findings", finding("R24", paper))
        .await;
}

#[tokio::test]
async fn an_evaluation_is_recorded_under_its_rule_book() {
    let world = World::start().await;
    world.forwarded("HS-1").await;
    evaluate(&world, "HS-1").await;
    let stream = hoso_ledger::StreamName::new("case", "HS-1");
    let events = world
        .app
        .runtime
        .ledger
        .read_stream(&stream, 0, 100)
        .await
        .unwrap();
    let book = hoso_domain::rulebook::RuleBook::soc_trang().digest();
    let evaluated = events
        .iter()
        .find(|e| e.event_type == "EligibilityEvaluated");
    assert_eq!(evaluated.unwrap().metadata.rule_book.as_deref(), Some(book));
}
