//! What every command keeps: idempotency, versions, strict bodies; and the API's description.

use hoso_runtime::testing::send;

use super::*;

#[tokio::test]
async fn the_same_request_again_gets_the_first_answer_and_another_is_refused() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    let mine = json!({"item": "x-1", "lane": "CERT_DISTRICT", "subject": "huyen-my-tu"});
    let ask = |body: &Value| {
        let request = p
            .app
            .request(reqwest::Method::POST, &api("dossiers/HS-1/items"))
            .bearer_auth(&p.staff)
            .header("Idempotency-Key", "k-1")
            .header("If-Match", "\"v1\"")
            .json(body);
        send(request)
    };
    let first = ask(&mine).await;
    p.done(&p.staff, "dossiers/HS-1/items/x-1/remove", json!({}))
        .await;
    let again = ask(&mine).await;
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(again.json, first.json);
    assert_eq!(again.etag, first.etag);
    assert_eq!(again.header("idempotency-replayed"), "true");
    let other = json!({"item": "x-2", "lane": "CERT_DISTRICT", "subject": "huyen-my-tu"});
    let other = ask(&other).await;
    assert_eq!(
        (other.status, other.code()),
        (422, "idempotency-key-reused")
    );
}

#[tokio::test]
async fn a_change_names_the_version_it_has_seen() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    let path = api("dossiers/HS-1/attachments");
    let body = json!({"kind": "OTHER", "document": {"name": "a.pdf"}});
    let unseen = p
        .app
        .request(reqwest::Method::POST, &path)
        .bearer_auth(&p.staff)
        .header("Idempotency-Key", p.app.fresh_key())
        .json(&body);
    assert_eq!(send(unseen).await.status, 428);
    let tag = p.get(&p.staff, "dossiers/HS-1").await.etag.unwrap();
    let done = p.app.post_match(&p.staff, &path, &body, &tag).await;
    assert_eq!(done.status, 200);
    assert_ne!(done.etag.as_ref(), Some(&tag));
    let stale = p.app.post_match(&p.staff, &path, &body, &tag).await;
    assert_eq!((stale.status, stale.code()), (412, "version-stale"));
}

#[tokio::test]
async fn a_body_says_what_is_known_and_nothing_else() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    for (body, field) in [
        (
            json!({"item": "x 1", "lane": "CERT_DISTRICT", "subject": "huyen-my-tu"}),
            "item",
        ),
        (
            json!({"item": "x-1", "lane": "GOLD", "subject": "huyen-my-tu"}),
            "lane",
        ),
        (
            json!({"item": "x-1", "lane": "CERT_DISTRICT", "subject": "huyen-my-tu", "name": "x"}),
            "name",
        ),
    ] {
        let answer = p.problem(&p.staff, "dossiers/HS-1/items", body).await;
        assert_eq!((answer.status, answer.code()), (422, "body-invalid"));
        assert_eq!(answer.json["errors"][0]["field"], field);
    }
}

#[test]
fn the_api_describes_every_endpoint() {
    let described = crate::http::router().to_openapi();
    let mut paths: Vec<_> = described.paths.paths.keys().cloned().collect();
    paths.sort();
    let whole: Vec<_> = [
        "documents",
        "documents/{sha256}",
        "dossiers",
        "dossiers/{id}",
        "dossiers/{id}/attachments",
        "dossiers/{id}/diff",
        "dossiers/{id}/history",
        "dossiers/{id}/items",
        "dossiers/{id}/items/{item}/remove",
        "dossiers/{id}/minutes",
        "dossiers/{id}/reports",
        "dossiers/{id}/reports/confirm",
        "dossiers/{id}/reports/refuse",
        "dossiers/{id}/sign",
        "dossiers/{id}/state",
        "dossiers/{id}/submit",
        "dossiers/{id}/supplement",
        "dossiers/{id}/withdraw",
    ]
    .iter()
    .map(|path| api(path))
    .collect();
    assert_eq!(paths, whole);
    let json = serde_json::to_string(&described).unwrap();
    assert!(json.contains("Idempotency-Key") && json.contains("If-Match"));
}
