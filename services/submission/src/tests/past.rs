//! The path of a dossier, and what it was then.

use hoso_domain::registry::official::DelegationGranted;
use hoso_ledger::SharedLedger;
use hoso_runtime::past::Moment;

use super::*;
use crate::{history, state};

fn types(history: &Value) -> Vec<String> {
    let events = history["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}

async fn late(p: &Province) {
    p.case_event(
        "HS-1",
        json!({"dossierLate": {"dossier": "HS-1", "receivedOn": "2025-06-17",
            "items": ["hs1-1", "hs1-2"]}}),
    )
    .await;
}

#[tokio::test]
async fn the_path_tells_who_what_when_in_which_capacity_and_by_which_service() {
    let province = Province::new().await;
    let p = &province;
    p.prepare("HS-1", "hs1").await;
    let sent = json!({"sets": 2, "originals": true, "channel": "PAPER", "reason": "đúng hạn",
        "effectiveAt": "2025-06-15T01:00:00Z"});
    p.done(&p.head, "dossiers/HS-1/submit", sent).await;
    late(p).await;
    let history = p.get(&p.auditor, "dossiers/HS-1/history").await.json;
    assert_eq!(history["dossier"], "HS-1");
    let told = types(&history);
    assert_eq!(told.first().unwrap(), "DossierDrafted");
    assert_eq!(
        told[told.len() - 3..],
        ["DossierSubmitted", "DossierLate", "DossierClosed"]
    );
    let events = history["events"].as_array().unwrap();
    let submitted = &events[events.len() - 3];
    assert_eq!(submitted["service"], "submission");
    assert_eq!(submitted["actor"]["official"], "head");
    assert_eq!(submitted["actor"]["role"], "UNIT_HEAD");
    assert_eq!(submitted["actor"]["agency"], "huyen-my-tu");
    assert_eq!(submitted["reason"], "đúng hạn");
    assert_eq!(submitted["effectiveAt"], "2025-06-15T01:00:00Z");
    assert!(submitted["time"].as_str().unwrap().ends_with('Z'));
    assert_eq!(submitted["data"]["dossierSubmitted"]["content"]["sets"], 2);
    let case = &events[events.len() - 2];
    assert_eq!(case["service"], "verification");
    assert_eq!(case["ruleBook"], "sha256:00");
    let closed = &events[events.len() - 1];
    assert_eq!(closed["actor"]["role"], "SYSTEM");
    assert_eq!(closed["causation"], case["id"]);
    let positions: Vec<_> = events.iter().map(|e| e["position"].as_u64()).collect();
    assert!(positions.is_sorted());
}

#[tokio::test]
async fn the_past_is_asked_by_position_and_by_time() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    p.app.set_time("2025-06-17T03:00:00Z".parse().unwrap());
    let mine = json!({"item": "hs1-1", "lane": "CERT_DISTRICT", "subject": "huyen-my-tu"});
    p.done(&p.staff, "dossiers/HS-1/items", mine).await;
    let all = p.get(&p.staff, "dossiers/HS-1/history").await.json;
    let drafted = &all["events"][0];
    for as_of in [
        drafted["position"].to_string(),
        drafted["time"].as_str().unwrap().to_owned(),
    ] {
        let path = format!("dossiers/HS-1/history?asOf={as_of}");
        let then = p.get(&p.staff, &path).await.json;
        assert_eq!(types(&then), ["DossierDrafted"], "{as_of}");
        let path = format!("dossiers/HS-1/state?asOf={as_of}");
        let then = p.get(&p.staff, &path).await.json;
        assert_eq!(then["state"]["items"], json!({}));
        assert_eq!(then["position"], drafted["position"]);
    }
    let now = p.get(&p.staff, "dossiers/HS-1/state").await.json;
    assert_eq!(now["status"], "DRAFT");
    assert_eq!(now["state"]["items"]["hs1-1"]["lane"], "CERT_DISTRICT");
    let before = p.get(&p.staff, "dossiers/HS-1/state?asOf=1").await;
    assert_eq!(before.status, 404);
    let wrong = p.get(&p.staff, "dossiers/HS-1/state?asOf=yesterday").await;
    assert_eq!((wrong.status, wrong.code()), (400, "query-invalid"));
}

#[tokio::test]
async fn the_case_is_part_of_the_state_for_those_who_judge_and_not_for_the_unit() {
    let province = Province::new().await;
    let p = &province;
    p.submit("HS-1", "hs1").await;
    let history = p.get(&p.auditor, "dossiers/HS-1/history").await.json;
    let events = history["events"].as_array().unwrap();
    let submitted = &events.last().unwrap()["data"]["dossierSubmitted"];
    p.case_event("HS-1", json!({"caseOpened": submitted})).await;
    let judged = p.get(&p.home_affairs, "dossiers/HS-1/state").await.json;
    assert_eq!(judged["case"]["dossier"], "HS-1");
    let own = p.get(&p.head, "dossiers/HS-1/state").await.json;
    assert_eq!(own["status"], "SUBMITTED");
    assert_eq!(own["case"], Value::Null);
}

#[tokio::test]
async fn a_unit_sees_that_its_round_moved_on_and_not_what_others_got() {
    let province = Province::new().await;
    let p = &province;
    p.submit("HS-1", "hs1").await;
    let decided = |token: String| async move {
        let history = p.get(&token, "dossiers/HS-1/history").await.json;
        history["events"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()
            .clone()
    };
    p.round_event(
        "annual-2024",
        json!({"decisionSigned": {
            "decision": "1234/QĐ-UBND", "body": "CHAIRMAN", "date": "2025-06-16",
            "signedBy": "Chủ tịch", "rankingEdition": 1,
            "items": [{"item": "hs1-1", "dossier": "HS-1"}, {"item": "hs9-1", "dossier": "HS-9"}],
        }}),
    )
    .await;
    let seen = decided(p.staff.clone()).await;
    assert_eq!(seen["type"], "DecisionSigned");
    assert_eq!(seen["service"], "ranking");
    assert_eq!(seen["data"], Value::Null);
    let audited = decided(p.auditor.clone()).await;
    assert_eq!(
        audited["data"]["decisionSigned"]["decision"],
        "1234/QĐ-UBND"
    );
}

#[tokio::test]
async fn a_unit_sees_what_it_is_asked_for_and_not_the_findings() {
    let province = Province::new().await;
    let p = &province;
    p.submit("HS-1", "hs1").await;
    for event in [
        json!({"returnedForSupplement": {"dossier": "HS-1", "supplementRound": 1,
            "missing": [], "dueOn": "2025-06-27"}}),
        json!({"findingRecorded": {"dossier": "HS-1", "round": "annual-2024", "item": "hs1-1",
            "rule": "R24", "verdict": "NOT_MET", "evidence": "hồ sơ kiểm tra", "documents": [],
            "foundOn": "2025-06-16", "finder": "verifier", "finderAgency": "so-noi-vu"}}),
    ] {
        p.case_event("HS-1", event).await;
    }
    let history = p.get(&p.staff, "dossiers/HS-1/history").await.json;
    let data = |kind: &str| {
        let events = history["events"].as_array().unwrap();
        let event = events.iter().find(|event| event["type"] == kind).unwrap();
        event["data"].clone()
    };
    assert!(data("ReturnedForSupplement").is_object());
    assert_eq!(data("FindingRecorded"), Value::Null);
}

#[tokio::test]
async fn the_command_line_asks_without_a_server() {
    let province = Province::new().await;
    province.submit("HS-1", "hs1").await;
    let ledger: &SharedLedger = &province.app.runtime.ledger;
    let dossier: DossierId = "HS-1".parse().unwrap();
    let told = history(ledger, &dossier, Moment::HEAD).await.unwrap();
    let json = serde_json::to_value(&told).unwrap();
    assert_eq!(json["events"].as_array().unwrap().len(), 10);
    for field in ["position", "time", "type", "actor", "service"] {
        assert!(!json["events"][0][field].is_null(), "{field}");
    }
    let now = state(ledger, &dossier, Moment::HEAD)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(now.status, "SUBMITTED");
    let nobody: DossierId = "HS-9".parse().unwrap();
    assert_eq!(state(ledger, &nobody, Moment::HEAD).await.unwrap(), None);
    let nothing = history(ledger, &nobody, Moment::HEAD).await.unwrap();
    assert!(nothing.events.is_empty());
}

#[tokio::test]
async fn the_past_is_asked_by_when_acts_took_effect() {
    let province = Province::new().await;
    let p = &province;
    p.submit("HS-1", "hs1").await;
    let before = p.get(&p.head, "dossiers/HS-1/history").await.json;
    let last = before["events"].as_array().unwrap().last().unwrap()["position"].clone();
    // Entered on the 20th, with the date of the letter, the 17th.
    p.app.set_time("2025-06-20T03:00:00Z".parse().unwrap());
    let letter = json!({"date": "2025-06-17", "reason": "Rút hồ sơ",
        "effectiveAt": "2025-06-17T01:00:00Z"});
    p.done(&p.head, "dossiers/HS-1/withdraw", letter).await;
    for (moment, status) in [
        ("effective:2025-06-17T01:00:00Z", "WITHDRAWN"),
        ("effective:2025-06-17T00:59:59Z", "SUBMITTED"),
        ("2025-06-19T00:00:00Z", "SUBMITTED"),
        (
            "2025-06-19T00:00:00Z,effective:2025-06-18T00:00:00Z",
            "SUBMITTED",
        ),
    ] {
        let path = format!("dossiers/HS-1/state?asOf={moment}");
        let then = p.get(&p.head, &path).await.json;
        assert_eq!(then["status"], status, "{moment}");
    }
    let both = format!("dossiers/HS-1/state?asOf={last},effective:2025-06-17T01:00:00Z");
    assert_eq!(p.get(&p.head, &both).await.json["status"], "SUBMITTED");
}

#[tokio::test]
async fn a_diff_tells_each_field_and_the_event_that_made_it_so() {
    let province = Province::new().await;
    let p = &province;
    p.submit("HS-1", "hs1").await;
    let events = p.get(&p.auditor, "dossiers/HS-1/history").await.json;
    let events = events["events"].as_array().unwrap();
    let submitted = events.last().unwrap();
    late(p).await;
    let at = submitted["position"].as_u64().unwrap();
    let path = format!("dossiers/HS-1/diff?from={at}");
    let told = p.get(&p.auditor, &path).await.json;
    let changes = told["changes"].as_array().unwrap();
    let stage = changes
        .iter()
        .find(|change| change["path"] == "/drafted/stage/at")
        .unwrap();
    assert_eq!(stage["from"], "SUBMITTED");
    assert_eq!(stage["to"], "CLOSED");
    assert_eq!(stage["stream"], "dossier-HS-1");
    assert_eq!(stage["by"][0]["type"], "DossierClosed");
    assert_eq!(stage["by"][0]["actor"]["role"], "SYSTEM");
    assert_eq!(stage["by"][0]["ruleBook"], "sha256:00");
    assert_eq!(stage["by"][0]["data"], Value::Null);
    // The other way round the same fields go back.
    let back = format!("dossiers/HS-1/diff?from=head&to={at}");
    let back = p.get(&p.auditor, &back).await.json;
    assert_eq!(back["changes"].as_array().unwrap().len(), changes.len());
    let same = p.get(&p.auditor, "dossiers/HS-1/diff?from=head").await.json;
    assert_eq!(same["changes"], json!([]));
}

#[tokio::test]
async fn an_act_on_behalf_of_somebody_names_the_delegation() {
    let province = Province::new().await;
    let p = &province;
    p.prepare("HS-1", "hs1").await;
    p.app
        .delegate(DelegationGranted {
            delegation: "uq-1".parse().unwrap(),
            from: "head".parse().unwrap(),
            to: "staff".parse().unwrap(),
            valid_from: "2025-06-01".parse().unwrap(),
            valid_to: "2025-07-01".parse().unwrap(),
            document: "12/GUQ".to_owned(),
        })
        .await;
    let request = p
        .app
        .request(reqwest::Method::POST, "/api/v1/dossiers/HS-1/submit")
        .bearer_auth(&p.staff)
        .header("Idempotency-Key", p.app.fresh_key())
        .header("If-Match", "*")
        .header("Hoso-On-Behalf-Of", "head")
        .json(&handing_in());
    let sent = hoso_runtime::testing::send(request).await;
    assert_eq!(sent.status, 200, "{:?}", sent.json);
    let history = p.get(&p.auditor, "dossiers/HS-1/history").await.json;
    let last = history["events"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(last["actor"]["onBehalfOf"], "head");
    assert_eq!(last["delegation"]["delegation"], "uq-1");
    assert_eq!(last["delegation"]["document"], "12/GUQ");
    assert_eq!(last["delegation"]["from"], "head");
}
