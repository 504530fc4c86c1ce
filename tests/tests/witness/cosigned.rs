//! A log that asks its witnesses: what it publishes when they answer, and when they do not.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use e2e::server::{Server, hoso, hoso_json};
use e2e::witness::Witness;
use hoso_proof::{InclusionFile, LogIdentity, SignedCheckpoint};
use serde_json::Value;

use super::process::text;

/// A sealed log, and witnesses that know it.
struct Place {
    scratch: tempfile::TempDir,
    log: LogIdentity,
    witnesses: Vec<Witness>,
}

impl Place {
    fn new(witnesses: usize) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let data = scratch.path().join("data");
        let mut server = Server::start(&data);
        assert_eq!(server.stop(), Some(0));
        let sealed = hoso_json(&["audit", "seal", "--json", "--data", text(&data)]);
        let vkey = sealed["key"].as_str().unwrap();
        let witnesses = (1..=witnesses).map(|number| {
            let directory = scratch.path().join(format!("w{number}"));
            Witness::new(&directory, &format!("witness.example/{number}"), vkey)
        });
        Self {
            log: LogIdentity::parse(vkey).unwrap(),
            witnesses: witnesses.collect(),
            scratch,
        }
    }

    fn data(&self) -> PathBuf {
        self.scratch.path().join("data")
    }

    /// A policy that asks for `need` of the witnesses.
    fn policy(&self, need: &str) -> PathBuf {
        let mut policy = format!("log {}\n", self.log.key());
        let names = (1..=self.witnesses.len()).map(|number| format!("w{number}"));
        let names: Vec<_> = names.collect();
        for (name, witness) in names.iter().zip(&self.witnesses) {
            policy.push_str(&witness.line(name));
        }
        let group = format!("group all-of-them {need} {}\n", names.join(" "));
        policy.push_str(&group);
        policy.push_str("quorum all-of-them\n");
        let path = self.scratch.path().join(format!("policy-{need}"));
        fs::write(&path, policy).unwrap();
        path
    }

    /// Runs `hoso audit` on the log.
    fn audit(&self, arguments: &[&str]) -> (i32, String, String) {
        let data = self.data();
        hoso(&[&["audit"], arguments, &["--data", text(&data)]].concat())
    }

    /// What `hoso audit seal` reports, and says on standard error.
    fn seal(&self, policy: &Path) -> (Value, String) {
        let (code, out, err) = self.audit(&["seal", "--json", "--policy", text(policy)]);
        assert_eq!(code, 0, "{err}");
        (serde_json::from_str(&out).unwrap(), err)
    }

    /// A settings file with a policy.
    fn settings(&self, policy: &Path) -> PathBuf {
        let path = self.scratch.path().join("hoso.toml");
        fs::write(&path, format!("audit_policy = {:?}\n", text(policy))).unwrap();
        path
    }

    fn grow(&self) {
        grow(&self.data());
    }

    /// Who cosigned a checkpoint, by the witnesses' order.
    fn cosigned(&self, note: &str) -> Vec<bool> {
        let checkpoint = SignedCheckpoint::open(note.as_bytes(), &self.log).unwrap();
        let witnesses = self.witnesses.iter();
        witnesses
            .map(|witness| checkpoint.seen_at(&witness.key).is_ok())
            .collect()
    }

    fn archived(&self, name: &str) -> String {
        fs::read_to_string(self.data().join("audit").join(name)).unwrap()
    }
}

fn grow(data: &Path) {
    let issue = [
        "token",
        "issue",
        "--official",
        "administrator",
        "--days",
        "1",
    ];
    let _ = hoso_json(&[&issue[..], &["--json", "--data", text(data)]].concat());
}

#[test]
fn what_is_sealed_is_cosigned_and_what_is_not_is_published_all_the_same() {
    let place = Place::new(3);
    let policy = place.policy("2");
    let (sealed, err) = place.seal(&policy);
    assert_eq!((err.as_str(), &sealed["quorum"]), ("", &Value::Bool(true)));
    let note = sealed["checkpoint"].as_str().unwrap();
    assert_eq!(place.cosigned(note), [true, true, true]);
    for said in sealed["cosignatures"].as_array().unwrap() {
        assert!(said["seenAt"].as_str().unwrap().ends_with('Z'), "{said}");
        assert!(said["problem"].is_null(), "{said}");
    }
    assert_eq!(place.archived("checkpoint"), note);
    assert_eq!(place.archived("checkpoint.witnessed"), note);
    let first = sealed["size"].as_u64().unwrap();
    let dated = format!("checkpoints/000000000/{first:013}");
    assert_eq!(place.archived(&dated), note);
    // Sealing the same again loses nothing, also without asking anybody.
    let (code, _, err) = place.audit(&["seal"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(place.archived("checkpoint"), note);
    assert_eq!(place.archived(&dated), note);
}

#[test]
fn what_too_few_cosigned_is_published_all_the_same_and_the_lag_is_told() {
    let mut place = Place::new(3);
    let policy = place.policy("2");
    let (sealed, _) = place.seal(&policy);
    let first = sealed["size"].as_u64().unwrap();

    place.witnesses[2].kill();
    place.grow();
    let (sealed, err) = place.seal(&policy);
    assert!(err.contains("witness w3: not cosigned: no answer"), "{err}");
    assert_eq!(sealed["quorum"], true);
    assert_eq!(
        place.cosigned(&place.archived("checkpoint.witnessed")),
        [true, true, false]
    );
    assert!(sealed["cosignatures"][2]["problem"].is_string());

    place.witnesses[0].kill();
    place.grow();
    let (sealed, _) = place.seal(&policy);
    let newest = sealed["size"].as_u64().unwrap();
    assert_eq!(sealed["quorum"], false);
    assert_eq!(
        place.cosigned(&place.archived("checkpoint")),
        [false, true, false]
    );
    let shown = ["checkpoint", "--policy", text(&policy)];
    let (code, out, err) = place.audit(&shown);
    assert_eq!((code, out), (0, place.archived("checkpoint")));
    assert!(
        err.contains("the last 1 events are not witnessed yet"),
        "{err}"
    );
    let (_, out, _) = place.audit(&[&shown[..], &["--json"]].concat());
    let shown: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(shown["size"], newest);
    assert_eq!(shown["witnessed"]["size"], newest - 1);
    assert_eq!(shown["witnessed"]["lag"], 1);
    assert_eq!(shown["quorum"], false);
    // A proof is under the witnessed checkpoint where that has the event, else under the newest.
    for (position, under) in [
        (first, newest - 1),
        (newest - 1, newest - 1),
        (newest, newest),
    ] {
        let (code, proof, err) = place.audit(&["prove", &position.to_string()]);
        assert_eq!(code, 0, "{err}");
        let proof = InclusionFile::parse(proof.as_bytes()).unwrap();
        let included = proof.verify(&place.log).unwrap();
        assert_eq!(included.checkpoint.head().size, under, "{position}");
        let seen = included.checkpoint.seen_at(&place.witnesses[1].key);
        assert!(seen.is_ok(), "{position}");
    }

    // They come back, and what they missed is made up for.
    for down in [0, 2] {
        place.witnesses[down].start_again();
    }
    let (sealed, err) = place.seal(&policy);
    assert_eq!((err.as_str(), &sealed["quorum"]), ("", &Value::Bool(true)));
    assert_eq!(
        place.cosigned(&place.archived("checkpoint.witnessed")),
        [true, true, true]
    );
}

#[test]
fn a_log_that_goes_back_or_forks_is_refused_by_its_witness_and_told_of() {
    let mut place = Place::new(1);
    let policy = place.policy("any");
    let (sealed, _) = place.seal(&policy);
    let before = sealed["size"].as_u64().unwrap();
    let old = place.scratch.path().join("old");
    copy(&place.data(), &old);
    place.grow();
    place.grow();
    let (sealed, _) = place.seal(&policy);
    assert_eq!(sealed["size"], before + 2);
    place.witnesses[0].kill();
    place.witnesses[0].start_again();
    // The whole machine was put back, signer and all, and signs for other events.
    let again = |arguments: &[&str]| {
        let seal = ["audit", "seal", "--json", "--policy", text(&policy)];
        hoso(&[&seal[..], arguments, &["--data", text(&old)]].concat())
    };
    let (code, _, err) = again(&[]);
    assert_eq!(code, 0, "{err}");
    let words = format!("it saw {} events, and there are {before}", before + 2);
    assert!(err.contains(&words), "{err}");
    grow(&old);
    grow(&old);
    let (code, out, err) = again(&[]);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("the log was forked"), "{err}");
    let sealed: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(sealed["quorum"], false);
    grow(&old);
    let (_, _, err) = again(&[]);
    assert!(err.contains("it answered 422"), "{err}");
}

#[test]
fn a_policy_that_cannot_be_followed_stops_before_anything_is_sealed() {
    let place = Place::new(1);
    let good = fs::read_to_string(place.policy("all")).unwrap();
    let path = place.scratch.path().join("wrong");
    for (from, to, words) in [
        (
            "quorum all-of-them",
            "quorum nobody",
            "line 4: `nobody` is not defined",
        ),
        ("http://", "https://", "only http is spoken"),
        ("http://", "nonsense ", "line 2: expected `witness"),
        ("http://127", "http://[", "witness w1: its URL"),
    ] {
        fs::write(&path, good.replacen(from, to, 1)).unwrap();
        let (code, out, err) = place.audit(&["seal", "--policy", text(&path)]);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(words), "{err}");
        let data = place.data();
        let served = ["up", "--listen", "127.0.0.1:0", "--data", text(&data)];
        let variables = [("HOSO_AUDIT_POLICY", text(&path))];
        let (code, out, err) = e2e::server::hoso_with(&variables, &served);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(words), "{err}");
    }
    let other = Place::new(0);
    let (code, _, err) = other.audit(&["seal", "--policy", text(&place.policy("all"))]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("is none of its logs"), "{err}");
}

/// Asks a running Hoso until `good` says yes; what it answered.
async fn until(url: &str, good: impl Fn(&str) -> bool) -> String {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let answer = reqwest::get(url).await.unwrap();
        let found = answer.status() == 200;
        let text = answer.text().await.unwrap();
        if found && good(&text) {
            return text;
        }
        assert!(Instant::now() < deadline, "{url}: {text}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_running_log_asks_behind_every_append_and_goes_on_without_an_answer() {
    let mut place = Place::new(2);
    let policy = place.policy("any");
    place.witnesses[0].kill();
    place.witnesses[1].kill();
    let toml = place.settings(&policy);
    let mut server = Server::start_with(&place.data(), &["--config", text(&toml)]);
    let url = server.url.clone();
    let head = |note: &str| {
        SignedCheckpoint::open(note.as_bytes(), &place.log)
            .unwrap()
            .head()
    };
    let first = head(&until(&format!("{url}/checkpoint"), |_| true).await);
    place.grow();
    let appended = Instant::now();
    let grown = until(&format!("{url}/checkpoint"), |note| {
        head(note).size > first.size
    })
    .await;
    assert!(
        appended.elapsed() < Duration::from_secs(2),
        "{:?}",
        appended.elapsed()
    );
    let missing = reqwest::get(format!("{url}/checkpoint/witnessed"))
        .await
        .unwrap();
    assert_eq!(missing.status(), 404);
    let metrics = until(&format!("{url}/metrics"), |text| {
        text.contains("hoso_witness_up")
    })
    .await;
    assert!(
        metrics.contains("hoso_witness_up{witness=\"w1\"} 0"),
        "{metrics}"
    );
    assert!(metrics.contains("hoso_witnessed_events 0"), "{metrics}");
    // One comes back, and the newest is cosigned, with nothing appended meanwhile.
    place.witnesses[1].start_again();
    let witnessed = until(&format!("{url}/checkpoint/witnessed"), |_| true).await;
    assert_eq!(head(&witnessed), head(&grown));
    assert_eq!(place.cosigned(&witnessed), [false, true]);
    assert_eq!(
        until(&format!("{url}/checkpoint"), |_| true).await,
        witnessed
    );
    place.grow();
    let newest = |note: &str| head(note).size > head(&grown).size;
    let witnessed = until(&format!("{url}/checkpoint/witnessed"), newest).await;
    let wanted = format!("hoso_witnessed_events {}", head(&witnessed).size);
    until(&format!("{url}/metrics"), |text| text.contains(&wanted)).await;
    assert_eq!(server.stop(), Some(0));
}

/// Between any two of the files that a cosignature goes to.
#[tokio::test]
async fn what_a_crash_left_half_written_is_made_good() {
    let place = Place::new(1);
    let policy = place.policy("all");
    let bare = place.archived("checkpoint");
    let (sealed, _) = place.seal(&policy);
    let cosigned = sealed["checkpoint"].as_str().unwrap();
    let archive = place.data().join("audit");
    let toml = place.settings(&policy);
    for left in ["the dated one", "nothing"] {
        if left == "nothing" {
            let dated = format!(
                "checkpoints/000000000/{:013}",
                sealed["size"].as_u64().unwrap()
            );
            fs::write(archive.join(dated), &bare).unwrap();
        }
        fs::write(archive.join("checkpoint"), &bare).unwrap();
        fs::remove_file(archive.join("checkpoint.witnessed")).unwrap();
        let mut server = Server::start_with(&place.data(), &["--config", text(&toml)]);
        let url = format!("{}/checkpoint/witnessed", server.url);
        let shown = until(&url, |_| true).await;
        assert_eq!(place.cosigned(&shown), [true], "{left}");
        assert_eq!(shown.lines().count(), cosigned.lines().count(), "{left}");
        until(&format!("{}/checkpoint", server.url), |note| note == shown).await;
        assert_eq!(server.stop(), Some(0));
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
