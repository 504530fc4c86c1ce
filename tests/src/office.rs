//! The offices of the province as clients of a real Hoso: who holds which token, the day they
//! act on, what they send and what they are answered. It decides nothing.
//!
//! Every command gets its own idempotency key, `If-Match: *` and an `effectiveAt` on the day set
//! by [`Office::day`], a minute after the one before it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helper: a broken setup must stop the test"
)]

mod answer;
mod cases;
mod dossier;
mod facts;
mod notes;
mod round;

pub use answer::Answer;
pub use dossier::Dossier;
pub use notes::Notes;
pub use round::{Outcome, of_decision, unanimous};

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::server::{Server, hoso_json};

/// The round the sample year's facts are for.
pub const ANNUAL: &str = "annual-2024";

/// Longest wait for one answer.
const TIMEOUT: Duration = Duration::from_secs(40);

/// Bodies that are agencies and not assessed.
const BODIES: &[&str] = &[
    "ubnd-tinh",
    "ban-chi-dao-cchc",
    "hoi-dong-sang-kien",
    "kiem-toan",
];

/// Who holds which office in the province: name, agency, role. The Standing Office's member of
/// `ubnd-tinh` is a party to nothing.
const PROVINCE: &[(&str, &str, &str)] = &[
    ("home-affairs", "so-noi-vu", "HOME_AFFAIRS"),
    ("standing-office", "ubnd-tinh", "STANDING_OFFICE"),
    ("standing-office-snv", "so-noi-vu", "STANDING_OFFICE"),
    ("committee", "ban-chi-dao-cchc", "STEERING_COMMITTEE"),
    ("council", "hoi-dong-sang-kien", "INITIATIVE_COUNCIL"),
    ("inspectorate", "thanh-tra-tinh", "INSPECTORATE"),
    ("chairman", "ubnd-tinh", "CHAIRMAN"),
    ("records", "ubnd-tinh", "RECORDS"),
    ("auditor", "kiem-toan", "AUDITOR"),
];

/// The offices of a unit that submits: what it is called, its role.
const UNIT: &[(&str, &str)] = &[
    ("staff", "UNIT_STAFF"),
    ("meeting", "UNIT_STANDING_OFFICE"),
    ("committee", "UNIT_COMMITTEE"),
    ("head", "UNIT_HEAD"),
];

/// All offices, and the Hoso they work with.
#[derive(Debug)]
pub struct Office {
    shared: Arc<Shared>,
    now: Mutex<DateTime<FixedOffset>>,
}

/// What colleagues have in common.
#[derive(Debug)]
struct Shared {
    url: String,
    http: reqwest::Client,
    tokens: Mutex<BTreeMap<String, String>>,
    sent: AtomicU64,
    numbers: AtomicU64,
    /// Where things may go wrong: every command is noted, and sent again until it is answered.
    notes: Option<Arc<Notes>>,
    /// A server of its own, and its directory.
    own: Option<(Server, TempDir)>,
}

impl Office {
    /// A fresh store, its server, and the province's officials with their tokens.
    ///
    /// # Panics
    /// If anything is refused.
    pub async fn open() -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let server = Server::start(data.path());
        let directory = data.path().to_str().expect("a path in UTF-8");
        let issue = [
            "token",
            "issue",
            "--official",
            "administrator",
            "--days",
            "1",
        ];
        let issued = hoso_json(&[&issue[..], &["--json", "--data", directory]].concat());
        let url = server.url.clone();
        let own = Some((server, data));
        Self::begin(url, text(&issued, "token"), None, own).await
    }

    /// The province's officials at a Hoso that runs elsewhere and has an empty registry.
    ///
    /// # Panics
    /// If anything is refused.
    pub async fn at(url: &str, administrator: &str, notes: Arc<Notes>) -> Self {
        Self::begin(url.to_owned(), administrator.to_owned(), Some(notes), None).await
    }

    /// The directory of a store of its own; none at a Hoso that runs elsewhere.
    #[must_use]
    pub fn directory(&self) -> Option<&std::path::Path> {
        let own = self.shared.own.as_ref();
        own.map(|(_, directory)| directory.path())
    }

    /// Where the Hoso listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    async fn begin(
        url: String,
        administrator: String,
        notes: Option<Arc<Notes>>,
        own: Option<(Server, TempDir)>,
    ) -> Self {
        let office = Self {
            shared: Arc::new(Shared {
                url,
                http: reqwest::Client::builder()
                    .timeout(TIMEOUT)
                    .build()
                    .expect("a client"),
                tokens: Mutex::new(BTreeMap::from([(
                    "administrator".to_owned(),
                    administrator,
                )])),
                sent: AtomicU64::new(0),
                numbers: AtomicU64::new(100),
                notes,
                own,
            }),
            now: Mutex::new(moment("2025-04-01")),
        };
        for (name, agency, role) in PROVINCE {
            office
                .appoint(name, &format!("p-{name}"), agency, role)
                .await;
        }
        for body in BODIES {
            let unit = json!({
                "unit": body, "name": format!("{body} (mẫu)"), "advising": false,
                "validFrom": "2021-01-01", "headTitle": "Thủ trưởng",
            });
            office.post("home-affairs", "units", unit).await.done();
        }
        office
    }

    /// Somebody who works beside, by a calendar of their own.
    ///
    /// # Panics
    /// If somebody panicked with the calendar in hand.
    #[must_use]
    pub fn colleague(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            now: Mutex::new(*self.now.lock().expect("nobody panicked")),
        }
    }

    /// Puts a person into an office and gives the office a token.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn appoint(&self, name: &str, person: &str, agency: &str, role: &str) {
        let official = official(name);
        let office = json!({
            "official": official, "person": person, "agency": agency, "role": role,
            "validFrom": "2021-01-01",
        });
        self.post("administrator", "officials", office).await.done();
        // A token lives from the moment it is issued: it is not back-dated.
        let token = json!({ "official": official, "days": 30, "effectiveAt": null });
        // Issued, but the answer was lost: sent again it is answered without the token.
        let issued = loop {
            let answer = self.post("administrator", "tokens", token.clone()).await;
            let issued = answer.done();
            if !text(&issued, "token").is_empty() {
                break issued;
            }
        };
        let mut tokens = self.shared.tokens.lock().expect("nobody panicked");
        tokens.insert(name.to_owned(), text(&issued, "token"));
    }

    /// Fills the offices of units: `<unit>/head`, `/staff`, `/meeting`, `/committee`.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn staff(&self, units: &[&str]) {
        for unit in units {
            for (part, role) in UNIT {
                let name = format!("{unit}/{part}");
                let person = format!("p-{unit}-{part}");
                self.appoint(&name, &person, unit, role).await;
            }
        }
    }

    /// Whatever is done next is done on this day, from eight o'clock in the morning.
    ///
    /// # Panics
    /// If it is no day.
    pub fn day(&self, day: &str) {
        *self.now.lock().expect("nobody panicked") = moment(day);
    }

    /// The day it is.
    ///
    /// # Panics
    /// Never: nobody panics with the clock in hand.
    #[must_use]
    pub fn today(&self) -> String {
        let now = self.now.lock().expect("nobody panicked");
        now.date_naive().to_string()
    }

    fn tick(&self) -> DateTime<FixedOffset> {
        let mut now = self.now.lock().expect("nobody panicked");
        *now += TimeDelta::minutes(1);
        *now
    }

    /// A number no other document of this test has.
    #[must_use]
    pub fn number(&self, suffix: &str) -> String {
        let number = self.shared.numbers.fetch_add(1, Ordering::SeqCst);
        format!("{number}/{suffix}")
    }

    /// A request as somebody, without any header a command needs.
    ///
    /// # Panics
    /// If nobody holds the office.
    pub fn request(&self, method: Method, who: &str, path: &str) -> RequestBuilder {
        let url = format!("{}/api/v1/{path}", self.shared.url);
        let request = self.shared.http.request(method, url);
        request.bearer_auth(self.token(who))
    }

    fn token(&self, who: &str) -> String {
        let tokens = self.shared.tokens.lock().expect("nobody panicked");
        let token = tokens.get(who);
        token.unwrap_or_else(|| panic!("nobody is {who}")).clone()
    }

    /// Sends a command; a body without `reason` gets one, `"reason": null` has none.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn post(&self, who: &str, path: &str, body: Value) -> Answer {
        let key = self.key();
        let request = self.keyed(who, path, body, &key).header("if-match", "*");
        match &self.shared.notes {
            None => Answer::of(request).await,
            Some(notes) => notes.send(&official(who), &key, request).await,
        }
    }

    /// A command as [`Office::post`] sends it, still without `If-Match`.
    ///
    /// # Panics
    /// If nobody holds the office.
    pub fn command(&self, who: &str, path: &str, body: Value) -> RequestBuilder {
        self.keyed(who, path, body, &self.key())
    }

    fn key(&self) -> String {
        format!("key-{}", self.shared.sent.fetch_add(1, Ordering::SeqCst))
    }

    fn keyed(&self, who: &str, path: &str, body: Value, key: &str) -> RequestBuilder {
        self.request(Method::POST, who, path)
            .header("idempotency-key", key)
            .json(&self.dated(body))
    }

    fn dated(&self, mut body: Value) -> Value {
        if let Some(fields) = body.as_object_mut() {
            let when = json!(self.tick().to_rfc3339());
            fields.entry("effectiveAt").or_insert(when);
            fields
                .entry("reason")
                .or_insert(json!("Theo Kế hoạch 52/KH-UBND"));
            fields.retain(|_, value| !value.is_null());
        }
        body
    }

    /// Reads something.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn get(&self, who: &str, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, who, path)).await
    }

    /// Waits until every reaction has happened; none may wait for a person.
    ///
    /// # Panics
    /// If one does.
    pub async fn settle(&self) {
        self.get("auditor", "feed?wait=idle").await.done();
        let parked = self.get("auditor", "parked").await.done();
        assert_eq!(parked, json!({ "items": [] }), "a reaction was parked");
    }

    /// The path of a dossier as the auditor reads it.
    ///
    /// # Panics
    /// If it cannot be read.
    pub async fn history(&self, dossier: &str) -> Vec<Value> {
        self.settle().await;
        let path = format!("dossiers/{dossier}/history");
        list(&self.get("auditor", &path).await.done(), "events")
    }

    /// The types of a dossier's path, in order.
    ///
    /// # Panics
    /// If it cannot be read.
    pub async fn path(&self, dossier: &str) -> Vec<String> {
        let history = self.history(dossier).await;
        history.iter().map(|event| text(event, "type")).collect()
    }

    /// The denied attempts on a dossier's path: stream, who, action, rule.
    ///
    /// # Panics
    /// If it cannot be read.
    pub async fn denials(&self, dossier: &str) -> Vec<[String; 4]> {
        let history = self.history(dossier).await;
        let denied = history
            .iter()
            .filter(|e| text(e, "type") == "AttemptRefused");
        denied
            .map(|event| {
                let data = event.get("data").expect("the auditor reads all");
                // A refusal stands alone or with the items it concerns.
                let refusal = data.get("attemptRefused").unwrap_or(data);
                let refusal = refusal.get("refusal").unwrap_or(refusal);
                [
                    text(event, "stream"),
                    text(event.get("actor").unwrap_or(&Value::Null), "official"),
                    text(refusal, "action"),
                    text(refusal, "rule"),
                ]
            })
            .collect()
    }
}

/// The id of the official who holds an office.
#[must_use]
pub fn official(name: &str) -> String {
    name.replace('/', ".")
}

/// Eight o'clock of a civil day in the province.
fn moment(day: &str) -> DateTime<FixedOffset> {
    let day: NaiveDate = day.parse().expect("a day such as 2025-05-12");
    let offset = FixedOffset::east_opt(7 * 3600).expect("UTC+7");
    let morning = NaiveTime::from_hms_opt(8, 0, 0).expect("eight o'clock");
    let local = day.and_time(morning).and_local_timezone(offset);
    local.single().expect("a fixed offset has every time once")
}

/// A field as text; empty if there is none.
#[must_use]
pub fn text(value: &Value, field: &str) -> String {
    match value.get(field) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A field that is a list.
///
/// # Panics
/// If it is none.
#[must_use]
#[track_caller]
pub fn list(value: &Value, field: &str) -> Vec<Value> {
    let list = value.get(field).and_then(Value::as_array);
    list.unwrap_or_else(|| panic!("no list {field} in {value}"))
        .clone()
}
