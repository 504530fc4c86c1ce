//! Officials, delegations and tokens.

use super::*;

fn office(official: &str, person: &str, role: &str) -> Value {
    json!({
        "official": official, "person": person, "agency": "so-y-te", "role": role,
        "validFrom": "2025-01-01"
    })
}

#[tokio::test]
async fn an_appointed_official_acts_by_the_token_it_was_issued() {
    let p = Province::new().await;
    p.done(
        &p.administrator,
        "officials",
        office("o-1", "p-1", "HOME_AFFAIRS"),
    )
    .await;
    let ask = json!({"official": "o-1", "days": 30});
    let issued = p.done(&p.administrator, "tokens", ask).await;
    let token = issued.json["token"].as_str().unwrap().to_owned();
    p.done(&token, "units", unit("so-y-te", "Sở Y tế")).await;
    let digest = issued.json["tokenDigest"].as_str().unwrap();
    let path = format!("officials/o-1/tokens/{digest}/revoke");
    p.done(&p.administrator, &path, json!({})).await;
    assert_eq!(p.get(&token, "units").await.status, 401);
    let seen = p.get(&p.auditor, "officials/o-1").await;
    assert_eq!(seen.json["tokens"][0]["revoked"], true);
    let hidden = p.get(&p.unit_staff, "officials/o-1").await;
    assert_eq!(hidden.json.get("tokens"), None);
}

#[tokio::test]
async fn a_repeated_request_does_not_tell_the_token_again() {
    let p = Province::new().await;
    let ask = || {
        let request = p
            .app
            .request(reqwest_method(), &api("tokens"))
            .bearer_auth(&p.administrator)
            .header("Idempotency-Key", "k-1")
            .json(&json!({"official": "so-nv", "days": 1}));
        hoso_runtime::testing::send(request)
    };
    let first = ask().await;
    let again = ask().await;
    assert!(first.json["token"].is_string());
    assert_eq!((again.status, again.json.get("token")), (201, None));
    assert_eq!(again.json["tokenDigest"], first.json["tokenDigest"]);
    assert_eq!(again.header("idempotency-replayed"), "true");
}

fn reqwest_method() -> axum::http::Method {
    axum::http::Method::POST
}

#[tokio::test]
async fn agency_and_person_are_in_the_registry_once_it_has_any() {
    let p = Province::new().await;
    p.unit("so-noi-vu", "Sở Nội vụ").await;
    let unknown = p
        .post(
            &p.administrator,
            "officials",
            office("o-1", "p-1", "UNIT_HEAD"),
        )
        .await;
    assert_eq!((unknown.status, unknown.code()), (422, "unit-unknown"));
    p.unit("so-y-te", "Sở Y tế").await;
    let person = json!({"person": "p-2", "name": "N. V. A (hư cấu)", "insider": false});
    p.done(&p.administrator, "persons", person).await;
    let unknown = p
        .post(
            &p.administrator,
            "officials",
            office("o-1", "p-1", "UNIT_HEAD"),
        )
        .await;
    assert_eq!((unknown.status, unknown.code()), (422, "person-unknown"));
    p.done(
        &p.administrator,
        "officials",
        office("o-1", "p-2", "UNIT_HEAD"),
    )
    .await;
    let listed = p.get(&p.auditor, "officials?unit=so-y-te").await;
    let ids: Vec<_> = listed.json["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| o["official"].clone())
        .collect();
    assert_eq!(ids, ["cb-syt", "o-1"]);
}

#[tokio::test]
async fn only_administrators_keep_accounts_and_not_their_own() {
    let p = Province::new().await;
    let denied = p
        .post(
            &p.home_affairs,
            "officials",
            office("o-1", "p-1", "UNIT_HEAD"),
        )
        .await;
    assert_eq!(denied.status, 403);
    let own = p
        .post(
            &p.administrator,
            "officials",
            office("o-1", "p-admin", "CHAIRMAN"),
        )
        .await;
    assert_eq!((own.status, own.code()), (403, "not-permitted"));
}

#[tokio::test]
async fn an_official_delegates_in_person_and_takes_it_back() {
    let p = Province::new().await;
    let delegation = json!({
        "delegation": "uq-1", "from": "so-nv", "to": "cb-syt",
        "validFrom": "2025-08-01", "validTo": "2025-08-31", "document": "01/GUQ"
    });
    let denied = p
        .post(&p.unit_staff, "delegations", delegation.clone())
        .await;
    assert_eq!(denied.status, 403);
    p.done(&p.home_affairs, "delegations", delegation.clone())
        .await;
    let on_behalf = || {
        let request = p
            .app
            .request(reqwest_method(), &api("units"))
            .bearer_auth(&p.unit_staff)
            .header("Idempotency-Key", p.app.fresh_key())
            .header("Hoso-On-Behalf-Of", "so-nv")
            .json(&unit("so-y-te", "Sở Y tế"));
        hoso_runtime::testing::send(request)
    };
    assert_eq!(on_behalf().await.status, 201);
    let path = "officials/so-nv/delegations/uq-1/revoke";
    p.done(&p.home_affairs, path, json!({})).await;
    assert_eq!(on_behalf().await.status, 403);
    let mut to_nobody = delegation;
    to_nobody["to"] = json!("nobody");
    let unknown = p.post(&p.home_affairs, "delegations", to_nobody).await;
    assert_eq!((unknown.status, unknown.code()), (422, "official-unknown"));
}

#[tokio::test]
async fn an_ended_office_does_nothing_any_more() {
    let p = Province::new().await;
    let end = json!({"validTo": "2025-08-14"});
    p.done(&p.administrator, "officials/cb-syt/end", end).await;
    assert_eq!(p.get(&p.unit_staff, "units").await.status, 403);
}
