//! The service over the wire: a real server, a real ledger, officials with tokens.

mod access;
mod contract;
mod documents;
mod erasure;
mod facts;
mod journey;
mod listing;
mod past;
mod reactions;

use hoso_domain::actor::{Actor, Role};
use hoso_domain::decider::{Listing, StoredEvent};
use hoso_domain::ids::{DossierId, OfficialId, PersonId, UnitId};
use hoso_domain::ranking::event::RoundEvent;
use hoso_domain::registry::{person, unit};
use hoso_domain::verification::event::Event as CaseEvent;
use hoso_ledger::{Append, ExpectedVersion, Metadata, NewEvent, StreamName, StreamRow};
use hoso_runtime::Clock;
use hoso_runtime::testing::{Answer, TestApp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// 16 June 2025, 10:00 in Việt Nam: the last day of the sample year's round.
const NOW: &str = "2025-06-16T03:00:00Z";

/// A small province: three units that live, one that was merged, an open round, officials.
struct Province {
    app: TestApp,
    staff: String,
    head: String,
    office: String,
    committee: String,
    neighbour: String,
    home_affairs: String,
    auditor: String,
}

impl Province {
    async fn new() -> Self {
        let clock = Clock::fixed(NOW.parse().unwrap());
        let app = TestApp::start_at(clock, |runtime| vec![crate::service(runtime)]).await;
        let mine = "huyen-my-tu";
        let province = Self {
            staff: app.appoint("staff", Role::UnitStaff, mine).await,
            head: app.appoint("head", Role::UnitHead, mine).await,
            office: app.appoint("office", Role::UnitStandingOffice, mine).await,
            committee: app.appoint("committee", Role::UnitCommittee, mine).await,
            neighbour: app
                .appoint("neighbour", Role::UnitStaff, "huyen-ke-sach")
                .await,
            home_affairs: app
                .appoint("home-affairs", Role::HomeAffairs, "so-noi-vu")
                .await,
            auditor: app
                .appoint("auditor", Role::Auditor, "thanh-tra-tinh")
                .await,
            app,
        };
        province.found().await;
        province
    }

    /// What the registry and the ranking service have recorded.
    async fn found(&self) {
        for (id, group, advising) in [
            ("huyen-my-tu", "DISTRICT", false),
            ("huyen-ke-sach", "DISTRICT", false),
            ("so-noi-vu", "DEPARTMENT", true),
            ("so-cu", "DEPARTMENT", true),
        ] {
            self.unit_event(
                id,
                json!({"unitRegistered": {
                    "unit": id, "name": id, "group": group, "advising": advising,
                    "validFrom": "2021-01-01", "headTitle": "Thủ trưởng",
                }}),
            )
            .await;
        }
        self.unit_event(
            "so-cu",
            json!({"unitMerged": {
                "unit": "so-cu", "validTo": "2025-02-28", "successor": "so-noi-vu",
                "decision": "12/NQ-HĐND",
            }}),
        )
        .await;
        for (id, insider) in [
            ("ca-nhan-19", true),
            ("ca-nhan-20", false),
            ("ca-nhan-01", true),
        ] {
            let event = json!({"personRegistered": {
                "person": id, "name": "(hư cấu)", "insider": insider,
            }});
            let event: person::Event = serde_json::from_value(event).unwrap();
            self.record("person", id, &event, Listing::default()).await;
        }
        self.open_round("annual-2024", "ANNUAL", 2024).await;
    }

    async fn unit_event(&self, id: &str, event: Value) {
        let event: unit::Event = serde_json::from_value(event).unwrap();
        self.record("unit", id, &event, Listing::default()).await;
    }

    async fn open_round(&self, id: &str, kind: &str, year: u16) {
        self.round_event(
            id,
            json!({"roundOpened": {
                "round": id, "kind": kind, "year": year, "openedOn": "2025-04-17", "achievementFrom": year,
                "ruleBook": {"id": "soc-trang", "version": 1, "digest": "sha256:00"},
                "quotas": [], "publications": [], "deadlines": [], "units": [],
                "voting": {"quorum": {"numerator": 2, "denominator": 3},
                    "majority": {"numerator": 1, "denominator": 2}},
                "appeal": {"days": 90, "counting": "CALENDAR_ROLLED", "citation": "Luật Khiếu nại"},
                "retentionYears": 20,
            }}),
        )
        .await;
    }

    async fn round_event(&self, id: &str, event: Value) {
        let event: RoundEvent = serde_json::from_value(event).unwrap();
        self.record("round", id, &event, Listing::default()).await;
    }

    async fn case_event(&self, dossier: &str, event: Value) {
        let event: CaseEvent = serde_json::from_value(event).unwrap();
        let listing = Listing {
            dossier: DossierId::parse(dossier).ok(),
            ..Listing::default()
        };
        self.record("case", dossier, &event, listing).await;
        self.app.wait_idle().await;
    }

    /// Appends what another service would have recorded.
    async fn record(&self, category: &str, id: &str, event: &impl StoredEvent, listing: Listing) {
        let runtime = &self.app.runtime;
        let stream = StreamName::new(category, id);
        let seen = runtime.ledger.stream(&stream).await.unwrap();
        let version = seen.map_or(0, |record| record.version);
        let data = serde_json::to_string(event).unwrap();
        let command = runtime.ids.new_id();
        let append = Append {
            command,
            digest: Sha256::digest(command.as_bytes()).into(),
            expected: ExpectedVersion::Exactly(version),
            events: vec![NewEvent {
                id: runtime.ids.new_id(),
                event_type: event.event_type().to_owned(),
                schema_version: event.schema_version(),
                sha256: Sha256::digest(data.as_bytes()).into(),
                dossiers: event.dossiers(),
                data,
            }],
            metadata: Metadata {
                actor: Actor {
                    official: OfficialId::parse("elsewhere").unwrap(),
                    person: PersonId::parse("p-elsewhere").unwrap(),
                    role: Role::HomeAffairs,
                    agency: UnitId::parse("so-noi-vu").unwrap(),
                    on_behalf_of: None,
                },
                reason: None,
                correlation: command,
                causation: None,
                rule_book: Some("sha256:00".to_owned()),
                effective_at: runtime.clock.now(),
                traceparent: None,
            },
            row: StreamRow {
                stream,
                version: version + 1,
                state: "{}".to_owned(),
                listing,
            },
            cursor: None,
        };
        runtime.ledger.append(append).await.unwrap();
    }

    /// A command that must succeed.
    async fn done(&self, token: &str, path: &str, body: Value) -> Answer {
        let answer = self.app.post(token, &api(path), &body).await;
        assert!(
            (200..300).contains(&answer.status),
            "{path}: {} {}",
            answer.status,
            answer.text
        );
        answer
    }

    /// A command that must be answered with a problem.
    async fn problem(&self, token: &str, path: &str, body: Value) -> Answer {
        let answer = self.app.post(token, &api(path), &body).await;
        assert!(answer.status >= 400, "{path}: {}", answer.text);
        answer
    }

    async fn get(&self, token: &str, path: &str) -> Answer {
        self.app.get(token, &api(path)).await
    }

    async fn status(&self, dossier: &str) -> String {
        let answer = self
            .get(&self.auditor, &format!("dossiers/{dossier}"))
            .await;
        answer.json["status"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    async fn draft(&self, dossier: &str) {
        let body = json!({"dossier": dossier, "round": "annual-2024", "unit": "huyen-my-tu"});
        self.done(&self.staff, "dossiers", body).await;
    }

    /// Drafted, one collective and one person, papers, signature. Item ids begin with the prefix.
    async fn prepare(&self, dossier: &str, prefix: &str) {
        self.draft(dossier).await;
        let (first, second) = (format!("{prefix}-1"), format!("{prefix}-2"));
        let at = |what: &str| format!("dossiers/{dossier}/{what}");
        let mine = json!({"item": first, "lane": "CERT_DISTRICT", "subject": "huyen-my-tu"});
        self.done(&self.staff, &at("items"), mine).await;
        let person = json!({"item": second, "lane": "CERT_INDIVIDUAL", "subject": "ca-nhan-19",
            "basis": "INSIDER", "unit": "huyen-my-tu"});
        self.done(&self.staff, &at("items"), person).await;
        self.done(&self.office, &at("minutes"), minutes(&[&first, &second]))
            .await;
        for item in [&first, &second] {
            let report = json!({"item": item, "document": {"name": "bao-cao.pdf"}});
            self.done(&self.staff, &at("reports"), report).await;
            self.done(&self.committee, &at("reports/confirm"), confirmation(item))
                .await;
        }
        self.done(&self.head, &at("sign"), signature(&[&first, &second]))
            .await;
    }

    /// Prepared and handed in.
    async fn submit(&self, dossier: &str, prefix: &str) {
        self.prepare(dossier, prefix).await;
        let path = format!("dossiers/{dossier}/submit");
        self.done(&self.head, &path, handing_in()).await;
    }
}

fn api(path: &str) -> String {
    format!("/api/v1/{path}")
}

fn minutes(covers: &[&str]) -> Value {
    let votes: Vec<_> = covers
        .iter()
        .map(|item| json!({"item": item, "for": 6, "against": 0, "abstained": 0, "recused": 1}))
        .collect();
    json!({
        "number": "08/BB-BCĐ", "date": "2025-06-10",
        "body": "Thường trực Ban Chỉ đạo CCHC UBND huyện Mỹ Tú",
        "chair": "Chủ tịch Ủy ban nhân dân, Trưởng ban", "secretary": "Công chức phụ trách CCHC",
        "membersTotal": 9, "membersPresent": 7, "absent": ["Trưởng phòng Tổ chức (đi học)"],
        "voting": "OPEN", "covers": covers, "votes": votes,
        "document": {"name": "bien-ban.png"},
    })
}

fn confirmation(item: &str) -> Value {
    json!({"item": item, "body": "Ban Chỉ đạo CCHC UBND huyện Mỹ Tú", "confirmedOn": "2025-06-11"})
}

fn signature(list: &[&str]) -> Value {
    json!({"number": "808/TTr-UBND", "date": "2025-06-13",
        "signedBy": "Chủ tịch Ủy ban nhân dân", "list": list,
        "document": {"name": "to-trinh.pdf"}})
}

fn handing_in() -> Value {
    json!({"sets": 2, "originals": true, "channel": "PAPER"})
}
