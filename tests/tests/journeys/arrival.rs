//! What arrives late, wrong or incomplete.

use e2e::office::{ANNUAL, Dossier, Office, text};
use serde_json::json;

/// One after another in a path, with whatever lies between.
#[track_caller]
pub(crate) fn in_order(path: &[String], wanted: &[&str]) {
    let mut rest = path.iter();
    for step in wanted {
        assert!(rest.any(|is| is == step), "{step} in its place in {path:?}");
    }
}

#[tokio::test]
async fn a_late_dossier_is_readmitted_only_by_a_reasoned_extension() {
    let office = Office::open().await;
    office.annual_round().await;
    office.staff(&["huyen-my-tu"]).await;
    let dossier = Dossier::of("huyen-my-tu", ANNUAL).in_lane("CERT_DISTRICT");
    // The sixtieth day is a Saturday: the period ends on Monday 16 June.
    office.day("2025-06-17");
    office.submit(&dossier).await;
    let case = office.receive(&dossier).await;
    assert_eq!(text(&case, "status"), "LATE");
    assert_eq!(case["items"][0]["timeliness"]["dueOn"], "2025-06-16");
    assert_eq!(office.dossier_status(&dossier).await, "LATE");
    let check = office.on_case("home-affairs", &dossier, "check", json!({}));
    check.await.not_done(409, "case-at-other-step");

    office.day("2025-06-20");
    let extension = json!({
        "items": dossier.items(), "newDueOn": "2025-06-20",
        "document": { "name": "gia-han.pdf" }, "reason": "Bão lũ, đường bị chia cắt",
    });
    let by_home_affairs = office.on_case("home-affairs", &dossier, "extend", extension.clone());
    by_home_affairs.await.denied("D");
    let mut silent = extension.clone();
    silent["reason"] = json!(null);
    let silent = office.on_case("standing-office", &dossier, "extend", silent);
    silent.await.not_done(422, "body-invalid");
    let mut short = extension.clone();
    short["newDueOn"] = json!("2025-06-16");
    let short = office.on_case("standing-office", &dossier, "extend", short);
    short.await.not_done(422, "extension-too-short");
    let granted = office.on_case("standing-office", &dossier, "extend", extension);
    granted.await.done();
    office.take_on("home-affairs", &dossier).await;

    assert_eq!(office.dossier_status(&dossier).await, "FORWARDED");
    assert_eq!(office.standing(ANNUAL, "huyen-my-tu-1").await, "ENTERED");
    let history = office.history(&dossier.id).await;
    let granted = history.iter().find(|e| e["type"] == "ExtensionGranted");
    let granted = granted.unwrap();
    assert_eq!(granted["reason"], "Bão lũ, đường bị chia cắt");
    assert_eq!(granted["actor"]["role"], "STANDING_OFFICE");
    let path = office.path(&dossier.id).await;
    in_order(
        &path,
        &[
            "DossierLate",
            "AttemptRefused",
            "ExtensionGranted",
            "DossierForwarded",
            "ItemEntered",
        ],
    );
}

#[tokio::test]
async fn a_dossier_sent_past_home_affairs_is_rejected_for_good() {
    let office = Office::open().await;
    office.annual_round().await;
    office.staff(&["so-cong-thuong"]).await;
    let dossier = Dossier::of("so-cong-thuong", ANNUAL)
        .in_lane("CERT_DEPARTMENT")
        .direct();
    office.day("2025-05-12");
    office.submit(&dossier).await;
    office.receive(&dossier).await;
    let checked = office.on_case("home-affairs", &dossier, "check", json!({}));
    assert_eq!(checked.await.done()["missing"][0]["rule"], "R41");
    let accept = office.on_case("home-affairs", &dossier, "accept", json!({}));
    accept.await.not_done(409, "dossier-incomplete");
    let reject =
        json!({ "code": "WRONG_ADDRESSEE", "reason": "Gửi vượt cấp, không qua Sở Nội vụ" });
    let rejected = office
        .on_case("home-affairs", &dossier, "reject", reject)
        .await
        .done();
    assert_eq!(rejected["rejection"]["code"], "WRONG_ADDRESSEE");
    office.settle().await;

    assert_eq!(office.dossier_status(&dossier).await, "REJECTED");
    let again = office.on_case("home-affairs", &dossier, "check", json!({}));
    again.await.not_done(409, "case-at-other-step");
    let path = office.path(&dossier.id).await;
    in_order(
        &path,
        &["CompletenessChecked", "DossierRejected", "DossierClosed"],
    );
    // The unit reads why.
    let seen = office
        .get("so-cong-thuong/head", "dossiers/HS-so-cong-thuong")
        .await
        .done();
    assert!(seen.to_string().contains("Gửi vượt cấp"), "{seen}");
}

#[tokio::test]
async fn a_dossier_comes_back_twice_and_not_a_third_time() {
    let office = Office::open().await;
    office.annual_round().await;
    office.staff(&["so-cong-thuong", "so-xay-dung"]).await;
    let short = |unit: &str| {
        Dossier::of(unit, ANNUAL)
            .in_lane("CERT_DEPARTMENT")
            .with_sets(1)
    };
    let dossier = short("so-cong-thuong");
    let other = short("so-xay-dung");
    office.day("2025-05-12");
    for dossier in [&dossier, &other] {
        office.submit(dossier).await;
        office.receive(dossier).await;
        let checked = office.on_case("home-affairs", dossier, "check", json!({}));
        assert_eq!(checked.await.done()["missing"][0]["rule"], "R40");
    }
    // Ten days are the longest.
    let too_long = json!({ "dueOn": "2025-05-23" });
    let too_long = office.on_case("home-affairs", &dossier, "return", too_long);
    too_long.await.not_done(422, "supplement-due-day");
    for round in ["1", "2"] {
        let returned = office.on_case("home-affairs", &dossier, "return", json!({}));
        assert_eq!(text(&returned.await.done(), "supplementRounds"), round);
        office.settle().await;
        assert_eq!(
            office.dossier_status(&dossier).await,
            "SUPPLEMENT_REQUESTED"
        );
        // Still only one set, and now not even originals: the check finds it again.
        let brought = json!({ "sets": 1, "originals": round == "2" });
        office
            .on_dossier(&dossier, "head", "supplement", brought)
            .await;
        office.settle().await;
        let checked = office.on_case("home-affairs", &dossier, "check", json!({}));
        assert_eq!(text(&checked.await.done(), "status"), "INCOMPLETE");
    }
    let third = office.on_case("home-affairs", &dossier, "return", json!({}));
    third.await.not_done(409, "supplement-rounds-used-up");
    let reject = json!({ "code": "NOT_SUPPLEMENTABLE", "reason": "Hết số lần bổ sung" });
    office
        .on_case("home-affairs", &dossier, "reject", reject)
        .await
        .done();
    office.settle().await;
    assert_eq!(office.dossier_status(&dossier).await, "REJECTED");

    lapses_the_day_after_its_due_day(&office, &other).await;
}

async fn lapses_the_day_after_its_due_day(office: &Office, dossier: &Dossier) {
    let returned = office.on_case("home-affairs", dossier, "return", json!({}));
    assert_eq!(text(&returned.await.done(), "dueOn"), "2025-05-22");
    office.settle().await;
    office.day("2025-05-22");
    let lapse = || office.post("home-affairs", "cases/lapse-overdue", json!({}));
    assert_eq!(lapse().await.done()["lapsed"], json!([]));
    office.day("2025-05-23");
    assert_eq!(lapse().await.done()["lapsed"], json!([dossier.id]));
    office.settle().await;
    assert_eq!(office.dossier_status(dossier).await, "LAPSED");
    let late = json!({ "sets": 2 });
    let path = format!("dossiers/{}/supplement", dossier.id);
    let late = office.post("so-xay-dung/head", &path, late).await;
    late.not_done(409, "dossier-closed");
    in_order(
        &office.path(&dossier.id).await,
        &[
            "ReturnedForSupplement",
            "SupplementRequested",
            "DossierLapsed",
            "DossierClosed",
        ],
    );
}
