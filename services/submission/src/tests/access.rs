//! Who sees what, who is refused, and what of it is recorded.

use hoso_domain::registry::official::DelegationGranted;

use super::*;

async fn refusals(p: &Province, dossier: &str) -> Vec<Value> {
    let history = p
        .get(&p.auditor, &format!("dossiers/{dossier}/history"))
        .await
        .json;
    let events = history["events"].as_array().unwrap().clone();
    events
        .into_iter()
        .filter(|event| event["type"] == "AttemptRefused")
        .collect()
}

#[tokio::test]
async fn a_unit_sees_its_own_dossiers_and_no_trace_of_others() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    for path in ["HS-1", "HS-1/history", "HS-1/state"] {
        let path = format!("dossiers/{path}");
        assert_eq!(p.get(&p.staff, &path).await.status, 200);
        let hidden = p.get(&p.neighbour, &path).await;
        let nothing = p.get(&p.neighbour, &path.replace("HS-1", "HS-9")).await;
        assert_eq!((hidden.status, nothing.status), (404, 404));
        assert_eq!(
            hidden
                .text
                .replace("HS-1", "HS-9")
                .replace(trace(&hidden), ""),
            nothing.text.replace(trace(&nothing), ""),
            "a hidden dossier answers like one that does not exist"
        );
    }
    let list = p.get(&p.neighbour, "dossiers").await.json;
    assert_eq!(list["items"], json!([]));
}

fn trace(answer: &Answer) -> &str {
    answer.json["traceId"].as_str().unwrap_or("none")
}

#[tokio::test]
async fn those_who_judge_and_those_who_audit_see_every_dossier() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    for token in [&p.home_affairs, &p.auditor] {
        assert_eq!(p.get(token, "dossiers/HS-1").await.status, 200);
        let list = p.get(token, "dossiers").await.json;
        assert_eq!(list["items"][0]["dossier"], "HS-1");
    }
}

#[tokio::test]
async fn an_attempt_on_another_units_dossier_is_answered_404_and_recorded() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    let mine = json!({"item": "x-1", "lane": "CERT_DISTRICT", "subject": "huyen-my-tu"});
    let answer = p.problem(&p.neighbour, "dossiers/HS-1/items", mine).await;
    assert_eq!((answer.status, answer.code()), (404, "not-found"));
    let recorded = refusals(p, "HS-1").await;
    assert_eq!(recorded.len(), 1);
    assert_eq!(recorded[0]["actor"]["official"], "neighbour");
    assert_eq!(recorded[0]["data"]["attemptRefused"]["action"], "AddItem");
}

#[tokio::test]
async fn a_document_that_does_not_exist_tells_nothing_about_another_units_dossier() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    let body = json!({"kind": "OTHER", "document": {"name": "a.pdf", "sha256": "0".repeat(64)}});
    let answer = p
        .problem(&p.neighbour, "dossiers/HS-1/attachments", body)
        .await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn a_wrong_role_is_answered_403_with_the_rule_and_recorded() {
    let province = Province::new().await;
    let p = &province;
    p.prepare("HS-1", "hs1").await;
    let answer = p
        .problem(&p.staff, "dossiers/HS-1/submit", handing_in())
        .await;
    assert_eq!((answer.status, answer.code()), (403, "not-permitted"));
    assert_eq!(answer.json["violations"][0]["rule"], "D");
    let answer = p
        .problem(&p.home_affairs, "dossiers/HS-1/submit", handing_in())
        .await;
    assert_eq!(answer.status, 403, "Home Affairs sees it and may not");
    assert_eq!(refusals(p, "HS-1").await.len(), 2);
    assert_eq!(p.status("HS-1").await, "SIGNED");
}

#[tokio::test]
async fn nobody_confirms_the_report_on_themselves() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    let person = json!({"item": "hs1-1", "lane": "CERT_INDIVIDUAL", "subject": "ca-nhan-19",
        "basis": "INSIDER"});
    p.done(&p.staff, "dossiers/HS-1/items", person).await;
    let report = json!({"item": "hs1-1", "document": {"name": "bao-cao.pdf"}});
    p.done(&p.staff, "dossiers/HS-1/reports", report).await;
    let nominee = p
        .app
        .appoint_person("member", "ca-nhan-19", Role::UnitCommittee, "huyen-my-tu")
        .await;
    let path = "dossiers/HS-1/reports/confirm";
    let answer = p.problem(&nominee, path, confirmation("hs1-1")).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json["violations"][0]["rule"], "R54");
    p.done(&p.committee, path, confirmation("hs1-1")).await;
}

#[tokio::test]
async fn a_deputy_signs_by_delegation_and_the_path_says_on_whose_behalf() {
    let province = Province::new().await;
    let p = &province;
    p.prepare("HS-1", "hs1").await;
    p.app
        .delegate(DelegationGranted {
            delegation: "uq-1".parse().unwrap(),
            from: "head".parse().unwrap(),
            to: "staff".parse().unwrap(),
            valid_from: "2025-06-01".parse().unwrap(),
            valid_to: "2025-06-30".parse().unwrap(),
            document: "15/QĐ-UBND".to_owned(),
        })
        .await;
    let request = p
        .app
        .request(reqwest::Method::POST, &api("dossiers/HS-1/submit"))
        .bearer_auth(&p.staff)
        .header("Idempotency-Key", p.app.fresh_key())
        .header("If-Match", "*")
        .header("Hoso-On-Behalf-Of", "head")
        .json(&handing_in());
    let answer = hoso_runtime::testing::send(request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let history = p.get(&p.auditor, "dossiers/HS-1/history").await.json;
    let last = history["events"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(last["type"], "DossierSubmitted");
    assert_eq!(last["actor"]["official"], "staff");
    assert_eq!(last["actor"]["onBehalfOf"], "head");
    assert_eq!(last["actor"]["role"], "UNIT_HEAD");
}

#[tokio::test]
async fn the_administrator_and_strangers_see_nothing() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    let admin = p
        .app
        .appoint("admin", Role::Administrator, "so-noi-vu")
        .await;
    assert_eq!(p.get(&admin, "dossiers/HS-1").await.status, 404);
    assert_eq!(p.get(&admin, "dossiers").await.json["items"], json!([]));
    assert_eq!(p.get("hoso_wrong", "dossiers/HS-1").await.status, 401);
}
