//! Discipline under consideration between the proposal and the signature (R35).

use e2e::office::{ANNUAL, text};
use serde_json::json;

use crate::arrival::in_order;
use crate::districts::{self, NGA_NAM, SOC_TRANG, VINH_CHAU};

#[tokio::test]
async fn a_held_item_is_not_signed_while_the_others_are_and_may_be_later() {
    let (office, _) = districts::proposed().await;
    office.day("2025-08-10");
    office.hold("kl-vinh-chau", "thi-xa-vinh-chau").await;
    assert_eq!(office.standing(ANNUAL, VINH_CHAU).await, "SUSPENDED");

    office.day("2025-08-15");
    let signed = office.sign(ANNUAL, "911/QĐ-UBND", "CHAIRMAN", &[VINH_CHAU, SOC_TRANG]);
    let signed = signed.await.done();
    assert_eq!(signed["signed"], json!([SOC_TRANG]));
    assert_eq!(signed["refused"][0]["item"], VINH_CHAU);
    assert_eq!(signed["refused"][0]["rule"], "R35");
    let alone = office
        .sign(ANNUAL, "912/QĐ-UBND", "CHAIRMAN", &[VINH_CHAU])
        .await;
    alone.denied("R35");

    // Nothing came of it: the hold is lifted, and the award is decided on its own.
    office.day("2025-09-01");
    office.end_hold("kl-vinh-chau", "lift").await;
    assert_eq!(office.standing(ANNUAL, VINH_CHAU).await, "ENTERED");
    office.rank_and_propose(ANNUAL, &[VINH_CHAU]).await;
    let signed = office.sign(ANNUAL, "912/QĐ-UBND", "CHAIRMAN", &[VINH_CHAU]);
    assert_eq!(signed.await.done()["signed"], json!([VINH_CHAU]));
    let path = office.path("HS-thi-xa-vinh-chau").await;
    in_order(
        &path,
        &[
            "ProposalSubmitted",
            "ItemSuspended",
            "AttemptRefused",
            "ItemResumed",
            "DecisionSigned",
        ],
    );
    let denials = office.denials("HS-thi-xa-vinh-chau").await;
    assert!(
        denials
            .iter()
            .all(|[.., action, rule]| action == "SignDecision" && rule == "R35")
    );
    assert_eq!(denials.len(), 2, "{denials:?}");
    assert_eq!(
        office.denials("HS-thanh-pho-soc-trang").await,
        Vec::<[String; 4]>::new()
    );
}

#[tokio::test]
async fn imposed_discipline_excludes_the_item_and_the_next_moves_up() {
    let (office, _) = districts::proposed().await;
    office.day("2025-08-10");
    office.hold("kl-vinh-chau", "thi-xa-vinh-chau").await;
    office.day("2025-08-20");
    office.end_hold("kl-vinh-chau", "confirm").await;
    let item = office.item(ANNUAL, VINH_CHAU).await;
    assert_eq!(text(&item, "standing"), "EXCLUDED_DISCIPLINE");
    assert_eq!(item["holds"], json!(["kl-vinh-chau"]));
    let outcome = office.rank(ANNUAL).await;
    assert!(!outcome.contains_key(VINH_CHAU), "{outcome:?}");
    assert_eq!(outcome[NGA_NAM], "SELECTED");
    office.adopt(ANNUAL).await.done();
    office.propose(ANNUAL, &[SOC_TRANG, NGA_NAM]).await;
    let signed = office.sign(ANNUAL, "913/QĐ-UBND", "CHAIRMAN", &[SOC_TRANG, NGA_NAM]);
    assert_eq!(signed.await.done()["refused"], json!([]));
    in_order(
        &office.path("HS-thi-xa-vinh-chau").await,
        &["ItemSuspended", "ItemExcluded"],
    );
}
