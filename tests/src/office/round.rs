//! The round's side: ranking, meeting, list, proposal, decisions.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Answer, Office, list, text};

/// Members of the Standing Office, and how many of them come.
const MEMBERS: (u32, u32) = (9, 8);

/// What became of each item in the latest ranking.
pub type Outcome = BTreeMap<String, String>;

impl Office {
    /// One step on a round.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn on_round(&self, who: &str, round: &str, step: &str, body: Value) -> Answer {
        self.post(who, &format!("rounds/{round}/{step}"), body)
            .await
    }

    /// The Standing Office ranks all lanes as of today.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn rank(&self, round: &str) -> Outcome {
        self.settle().await;
        let rank = self.on_round("standing-office", round, "rank", json!({}));
        rank.await.done();
        list(&self.outcome(round).await, "items")
            .iter()
            .map(|item| (text(item, "item"), text(item, "outcome")))
            .collect()
    }

    /// The latest ranking.
    ///
    /// # Panics
    /// If nothing was ranked yet.
    pub async fn outcome(&self, round: &str) -> Value {
        let path = format!("rounds/{round}/outcome");
        self.get("auditor", &path).await.done()
    }

    /// The Standing Office meets and approves items.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn meet(&self, round: &str, items: &[&str]) {
        let ballots: Vec<_> = items.iter().map(|item| unanimous(item)).collect();
        let body = self.meeting(&ballots);
        self.on_round("standing-office", round, "meetings", body)
            .await
            .done();
    }

    /// The minutes of a meeting with ballots.
    #[must_use]
    pub fn meeting(&self, ballots: &[Value]) -> Value {
        json!({
            "minutesNumber": self.number("BB-TTBCĐ"), "date": self.today(),
            "body": "Thường trực Ban Chỉ đạo CCHC tỉnh", "chair": "Phó Trưởng ban Thường trực",
            "secretary": "Chuyên viên", "membersTotal": MEMBERS.0, "membersPresent": MEMBERS.1,
            "voting": "SECRET", "ballots": ballots,
        })
    }

    /// The committee adopts the latest ranking's list.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn adopt(&self, round: &str) -> Answer {
        let edition = self.outcome(round).await.get("edition").cloned();
        let body = json!({ "rankingEdition": edition, "date": self.today() });
        self.on_round("committee", round, "shortlist", body).await
    }

    /// Home Affairs proposes items to the Chairman.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn propose(&self, round: &str, items: &[&str]) {
        let number = self.number("TTr-SNV");
        let body = json!({ "number": number, "date": self.today(), "items": items });
        self.on_round("home-affairs", round, "proposal", body)
            .await
            .done();
    }

    /// Ranked, minuted, adopted and proposed today: the items.
    ///
    /// # Panics
    /// If a step is refused.
    pub async fn rank_and_propose(&self, round: &str, items: &[&str]) {
        self.rank(round).await;
        self.meet(round, items).await;
        self.adopt(round).await.done();
        self.propose(round, items).await;
    }

    /// The Chairman signs a decision in the name of a body.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn sign(&self, round: &str, number: &str, body: &str, items: &[&str]) -> Answer {
        let body = json!({
            "number": number, "date": self.today(), "body": body,
            "signedBy": "Chủ tịch Ủy ban nhân dân tỉnh", "items": items,
        });
        self.on_round("chairman", round, "decisions", body).await
    }

    /// Records issues and publishes a decision today.
    ///
    /// # Panics
    /// If a step is refused.
    pub async fn proclaim(&self, round: &str, number: &str) {
        let issue = json!({ "on": self.today() });
        let step = of_decision(number, "issue");
        self.on_round("records", round, &step, issue).await.done();
        let publish = json!({ "on": self.today(), "where": "Cổng thông tin điện tử tỉnh" });
        let step = of_decision(number, "publish");
        self.on_round("records", round, &step, publish).await.done();
    }

    /// An item of a round as the auditor sees it.
    ///
    /// # Panics
    /// If the round has no such item.
    pub async fn item(&self, round: &str, id: &str) -> Value {
        self.settle().await;
        let path = format!("rounds/{round}/items?limit=200");
        let items = list(&self.get("auditor", &path).await.done(), "items");
        let item = items.into_iter().find(|item| text(item, "item") == id);
        item.unwrap_or_else(|| panic!("round {round} has no item {id}"))
    }

    /// Where an item of a round stands.
    ///
    /// # Panics
    /// If the round has no such item.
    pub async fn standing(&self, round: &str, id: &str) -> String {
        text(&self.item(round, id).await, "standing")
    }

    /// The events of a round, in order: type and data.
    ///
    /// # Panics
    /// If the log cannot be read.
    pub async fn round_events(&self, round: &str) -> Vec<(String, Value)> {
        self.settle().await;
        let stream = format!("round-{round}");
        let mut events = Vec::new();
        let mut after = "0".to_owned();
        loop {
            let path = format!("events?limit=200&after={after}");
            let page = self.get("auditor", &path).await.done();
            let items = list(&page, "items");
            let of_round = items.iter().filter(|e| text(e, "stream") == stream);
            events.extend(of_round.map(|e| {
                let kind = text(e, "type");
                let kind = kind.rsplit('.').next().unwrap_or_default().to_owned();
                (kind, e.get("data").cloned().unwrap_or_default())
            }));
            after = text(&page, "next");
            if after.is_empty() {
                return events;
            }
        }
    }
}

/// Everybody present votes for an item.
#[must_use]
pub fn unanimous(item: &str) -> Value {
    json!({ "item": item, "for": MEMBERS.1, "against": 0, "abstained": 0, "recused": 0 })
}

/// The path of a step on a decision.
#[must_use]
pub fn of_decision(number: &str, step: &str) -> String {
    format!("decisions/{}/{step}", number.replace('/', "%2F"))
}
