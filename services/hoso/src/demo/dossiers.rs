//! The units' side of the demo: each dossier from draft to submitted, with its documents.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta};
use serde_json::{Map, Value, json};

use super::cast::Cast;
use super::client::{Answer, Client, Seen};
use super::sample::{self, Dossier, Paper, Report, Supplement};

/// The demo's round.
pub(super) const ROUND: &str = "annual-2024";

/// An instant of a civil day at the province's offices.
pub(super) fn at(day: NaiveDate, hour: u32, minute: u32) -> DateTime<FixedOffset> {
    let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
    let local = day.and_time(time);
    match FixedOffset::east_opt(7 * 3600).and_then(|o| local.and_local_timezone(o).single()) {
        Some(at) => at,
        None => local.and_utc().fixed_offset(),
    }
}

/// The unit's side of one dossier.
pub(super) struct Desk<'a> {
    pub(super) client: &'a Client,
    pub(super) cast: &'a Cast,
    pub(super) dossier: &'a Dossier,
    etag: String,
    /// When the last act took effect: the desk acts in order.
    latest: DateTime<FixedOffset>,
}

impl<'a> Desk<'a> {
    /// Drafts the dossier.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn open(
        client: &'a Client,
        cast: &'a Cast,
        dossier: &'a Dossier,
    ) -> Result<Desk<'a>> {
        let through_home_affairs = dossier.addressee.contains("Sở Nội vụ");
        let body = json!({
            "dossier": dossier.id,
            "round": ROUND,
            "unit": dossier.unit,
            "submittedBy": dossier.submitted_by,
            "onBehalfOfPredecessor": dossier.on_behalf_of_predecessor,
            "addressee": if through_home_affairs { "HOME_AFFAIRS" } else { "DIRECT" },
            "effectiveAt": at(first_day(dossier), 8, 0),
            "reason": "Lập hồ sơ đề nghị khen thưởng",
        });
        let staff = cast.token(&format!("{}/staff", dossier.submitted_by))?;
        let answer = client
            .post(staff, "/api/v1/dossiers", Seen::New, &body)
            .await?
            .success(&dossier.id)?;
        Ok(Self {
            client,
            cast,
            dossier,
            etag: tag(answer)?,
            latest: at(first_day(dossier), 8, 0),
        })
    }

    /// Takes up a dossier that was drafted before.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn reopen(
        client: &'a Client,
        cast: &'a Cast,
        dossier: &'a Dossier,
    ) -> Result<Desk<'a>> {
        let mut desk = Self {
            client,
            cast,
            dossier,
            etag: String::new(),
            latest: dossier.received_at,
        };
        desk.refresh().await?;
        Ok(desk)
    }

    /// From draft to submitted.
    ///
    /// # Errors
    /// The first refusal.
    pub(super) async fn hand_in(&mut self) -> Result<()> {
        let dossier = self.dossier;
        let day = first_day(dossier);
        for item in &dossier.items {
            let mut body = Map::new();
            body.insert("item".into(), json!(item.id));
            body.insert("lane".into(), json!(item.lane));
            body.insert("subject".into(), json!(item.subject));
            for (field, value) in [
                ("basis", &item.basis),
                ("initiative", &item.initiative),
                ("unit", &item.unit),
                ("role", &item.role),
            ] {
                if let Some(value) = value {
                    body.insert(field.into(), json!(value));
                }
            }
            if !item.components.is_empty() {
                body.insert("components".into(), json!(item.components));
            }
            if item.basis.as_deref() == Some("OUTSIDER") {
                body.insert("nominatedBy".into(), json!(dossier.submitted_by));
            }
            self.act("staff", "items", at(day, 8, 30), Value::Object(body))
                .await?;
        }
        for attachment in &dossier.attachments {
            let document = self.upload(&attachment.paper).await?;
            let body = json!({
                "kind": attachment.kind, "item": attachment.item, "document": document,
            });
            self.act("staff", "attachments", at(day, 9, 0), body)
                .await?;
        }
        self.attach(&dossier.reports, at(day, 9, 30)).await?;
        self.minutes().await?;
        self.confirm(&dossier.reports).await?;
        self.sign_and_submit().await
    }

    /// Attaches reports.
    async fn attach(&mut self, reports: &[Report], when: DateTime<FixedOffset>) -> Result<()> {
        for report in reports {
            let document = self.upload(&report.paper).await?;
            let body =
                json!({ "item": report.item, "number": report.number, "document": document });
            self.act("staff", "reports", when, body).await?;
        }
        Ok(())
    }

    /// Has the committee confirm reports, each on the day it is dated, never before its last act.
    async fn confirm(&mut self, reports: &[Report]) -> Result<()> {
        for report in reports.iter().filter(|report| report.confirmed) {
            let body = json!({
                "item": report.item,
                "body": report.confirmed_by,
                "confirmedOn": report.confirmed_on,
            });
            let when = at(report.confirmed_on, 15, 0).max(self.latest);
            self.act("committee", "reports/confirm", when, body).await?;
        }
        Ok(())
    }

    async fn minutes(&mut self) -> Result<()> {
        let minutes = &self.dossier.minutes;
        let votes: Vec<_> = minutes
            .votes
            .iter()
            .map(|vote| {
                json!({
                    "item": vote.item, "for": vote.in_favour, "against": vote.against,
                    "abstained": vote.abstained, "recused": vote.recused,
                })
            })
            .collect();
        let body = json!({
            "number": minutes.number,
            "date": minutes.date,
            "body": minutes.body,
            "chair": minutes.chair,
            "secretary": minutes.secretary,
            "membersTotal": minutes.members_total,
            "membersPresent": minutes.members_present,
            "absent": minutes.absent,
            "voting": minutes.voting,
            "covers": minutes.covers,
            "votes": votes,
            "document": self.upload(&minutes.paper).await?,
        });
        self.act("meeting", "minutes", at(minutes.date, 16, 0), body)
            .await
    }

    async fn sign_and_submit(&mut self) -> Result<()> {
        let (dossier, proposal) = (self.dossier, &self.dossier.proposal);
        // A dossier whose minutes are younger than its proposal was signed again on that day.
        let signed = at(proposal.date.max(dossier.minutes.date), 16, 30);
        let body = json!({
            "number": proposal.number,
            "date": proposal.date,
            "signedBy": proposal.signed_by,
            "list": proposal.list,
            "document": self.upload(&proposal.paper).await?,
        });
        self.act("head", "sign", signed, body).await?;
        let body = json!({
            "sets": dossier.sets, "originals": dossier.originals, "channel": dossier.channel,
        });
        self.act("head", "submit", dossier.sent_at, body).await
    }

    /// Hands in what was missing.
    ///
    /// # Errors
    /// The first refusal.
    pub(super) async fn supplement(&mut self, supplement: &Supplement) -> Result<()> {
        let Some(received) = supplement.received_at else {
            return Ok(());
        };
        let earlier = received - TimeDelta::hours(1);
        self.attach(&supplement.added, earlier).await?;
        self.latest = earlier;
        self.confirm(&supplement.added).await?;
        self.act("head", "supplement", received, json!({})).await
    }

    /// Withdraws the dossier.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn withdraw(&mut self) -> Result<()> {
        let Some(withdrawal) = &self.dossier.withdrawal else {
            return Ok(());
        };
        let body = json!({
            "number": withdrawal.number, "date": withdrawal.date, "reason": withdrawal.reason,
        });
        self.act("head", "withdraw", withdrawal.received_at, body)
            .await
    }

    /// One command on the dossier, by an officer of the unit.
    async fn act(
        &mut self,
        part: &str,
        command: &str,
        when: DateTime<FixedOffset>,
        mut body: Value,
    ) -> Result<()> {
        let token = self
            .cast
            .token(&format!("{}/{part}", self.dossier.submitted_by))?;
        if let Some(fields) = body.as_object_mut() {
            fields.insert("effectiveAt".into(), json!(when));
            fields.entry("reason").or_insert(json!(reason(command)));
            fields.retain(|_, value| !value.is_null());
        }
        let path = format!("/api/v1/dossiers/{}/{command}", self.dossier.id);
        let what = format!("{} {command}", self.dossier.id);
        let answer = self
            .client
            .post(token, &path, Seen::Tag(&self.etag), &body)
            .await?
            .success(&what)?;
        self.etag = tag(answer)?;
        self.latest = self.latest.max(when);
        Ok(())
    }

    /// The version others moved the dossier to.
    async fn refresh(&mut self) -> Result<()> {
        let token = self
            .cast
            .token(&format!("{}/staff", self.dossier.submitted_by))?;
        let path = format!("/api/v1/dossiers/{}", self.dossier.id);
        self.etag = tag(self.client.get(token, &path).await?)?;
        Ok(())
    }

    /// The reference of a paper; its bytes are uploaded where the sample has them.
    async fn upload(&self, paper: &Paper) -> Result<Value> {
        let Some(path) = &paper.path else {
            return Ok(json!({ "name": paper.file }));
        };
        let token = self
            .cast
            .token(&format!("{}/staff", self.dossier.submitted_by))?;
        let target = format!("/api/v1/documents?name={}", paper.file);
        let bytes = sample::file(path)?.into_owned();
        let answer = self
            .client
            .post_bytes(token, &target, Seen::New, media_type(path), bytes)
            .await?
            .success(&paper.file)?;
        let mut reference = BTreeMap::new();
        for field in ["name", "sha256", "size", "mediaType"] {
            let value = answer
                .body
                .get(field)
                .with_context(|| format!("no {field} of {path}"))?;
            reference.insert(field, value.clone());
        }
        Ok(json!(reference))
    }
}

/// Why the step is taken, for the record.
fn reason(command: &str) -> &'static str {
    match command {
        "items" => "Đề nghị theo thành tích trong năm",
        "attachments" => "Tài liệu kèm theo",
        "reports" => "Báo cáo thành tích",
        "reports/confirm" => "Ban Chỉ đạo của đơn vị xác nhận báo cáo",
        "minutes" => "Biên bản họp xét của Thường trực Ban Chỉ đạo đơn vị",
        "sign" => "Ký Tờ trình",
        "submit" => "Nộp hồ sơ qua Sở Nội vụ",
        "supplement" => "Bổ sung theo yêu cầu",
        _ => "Theo Kế hoạch 52/KH-UBND",
    }
}

/// The day the unit began: before anything it dated.
fn first_day(dossier: &Dossier) -> NaiveDate {
    let confirmed = dossier.reports.iter().map(|r| r.confirmed_on).min();
    let earliest = dossier.minutes.date.min(dossier.proposal.date);
    confirmed.map_or(earliest, |day| day.min(earliest)) - TimeDelta::days(1)
}

fn tag(answer: Answer) -> Result<String> {
    answer.etag.context("an answer without an ETag")
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        Some("docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some(_) | None => "application/octet-stream",
    }
}
