//! A round of 2024 in Sóc Trăng with a few units, told to the ledger as their services would.

use chrono::{DateTime, NaiveDate, Utc};
use hoso_domain::actor::Role;
use hoso_domain::decider::{Decider, Issued, Listing, StoredDecider, StoredEvent};
use hoso_domain::dossier;
use hoso_domain::dossier::content::{
    Addressee, Channel, DossierContent, MinutesSummary, ProposalSummary, ProposedItem,
    ReportSummary,
};
use hoso_domain::evaluation::{Basis, Group, Lane, PublicationKind, RoundKind};
use hoso_domain::ids::{ComponentId, DossierId, ItemId, PersonId, RoundId, SubjectId, UnitId};
use hoso_domain::percent::Percent;
use hoso_domain::ranking::event::{Deadline, RoundEvent, RoundOpened};
use hoso_domain::registry::index::{
    self, Change, ComponentEntry, Entries, EntriesRecorded, IndexCorrected, IndexKind,
    IndexPublished, RateEntry, ScoreEntry, TaskEntry,
};
use hoso_domain::registry::unit::{self, UnitDetails};
use hoso_domain::rulebook::RuleBook;
use hoso_ledger::{Metadata, Order, StreamName};
use hoso_runtime::Clock;
use hoso_runtime::runtime::system_actor;
use hoso_runtime::testing::{Answer, TestApp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The round.
pub(super) const ROUND: &str = "annual-2024";
/// Now, in the tests.
pub(super) const NOW: &str = "2025-07-10T09:00:00+07:00";
/// A stamp in time for every item.
pub(super) const STAMPED: &str = "2025-06-02T10:20:00+07:00";

/// The service running, with officials who hold tokens.
pub(super) struct World {
    /// The process.
    pub(super) app: TestApp,
    /// Home Affairs, of `so-noi-vu`.
    pub(super) home_affairs: String,
    /// The Standing Office, of `van-phong-ubnd-tinh`.
    pub(super) standing_office: String,
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

fn percent(text: &str) -> Percent {
    Percent::parse(text).unwrap()
}

impl World {
    /// The service with the round open.
    pub(super) async fn start() -> Self {
        let world = Self::without_round().await;
        world.open_round().await;
        world
    }

    /// The service with units and figures, and no round.
    pub(super) async fn without_round() -> Self {
        let clock = Clock::fixed(instant(NOW));
        let app = TestApp::start_at(clock, |runtime| vec![crate::service(runtime)]).await;
        let home_affairs = app.appoint("cb-snv", Role::HomeAffairs, "so-noi-vu").await;
        let standing_office = app
            .appoint("cb-vp", Role::StandingOffice, "van-phong-ubnd-tinh")
            .await;
        let world = Self {
            app,
            home_affairs,
            standing_office,
        };
        world.register_units().await;
        world.publish_figures().await;
        world
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

    async fn register_units(&self) {
        for id in ["so-noi-vu", "so-tu-phap", "so-y-te", "van-phong-ubnd-tinh"] {
            let registered = unit::Event::UnitRegistered(UnitDetails {
                unit: unit_id(id),
                name: id.to_owned(),
                group: Some(Group::Department),
                advising: id != "so-y-te",
                assessed_since: None,
                valid_from: day("2021-01-01"),
                head_title: "Giám đốc".to_owned(),
                note: None,
            });
            let stream = format!("unit-{id}");
            self.tell(&stream, "2022-05-01T08:00:00+07:00", vec![registered])
                .await;
        }
    }

    async fn publish_figures(&self) {
        for year in 2021..=2024 {
            for kind in IndexKind::ALL {
                let recorded = index::Event::EntriesRecorded(EntriesRecorded {
                    kind: *kind,
                    year,
                    edition: 0,
                    entries: figures(*kind, year),
                    removed: Vec::new(),
                });
                let published = index::Event::IndexPublished(IndexPublished {
                    kind: *kind,
                    year,
                    edition: 1,
                    published_on: day(&format!("{}-04-15", year + 1)),
                    decision_number: "688/QĐ-UBND".to_owned(),
                    publisher: "Chủ tịch UBND tỉnh".to_owned(),
                    note: None,
                });
                let stream = format!("index-{}", kind.stream_id(year));
                self.tell(
                    &stream,
                    "2025-04-15T08:00:00+07:00",
                    vec![recorded, published],
                )
                .await;
            }
        }
    }

    async fn open_round(&self) {
        let book = RuleBook::soc_trang();
        let due = |publication, due_on| Deadline {
            publication,
            due_on: day(due_on),
        };
        let opened = RoundEvent::RoundOpened(RoundOpened {
            round: RoundId::parse(ROUND).unwrap(),
            kind: RoundKind::Annual,
            year: 2024,
            opened_on: day("2025-04-20"),
            achievement_from: 2024,
            rule_book: book.reference(),
            parameters: std::collections::BTreeMap::new(),
            quotas: Vec::new(),
            publications: Vec::new(),
            deadlines: vec![
                due(PublicationKind::ProvincialIndex, "2025-06-05"),
                due(PublicationKind::UnitIndex, "2025-06-16"),
            ],
            units: Vec::new(),
            voting: book.voting().clone(),
            appeal: book.appeal().clone(),
            retention_years: 20,
            warnings: Vec::new(),
        });
        self.tell(
            &format!("round-{ROUND}"),
            "2025-04-20T08:00:00+07:00",
            vec![opened],
        )
        .await;
    }

    /// Corrects a unit's score of 2024 by a new edition.
    pub(super) async fn correct_score(&self, id: &str, from: &str, to: &str) {
        let edition = 2;
        let at = "2025-07-08T08:00:00+07:00";
        let (kind, year) = (IndexKind::UnitIndex, 2024);
        let events = vec![
            index::Event::IndexPublished(IndexPublished {
                kind,
                year,
                edition,
                published_on: day("2025-07-08"),
                decision_number: "1044/QĐ-UBND".to_owned(),
                publisher: "Chủ tịch UBND tỉnh".to_owned(),
                note: None,
            }),
            index::Event::EntriesRecorded(EntriesRecorded {
                kind,
                year,
                edition,
                entries: Entries::Scores(vec![ScoreEntry {
                    unit: unit_id(id),
                    score: percent(to),
                }]),
                removed: Vec::new(),
            }),
            index::Event::IndexCorrected(IndexCorrected {
                kind,
                year,
                edition,
                changes: vec![Change {
                    subject: id.to_owned(),
                    from: Some(from.to_owned()),
                    to: Some(to.to_owned()),
                }],
            }),
        ];
        self.tell(&format!("index-{}", kind.stream_id(year)), at, events)
            .await;
        self.app.wait_idle().await;
    }

    /// A unit hands its dossier in; the case is open when this returns.
    pub(super) async fn submit(&self, dossier: &str, unit: &str, content: DossierContent) {
        self.submit_for(dossier, unit, unit, content).await;
    }

    /// A unit hands in the dossier of another, its predecessor.
    pub(super) async fn submit_for(
        &self,
        dossier: &str,
        unit: &str,
        submitted_by: &str,
        content: DossierContent,
    ) {
        let submitted = dossier::Event::DossierSubmitted(dossier::event::DossierSubmitted {
            dossier: DossierId::parse(dossier).unwrap(),
            round: RoundId::parse(ROUND).unwrap(),
            unit: unit_id(unit),
            submitted_by: unit_id(submitted_by),
            rule_book: hoso_domain::rulebook::RuleBook::soc_trang().reference(),
            content,
        });
        let stream = format!("dossier-{dossier}");
        self.tell(&stream, "2025-06-02T10:00:00+07:00", vec![submitted])
            .await;
        self.app.wait_idle().await;
    }

    /// The unit's supplement arrives.
    pub(super) async fn supplement(&self, dossier: &str, at: &str, content: DossierContent) {
        let event = dossier::Event::DossierSupplemented(dossier::event::DossierSupplemented {
            dossier: DossierId::parse(dossier).unwrap(),
            supplement_round: 1,
            reports: Vec::new(),
            minutes: false,
            proposal: false,
            received_at: instant(at),
            content,
        });
        self.tell(&format!("dossier-{dossier}"), at, vec![event])
            .await;
        self.app.wait_idle().await;
    }

    /// POST to a case.
    pub(super) async fn act(&self, token: &str, dossier: &str, verb: &str, body: Value) -> Answer {
        let path = format!("/api/v1/cases/{dossier}/{verb}");
        self.app.post(token, &path, &body).await
    }

    /// POST to a case that must succeed.
    pub(super) async fn done(&self, token: &str, dossier: &str, verb: &str, body: Value) -> Value {
        let answer = self.act(token, dossier, verb, body).await;
        assert_eq!(answer.status, 200, "{verb}: {}", answer.text);
        answer.json
    }

    /// Home Affairs stamps the receipt at a time.
    pub(super) async fn receive(&self, dossier: &str, at: &str) -> Value {
        let body = json!({"receiptNumber": "1528/ĐẾN", "effectiveAt": at});
        self.done(&self.home_affairs, dossier, "receive", body)
            .await
    }

    /// Home Affairs acts on 10/6.
    pub(super) async fn gateway(&self, dossier: &str, verb: &str) -> Value {
        let body = json!({"effectiveAt": "2025-06-10T09:00:00+07:00"});
        self.done(&self.home_affairs, dossier, verb, body).await
    }

    /// A complete dossier of Sở Tư pháp, forwarded.
    pub(super) async fn forwarded(&self, dossier: &str) -> Value {
        self.submit(dossier, "so-tu-phap", content(dossier, "so-tu-phap"))
            .await;
        self.receive(dossier, STAMPED).await;
        self.gateway(dossier, "check").await;
        self.gateway(dossier, "accept").await;
        self.gateway(dossier, "forward").await
    }

    /// The Standing Office's finding on an item.
    pub(super) async fn find(&self, dossier: &str, item: &str, rule: &str, verdict: &str) -> Value {
        let body = json!({
            "item": item, "rule": rule, "verdict": verdict,
            "evidence": "Sổ theo dõi nhiệm vụ", "foundOn": "2025-06-26",
        });
        self.done(&self.standing_office, dossier, "findings", body)
            .await
    }

    /// The case as somebody sees it.
    pub(super) async fn case(&self, token: &str, dossier: &str) -> Answer {
        self.app
            .get(token, &format!("/api/v1/cases/{dossier}"))
            .await
    }

    /// Types of the events of a case.
    pub(super) async fn events(&self, dossier: &str) -> Vec<String> {
        let stream = StreamName::new("case", dossier);
        let events = self.app.runtime.ledger.read_stream(&stream, 0, 500).await;
        events.unwrap().into_iter().map(|e| e.event_type).collect()
    }
}

/// Figures of every unit: good ones, growing by a point a year.
fn figures(kind: IndexKind, year: u16) -> Entries {
    let units = ["so-noi-vu", "so-tu-phap", "so-y-te", "van-phong-ubnd-tinh"].map(unit_id);
    match kind {
        IndexKind::ProvincialIndex => Entries::Components(vec![ComponentEntry {
            component: ComponentId::parse("the-che").unwrap(),
            name: "Thể chế".to_owned(),
            adviser: unit_id("so-tu-phap"),
            rate: Some(percent(&format!("{}.5", year - 1940))),
        }]),
        IndexKind::UnitIndex => Entries::Scores(
            units
                .map(|unit| ScoreEntry {
                    unit,
                    score: percent(&format!("{}", year - 1935)),
                })
                .to_vec(),
        ),
        IndexKind::Satisfaction => Entries::Rates(
            units
                .map(|unit| RateEntry {
                    unit,
                    rate: percent("92.5"),
                })
                .to_vec(),
        ),
        IndexKind::Tasks => Entries::Tasks(
            units
                .map(|unit| TaskEntry {
                    unit,
                    assigned: 41,
                    done_on_time: 41,
                })
                .to_vec(),
        ),
    }
}

fn item_id(dossier: &str, item: &str) -> ItemId {
    ItemId::parse(&format!("{dossier}-{item}")).unwrap()
}

/// A complete dossier of a unit: the collective as adviser (`-a`) and as department (`-d`), and an
/// adviser of it (`-p`).
pub(super) fn content(dossier: &str, unit: &str) -> DossierContent {
    let proposed = |item: &str, lane, subject: &str, basis: Option<Basis>| ProposedItem {
        item: item_id(dossier, item),
        lane,
        subject: SubjectId::parse(subject).unwrap(),
        basis,
        components: basis
            .map(|_| ComponentId::parse("the-che").unwrap())
            .into_iter()
            .collect(),
        initiative: None,
        unit: basis.map(|_| unit_id(unit)),
        nominated_by: None,
        role: None,
    };
    let items = vec![
        proposed("a", Lane::CertAdvising, unit, None),
        proposed("d", Lane::CertDepartment, unit, None),
        proposed(
            "p",
            Lane::CertIndividual,
            "ca-nhan-06",
            Some(Basis::Adviser),
        ),
    ];
    let list: Vec<ItemId> = items.iter().map(|i| i.item.clone()).collect();
    let report = |item: &ItemId| ReportSummary {
        item: item.clone(),
        confirmed: true,
        confirmed_on: Some(day("2025-05-23")),
    };
    DossierContent {
        addressee: Addressee::HomeAffairs,
        proposal: ProposalSummary {
            number: "12/TTr-STP".to_owned(),
            date: day("2025-05-28"),
            list: list.clone(),
        },
        minutes: Some(MinutesSummary {
            number: "03/BB-BCĐ".to_owned(),
            date: day("2025-05-22"),
            covers: list.clone(),
        }),
        reports: list.iter().map(report).collect(),
        items,
        sets: 2,
        originals: true,
        channel: Channel::Paper,
        sent_at: instant("2025-06-02T10:00:00+07:00"),
        confirmers: vec![PersonId::parse("p-truong-ban").unwrap()],
    }
}

/// The same without the report of the individual.
pub(super) fn without_a_report(dossier: &str, unit: &str) -> DossierContent {
    let mut content = content(dossier, unit);
    content.reports.pop();
    content
}

/// One item of a case as it is shown.
pub(super) fn item<'a>(case: &'a Value, item: &str) -> &'a Value {
    let items = case["items"].as_array().unwrap();
    let ends = format!("-{item}");
    let found = items
        .iter()
        .find(|i| i["item"].as_str().unwrap().ends_with(&ends));
    found.unwrap()
}
