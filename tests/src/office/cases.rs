//! The verifying side: receipt, check, forwarding, findings.

use serde_json::{Value, json};

use super::{Answer, Dossier, Office, text};

/// What people must find on an item of a lane; the rest is computed.
fn findings(lane: &str) -> &'static [&'static str] {
    match lane {
        "CERT_ADVISING" => &["R19", "R20"],
        lane if lane.starts_with("FLAG") => &["R11", "R12", "R13", "R17"],
        _ => &["R22", "R23", "R24", "R28"],
    }
}

impl Office {
    /// One step on a case.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn on_case(&self, who: &str, dossier: &Dossier, step: &str, body: Value) -> Answer {
        let path = format!("cases/{}/{step}", dossier.id);
        self.post(who, &path, body).await
    }

    /// Home Affairs stamps the dossier's arrival today; the case.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn receive(&self, dossier: &Dossier) -> Value {
        let body = json!({ "receiptNumber": self.number("ĐẾN") });
        let case = self.on_case("home-affairs", dossier, "receive", body).await;
        let case = case.done();
        self.settle().await;
        case
    }

    /// A judge finds the dossier complete, accepts it and forwards it.
    ///
    /// # Panics
    /// If a step is refused.
    pub async fn take_on(&self, judge: &str, dossier: &Dossier) {
        for step in ["check", "accept", "forward"] {
            self.on_case(judge, dossier, step, json!({})).await.done();
        }
        self.settle().await;
    }

    /// The Standing Office finds everything met that people must find.
    ///
    /// # Panics
    /// If a finding is refused.
    pub async fn find_all_met(&self, dossier: &Dossier) {
        for (item, lane) in dossier.lanes() {
            for rule in findings(&lane) {
                let body = json!({
                    "item": item, "rule": rule, "verdict": "MET",
                    "evidence": "Đã đối chiếu tài liệu kiểm chứng",
                });
                let who = "standing-office";
                self.on_case(who, dossier, "findings", body).await.done();
            }
        }
    }

    /// Submitted, received, taken on and found to meet what people must find, all today.
    ///
    /// # Panics
    /// If a step is refused.
    pub async fn bring_in(&self, dossier: &Dossier) {
        self.submit(dossier).await;
        self.receive(dossier).await;
        let own = dossier.unit == "so-noi-vu";
        let judge = if own {
            "standing-office"
        } else {
            "home-affairs"
        };
        self.take_on(judge, dossier).await;
        self.find_all_met(dossier).await;
    }

    /// The status of a case.
    ///
    /// # Panics
    /// If it cannot be read.
    pub async fn case_status(&self, dossier: &Dossier) -> String {
        let path = format!("cases/{}", dossier.id);
        text(&self.get("auditor", &path).await.done(), "status")
    }
}
