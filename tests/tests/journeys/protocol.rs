//! How the API is used: delegation, a request sent again, versions, pages, the past.

use e2e::office::{ANNUAL, Answer, Dossier, Office, list, official, text};
use reqwest::Method;
use serde_json::{Value, json};

async fn with_unit(unit: &str) -> Office {
    let office = Office::open().await;
    office.annual_round().await;
    office.staff(&[unit]).await;
    office.day("2025-05-12");
    office
}

#[tokio::test]
async fn a_deputy_signs_by_delegation_and_both_names_are_on_record() {
    let office = with_unit("so-cong-thuong").await;
    office
        .appoint("deputy", "p-deputy", "so-cong-thuong", "UNIT_STAFF")
        .await;
    let dossier = Dossier::of("so-cong-thuong", ANNUAL).in_lane("CERT_DEPARTMENT");
    office.draft(&dossier).await;
    office.confirm_reports(&dossier).await;
    let sign = json!({
        "number": "1/TTr", "date": "2025-05-12", "signedBy": "Phó Giám đốc",
        "list": dossier.items(), "document": { "name": "to-trinh.pdf" },
    });
    let head = official("so-cong-thuong/head");
    let path = format!("dossiers/{}/sign", dossier.id);
    let behalf = |body: Value| {
        let request = office.command("deputy", &path, body);
        request
            .header("if-match", "*")
            .header("hoso-on-behalf-of", &head)
    };
    // Without a delegation the header opens nothing, and the staff itself does not sign.
    let unasked = Answer::of(behalf(sign.clone())).await;
    unasked.not_done(403, "not-permitted");
    office.post("deputy", &path, sign.clone()).await.denied("D");
    let delegation = json!({
        "from": head, "to": "deputy", "validFrom": "2025-05-01", "validTo": "2025-05-31",
        "document": "Giấy ủy quyền 03/GUQ",
    });
    office
        .post("administrator", "delegations", delegation)
        .await
        .done();
    let mut minutes = json!({
        "number": "1/BB", "date": "2025-05-12", "body": "Thường trực BCĐ", "chair": "Phó ban",
        "secretary": "Chuyên viên", "membersTotal": 5, "membersPresent": 5, "voting": "OPEN",
        "document": { "name": "bien-ban.pdf" },
    });
    minutes["covers"] = json!(dossier.items());
    office
        .on_dossier(&dossier, "meeting", "minutes", minutes)
        .await;
    // The paper of June is outside it, whatever day it is today.
    let mut june = sign.clone();
    june["effectiveAt"] = json!("2025-06-02T09:00:00+07:00");
    Answer::of(behalf(june))
        .await
        .not_done(403, "not-permitted");
    Answer::of(behalf(sign)).await.done();
    let history = office.history(&dossier.id).await;
    let signed = history
        .iter()
        .find(|e| e["type"] == "ProposalSigned")
        .unwrap();
    assert_eq!(signed["actor"]["official"], "deputy");
    assert_eq!(signed["actor"]["role"], "UNIT_HEAD");
    assert_eq!(signed["actor"]["onBehalfOf"], json!(head));
}

#[tokio::test]
async fn a_request_sent_ten_times_at_once_is_done_once_and_answered_ten_times() {
    let office = with_unit("so-cong-thuong").await;
    let draft = json!({
        "dossier": "HS-1", "round": ANNUAL, "unit": "so-cong-thuong",
        "effectiveAt": "2025-05-12T09:00:00+07:00",
    });
    let send = |body: &Value| {
        let request = office.request(Method::POST, "so-cong-thuong/staff", "dossiers");
        Answer::of(request.header("idempotency-key", "draft-1").json(body))
    };
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..10 {
        requests.spawn(send(&draft));
    }
    let answers = requests.join_all().await;
    let first = &answers[0];
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (201, &first.body));
        assert_eq!(answer.etag, first.etag);
    }
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
    assert_eq!(office.path("HS-1").await, ["DossierDrafted"]);
    let mut other = draft.clone();
    other["addressee"] = json!("DIRECT");
    send(&other).await.not_done(422, "idempotency-key-reused");
    assert!(send(&draft).await.replayed);
    let keyless = office.request(Method::POST, "so-cong-thuong/staff", "dossiers");
    let keyless = Answer::of(keyless.json(&draft)).await;
    keyless.not_done(400, "idempotency-key-required");
    assert_eq!(office.path("HS-1").await, ["DossierDrafted"]);
}

#[tokio::test]
async fn a_change_names_the_version_it_was_made_on() {
    let office = with_unit("so-cong-thuong").await;
    let dossier = Dossier::of("so-cong-thuong", ANNUAL);
    office.draft(&dossier).await;
    let staff = "so-cong-thuong/staff";
    let seen = office.get(staff, "dossiers/HS-so-cong-thuong").await;
    let tag = seen.etag.unwrap();
    let path = "dossiers/HS-so-cong-thuong/items";
    let item =
        |id: &str, lane: &str| json!({ "item": id, "lane": lane, "subject": "so-cong-thuong" });
    let silent = office.command(staff, path, item("a", "CERT_DEPARTMENT"));
    Answer::of(silent).await.not_done(428, "if-match-required");
    let first = office.command(staff, path, item("a", "CERT_DEPARTMENT"));
    let first = Answer::of(first.header("if-match", &tag)).await;
    assert_ne!(first.etag.as_ref(), Some(&tag));
    first.done();
    let stale = office.command(
        staff,
        "dossiers/HS-so-cong-thuong/items/a/remove",
        json!({}),
    );
    let stale = Answer::of(stale.header("if-match", &tag)).await;
    assert_eq!(stale.status, 412, "{}", stale.body);
    assert_eq!(
        office.path("HS-so-cong-thuong").await,
        ["DossierDrafted", "ItemAdded"]
    );
}

#[tokio::test]
async fn lists_come_in_pages_and_the_link_leads_to_the_end() {
    let office = with_unit("so-cong-thuong").await;
    let mut path = "units?limit=7".to_owned();
    let mut units = Vec::new();
    loop {
        let page = office.get("auditor", &path).await;
        let items = list(&page.body, "items");
        assert!(items.len() <= 7);
        units.extend(items.iter().map(|unit| text(unit, "unit")));
        let Some(link) = page.link else { break };
        let next = link.strip_prefix("</api/v1/").unwrap();
        path = next.strip_suffix(">; rel=\"next\"").unwrap().to_owned();
    }
    // Forty assessed, and the bodies that are not.
    assert_eq!(units.len(), 44);
    let mut sorted = units.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(units, sorted, "each once, in order");
    let zero = office.get("auditor", "units?limit=0").await;
    assert_eq!(zero.status, 400, "{}", zero.body);
}

#[tokio::test]
async fn a_dossier_is_shown_as_it_was_at_a_position_and_at_a_time() {
    let office = with_unit("so-cong-thuong").await;
    let dossier = Dossier::of("so-cong-thuong", ANNUAL).in_lane("CERT_DEPARTMENT");
    office.bring_in(&dossier).await;
    let history = office.history(&dossier.id).await;
    let at = |kind: &str| history.iter().find(|e| e["type"] == kind).unwrap();
    let base = format!("dossiers/{}", dossier.id);
    let status = |answer: Answer| text(&answer.done(), "status");
    let added = format!("{base}/state?asOf={}", at("ItemAdded")["position"]);
    assert_eq!(status(office.get("auditor", &added).await), "DRAFT");
    let time = text(at("DossierSubmitted"), "time").replace('+', "%2B");
    let submitted = format!("{base}/state?asOf={time}");
    assert_eq!(status(office.get("auditor", &submitted).await), "SUBMITTED");
    let now = format!("{base}/state");
    assert_eq!(status(office.get("auditor", &now).await), "FORWARDED");
    let before = format!("{base}/state?asOf=1");
    office
        .get("auditor", &before)
        .await
        .not_done(404, "not-found");
    let then = format!("{base}/history?asOf={}", at("ItemAdded")["position"]);
    let then = list(&office.get("auditor", &then).await.done(), "events");
    assert_eq!(then.len(), 2);
    assert_eq!(then[..], history[..2]);
    let nonsense = format!("{base}/state?asOf=yesterday");
    office
        .get("auditor", &nonsense)
        .await
        .not_done(400, "query-invalid");
}
