//! A unit's side: a dossier with its items, from draft to submitted.

use serde_json::{Value, json};

use super::{Office, text};

/// A dossier to hand in.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// Its id, `HS-<unit>`.
    pub id: String,
    /// Who proposes and submits.
    pub unit: String,
    round: String,
    addressee: &'static str,
    sets: u32,
    items: Vec<Value>,
}

impl Dossier {
    /// A unit's dossier for a round, with nobody proposed yet.
    #[must_use]
    pub fn of(unit: &str, round: &str) -> Self {
        Self {
            id: format!("HS-{unit}"),
            unit: unit.to_owned(),
            round: round.to_owned(),
            addressee: "HOME_AFFAIRS",
            sets: 2,
            items: Vec::new(),
        }
    }

    /// The unit itself is proposed in a lane; the item is `<unit>-<number>`.
    #[must_use]
    pub fn in_lane(mut self, lane: &str) -> Self {
        let item = self.item(self.items.len() + 1);
        let unit = self.unit.clone();
        self.items
            .push(json!({ "item": item, "lane": lane, "subject": unit }));
        self
    }

    /// Sent straight to the committee, past Home Affairs.
    #[must_use]
    pub fn direct(mut self) -> Self {
        self.addressee = "DIRECT";
        self
    }

    /// Handed in with so many sets.
    #[must_use]
    pub fn with_sets(mut self, sets: u32) -> Self {
        self.sets = sets;
        self
    }

    /// The id of the nth item, from 1.
    #[must_use]
    pub fn item(&self, number: usize) -> String {
        format!("{}-{number}", self.unit)
    }

    /// The ids of its items.
    #[must_use]
    pub fn items(&self) -> Vec<String> {
        self.items.iter().map(|item| text(item, "item")).collect()
    }

    /// Items with their lanes.
    pub(super) fn lanes(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.items
            .iter()
            .map(|i| (text(i, "item"), text(i, "lane")))
    }

    fn officer(&self, part: &str) -> String {
        format!("{}/{part}", self.unit)
    }
}

impl Office {
    /// The whole of the unit's work, all on one day: draft to submitted.
    ///
    /// # Panics
    /// If a step is refused.
    pub async fn submit(&self, dossier: &Dossier) {
        self.draft(dossier).await;
        self.submit_rest(dossier).await;
    }

    /// What is left of the unit's work once the dossier is drafted.
    ///
    /// # Panics
    /// If a step is refused.
    pub async fn submit_rest(&self, dossier: &Dossier) {
        self.confirm_reports(dossier).await;
        self.sign_and_send(dossier).await;
        self.settle().await;
    }

    /// The staff drafts the dossier and adds its items.
    ///
    /// # Panics
    /// If a step is refused.
    pub async fn draft(&self, dossier: &Dossier) {
        let body = json!({
            "dossier": dossier.id, "round": dossier.round, "unit": dossier.unit,
            "addressee": dossier.addressee,
        });
        let staff = dossier.officer("staff");
        self.post(&staff, "dossiers", body).await.done();
        for item in &dossier.items {
            self.on_dossier(dossier, "staff", "items", item.clone())
                .await;
        }
    }

    /// The staff attaches a report for every item, the unit's committee confirms each.
    ///
    /// # Panics
    /// If a step is refused.
    pub async fn confirm_reports(&self, dossier: &Dossier) {
        for item in dossier.items() {
            let report = json!({
                "item": item, "number": self.number("BC"), "document": { "name": "bao-cao.pdf" },
            });
            self.on_dossier(dossier, "staff", "reports", report).await;
            let confirmed = json!({
                "item": item, "body": "Ban Chỉ đạo CCHC của đơn vị", "confirmedOn": self.today(),
            });
            self.on_dossier(dossier, "committee", "reports/confirm", confirmed)
                .await;
        }
    }

    /// The unit's Standing Office minutes the meeting, the head signs and submits.
    ///
    /// # Panics
    /// If a step is refused.
    pub async fn sign_and_send(&self, dossier: &Dossier) {
        let minutes = json!({
            "number": self.number("BB"), "date": self.today(),
            "body": "Thường trực Ban Chỉ đạo CCHC của đơn vị", "chair": "Phó Trưởng ban",
            "secretary": "Chuyên viên", "membersTotal": 7, "membersPresent": 7,
            "voting": "OPEN", "covers": dossier.items(), "document": { "name": "bien-ban.pdf" },
        });
        self.on_dossier(dossier, "meeting", "minutes", minutes)
            .await;
        let proposal = json!({
            "number": self.number("TTr"), "date": self.today(), "signedBy": "Thủ trưởng",
            "list": dossier.items(), "document": { "name": "to-trinh.pdf" },
        });
        self.on_dossier(dossier, "head", "sign", proposal).await;
        let sent = json!({ "sets": dossier.sets, "originals": true, "channel": "PAPER" });
        self.on_dossier(dossier, "head", "submit", sent).await;
    }

    /// The head withdraws the dossier.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn withdraw(&self, dossier: &Dossier) {
        let body = json!({ "date": self.today(), "reason": "Đơn vị tự rút" });
        self.on_dossier(dossier, "head", "withdraw", body).await;
        self.settle().await;
    }

    /// One step on a dossier by an officer of its unit.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn on_dossier(&self, dossier: &Dossier, part: &str, step: &str, body: Value) {
        let path = format!("dossiers/{}/{step}", dossier.id);
        self.post(&dossier.officer(part), &path, body).await.done();
    }

    /// The status of a dossier as its unit sees it.
    ///
    /// # Panics
    /// If it does not see it.
    pub async fn dossier_status(&self, dossier: &Dossier) -> String {
        let path = format!("dossiers/{}", dossier.id);
        let shown = self.get(&dossier.officer("staff"), &path).await.done();
        text(&shown, "status")
    }
}
