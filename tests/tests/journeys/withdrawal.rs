//! Who leaves the round before the signature, and who moves up.

use e2e::office::{ANNUAL, Dossier, text};
use serde_json::json;

use crate::arrival::in_order;
use crate::districts::{self, NGA_NAM, SOC_TRANG, VINH_CHAU};

#[tokio::test]
async fn a_withdrawn_item_frees_its_slot_and_the_next_moves_up() {
    let (office, dossiers) = districts::entered().await;
    let early = Dossier::of("huyen-my-tu", ANNUAL).in_lane("CERT_DISTRICT");
    office.bring_in(&early).await;
    // Before the ranking: it is not ranked at all.
    office.withdraw(&early).await;
    assert_eq!(office.standing(ANNUAL, "huyen-my-tu-1").await, "WITHDRAWN");
    office.day("2025-07-30");
    let outcome = office.rank(ANNUAL).await;
    assert!(!outcome.contains_key("huyen-my-tu-1"), "{outcome:?}");
    assert_eq!(outcome[VINH_CHAU], "SELECTED");
    assert_eq!(outcome[NGA_NAM], "NOT_SELECTED");
    office.meet(ANNUAL, &[VINH_CHAU, SOC_TRANG, NGA_NAM]).await;
    office.adopt(ANNUAL).await.done();

    // After the ranking: the list falls, and may not be adopted again before a new ranking.
    office.day("2025-08-04");
    office.withdraw(&dossiers[0]).await;
    office.adopt(ANNUAL).await.not_done(409, "ranking-outdated");
    let outcome = office.rank(ANNUAL).await;
    assert!(!outcome.contains_key(VINH_CHAU), "{outcome:?}");
    assert_eq!(outcome[SOC_TRANG], "SELECTED");
    assert_eq!(outcome[NGA_NAM], "SELECTED");
    office.adopt(ANNUAL).await.done();
    office.propose(ANNUAL, &[SOC_TRANG, NGA_NAM]).await;
    let signed = office.sign(ANNUAL, "901/QĐ-UBND", "CHAIRMAN", &[SOC_TRANG, NGA_NAM]);
    signed.await.done();

    // After the signature nobody withdraws.
    let withdraw = json!({ "date": office.today() });
    let path = "dossiers/HS-thi-xa-nga-nam/withdraw";
    office
        .post("thi-xa-nga-nam/head", path, withdraw)
        .await
        .denied("D2");
    let path = office.path("HS-thi-xa-vinh-chau").await;
    in_order(
        &path,
        &["ShortlistAdopted", "DossierWithdrawn", "ItemWithdrawn"],
    );
    assert!(!path.contains(&"DecisionSigned".to_owned()), "{path:?}");
}

#[tokio::test]
async fn what_the_chairman_declines_makes_room_for_the_next() {
    let (office, _) = districts::entered().await;
    office.day("2025-07-30");
    office.rank(ANNUAL).await;
    office.meet(ANNUAL, &[VINH_CHAU, SOC_TRANG, NGA_NAM]).await;
    office.adopt(ANNUAL).await.done();
    office.propose(ANNUAL, &[VINH_CHAU, SOC_TRANG]).await;

    office.day("2025-08-01");
    let decline = format!("items/{SOC_TRANG}/decline");
    let reason = json!({ "reason": "Còn đơn thư chưa giải quyết xong" });
    let by_records = office.on_round("records", ANNUAL, &decline, reason.clone());
    by_records.await.denied("D");
    office
        .on_round("chairman", ANNUAL, &decline, reason.clone())
        .await
        .done();
    let twice = office.on_round("chairman", ANNUAL, &decline, reason.clone());
    twice.await.not_done(409, "item-wrong-standing");
    let not_proposed = format!("items/{NGA_NAM}/decline");
    let not_proposed = office.on_round("chairman", ANNUAL, &not_proposed, reason);
    let body = not_proposed.await.not_done(409, "item-not-proposed");
    assert_eq!(body["violations"][0]["rule"], "R43");

    // The other item of the proposal is still to be signed, the declined one is out.
    let signed = office
        .sign(ANNUAL, "902/QĐ-UBND", "CHAIRMAN", &[SOC_TRANG])
        .await;
    signed.denied("R43");
    let outcome = office.rank(ANNUAL).await;
    assert!(!outcome.contains_key(SOC_TRANG), "{outcome:?}");
    assert_eq!(outcome[NGA_NAM], "SELECTED");
    office.adopt(ANNUAL).await.done();
    office.propose(ANNUAL, &[VINH_CHAU, NGA_NAM]).await;
    let signed = office.sign(ANNUAL, "902/QĐ-UBND", "CHAIRMAN", &[VINH_CHAU, NGA_NAM]);
    signed.await.done();
    let item = office.item(ANNUAL, SOC_TRANG).await;
    assert_eq!(text(&item, "standing"), "DECLINED");
    assert_eq!(text(&item, "reason"), "Còn đơn thư chưa giải quyết xong");
    let path = office.path("HS-thanh-pho-soc-trang").await;
    in_order(
        &path,
        &["ProposalSubmitted", "ItemDeclined", "AttemptRefused"],
    );
}
