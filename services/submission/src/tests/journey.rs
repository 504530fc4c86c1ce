//! A dossier's whole life as an office would drive it.

use super::*;

#[tokio::test]
async fn a_unit_drafts_fills_signs_and_hands_in_a_dossier() {
    let province = Province::new().await;
    province.prepare("HS-1", "hs1").await;
    assert_eq!(province.status("HS-1").await, "SIGNED");
    let sent = json!({"sets": 2, "originals": true, "channel": "PAPER",
        "effectiveAt": "2025-06-16T09:30:00+07:00", "reason": "nộp trực tiếp"});
    let answer = province
        .done(&province.head, "dossiers/HS-1/submit", sent)
        .await;
    let dossier = answer.json;
    assert_eq!(dossier["status"], "SUBMITTED");
    assert_eq!(dossier["handedIn"]["sentAt"], "2025-06-16T02:30:00Z");
    assert_eq!(dossier["submittedBy"], "huyen-my-tu");
    assert_eq!(dossier["reports"][1]["judgement"]["status"], "CONFIRMED");
    assert_eq!(dossier["confirmers"], json!(["p-committee", "p-head"]));
    assert_eq!(answer.etag.as_deref(), Some("\"v10\""));
}

#[tokio::test]
async fn a_new_dossier_says_where_it_is_and_gets_an_id_if_it_has_none() {
    let province = Province::new().await;
    let body = json!({"round": "annual-2024", "unit": "huyen-my-tu"});
    let answer = province.done(&province.staff, "dossiers", body).await;
    assert_eq!(answer.status, 201);
    let id = answer.json["dossier"].as_str().unwrap();
    let location = answer.header("location");
    assert_eq!(location, format!("/api/v1/dossiers/{id}"));
    assert_eq!(
        province.app.get(&province.staff, location).await.status,
        200
    );
}

#[tokio::test]
async fn hs_2024_24_brings_the_missing_report_in_a_supplement() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-2024-24").await;
    for item in [
        json!({"item": "hs24-1", "lane": "CERT_DISTRICT", "subject": "huyen-my-tu",
            "role": "Tập thể tham gia đánh giá Chỉ số của đơn vị"}),
        json!({"item": "hs24-2", "lane": "CERT_INDIVIDUAL", "subject": "ca-nhan-19",
            "basis": "INSIDER", "unit": "huyen-my-tu"}),
        json!({"item": "hs24-3", "lane": "CERT_INDIVIDUAL", "subject": "ca-nhan-20",
            "basis": "OUTSIDER", "initiative": "SK-2025-02", "nominatedBy": "huyen-my-tu"}),
    ] {
        p.done(&p.staff, "dossiers/HS-2024-24/items", item).await;
    }
    let all = ["hs24-1", "hs24-2", "hs24-3"];
    p.done(&p.office, "dossiers/HS-2024-24/minutes", minutes(&all))
        .await;
    report(p, "hs24-1").await;
    report(p, "hs24-2").await;
    p.done(&p.head, "dossiers/HS-2024-24/sign", signature(&all))
        .await;
    p.done(&p.head, "dossiers/HS-2024-24/submit", handing_in())
        .await;

    p.case_event(
        "HS-2024-24",
        json!({"returnedForSupplement": {
            "dossier": "HS-2024-24", "supplementRound": 1, "dueOn": "2025-06-27",
            "missing": [{"rule": "R37", "item": "hs24-3", "text": "Báo cáo thành tích của hs24-3"}],
        }}),
    )
    .await;
    let returned = p.get(&p.staff, "dossiers/HS-2024-24").await.json;
    assert_eq!(returned["status"], "SUPPLEMENT_REQUESTED");
    assert_eq!(
        returned["stage"]["request"]["missing"],
        json!(["Báo cáo thành tích của hs24-3"])
    );

    p.app.set_time("2025-06-24T03:05:00Z".parse().unwrap());
    report(p, "hs24-3").await;
    let answer = p
        .done(&p.staff, "dossiers/HS-2024-24/supplement", json!({}))
        .await;
    assert_eq!(answer.json["status"], "SUPPLEMENTED");
    let history = p.get(&p.auditor, "dossiers/HS-2024-24/history").await.json;
    let last = history["events"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    let supplemented = &last["data"]["dossierSupplemented"];
    assert_eq!(supplemented["reports"], json!(["hs24-3"]));
    assert_eq!(supplemented["receivedAt"], "2025-06-24T03:05:00Z");
}

async fn report(p: &Province, item: &str) {
    let body = json!({"item": item, "number": null, "document": {"name": "bao-cao.pdf"}});
    p.done(&p.staff, "dossiers/HS-2024-24/reports", body).await;
    p.done(
        &p.committee,
        "dossiers/HS-2024-24/reports/confirm",
        confirmation(item),
    )
    .await;
}

#[tokio::test]
async fn a_refused_report_is_replaced_and_confirmed() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    let mine = json!({"item": "hs1-1", "lane": "CERT_DISTRICT", "subject": "huyen-my-tu"});
    p.done(&p.staff, "dossiers/HS-1/items", mine).await;
    let report = json!({"item": "hs1-1", "document": {"name": "bao-cao.pdf"}});
    p.done(&p.staff, "dossiers/HS-1/reports", report.clone())
        .await;
    let silent = json!({"item": "hs1-1"});
    let unreasoned = p
        .problem(&p.committee, "dossiers/HS-1/reports/refuse", silent)
        .await;
    assert_eq!(unreasoned.code(), "text-length");
    let refusal = json!({"item": "hs1-1", "reason": "số liệu chưa khớp"});
    let refused = p
        .done(&p.committee, "dossiers/HS-1/reports/refuse", refusal)
        .await;
    assert_eq!(refused.json["reports"][0]["judgement"]["status"], "REFUSED");
    p.done(&p.staff, "dossiers/HS-1/reports", report).await;
    let confirmed = p
        .done(
            &p.committee,
            "dossiers/HS-1/reports/confirm",
            confirmation("hs1-1"),
        )
        .await;
    assert_eq!(
        confirmed.json["reports"][0]["judgement"]["status"],
        "CONFIRMED"
    );
}

#[tokio::test]
async fn an_item_is_taken_out_and_the_signature_falls() {
    let province = Province::new().await;
    province.prepare("HS-1", "hs1").await;
    let path = "dossiers/HS-1/items/hs1-2/remove";
    let answer = province
        .done(&province.staff, path, json!({"reason": "trùng"}))
        .await;
    assert_eq!(answer.json["status"], "DRAFT");
    assert_eq!(answer.json["items"].as_array().unwrap().len(), 1);
    let unsigned = province
        .problem(&province.head, "dossiers/HS-1/submit", handing_in())
        .await;
    assert_eq!(
        (unsigned.status, unsigned.code()),
        (409, "proposal-not-signed")
    );
    assert_eq!(unsigned.json["violations"][0]["rule"], "R37");
}

#[tokio::test]
async fn the_head_withdraws_until_a_decision_names_an_item() {
    let province = Province::new().await;
    let p = &province;
    p.submit("HS-1", "hs1").await;
    p.submit("HS-2", "hs2").await;
    let letter = json!({"number": "412/UBND-NV", "date": "2025-06-15", "reason": "tự rà soát"});
    let answer = p
        .done(&p.head, "dossiers/HS-1/withdraw", letter.clone())
        .await;
    assert_eq!(answer.json["status"], "WITHDRAWN");
    p.round_event(
        "annual-2024",
        json!({"decisionSigned": {
            "decision": "1234/QĐ-UBND", "body": "CHAIRMAN", "date": "2025-06-16",
            "signedBy": "Chủ tịch", "rankingEdition": 1,
            "items": [{"item": "hs2-1", "dossier": "HS-2"}],
        }}),
    )
    .await;
    let late = p.problem(&p.head, "dossiers/HS-2/withdraw", letter).await;
    assert_eq!((late.status, late.code()), (403, "not-permitted"));
    assert_eq!(late.json["violations"][0]["rule"], "D2");
    assert_eq!(p.status("HS-2").await, "SUBMITTED");
}
