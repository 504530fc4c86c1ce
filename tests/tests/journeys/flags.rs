//! The interim round of 2025: flags beside certificates.

use e2e::office::{Dossier, Office};
use serde_json::json;

use crate::arrival::in_order;

const INTERIM: &str = "interim-2025";

/// Two departments and two central agencies, each proposed for a flag and for a certificate; the
/// agencies are equal in every key. A district without a flag dossier stands beside them.
async fn entered() -> Office {
    let office = Office::open().await;
    office.interim_round().await;
    let home_affairs = Dossier::of("so-noi-vu", INTERIM)
        .in_lane("FLAG_DEPARTMENT")
        .in_lane("CERT_ADVISING");
    let education = Dossier::of("so-giao-duc-va-dao-tao", INTERIM)
        .in_lane("FLAG_DEPARTMENT")
        .in_lane("CERT_DEPARTMENT");
    let agency = |unit: &str| {
        Dossier::of(unit, INTERIM)
            .in_lane("FLAG_CENTRAL_AGENCY")
            .in_lane("CERT_CENTRAL_AGENCY")
    };
    let agencies = [
        agency("co-quan-trung-uong-2"),
        agency("co-quan-trung-uong-5"),
    ];
    let district = Dossier::of("thanh-pho-soc-trang", INTERIM).in_lane("CERT_DISTRICT");
    let [second, fifth] = agencies;
    for dossier in [home_affairs, education, second, fifth, district] {
        office.staff(&[&dossier.unit]).await;
        office.day("2026-05-11");
        office.bring_in(&dossier).await;
    }
    office
}

#[tokio::test]
async fn a_flag_excludes_the_certificate_and_a_tied_flag_waits_for_a_ruling() {
    let office = entered().await;
    office.day("2026-07-30");
    let outcome = office.rank(INTERIM).await;
    let of = |item: &str| outcome.get(item).map(String::as_str);
    assert_eq!(of("so-noi-vu-1"), Some("SELECTED"));
    assert_eq!(of("so-noi-vu-2"), Some("EXCLUDED_BY_FLAG"));
    assert_eq!(of("so-giao-duc-va-dao-tao-1"), Some("NOT_SELECTED"));
    assert_eq!(of("so-giao-duc-va-dao-tao-2"), Some("SELECTED"));
    assert_eq!(of("thanh-pho-soc-trang-1"), Some("SELECTED"));
    for agency in ["co-quan-trung-uong-2", "co-quan-trung-uong-5"] {
        assert_eq!(of(&format!("{agency}-1")), Some("TIE_UNRESOLVED"));
        assert_eq!(of(&format!("{agency}-2")), Some("AWAITING_FLAG"));
    }
    let listed = [
        "so-noi-vu-1",
        "so-giao-duc-va-dao-tao-2",
        "thanh-pho-soc-trang-1",
        "co-quan-trung-uong-5-1",
        "co-quan-trung-uong-2-2",
    ];
    office.meet(INTERIM, &listed).await;
    office.adopt(INTERIM).await.not_done(409, "tie-unresolved");
    let ruling = |order: &[&str]| {
        json!({
            "lane": "FLAG_CENTRAL_AGENCY", "order": order, "minutesNumber": "100/BB-TTBCĐ",
            "date": office.today(), "reason": "Có mô hình được nhiều nơi học tập hơn",
        })
    };
    let half = ruling(&["co-quan-trung-uong-5-1"]);
    let half = office
        .on_round("standing-office", INTERIM, "tie-rulings", half)
        .await;
    half.not_done(422, "tie-member-missing");
    let whole = ruling(&["co-quan-trung-uong-5-1", "co-quan-trung-uong-2-1"]);
    office
        .on_round("chairman", INTERIM, "tie-rulings", whole.clone())
        .await
        .denied("D");
    office
        .on_round("standing-office", INTERIM, "tie-rulings", whole)
        .await
        .done();
    let outcome = office.rank(INTERIM).await;
    let of = |item: &str| outcome.get(item).map(String::as_str);
    assert_eq!(of("co-quan-trung-uong-5-1"), Some("SELECTED"));
    assert_eq!(of("co-quan-trung-uong-5-2"), Some("EXCLUDED_BY_FLAG"));
    assert_eq!(of("co-quan-trung-uong-2-1"), Some("NOT_SELECTED"));
    assert_eq!(of("co-quan-trung-uong-2-2"), Some("SELECTED"));
    office.adopt(INTERIM).await.done();
    office.propose(INTERIM, &listed).await;
    decided_each_in_its_name(&office).await;
}

async fn decided_each_in_its_name(office: &Office) {
    office.day("2026-08-14");
    let flags = ["so-noi-vu-1", "co-quan-trung-uong-5-1"];
    let certificates = [
        "so-giao-duc-va-dao-tao-2",
        "thanh-pho-soc-trang-1",
        "co-quan-trung-uong-2-2",
    ];
    let number = "980/QĐ-UBND";
    office
        .sign(INTERIM, number, "CHAIRMAN", &flags)
        .await
        .denied("R2");
    office
        .sign(INTERIM, number, "PEOPLES_COMMITTEE", &certificates)
        .await
        .denied("R2");
    // One decision holds either flags or certificates.
    let mixed = [flags[0], certificates[0]];
    office
        .sign(INTERIM, number, "PEOPLES_COMMITTEE", &mixed)
        .await
        .denied("R2");
    office
        .sign(INTERIM, number, "PEOPLES_COMMITTEE", &flags)
        .await
        .done();
    office
        .sign(INTERIM, "981/QĐ-UBND", "CHAIRMAN", &certificates)
        .await
        .done();
    for number in [number, "981/QĐ-UBND"] {
        office.proclaim(INTERIM, number).await;
    }
    let round = office.get("auditor", "rounds/interim-2025").await.done();
    let bodies: Vec<_> = round["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| &d["body"])
        .collect();
    assert_eq!(bodies, ["PEOPLES_COMMITTEE", "CHAIRMAN"]);
    assert_eq!(office.standing(INTERIM, "so-noi-vu-1").await, "AWARDED");
    assert_eq!(office.standing(INTERIM, "so-noi-vu-2").await, "ENTERED");
    // No second award for what the flag rewards.
    office
        .sign(INTERIM, "982/QĐ-UBND", "CHAIRMAN", &["so-noi-vu-2"])
        .await
        .denied("R43");
    let path = office.path("HS-co-quan-trung-uong-5").await;
    in_order(
        &path,
        &[
            "RankingComputed",
            "TieRuled",
            "RankingComputed",
            "AttemptRefused",
            "DecisionSigned",
        ],
    );
}

#[tokio::test]
async fn a_flag_belongs_to_no_annual_round() {
    let office = Office::open().await;
    office.annual_round().await;
    office.staff(&["so-cong-thuong"]).await;
    office.day("2025-05-12");
    let dossier = Dossier::of("so-cong-thuong", e2e::office::ANNUAL);
    office.draft(&dossier).await;
    let flag = json!({ "item": "f", "lane": "FLAG_DEPARTMENT", "subject": "so-cong-thuong" });
    let flag = office
        .post(
            "so-cong-thuong/staff",
            "dossiers/HS-so-cong-thuong/items",
            flag,
        )
        .await;
    assert_eq!(flag.status, 422, "{}", flag.body);
    assert_eq!(office.path("HS-so-cong-thuong").await, ["DossierDrafted"]);
}
