//! Who may not: wrong role, wrong agency, a party to the case, the one who confirmed it. Denied,
//! and on record where it was tried.

use e2e::office::{ANNUAL, Dossier, Office, text, unanimous};
use serde_json::{Value, json};

use crate::districts::{self, VINH_CHAU};

/// The denials of a dossier's path by somebody.
async fn denied(office: &Office, dossier: &str, who: &str) -> Vec<(String, String, String)> {
    let denials = office.denials(dossier).await.into_iter();
    let by = denials.filter(|[_, official, ..]| official == who);
    by.map(|[stream, _, action, rule]| (stream, action, rule))
        .collect()
}

fn recorded(stream: &str, action: &str, rule: &str) -> (String, String, String) {
    (stream.to_owned(), action.to_owned(), rule.to_owned())
}

#[tokio::test]
async fn home_affairs_does_not_judge_its_own_dossier() {
    let office = Office::open().await;
    office.annual_round().await;
    office.staff(&["so-noi-vu", "so-cong-thuong"]).await;
    office.day("2025-05-12");
    let own = Dossier::of("so-noi-vu", ANNUAL).in_lane("CERT_DEPARTMENT");
    office.submit(&own).await;
    // The stamp judges nothing.
    office.receive(&own).await;
    for step in ["check", "accept", "forward"] {
        office
            .on_case("home-affairs", &own, step, json!({}))
            .await
            .denied("R54");
    }
    office.take_on("standing-office", &own).await;
    let finding = json!({
        "item": own.item(1), "rule": "R23", "verdict": "MET", "evidence": "Văn bản chỉ đạo",
    });
    let by_own = office
        .on_case("standing-office-snv", &own, "findings", finding.clone())
        .await;
    by_own.denied("R54");
    office
        .on_case("standing-office", &own, "findings", finding)
        .await
        .done();
    assert_eq!(
        denied(&office, "HS-so-noi-vu", "home-affairs").await,
        [
            recorded("case-HS-so-noi-vu", "CheckCompleteness", "R54"),
            recorded("case-HS-so-noi-vu", "AcceptDossier", "R54"),
            recorded("case-HS-so-noi-vu", "ForwardDossier", "R54"),
        ]
    );
    assert_eq!(
        denied(&office, "HS-so-noi-vu", "standing-office-snv").await,
        [recorded("case-HS-so-noi-vu", "RecordFinding", "R54")]
    );
    // Where Home Affairs is no party, nobody stands in for it.
    let other = Dossier::of("so-cong-thuong", ANNUAL).in_lane("CERT_DEPARTMENT");
    office.submit(&other).await;
    office.receive(&other).await;
    office
        .on_case("standing-office", &other, "check", json!({}))
        .await
        .denied("D");
}

#[tokio::test]
async fn who_confirmed_or_signed_a_dossier_does_not_verify_it() {
    let office = Office::open().await;
    office.annual_round().await;
    office.staff(&["so-cong-thuong"]).await;
    // The same persons hold offices elsewhere as well.
    let confirmer = "p-so-cong-thuong-committee";
    office
        .appoint("member", confirmer, "ubnd-tinh", "STANDING_OFFICE")
        .await;
    let signer = "p-so-cong-thuong-head";
    office
        .appoint("clerk", signer, "so-noi-vu", "HOME_AFFAIRS")
        .await;
    office.day("2025-05-12");
    let dossier = Dossier::of("so-cong-thuong", ANNUAL).in_lane("CERT_DEPARTMENT");
    office.submit(&dossier).await;
    office.receive(&dossier).await;
    office
        .on_case("clerk", &dossier, "check", json!({}))
        .await
        .denied("R55");
    office.take_on("home-affairs", &dossier).await;
    let finding = json!({
        "item": dossier.item(1), "rule": "R23", "verdict": "MET", "evidence": "Văn bản chỉ đạo",
    });
    office
        .on_case("member", &dossier, "findings", finding)
        .await
        .denied("R55");
    let stream = "case-HS-so-cong-thuong";
    let by_clerk = denied(&office, &dossier.id, "clerk").await;
    assert_eq!(by_clerk, [recorded(stream, "CheckCompleteness", "R55")]);
    let by_member = denied(&office, &dossier.id, "member").await;
    assert_eq!(by_member, [recorded(stream, "RecordFinding", "R55")]);
    // The unit learns that somebody was denied, and not what of.
    let seen = office
        .get("so-cong-thuong/head", "dossiers/HS-so-cong-thuong/history")
        .await;
    let seen = e2e::office::list(&seen.done(), "events");
    let refused: Vec<_> = seen
        .iter()
        .filter(|e| e["type"] == "AttemptRefused")
        .collect();
    assert_eq!(refused.len(), 2);
    assert!(refused.iter().all(|event| event.get("data").is_none()));
}

#[tokio::test]
async fn a_member_does_not_vote_on_its_own_unit() {
    let (office, _) = districts::entered().await;
    let unit = "thi-xa-vinh-chau";
    office
        .appoint("member-vc", "p-member-vc", unit, "STANDING_OFFICE")
        .await;
    office.day("2025-07-30");
    office.rank(ANNUAL).await;
    let mut minutes = office.meeting(&[unanimous(VINH_CHAU)]);
    minutes["membersTotal"] = json!(3);
    minutes["membersPresent"] = json!(3);
    minutes["present"] = json!(["standing-office", "standing-office-snv", "member-vc"]);
    minutes["ballots"][0]["for"] = json!(3);
    let voted = office
        .on_round("standing-office", ANNUAL, "meetings", minutes.clone())
        .await;
    voted.denied("R54");
    minutes["recusals"] = json!([{ "item": VINH_CHAU, "official": "member-vc" }]);
    minutes["ballots"][0]["for"] = json!(2);
    minutes["ballots"][0]["recused"] = json!(1);
    office
        .on_round("standing-office", ANNUAL, "meetings", minutes)
        .await
        .done();
    assert_eq!(office.item(ANNUAL, VINH_CHAU).await["approved"], true);
    let by_office = denied(&office, "HS-thi-xa-vinh-chau", "standing-office").await;
    assert_eq!(
        by_office,
        [recorded("round-annual-2024", "RecordMeeting", "R54")]
    );
}

#[tokio::test]
async fn a_unit_sees_and_touches_no_other_units_dossier() {
    let office = Office::open().await;
    office.annual_round().await;
    office.staff(&["so-cong-thuong", "so-y-te"]).await;
    office.day("2025-05-12");
    let dossier = Dossier::of("so-cong-thuong", ANNUAL).in_lane("CERT_DEPARTMENT");
    office.draft(&dossier).await;
    for path in ["", "/history", "/state"] {
        let there = office
            .get("so-y-te/head", &format!("dossiers/HS-so-cong-thuong{path}"))
            .await;
        let there = there.not_done(404, "not-found");
        let nowhere = office
            .get("so-y-te/head", &format!("dossiers/HS-nowhere{path}"))
            .await;
        let nowhere = nowhere.not_done(404, "not-found");
        // Word for word the same but for the id: nothing tells that one of them exists.
        assert_eq!(
            text(&there, "detail").replace("HS-so-cong-thuong", "HS-nowhere"),
            text(&nowhere, "detail")
        );
    }
    let sign = json!({
        "number": "1/TTr", "date": office.today(), "signedBy": "Giám đốc",
        "list": dossier.items(), "document": { "name": "to-trinh.pdf" },
    });
    let signed = office
        .post("so-y-te/head", "dossiers/HS-so-cong-thuong/sign", sign)
        .await;
    signed.not_done(404, "not-found");
    // The attempt is on record all the same, for those who may read it.
    let stream = "dossier-HS-so-cong-thuong";
    let by_head = denied(&office, &dossier.id, "so-y-te.head").await;
    assert_eq!(by_head.len(), 1, "{by_head:?}");
    assert_eq!(
        (by_head[0].0.as_str(), by_head[0].1.as_str()),
        (stream, "SignProposal")
    );
    let list = office.get("so-y-te/head", "dossiers").await.done();
    assert_eq!(list["items"], json!([]));
    office.submit_rest(&dossier).await;
    office
        .get("so-y-te/head", "cases/HS-so-cong-thuong")
        .await
        .not_done(404, "not-found");
    office
        .get("so-cong-thuong/head", "cases/HS-so-cong-thuong")
        .await
        .done();
}

#[tokio::test]
async fn each_step_is_denied_to_the_wrong_role_and_the_denial_is_on_record() {
    let office = Office::open().await;
    office.annual_round().await;
    office.staff(&["so-cong-thuong"]).await;
    office.day("2025-05-12");
    let dossier = Dossier::of("so-cong-thuong", ANNUAL).in_lane("CERT_DEPARTMENT");
    office.draft(&dossier).await;
    let confirm = json!({ "item": dossier.item(1), "body": "BCĐ", "confirmedOn": office.today() });
    let steps: [(&str, &str, &str, Value); 4] = [
        (
            "so-cong-thuong/staff",
            "dossiers",
            "reports/confirm",
            confirm,
        ),
        (
            "so-cong-thuong/staff",
            "dossiers",
            "submit",
            json!({ "sets": 2, "originals": true, "channel": "PAPER" }),
        ),
        (
            "home-affairs",
            "dossiers",
            "withdraw",
            json!({ "date": office.today() }),
        ),
        (
            "chairman",
            "dossiers",
            "withdraw",
            json!({ "date": office.today() }),
        ),
    ];
    for (who, kind, step, body) in steps {
        let path = format!("{kind}/{}/{step}", dossier.id);
        office.post(who, &path, body).await.denied("D");
    }
    office.submit_rest(&dossier).await;
    let stamp = json!({ "receiptNumber": "1/ĐẾN" });
    for who in ["standing-office", "records", "so-cong-thuong/head"] {
        office
            .on_case(who, &dossier, "receive", stamp.clone())
            .await
            .denied("D");
    }
    office.receive(&dossier).await;
    for who in ["chairman", "council", "inspectorate"] {
        office
            .on_case(who, &dossier, "check", json!({}))
            .await
            .denied("D");
    }
    office.take_on("home-affairs", &dossier).await;
    let finding =
        json!({ "item": dossier.item(1), "rule": "R23", "verdict": "MET", "evidence": "x" });
    office
        .on_case("home-affairs", &dossier, "findings", finding.clone())
        .await
        .denied("D");
    // The council speaks on initiatives only.
    office
        .on_case("council", &dossier, "findings", finding.clone())
        .await
        .denied("D");
    let mut initiative = finding;
    initiative["rule"] = json!("R28");
    office
        .on_case("council", &dossier, "findings", initiative)
        .await
        .done();
    let denials = office.denials(&dossier.id).await;
    assert!(denials.iter().all(|[.., rule]| rule == "D"), "{denials:?}");
    let in_stream = |stream: &str| denials.iter().filter(|d| d[0] == stream).count();
    assert_eq!(in_stream("dossier-HS-so-cong-thuong"), 4);
    assert_eq!(in_stream("case-HS-so-cong-thuong"), 8);
}

/// How much was done in the round, denied attempts apart.
async fn done_in_round(office: &Office) -> usize {
    let events = office.round_events(ANNUAL).await;
    events
        .iter()
        .filter(|(kind, _)| kind != "AttemptRefused")
        .count()
}

#[tokio::test]
async fn the_auditor_reads_everything_and_writes_nothing() {
    let (office, _) = districts::awarded("971/QĐ-UBND").await;
    for path in [
        "units",
        "persons",
        "officials",
        "publications",
        "holds",
        "initiatives",
        "rule-books",
        "index-entries/UNIT_INDEX/2024",
        "dossiers",
        "dossiers/HS-thi-xa-vinh-chau",
        "dossiers/HS-thi-xa-vinh-chau/history",
        "dossiers/HS-thi-xa-vinh-chau/state",
        "cases",
        "cases/HS-thi-xa-vinh-chau",
        "rounds",
        "rounds/annual-2024",
        "rounds/annual-2024/items",
        "rounds/annual-2024/outcome",
        "rounds/annual-2024/round-file",
        "appeals",
        "events",
        "parked",
        "feed",
    ] {
        let answer = office.get("auditor", path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    }
    let before = done_in_round(&office).await;
    let decline = format!("rounds/annual-2024/items/{VINH_CHAU}/decline");
    for (path, body) in [
        ("rounds/annual-2024/rank", json!({})),
        ("rounds/annual-2024/close", json!({ "on": office.today() })),
        ("rounds/annual-2024/notifications", json!({})),
        (decline.as_str(), json!({})),
        ("cases/HS-thi-xa-vinh-chau/evaluate", json!({})),
        (
            "dossiers/HS-thi-xa-vinh-chau/withdraw",
            json!({ "date": office.today() }),
        ),
        (
            "units",
            json!({ "unit": "x", "name": "X", "validFrom": "2021-01-01", "headTitle": "X" }),
        ),
        (
            "holds",
            json!({ "subject": "so-y-te", "openedOn": "2025-08-01", "ground": "SERVING", "document": "x" }),
        ),
        (
            "tokens",
            json!({ "official": "chairman", "days": 1, "effectiveAt": null }),
        ),
    ] {
        let answer = office.post("auditor", path, body).await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.body);
    }
    assert_eq!(done_in_round(&office).await, before);
    let tried = denied(&office, "HS-thi-xa-vinh-chau", "auditor").await;
    let actions: Vec<_> = tried.iter().map(|(_, action, _)| action.as_str()).collect();
    assert_eq!(
        actions,
        ["DeclineItem", "RecordEvaluation", "WithdrawDossier"]
    );
}
