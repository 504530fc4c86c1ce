//! Which documents go with a person, which stay, and what the log shows of it.

use serde_json::json;

use super::*;

#[derive(Default)]
struct Log(Belonging);

fn digest(letter: char) -> String {
    letter.to_string().repeat(64)
}

fn document(letter: char) -> Value {
    json!({ "name": format!("{letter}.pdf"), "sha256": digest(letter) })
}

impl Log {
    fn say(&mut self, stream: &str, data: &Value) -> &mut Self {
        let (category, id) = stream.split_once('-').unwrap();
        let name = data.as_object().unwrap().keys().next().unwrap();
        let event_type = name[..1].to_uppercase() + &name[1..];
        self.0
            .apply(category, id, &event_type, &data.to_string())
            .unwrap();
        self
    }

    fn draft(&mut self, dossier: &str) -> &mut Self {
        let drafted = json!({ "dossierDrafted": {
            "dossier": dossier, "round": "r", "kind": "ANNUAL", "year": 2024,
            "ruleBook": { "id": "b", "version": 1, "digest": "sha256:00" },
            "unit": "u", "submittedBy": "u", "onBehalfOfPredecessor": false,
            "addressee": "HOME_AFFAIRS",
        }});
        self.say(&format!("dossier-{dossier}"), &drafted)
    }

    fn item(&mut self, dossier: &str, item: &str, subject: &str) -> &mut Self {
        let lane = if subject.starts_with('p') {
            "CERT_INDIVIDUAL"
        } else {
            "CERT_DISTRICT"
        };
        let added = json!({ "itemAdded": { "item": item, "lane": lane, "subject": subject } });
        self.say(&format!("dossier-{dossier}"), &added)
    }

    fn attach(&mut self, dossier: &str, item: Option<&str>, letter: char) -> &mut Self {
        let added = json!({ "attachmentAdded": {
            "kind": "EVIDENCE", "item": item, "document": document(letter),
        }});
        self.say(&format!("dossier-{dossier}"), &added)
    }

    fn close(&mut self) -> &mut Self {
        let closed = json!({ "roundClosed": { "on": "2025-09-01", "lapsed": [] } });
        self.say("round-r", &closed)
    }

    fn decide(&mut self, item: &str) -> &mut Self {
        let signed = json!({ "decisionSigned": {
            "decision": "7/QĐ-UBND", "body": "CHAIRMAN", "date": "2025-08-01", "signedBy": "Chủ tịch",
            "rankingEdition": 1, "items": [{ "item": item, "dossier": "d" }],
        }});
        self.say("round-r", &signed)
    }

    fn erase(&mut self, documents: Option<&str>) -> &mut Self {
        let mut erased = json!({ "person": "p", "basis": "Đơn", "requestedBy": "o" });
        if let Some(documents) = documents {
            erased["documents"] = json!(documents);
        }
        self.say("person-p", &json!({ "personErased": erased }))
    }

    fn note(&mut self, dossier: &str, letter: char) -> &mut Self {
        let erased = json!({ "person": "p", "digests": [digest(letter)] });
        self.say(
            &format!("dossier-{dossier}"),
            &json!({ "documentsErased": erased }),
        )
    }

    fn fates(&self) -> Vec<(char, Fate)> {
        let person = PersonId::parse("p").unwrap();
        let documents = self.0.documents_of(&person);
        documents
            .map(|d| (d.sha256.chars().next().unwrap(), d.fate))
            .collect()
    }

    fn due(&self) -> Vec<(String, String)> {
        let due = self.0.due().into_iter();
        due.map(|((dossier, _), digests)| {
            let letters = digests.iter().map(|d| &d[..1]);
            (dossier.as_str().to_owned(), letters.collect())
        })
        .collect()
    }

    fn shown(&self) -> String {
        self.0.erased().map(|sha256| &sha256[..1]).collect()
    }
}

/// One dossier of a person `p`, another person and a district.
fn log() -> Log {
    let mut log = Log::default();
    log.draft("d");
    for (item, subject) in [("i", "p"), ("j", "p-other"), ("k", "u")] {
        log.item("d", item, subject);
    }
    log
}

fn one(dossier: &str, letters: &str) -> Vec<(String, String)> {
    vec![(dossier.to_owned(), letters.to_owned())]
}

#[test]
fn only_papers_of_the_persons_own_items_are_the_persons() {
    let mut log = log();
    log.attach("d", Some("i"), 'a')
        .attach("d", Some("i"), 'b')
        .attach("d", Some("j"), 'b')
        .attach("d", Some("i"), 'c')
        .attach("d", None, 'c')
        .attach("d", Some("k"), 'e')
        .attach("d", Some("i"), 'f');
    let minutes = json!({ "somethingLater": { "in": [{ "document": document('f') }] } });
    log.say("appeal-x", &minutes).close();
    assert_eq!(
        log.fates(),
        [
            ('a', Fate::Goes),
            ('b', Fate::Shared),
            ('c', Fate::Shared),
            ('f', Fate::Shared)
        ]
    );
    assert_eq!(log.due(), []);
    log.erase(Some("ALL"));
    assert_eq!(log.due(), one("d", "a"));
}

#[test]
fn a_finding_on_the_persons_item_is_about_the_person() {
    let mut log = log();
    let found = json!({ "findingRecorded": {
        "dossier": "d", "round": "r", "item": "i", "rule": "R30", "verdict": "MET",
        "evidence": "x", "documents": [document('a')], "foundOn": "2025-07-01",
        "finder": "o", "finderAgency": "u",
    }});
    log.say("case-d", &found);
    assert_eq!(log.fates(), [('a', Fate::Open)]);
}

#[test]
fn without_award_waits_for_the_end_and_leaves_the_archive_what_a_decision_rests_on() {
    let mut log = log();
    log.attach("d", Some("i"), 'a').erase(Some("WITHOUT_AWARD"));
    assert_eq!(log.fates(), [('a', Fate::Open)]);
    assert_eq!(log.due(), []);
    let mut rewarded = Log(log.0.clone());
    log.close();
    assert_eq!(log.due(), one("d", "a"));
    rewarded.decide("i").close();
    let archived = json!({ "roundArchived": { "on": "2025-10-01", "retainUntil": "2045-10-01" } });
    rewarded.say("round-r", &archived);
    let kept = Fate::Awarded {
        decision: "7/QĐ-UBND".to_owned(),
        retain_until: NaiveDate::from_ymd_opt(2045, 10, 1),
    };
    assert_eq!(rewarded.fates(), [('a', kept)]);
    assert_eq!(rewarded.due(), []);
    rewarded.erase(Some("ALL"));
    assert_eq!(rewarded.due(), one("d", "a"));
}

#[test]
fn a_withdrawn_dossier_is_at_its_end_and_an_old_erasure_touches_no_document() {
    let mut log = log();
    log.attach("d", Some("i"), 'a').erase(None);
    let withdrawn = json!({ "dossierWithdrawn": {
        "dossier": "d", "round": "r", "date": "2025-06-01", "reason": "x",
        "wasSubmitted": false, "items": ["i"],
    }});
    log.say("dossier-d", &withdrawn);
    assert_eq!(log.fates(), [('a', Fate::Goes)]);
    assert_eq!(log.due(), []);
}

#[test]
fn what_is_recorded_as_erased_is_so_until_it_is_named_again() {
    let mut log = log();
    log.draft("e").item("e", "m", "p");
    log.attach("d", Some("i"), 'a').attach("e", Some("m"), 'a');
    log.erase(Some("ALL"));
    let both = [one("d", "a"), one("e", "a")].concat();
    assert_eq!(log.due(), both);
    assert!(log.shown().is_empty());
    log.note("d", 'a');
    // Each dossier says it in its own path.
    assert_eq!((log.due(), log.shown()), (one("e", "a"), "a".to_owned()));
    log.note("e", 'a');
    assert_eq!(log.due(), []);
    assert_eq!(log.fates(), [('a', Fate::Erased)]);
    let mut again = Log(log.0.clone());
    log.attach("d", Some("j"), 'a');
    assert_eq!((log.due(), log.shown()), (vec![], String::new()));
    again.attach("d", Some("i"), 'a');
    assert_eq!((again.due(), again.shown()), (both, String::new()));
}

#[test]
fn a_record_of_an_erasure_that_nobody_decided_or_of_anothers_document_shows_nothing() {
    let mut log = log();
    log.attach("d", Some("i"), 'a').note("d", 'a');
    assert!(log.shown().is_empty());
    // The path of a dossier has no person's events.
    assert!(log.0.is_erased_by_path(&digest('a')));
    log.erase(None);
    assert!(log.shown().is_empty());
    log.erase(Some("WITHOUT_AWARD"));
    assert_eq!(log.shown(), "a");
    log.attach("d", Some("j"), 'b').note("d", 'b');
    log.attach("d", None, 'c').note("d", 'c').note("d", 'e');
    assert_eq!(log.shown(), "a");
    assert!(!log.0.is_erased_by_path(&digest('b')));
}
