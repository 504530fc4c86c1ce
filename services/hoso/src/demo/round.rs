//! The round's side of the demo: scores, ranking, meeting, tie, shortlist, discipline, decision.

use anyhow::{Context as _, Result};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde_json::{Value, json};

use super::cast::Cast;
use super::client::{Answer, Client, Seen};
use super::dossiers::{ROUND, at};
use super::narrator::Narrator;
use super::sample::Sample;

/// Members of the Standing Office's meeting, of whom so many came.
const MEMBERS: (u32, u32) = (9, 8);

/// The round.
pub(super) struct Round<'a> {
    pub(super) client: &'a Client,
    pub(super) cast: &'a Cast,
    pub(super) narrator: Narrator,
}

/// An item as the latest ranking has it.
#[derive(Debug, Clone)]
pub(super) struct Ranked {
    pub(super) item: String,
    pub(super) lane: String,
    pub(super) subject: String,
    pub(super) outcome: String,
}

impl Round<'_> {
    /// Opens the round on the published indexes.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn open(&self, on: NaiveDate) -> Result<()> {
        let body = json!({
            "round": ROUND, "kind": "ANNUAL", "year": 2024, "effectiveAt": at(on, 16, 0),
        });
        let token = self.cast.token("standing-office")?;
        let answer = self
            .client
            .post(token, "/api/v1/rounds", Seen::New, &body)
            .await?
            .success("open the round")?;
        let deadlines = answer.body.get("deadlines").and_then(Value::as_array);
        let days: Vec<_> = deadlines
            .into_iter()
            .flatten()
            .map(|d| format!("{} {}", text(d, "publication"), text(d, "dueOn")))
            .collect();
        let what = format!("opens round {ROUND}; last days: {}", days.join(", "));
        self.narrator.step(on, "Standing Office", &what);
        Ok(())
    }

    /// Enters the council's scores of individuals.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn scores(&self, sample: &Sample, entered: &[String]) -> Result<()> {
        let meeting = &sample.council.meeting;
        let scores: Vec<_> = sample
            .council
            .scores
            .iter()
            .filter(|score| entered.contains(&score.item))
            .map(|s| json!({ "item": s.item, "score": s.score, "ballots": s.ballots }))
            .collect();
        let count = scores.len();
        let body = json!({
            "date": meeting.date,
            "body": meeting.body,
            "membersTotal": meeting.members_total,
            "membersPresent": meeting.members_present,
            "voting": meeting.voting,
            "scores": scores,
        });
        self.act("standing-office", "council-scores", at(meeting.date, 17, 0), body).await?;
        let what = format!("enters the council's scores of {count} individuals, ballots unnamed");
        self.narrator.step(meeting.date, "Standing Office", &what);
        Ok(())
    }

    /// Ranks all lanes as of a day.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn rank(&self, as_of: NaiveDate, hour: u32) -> Result<Vec<Ranked>> {
        let body = json!({ "asOf": as_of });
        self.act("standing-office", "rank", at(as_of, hour, 0), body).await?;
        let items = self.outcome().await?;
        let count = |outcome: &str| items.iter().filter(|i| i.outcome == outcome).count();
        let what = format!(
            "ranks {} items as of {}: {} selected, {} tied at the cut, {} suspended",
            items.len(),
            as_of.format("%d/%m/%Y"),
            count("SELECTED"),
            count("TIE_UNRESOLVED"),
            count("SUSPENDED"),
        );
        self.narrator.step(as_of, "Standing Office", &what);
        Ok(items)
    }

    /// The latest outcome, an entry an item.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn outcome(&self) -> Result<Vec<Ranked>> {
        let body = self.outcome_json().await?;
        let items = body.get("items").and_then(Value::as_array).context("an outcome has items")?;
        Ok(items
            .iter()
            .map(|item| Ranked {
                item: text(item, "item"),
                lane: text(item, "lane"),
                subject: text(item, "subject"),
                outcome: text(item, "outcome"),
            })
            .collect())
    }

    /// The latest outcome as the service tells it.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn outcome_json(&self) -> Result<Value> {
        let path = format!("/api/v1/rounds/{ROUND}/outcome");
        Ok(self.client.get(self.cast.token("standing-office")?, &path).await?.body)
    }

    /// The meeting that goes through the ranked list: everybody with an own unit in it steps aside.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn meet(&self, on: NaiveDate, items: &[Ranked]) -> Result<()> {
        let member = self.cast.get("standing-office")?;
        let mut ballots = Vec::new();
        let mut recusals = Vec::new();
        for item in items.iter().filter(|item| in_the_running(&item.outcome)) {
            let own = item.subject == member.agency;
            if own {
                recusals.push(json!({ "item": item.item, "official": member.official }));
            }
            let recused = u32::from(own);
            ballots.push(json!({
                "item": item.item, "for": MEMBERS.1 - recused, "against": 0, "abstained": 0,
                "recused": recused,
            }));
        }
        let (count, recused) = (ballots.len(), recusals.len());
        let body = json!({
            "minutesNumber": "17/BB-TTBCĐ",
            "date": on,
            "body": "Thường trực Ban Chỉ đạo cải cách hành chính tỉnh",
            "chair": "Phó Trưởng ban Thường trực",
            "secretary": "Công chức phụ trách cải cách hành chính",
            "membersTotal": MEMBERS.0,
            "membersPresent": MEMBERS.1,
            "voting": "SECRET",
            "recusals": recusals,
            "ballots": ballots,
        });
        self.act("standing-office", "meetings", at(on, 16, 30), body).await?;
        let what = format!(
            "meets, {} of {} members: votes on {count} items; {} recusal(s) for an own unit",
            MEMBERS.1,
            MEMBERS.0,
            recused,
        );
        self.narrator.step(on, "Standing Office", &what);
        Ok(())
    }

    /// The minuted choice among individuals with equal scores.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn rule_on_tie(&self, on: NaiveDate, order: &[&str]) -> Result<()> {
        let body = json!({
            "lane": "CERT_INDIVIDUAL",
            "order": order,
            "minutesNumber": "17/BB-TTBCĐ",
            "date": on,
            "reason": "Ưu tiên người trực tiếp phục vụ người dân ở địa bàn khó khăn (giả định)",
        });
        self.act("standing-office", "tie-rulings", at(on, 17, 0), body).await?;
        let what = format!("rules on the tie, minuted: {}", order.join(", then "));
        self.narrator.step(on, "Standing Office", &what);
        Ok(())
    }

    /// Tries to adopt the shortlist.
    ///
    /// # Errors
    /// No answer.
    pub(super) async fn adopt(&self, on: NaiveDate, hour: u32) -> Result<Answer> {
        self.try_act("committee", "shortlist", at(on, hour, 0), json!({ "date": on })).await
    }

    /// The Standing Office's proposal to the Chairman.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn propose(&self, on: NaiveDate, items: &[String]) -> Result<()> {
        let body = json!({ "number": "142/TTr-SNV", "date": on, "items": items });
        self.act("home-affairs", "proposal", at(on, 15, 0), body).await?;
        let what = format!("submits Tờ trình 142/TTr-SNV with {} items to the Chairman", items.len());
        self.narrator.step(on, "Home Affairs", &what);
        Ok(())
    }

    /// The decision: signed, issued, published, awards handed over, filed.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn decide(&self, on: NaiveDate, items: &[String]) -> Result<()> {
        let number = "1987/QĐ-UBND";
        let body = json!({
            "number": number,
            "date": on,
            "body": "CHAIRMAN",
            "signedBy": "Chủ tịch Ủy ban nhân dân tỉnh",
            "items": items,
        });
        self.act("chairman", "decisions", at(on, 9, 0), body).await?;
        let what = format!("signs decision {number}: {} certificates", items.len());
        self.narrator.step(on, "Chairman", &what);
        let path = |verb: &str| format!("decisions/{}/{verb}", number.replace('/', "%2F"));
        let body = json!({ "issuedOn": on });
        self.act("records", &path("issue"), at(on, 15, 0), body).await?;
        let place = "Cổng thông tin điện tử tỉnh (giả định)";
        let body = json!({ "on": on, "where": place });
        self.act("records", &path("publish"), at(on, 16, 0), body).await?;
        self.narrator.step(on, "Records", &format!("issues and publishes {number}"));
        Ok(())
    }

    /// Hands an award over.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn hand_over(
        &self,
        on: NaiveDate,
        item: &str,
        representative: Option<&str>,
    ) -> Result<()> {
        let mut body = json!({ "on": on });
        if let (Some(title), Some(fields)) = (representative, body.as_object_mut()) {
            fields.insert("representative".into(), json!(title));
        }
        let command = format!("items/{item}/hand-over");
        self.act("records", &command, at(on, 9, 0), body).await?;
        Ok(())
    }

    /// Files the round.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn archive(&self, on: NaiveDate) -> Result<()> {
        self.act("records", "archive", at(on, 9, 0), json!({ "on": on })).await?;
        self.narrator.step(on, "Records", "files the round");
        Ok(())
    }

    /// One command on the round that must succeed.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn act(
        &self,
        who: &str,
        command: &str,
        when: DateTime<FixedOffset>,
        body: Value,
    ) -> Result<Answer> {
        self.try_act(who, command, when, body).await?.success(&format!("round {command}"))
    }

    /// One command on the round that may be refused.
    ///
    /// # Errors
    /// No answer.
    pub(super) async fn try_act(
        &self,
        who: &str,
        command: &str,
        when: DateTime<FixedOffset>,
        mut body: Value,
    ) -> Result<Answer> {
        if let Some(fields) = body.as_object_mut() {
            fields.insert("effectiveAt".into(), json!(when));
        }
        let path = format!("/api/v1/rounds/{ROUND}/{command}");
        self.client.post(self.cast.token(who)?, &path, Seen::Any, &body).await
    }
}


/// Whether the meeting votes on an item: whatever may still come onto the list.
fn in_the_running(outcome: &str) -> bool {
    matches!(outcome, "SELECTED" | "NOT_SELECTED" | "TIE_UNRESOLVED")
}

fn text(value: &Value, field: &str) -> String {
    match value.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}
