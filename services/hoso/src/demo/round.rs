//! The round's side of the demo: scores, ranking, meeting, tie, shortlist, discipline, decision.

use anyhow::{Context as _, Result};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde_json::{Value, json};

use super::cast::{Cast, MEMBERS_PRESENT, MEMBERS_TOTAL};
use super::client::{Answer, Client, Seen};
use super::dossiers::{ROUND, at};
use super::narrator::Narrator;
use super::sample::Sample;

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
            "kind": "ANNUAL", "year": 2024, "effectiveAt": at(on, 16, 0),
        });
        let token = self.cast.token("standing-office")?;
        let answer = self
            .client
            .post(token, "/api/v1/rounds", Seen::New, &body)
            .await?
            .success("open the round")?;
        let deadlines = answer.body.get("deadlines").and_then(Value::as_object);
        let days: Vec<_> = deadlines
            .into_iter()
            .flatten()
            .map(|(publication, day)| format!("{publication} {}", day.as_str().unwrap_or("?")))
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
            .filter(|score| score.mean.is_some() && entered.contains(&score.item))
            .map(|s| json!({ "item": s.item, "score": s.mean, "ballots": s.ballots }))
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
        self.act(
            "standing-office",
            "council-scores",
            at(meeting.date, 17, 0),
            body,
        )
        .await?;
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
        self.act("standing-office", "rank", at(as_of, hour, 0), body)
            .await?;
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
        let items = body
            .get("items")
            .and_then(Value::as_array)
            .context("an outcome has items")?;
        Ok(items
            .iter()
            .map(|item| Ranked {
                item: text(item, "item"),
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
        Ok(self
            .client
            .get(self.cast.token("standing-office")?, &path)
            .await?
            .body)
    }

    /// The meeting that goes through the ranked list: everybody with an own unit in it steps aside.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn meet(
        &self,
        sample: &Sample,
        on: NaiveDate,
        items: &[Ranked],
    ) -> Result<()> {
        let members = MEMBERS_PRESENT
            .iter()
            .map(|name| self.cast.get(name))
            .collect::<Result<Vec<_>>>()?;
        let mut ballots = Vec::new();
        let mut recusals = Vec::new();
        for item in items.iter().filter(|item| in_the_running(&item.outcome)) {
            let mut recused = 0;
            let proposed = sample
                .dossiers
                .iter()
                .flat_map(|d| &d.items)
                .find(|i| i.id == item.item);
            let unit = proposed
                .and_then(|i| i.unit.as_ref())
                .unwrap_or(&item.subject);
            for member in members.iter().filter(|member| *unit == member.agency) {
                recusals.push(json!({ "item": item.item, "official": member.official }));
                recused += 1;
            }
            ballots.push(json!({
                "item": item.item, "for": members.len() - recused, "against": 0, "abstained": 0,
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
            "membersTotal": MEMBERS_TOTAL,
            "membersPresent": members.len(),
            "voting": "SECRET",
            "present": members.iter().map(|member| &member.official).collect::<Vec<_>>(),
            "recusals": recusals,
            "ballots": ballots,
        });
        self.act("standing-office", "meetings", at(on, 16, 30), body)
            .await?;
        let what = format!(
            "meets, {} of {} members: votes on {count} items; {} recusal(s) for an own unit",
            members.len(),
            MEMBERS_TOTAL,
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
        self.act("standing-office", "tie-rulings", at(on, 17, 0), body)
            .await?;
        let what = format!("rules on the tie, minuted: {}", order.join(", then "));
        self.narrator.step(on, "Standing Office", &what);
        Ok(())
    }

    /// Tries to adopt the shortlist.
    ///
    /// # Errors
    /// No answer.
    pub(super) async fn adopt(&self, on: NaiveDate, hour: u32) -> Result<Answer> {
        {
            let edition = self
                .outcome_json()
                .await?
                .get("edition")
                .cloned()
                .unwrap_or_default();
            let body = json!({ "rankingEdition": edition, "date": on });
            self.try_act("committee", "shortlist", at(on, hour, 0), body)
                .await
        }
    }

    /// The Standing Office's proposal to the Chairman.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn propose(&self, on: NaiveDate, items: &[String]) -> Result<()> {
        let body = json!({ "number": "142/TTr-SNV", "date": on, "items": items });
        self.act("home-affairs", "proposal", at(on, 15, 0), body)
            .await?;
        let what = format!(
            "submits Tờ trình 142/TTr-SNV with {} items to the Chairman",
            items.len()
        );
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
        self.act("chairman", "decisions", at(on, 9, 0), body)
            .await?;
        let what = format!("signs decision {number}: {} certificates", items.len());
        self.narrator.step(on, "Chairman", &what);
        let path = |verb: &str| format!("decisions/{}/{verb}", number.replace('/', "%2F"));
        let body = json!({ "on": on });
        self.act("records", &path("issue"), at(on, 15, 0), body)
            .await?;
        let place = "Cổng thông tin điện tử tỉnh (giả định)";
        let body = json!({ "on": on, "where": place });
        self.act("records", &path("publish"), at(on, 16, 0), body)
            .await?;
        self.narrator
            .step(on, "Records", &format!("issues and publishes {number}"));
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
        self.act("standing-office", "close", at(on, 8, 0), json!({}))
            .await?;
        self.act("records", "archive", at(on, 9, 0), json!({ "on": on }))
            .await?;
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
        self.try_act(who, command, when, body)
            .await?
            .success(&format!("round {command}"))
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
            fields.entry("reason").or_insert(json!(reason(command)));
        }
        let path = format!("/api/v1/rounds/{ROUND}/{command}");
        self.client
            .post(self.cast.token(who)?, &path, Seen::Any, &body)
            .await
    }
}

/// Why the step is taken, for the record.
fn reason(command: &str) -> &'static str {
    match command.rsplit('/').next() {
        Some("council-scores") => "Ghi điểm Hội đồng chấm cá nhân",
        Some("rank") => "Xếp hạng theo tiêu chuẩn và số lượng của kế hoạch",
        Some("meetings") => "Ghi biên bản họp Thường trực Ban Chỉ đạo",
        Some("shortlist") => "Thông qua danh sách theo biên bản họp",
        Some("proposal") => "Trình Chủ tịch UBND tỉnh theo danh sách đã thông qua",
        Some("decisions") => "Khen thưởng theo Tờ trình của Thường trực Ban Chỉ đạo",
        Some("issue") => "Ban hành quyết định",
        Some("publish") => "Công bố kết quả khen thưởng",
        Some("hand-over") => "Trao tặng Bằng khen",
        Some("close" | "archive") => "Kết thúc vòng, lưu hồ sơ",
        Some(_) | None => "Theo Kế hoạch 52/KH-UBND",
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
