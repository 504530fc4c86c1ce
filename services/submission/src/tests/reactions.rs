//! What Home Affairs does with the dossier reaches the unit.

use super::*;

async fn closed_by(event: Value) -> Value {
    let province = Province::new().await;
    let p = &province;
    p.submit("HS-1", "hs1").await;
    p.case_event("HS-1", event).await;
    p.get(&p.staff, "dossiers/HS-1").await.json
}

#[tokio::test]
async fn a_rejected_dossier_is_closed_with_the_reason() {
    let dossier = closed_by(json!({"dossierRejected": {"dossier": "HS-1",
        "code": "WRONG_ADDRESSEE", "reason": "Gửi không qua Sở Nội vụ"}}))
    .await;
    assert_eq!(dossier["status"], "REJECTED");
    assert_eq!(dossier["stage"]["reason"], "Gửi không qua Sở Nội vụ");
}

#[tokio::test]
async fn a_late_dossier_is_closed_and_an_extension_may_bring_it_on() {
    let province = Province::new().await;
    let p = &province;
    p.submit("HS-1", "hs1").await;
    p.case_event(
        "HS-1",
        json!({"dossierLate": {"dossier": "HS-1", "receivedOn": "2025-06-17", "items": ["hs1-1"]}}),
    )
    .await;
    let late = p.get(&p.staff, "dossiers/HS-1").await.json;
    assert_eq!(late["status"], "LATE");
    assert_eq!(
        late["stage"]["reason"],
        "Hồ sơ đến ngày 17/06/2025, quá hạn của mọi mục đề nghị"
    );
    p.case_event(
        "HS-1",
        json!({"dossierForwarded": {"dossier": "HS-1", "round": "annual-2024",
            "unit": "huyen-my-tu", "submittedBy": "huyen-my-tu",
            "items": [{"item": "hs1-1", "lane": "CERT_DISTRICT", "subject": "huyen-my-tu"}],
            "excluded": [{"item": "hs1-2", "reason": "LATE"}]}}),
    )
    .await;
    let forwarded = p.get(&p.staff, "dossiers/HS-1").await.json;
    assert_eq!(forwarded["status"], "FORWARDED");
    assert_eq!(
        forwarded["stage"]["reason"],
        "Đã chuyển Thường trực Ban Chỉ đạo: 01 mục; không chuyển do trễ hạn: hs1-2"
    );
}

#[tokio::test]
async fn a_supplement_that_never_came_closes_the_dossier() {
    let province = Province::new().await;
    let p = &province;
    p.submit("HS-1", "hs1").await;
    for event in [
        json!({"returnedForSupplement": {"dossier": "HS-1", "supplementRound": 1,
            "missing": [], "dueOn": "2025-06-23"}}),
        json!({"dossierLapsed": {"dossier": "HS-1", "dueOn": "2025-06-23"}}),
    ] {
        p.case_event("HS-1", event).await;
    }
    let dossier = p.get(&p.staff, "dossiers/HS-1").await.json;
    assert_eq!(dossier["status"], "LAPSED");
    let answer = p
        .problem(&p.staff, "dossiers/HS-1/supplement", json!({}))
        .await;
    assert_eq!((answer.status, answer.code()), (409, "dossier-closed"));
}

#[tokio::test]
async fn what_comes_after_a_withdrawal_changes_nothing_and_parks_nothing() {
    let province = Province::new().await;
    let p = &province;
    p.submit("HS-1", "hs1").await;
    let letter = json!({"date": "2025-06-15", "reason": "tự rà soát"});
    p.done(&p.head, "dossiers/HS-1/withdraw", letter).await;
    p.case_event(
        "HS-1",
        json!({"returnedForSupplement": {"dossier": "HS-1", "supplementRound": 1,
            "missing": [], "dueOn": "2025-06-23"}}),
    )
    .await;
    assert_eq!(p.status("HS-1").await, "WITHDRAWN");
    let parked = p.app.runtime.ledger.parked(crate::NAME).await.unwrap();
    assert!(parked.is_empty(), "{parked:?}");
}

#[tokio::test]
async fn a_return_of_a_dossier_that_was_never_handed_in_is_parked_for_a_person() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    p.case_event(
        "HS-1",
        json!({"returnedForSupplement": {"dossier": "HS-1", "supplementRound": 1,
            "missing": [], "dueOn": "2025-06-23"}}),
    )
    .await;
    let parked = p.app.runtime.ledger.parked(crate::NAME).await.unwrap();
    assert_eq!(parked.len(), 1);
    assert_eq!(p.status("HS-1").await, "DRAFT");
}
