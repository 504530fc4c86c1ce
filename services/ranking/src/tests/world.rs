//! The sample year of Sóc Trăng, told to the ledger as the other services would.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use hoso_domain::actor::Role;
use hoso_domain::decider::{Decider, Issued, Listing, StoredDecider, StoredEvent};
use hoso_domain::evaluation::RoundFile;
use hoso_domain::ids::{DossierId, HoldId, OfficialId, RoundId, SubjectId, UnitId};
use hoso_domain::registry::hold::{self, Ground, HoldLifted, HoldOpened};
use hoso_domain::registry::index::{
    self, ComponentEntry, Entries, EntriesRecorded, IndexKind, IndexPublished, RateEntry,
    ScoreEntry, TaskEntry,
};
use hoso_domain::registry::initiative::{self, InitiativeAssessed};
use hoso_domain::registry::unit::{self, UnitDetails};
use hoso_domain::verification::event::{
    DossierForwarded, Event as CaseEvent, FindingRecorded, ForwardedItem,
};
use hoso_ledger::{Metadata, Order, StreamName};
use hoso_runtime::Clock;
use hoso_runtime::runtime::system_actor;
use hoso_runtime::testing::{Answer, TestApp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The round.
pub(super) const ROUND: &str = "annual-2024";
/// Now, in the tests.
const NOW: &str = "2025-12-20T09:00:00+07:00";
const SAMPLE: &str = include_str!("../../../../examples/soc-trang-2024/round-2024.json");

/// The service running, with officials who hold tokens.
pub(super) struct World {
    /// The process.
    pub(super) app: TestApp,
    /// The sample year's round file.
    pub(super) sample: RoundFile,
    tokens: BTreeMap<&'static str, String>,
}

/// Tells a ledger events of others, whatever they are.
struct Tell<E>(std::marker::PhantomData<E>);

#[derive(Debug, thiserror::Error)]
#[error("telling never fails")]
struct Never;

impl<E: StoredEvent> Decider for Tell<E> {
    type State = ();
    type Command = Issued<Vec<E>>;
    type Event = E;
    type Rejection = Never;
    fn decide((): &(), issued: Issued<Vec<E>>) -> Result<Vec<E>, Never> {
        Ok(issued.command)
    }
    fn evolve((): (), _: &E) {}
}

impl<E: StoredEvent> StoredDecider for Tell<E> {
    const CATEGORY: &'static str = "told";
    fn listing((): &()) -> Listing {
        Listing::default()
    }
}

pub(super) fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn unit_id(text: &str) -> UnitId {
    UnitId::parse(text).unwrap()
}

/// The dossier of an item of the sample: `hs08-1` came with `HS-2024-08`.
fn dossier_of(item: &str) -> DossierId {
    let number = &item[2..4];
    DossierId::parse(&format!("HS-2024-{number}")).unwrap()
}

impl World {
    /// Officials and the registry's facts; holds other than Sở Y tế's, which comes later.
    pub(super) async fn registry() -> Self {
        let clock = Clock::fixed(instant(NOW));
        let app = TestApp::start_at(clock, |runtime| vec![crate::service(runtime)]).await;
        let mut tokens = BTreeMap::new();
        for (name, role, agency) in [
            ("standing", Role::StandingOffice, "van-phong-ubnd-tinh"),
            ("home", Role::HomeAffairs, "so-noi-vu"),
            ("committee", Role::SteeringCommittee, "ban-chi-dao"),
            ("chairman", Role::Chairman, "ubnd-tinh"),
            ("records", Role::Records, "van-phong-ubnd-tinh"),
            ("auditor", Role::Auditor, "thanh-tra-tinh"),
            ("unit", Role::UnitHead, "so-y-te"),
            ("other", Role::UnitHead, "so-tu-phap"),
        ] {
            tokens.insert(name, app.appoint(name, role, agency).await);
        }
        let sample = RoundFile::read(SAMPLE.as_bytes()).unwrap();
        let world = Self {
            app,
            sample,
            tokens,
        };
        world.tell_units().await;
        world.tell_indexes().await;
        world.tell_initiatives().await;
        for (n, hold) in world.sample.holds.iter().enumerate() {
            if hold.subject.as_str() != "so-y-te" {
                let id = format!("kl-{n}");
                world
                    .hold(&id, hold.subject.as_str(), hold.opened, hold.closed)
                    .await;
            }
        }
        world
    }

    /// With the round open.
    pub(super) async fn opened() -> Self {
        let world = Self::registry().await;
        let open = json!({
            "kind": "ANNUAL", "year": 2024, "effectiveAt": "2025-04-20T09:00:00+07:00",
        });
        world.done("standing", "/api/v1/rounds", open).await;
        world
    }

    /// With the round open, all dossiers forwarded, all findings and scores recorded.
    pub(super) async fn entered() -> Self {
        let world = Self::opened().await;
        world.forward_all().await;
        world.app.wait_idle().await;
        world.score_all().await;
        world
    }

    /// With a ranking, minutes on every item, an adopted list, a proposal of all of it.
    pub(super) async fn proposed() -> Self {
        let world = Self::entered().await;
        world.rank("2025-07-30").await;
        world.rule_on_the_tie().await;
        world.rank("2025-07-30").await;
        world.meet_on_all().await;
        world.adopt_latest("2025-07-31").await;
        world.propose_all("2025-08-01").await;
        world
    }

    pub(super) fn token(&self, name: &str) -> &str {
        &self.tokens[name]
    }

    /// Appends events of others at a time.
    pub(super) async fn tell<E: StoredEvent + Clone>(
        &self,
        stream: &str,
        at: &str,
        events: Vec<E>,
    ) {
        let runtime = &self.app.runtime;
        let order = Order {
            command: runtime.ids.new_id(),
            digest: Sha256::digest(stream.as_bytes()).into(),
            seen: None,
            metadata: Metadata {
                actor: system_actor("teller").unwrap(),
                reason: None,
                correlation: runtime.ids.new_id(),
                causation: None,
                rule_book: None,
                effective_at: instant(at),
                traceparent: None,
            },
            cursor: None,
        };
        let metadata = order.metadata.clone();
        hoso_ledger::execute::<Tell<E>>(
            runtime.ledger.as_ref(),
            &StreamName::from_stored(stream.to_owned()),
            order,
            || hoso_ledger::execute::issued(&metadata, events.clone()),
            || runtime.ids.new_id(),
        )
        .await
        .unwrap();
    }

    async fn tell_units(&self) {
        for unit in &self.sample.units {
            let since = unit.since.unwrap_or(2021);
            let registered = unit::Event::UnitRegistered(UnitDetails {
                unit: unit.id.clone(),
                name: unit.name.clone(),
                group: Some(unit.group),
                advising: unit.advising,
                valid_from: day(&format!("{since}-01-01")),
                assessed_since: unit.since,
                head_title: "Giám đốc".to_owned(),
                note: None,
            });
            let stream = format!("unit-{}", unit.id);
            self.tell(&stream, "2022-05-01T08:00:00+07:00", vec![registered])
                .await;
        }
    }

    async fn tell_indexes(&self) {
        for year in 2021..=2024 {
            for kind in IndexKind::ALL {
                self.publish(*kind, year).await;
            }
        }
    }

    async fn publish(&self, kind: IndexKind, year: u16) {
        let on = match kind {
            IndexKind::ProvincialIndex => format!("{}-04-06", year + 1),
            IndexKind::UnitIndex | IndexKind::Satisfaction | IndexKind::Tasks => {
                format!("{}-04-15", year + 1)
            }
        };
        let recorded = index::Event::EntriesRecorded(EntriesRecorded {
            kind,
            year,
            edition: 0,
            entries: self.entries(kind, year),
            removed: Vec::new(),
        });
        let published = index::Event::IndexPublished(IndexPublished {
            kind,
            year,
            edition: 1,
            published_on: day(&on),
            decision_number: "688/QĐ-UBND".to_owned(),
            publisher: "Chủ tịch UBND tỉnh".to_owned(),
            note: None,
        });
        let mut events = vec![recorded];
        if kind.is_published() {
            events.push(published);
        }
        let stream = format!("index-{}", kind.stream_id(year));
        self.tell(&stream, &format!("{on}T08:00:00+07:00"), events)
            .await;
    }

    fn entries(&self, kind: IndexKind, year: u16) -> Entries {
        let sample = &self.sample;
        match kind {
            IndexKind::ProvincialIndex => Entries::Components(
                (sample.components.iter())
                    .filter(|c| c.year == year)
                    .map(|c| ComponentEntry {
                        component: c.id.clone(),
                        name: c.id.to_string(),
                        adviser: c.adviser.clone(),
                        rate: c.rate,
                    })
                    .collect(),
            ),
            IndexKind::UnitIndex => Entries::Scores(
                (sample.index.iter())
                    .filter(|s| s.year == year)
                    .map(|s| ScoreEntry {
                        unit: s.unit.clone(),
                        score: s.score,
                    })
                    .collect(),
            ),
            IndexKind::Satisfaction => Entries::Rates(
                (sample.satisfaction.iter())
                    .filter(|s| s.year == year)
                    .map(|s| RateEntry {
                        unit: s.unit.clone(),
                        rate: s.rate,
                    })
                    .collect(),
            ),
            IndexKind::Tasks => Entries::Tasks(
                (sample.tasks.iter())
                    .filter(|t| t.year == year)
                    .map(|t| TaskEntry {
                        unit: t.unit.clone(),
                        assigned: t.assigned,
                        done_on_time: t.done_on_time,
                    })
                    .collect(),
            ),
        }
    }

    async fn tell_initiatives(&self) {
        for known in &self.sample.initiatives {
            let assessed = initiative::Event::InitiativeAssessed(InitiativeAssessed {
                initiative: known.id.clone(),
                title: known.id.to_string(),
                author: SubjectId::parse("ca-nhan-13").unwrap(),
                council: "Hội đồng Sáng kiến tỉnh".to_owned(),
                document: "156/QĐ-HĐSK".to_owned(),
                date: known.date,
                batch: "Đợt 3/2024".to_owned(),
                recognised: known.recognised,
            });
            let stream = format!("initiative-{}", known.id);
            self.tell(&stream, "2025-07-25T08:00:00+07:00", vec![assessed])
                .await;
        }
    }

    /// The registry opens a hold, and lifts it where it ended.
    pub(super) async fn hold(
        &self,
        id: &str,
        subject: &str,
        opened: NaiveDate,
        closed: Option<NaiveDate>,
    ) {
        let id = HoldId::parse(id).unwrap();
        let subject = SubjectId::parse(subject).unwrap();
        let mut events = vec![hold::Event::HoldOpened(HoldOpened {
            hold: id.clone(),
            subject: subject.clone(),
            opened_on: opened,
            ground: Ground::UnderConsideration,
            document: "12/QĐ-TTr".to_owned(),
            note: None,
        })];
        events.extend(closed.map(|closed_on| {
            hold::Event::HoldLifted(HoldLifted {
                hold: id.clone(),
                subject: subject.clone(),
                closed_on,
                document: "15/KL-TTr".to_owned(),
            })
        }));
        self.tell(&format!("hold-{id}"), "2025-08-01T08:00:00+07:00", events)
            .await;
        self.app.wait_idle().await;
    }

    /// Home Affairs forwards every dossier of the sample, with all findings.
    pub(super) async fn forward_all(&self) {
        let mut dossiers: Vec<DossierId> = Vec::new();
        for item in &self.sample.items {
            let dossier = dossier_of(item.id.as_str());
            if !dossiers.contains(&dossier) {
                dossiers.push(dossier);
            }
        }
        for dossier in dossiers {
            self.forward(&dossier).await;
        }
    }

    async fn forward(&self, dossier: &DossierId) {
        let own = |id: &str| dossier_of(id) == *dossier;
        let items: Vec<_> = (self.sample.items.iter())
            .filter(|item| own(item.id.as_str()))
            .collect();
        let units: BTreeSet<&str> = self.sample.units.iter().map(|u| u.id.as_str()).collect();
        let mut subjects = items.iter().map(|item| item.subject.as_str());
        let unit = unit_id(subjects.find(|s| units.contains(s)).unwrap());
        let round = RoundId::parse(ROUND).unwrap();
        let mut events = vec![CaseEvent::DossierForwarded(DossierForwarded {
            dossier: dossier.clone(),
            round: round.clone(),
            unit: unit.clone(),
            submitted_by: unit,
            items: items
                .iter()
                .map(|item| ForwardedItem {
                    item: item.id.clone(),
                    lane: item.lane,
                    subject: item.subject.clone(),
                    basis: item.basis,
                    components: item.components.clone(),
                    initiative: item.initiative.clone(),
                    unit: None,
                })
                .collect(),
            excluded: Vec::new(),
        })];
        for item in &items {
            events.extend(item.findings.iter().map(|(rule, verdict)| {
                CaseEvent::FindingRecorded(FindingRecorded {
                    dossier: dossier.clone(),
                    round: round.clone(),
                    item: item.id.clone(),
                    rule: *rule,
                    verdict: *verdict,
                    evidence: "Sổ theo dõi".to_owned(),
                    documents: Vec::new(),
                    found_on: day("2025-07-10"),
                    finder: OfficialId::parse("cb-tham-dinh").unwrap(),
                    finder_agency: unit_id("van-phong-ubnd-tinh"),
                })
            }));
        }
        self.tell(
            &format!("case-{dossier}"),
            "2025-06-20T08:00:00+07:00",
            events,
        )
        .await;
    }

    async fn score_all(&self) {
        let given = (self.sample.items.iter()).filter_map(|i| Some((&i.id, i.council_score?)));
        let scores: Vec<Value> = given
            .map(|(id, score)| {
                let score = score.to_string();
                json!({"item": id, "score": score, "ballots": [score, score]})
            })
            .collect();
        let body = json!({
            "date": "2025-07-29", "body": "Hội đồng chấm điểm cá nhân",
            "membersTotal": 9, "membersPresent": 8, "voting": "SECRET", "scores": scores,
            "effectiveAt": "2025-07-29T16:00:00+07:00",
        });
        self.act("standing", "council-scores", body).await;
    }

    /// POST anywhere, as somebody.
    pub(super) async fn post(&self, who: &str, path: &str, body: Value) -> Answer {
        self.app.post(self.token(who), path, &body).await
    }

    /// POST anywhere that must succeed.
    pub(super) async fn done(&self, who: &str, path: &str, body: Value) -> Value {
        let answer = self.post(who, path, body).await;
        assert!(
            (200..300).contains(&answer.status),
            "{path}: {} {}",
            answer.status,
            answer.text
        );
        answer.json
    }

    /// POST to the round that must succeed.
    pub(super) async fn act(&self, who: &str, verb: &str, body: Value) -> Value {
        self.done(who, &format!("/api/v1/rounds/{ROUND}/{verb}"), body)
            .await
    }

    /// POST to the round that may fail.
    pub(super) async fn attempt(&self, who: &str, verb: &str, body: Value) -> Answer {
        self.post(who, &format!("/api/v1/rounds/{ROUND}/{verb}"), body)
            .await
    }

    /// GET something of the round.
    pub(super) async fn get(&self, who: &str, what: &str) -> Answer {
        let path = format!("/api/v1/rounds/{ROUND}{what}");
        self.app.get(self.token(who), &path).await
    }

    /// Every item of the round by id, as the Standing Office sees it.
    pub(super) async fn items(&self) -> BTreeMap<String, Value> {
        let answer = self.get("standing", "/items?limit=200").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let items = answer.json["items"].as_array().unwrap().clone();
        items
            .into_iter()
            .map(|item| (item["item"].as_str().unwrap().to_owned(), item))
            .collect()
    }

    /// Where an item stands.
    pub(super) async fn standing(&self, item: &str) -> String {
        self.items().await[item]["standing"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Ranks as of a day, on that day.
    pub(super) async fn rank(&self, on: &str) -> Value {
        let body = json!({"asOf": on, "effectiveAt": format!("{on}T15:00:00+07:00")});
        self.act("standing", "rank", body).await
    }

    /// The council's choice between three equals for the last slot.
    pub(super) async fn rule_on_the_tie(&self) {
        let body = json!({
            "lane": "CERT_INDIVIDUAL", "order": ["hs22-2", "hs09-2", "hs10-2"],
            "minutesNumber": "11/BB-BCĐ", "date": "2025-07-30",
            "reason": "Sáng kiến có phạm vi áp dụng rộng hơn",
            "effectiveAt": "2025-07-30T16:00:00+07:00",
        });
        self.act("standing", "tie-rulings", body).await;
    }

    /// Minutes that approve every item there is.
    pub(super) async fn meet_on_all(&self) {
        let items = self.items().await;
        let ballots: Vec<Value> = items
            .keys()
            .map(|id| json!({"item": id, "for": 8, "against": 0, "abstained": 0, "recused": 0}))
            .collect();
        let body = json!({
            "minutesNumber": "12/BB-BCĐ", "date": "2025-07-30",
            "body": "Thường trực Ban Chỉ đạo CCHC tỉnh", "chair": "Phó Trưởng ban",
            "secretary": "Chuyên viên", "membersTotal": 9, "membersPresent": 8,
            "voting": "OPEN", "ballots": ballots,
            "effectiveAt": "2025-07-30T17:00:00+07:00",
        });
        self.act("standing", "meetings", body).await;
    }

    /// The Steering Committee adopts the latest ranking.
    pub(super) async fn adopt_latest(&self, on: &str) -> Value {
        let outcome = self.get("standing", "/outcome").await.json;
        let body = json!({
            "rankingEdition": outcome["edition"],
            "effectiveAt": format!("{on}T09:00:00+07:00"),
        });
        self.act("committee", "shortlist", body).await
    }

    /// Everything on the adopted list that is not decided and not on hold is proposed.
    pub(super) async fn propose_all(&self, on: &str) -> Vec<String> {
        let round = self.get("standing", "").await.json;
        let standing = self.items().await;
        let listed = round["shortlist"]["items"].as_array().unwrap();
        let items: Vec<String> = listed
            .iter()
            .map(|id| id.as_str().unwrap().to_owned())
            .filter(|id| standing[id]["standing"] == "ENTERED")
            .collect();
        let body = json!({
            "number": format!("{}/TTr-SNV", items.len() + 80), "date": on, "items": items,
            "effectiveAt": format!("{on}T10:00:00+07:00"),
        });
        self.act("standing", "proposal", body).await;
        items
    }

    /// A decision of the Chairman on a day, not sent.
    pub(super) fn decision(number: &str, on: &str, items: &[String]) -> Value {
        json!({
            "number": number, "date": on, "body": "CHAIRMAN", "signedBy": "Chủ tịch",
            "items": items, "effectiveAt": format!("{on}T14:00:00+07:00"),
        })
    }
}
