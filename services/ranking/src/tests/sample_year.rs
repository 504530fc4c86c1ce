//! The sample year from the opening to the archive.

use hoso_domain::evaluation::{RoundFile, evaluate, explain};
use hoso_domain::rulebook::RuleBook;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::world::{ROUND, World, day};

fn outcomes(outcome: &Value) -> Vec<(String, String, Option<u64>)> {
    let items = outcome["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| {
            let text = |key: &str| item[key].as_str().unwrap().to_owned();
            (text("item"), text("outcome"), item["place"].as_u64())
        })
        .collect()
}

#[tokio::test]
async fn the_ranking_is_what_the_rule_engine_says_of_the_same_facts() {
    let world = World::entered().await;
    // Sở Y tế is on hold since 01/8; the ranking of 15/8 knows it.
    world
        .hold("kl-y-te", "so-y-te", day("2025-08-01"), None)
        .await;
    assert_eq!(world.standing("hs08-1").await, "SUSPENDED");
    world.rank("2025-08-15").await;
    let outcome = world.get("auditor", "/outcome").await;
    assert_eq!(outcome.status, 200);
    let expected: Vec<_> = evaluate(&world.sample, RuleBook::soc_trang())
        .items
        .into_iter()
        .map(|item| {
            let place = item.place.map(u64::from);
            (item.id.to_string(), item.outcome.to_string(), place)
        })
        .collect();
    assert_eq!(outcomes(&outcome.json), expected);
}

#[tokio::test]
async fn the_round_file_of_a_ranking_is_found_again_whatever_happened_since() {
    let world = World::entered().await;
    world.rank("2025-07-30").await;
    let outcome = world.get("standing", "/outcome").await.json;
    let first = world.get("standing", "/round-file").await;
    assert_eq!(first.status, 200, "{}", first.text);
    world
        .hold("kl-y-te", "so-y-te", day("2025-08-01"), None)
        .await;
    let again = world.get("auditor", "/round-file").await;
    assert_eq!(again.text, first.text);
    let digest = hex::encode(Sha256::digest(first.text.as_bytes()));
    assert_eq!(outcome["inputsDigest"], format!("sha256:{digest}"));
    let file = RoundFile::read(first.text.as_bytes()).unwrap();
    let judged = evaluate(&file, RuleBook::soc_trang());
    let read: Vec<_> = outcomes(&outcome).into_iter().map(|o| o.1).collect();
    let told: Vec<_> = judged.items.iter().map(|i| i.outcome.to_string()).collect();
    assert_eq!(read, told);
    // With a day it is the file of today's facts.
    let today = world.get("standing", "/round-file?asOf=2025-08-15").await;
    assert_ne!(today.text, first.text);
}

#[tokio::test]
async fn the_ranking_is_explained_before_the_meeting_votes() {
    let world = World::entered().await;
    world.rank("2025-07-30").await;
    let file = world.get("standing", "/round-file").await;
    let file = RoundFile::read(file.text.as_bytes()).unwrap();
    let told = world.get("auditor", "/explanation?within=0.7").await;
    assert_eq!(told.status, 200, "{}", told.text);
    let expected = explain(&file, RuleBook::soc_trang(), "0.7".parse().unwrap());
    assert_eq!(told.json, serde_json::to_value(expected).unwrap());
    let close = world.get("auditor", "/explanation?within=200").await;
    assert_eq!((close.status, close.code()), (400, "query-invalid"));
    assert_eq!(world.get("unit", "/explanation").await.status, 403);
}

#[tokio::test]
async fn a_tie_blocks_the_list_until_minutes_choose() {
    let world = World::entered().await;
    world.rank("2025-07-30").await;
    world.meet_on_all().await;
    let adopt = json!({"rankingEdition": 1, "effectiveAt": "2025-07-31T09:00:00+07:00"});
    let blocked = world.attempt("committee", "shortlist", adopt).await;
    assert_eq!((blocked.status, blocked.code()), (409, "tie-unresolved"));
    world.rule_on_the_tie().await;
    world.rank("2025-07-30").await;
    let round = world.adopt_latest("2025-07-31").await;
    assert_eq!(round["status"], "SHORTLISTED");
    let items = round["shortlist"]["items"].as_array().unwrap();
    assert!(
        items.contains(&json!("hs22-2")),
        "the choice of the minutes"
    );
    assert!(!items.contains(&json!("hs09-2")));
}

#[tokio::test]
async fn who_is_held_at_the_signature_is_refused_and_the_others_are_signed() {
    let world = World::proposed().await;
    let round = world.get("standing", "").await.json;
    let proposed: Vec<String> = serde_json::from_value(round["proposed"].clone()).unwrap();
    assert!(proposed.contains(&"hs08-1".to_owned()));
    world
        .hold("kl-y-te", "so-y-te", day("2025-08-01"), None)
        .await;
    let body = World::decision("1500/QĐ-UBND", "2025-08-15", &proposed);
    let signed = world.act("chairman", "decisions", body).await;
    assert_eq!(signed["refused"].as_array().unwrap().len(), 1);
    assert_eq!(signed["refused"][0]["item"], "hs08-1");
    assert_eq!(signed["refused"][0]["rule"], "R35");
    assert_eq!(
        signed["signed"].as_array().unwrap().len(),
        proposed.len() - 1
    );
    // The next moves up by a new ranking, a new list, a new proposal, a second decision.
    world.rank("2025-08-15").await;
    world.adopt_latest("2025-08-16").await;
    let second = world.propose_all("2025-08-17").await;
    assert_eq!(second, ["hs10-1"]);
    let body = World::decision("1501/QĐ-UBND", "2025-08-18", &second);
    world.act("chairman", "decisions", body).await;
    assert_eq!(world.standing("hs10-1").await, "AWARDED");
    assert_eq!(world.standing("hs08-1").await, "SUSPENDED");
}

#[tokio::test]
async fn from_the_signature_to_the_archive() {
    let world = World::proposed().await;
    let round = world.get("standing", "").await.json;
    let proposed: Vec<String> = serde_json::from_value(round["proposed"].clone()).unwrap();
    let body = World::decision("1500/QĐ-UBND", "2025-08-15", &proposed);
    let signed = world.act("chairman", "decisions", body).await;
    assert_eq!(signed["round"]["status"], "DECIDED");
    let decision = "decisions/1500%2FQ%C4%90-UBND";
    let at = |on: &str| json!({"effectiveAt": format!("{on}T09:00:00+07:00")});
    world
        .act("records", &format!("{decision}/issue"), at("2025-08-16"))
        .await;
    let mut publish = at("2025-08-20");
    publish["where"] = json!("Cổng thông tin điện tử tỉnh");
    world
        .act("records", &format!("{decision}/publish"), publish)
        .await;
    let mut hand_over = at("2025-09-02");
    hand_over["representative"] = json!("Giám đốc");
    world
        .act("records", "items/hs08-1/hand-over", hand_over)
        .await;
    world
        .act("records", "items/hs02-3/hand-over", at("2025-09-02"))
        .await;
    world.act("home", "notifications", at("2025-08-22")).await;
    let correction = json!({
        "kind": "CORRECTION", "correctionNumber": "77/UBND-KGVX", "date": "2025-08-25",
        "signedBy": "Chủ tịch", "changes": "Sửa chức vụ tại số thứ tự 4",
        "effectiveAt": "2025-08-25T09:00:00+07:00",
    });
    let corrected = world
        .act("chairman", &format!("{decision}/correct"), correction)
        .await;
    assert_eq!(
        corrected["decisions"][0]["corrections"],
        json!(["77/UBND-KGVX"])
    );
    let revocation = json!({
        "ground": "D", "evidence": "Kết luận thanh tra 05/KL-TTr", "violationYear": 2024,
        "decisionNumber": "1900/QĐ-UBND", "date": "2025-10-10",
        "effectiveAt": "2025-10-10T09:00:00+07:00",
    });
    world
        .act("chairman", "items/hs02-3/revoke", revocation)
        .await;
    let mut recovery = at("2025-11-01");
    recovery["note"] = json!("Đã thu hồi");
    world.act("records", "items/hs02-3/recover", recovery).await;
    let closed = world.act("standing", "close", at("2025-11-10")).await;
    assert_eq!(closed["status"], "CLOSED");
    let archived = world.act("records", "archive", at("2025-12-01")).await;
    assert_eq!(archived["status"], "ARCHIVED");
}

#[tokio::test]
async fn a_number_voided_in_one_round_is_taken_in_every_round() {
    let world = World::proposed().await;
    let earlier = json!({
        "kind": "ANNUAL", "year": 2023, "effectiveAt": "2025-04-21T09:00:00+07:00",
    });
    world.done("standing", "/api/v1/rounds", earlier).await;
    let void = json!({
        "body": "CHAIRMAN", "year": 2025, "number": "1500/QĐ-UBND", "reason": "Ghi nhầm sổ",
    });
    world
        .done("records", "/api/v1/rounds/annual-2023/void-numbers", void)
        .await;
    let body = World::decision("01500/QĐ-UBND", "2025-08-15", &["hs02-1".to_owned()]);
    let taken = world.attempt("chairman", "decisions", body).await;
    assert_eq!((taken.status, taken.code()), (409, "number-taken"));
    assert_eq!(taken.json["violations"][0]["rule"], "R52");
}

#[tokio::test]
async fn the_rounds_are_listed_with_what_they_rest_on() {
    let world = World::entered().await;
    let list = world.app.get(world.token("unit"), "/api/v1/rounds").await;
    let round = &list.json["items"][0];
    assert_eq!(round["id"], ROUND);
    assert_eq!(round["deadlines"]["UNIT_INDEX"], "2025-06-16");
    assert_eq!(round["deadlines"]["PROVINCIAL_INDEX"], "2025-06-05");
    assert_eq!(round["quotas"]["CERT_INDIVIDUAL"], 10);
    let kept = "R21: the-che was at 100 the year before 2024: no rate is higher (AMB-16)";
    assert_eq!(
        round["warnings"],
        json!([kept]),
        "the groups are the plan's"
    );
    assert_eq!(round["items"], Value::Null, "a unit does not see the items");
}
