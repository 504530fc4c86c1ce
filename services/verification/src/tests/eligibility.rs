//! Findings and verdicts.

use serde_json::{Value, json};

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
