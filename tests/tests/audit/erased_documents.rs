//! A document of one person alone goes with the person: out of the data directory, the backup that is
//! added to, and the one that is restored; the log verifies, and what is missing is named as erased.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use e2e::office::{ANNUAL, Dossier, Notes, Office};
use e2e::server::{Server, hoso, hoso_json};
use e2e::{hoso_binary, root};
use hoso_testbed::full::{Full, FullOptions};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::bundle::{Parts, copy, text};
use super::erasure::{Official, holding, said};

const CANARY: &str = "chim-hoang-yen-7f3a";
const OTHERS: &str = "chim-se-chung-19c4";
const UNIT: &str = "huyen-my-tu";

fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.7\n{text}\n%%EOF\n").into_bytes()
}

/// Uploads a document and attaches it to an item, or to the whole dossier; its digest.
async fn attach(office: &Office, dossier: &Dossier, item: Option<&str>, text: &str) -> String {
    let staff = format!("{UNIT}/staff");
    let request = office
        .request(reqwest::Method::POST, &staff, "documents?name=a.pdf")
        .header("idempotency-key", format!("upload-{text}-{item:?}"))
        .header("content-type", "application/pdf")
        .body(pdf(text));
    let document: Value = request.send().await.unwrap().json().await.unwrap();
    let sha256 = document["sha256"].as_str().unwrap().to_owned();
    let attachment = json!({ "kind": "EVIDENCE", "item": item, "document": document });
    office
        .on_dossier(dossier, "staff", "attachments", attachment)
        .await;
    sha256
}

/// A dossier with an item of a person, a document of that item alone, and one of the whole dossier as
/// well.
async fn prepared(office: &Office) -> (String, String) {
    office.annual_round().await;
    office.staff(&[UNIT]).await;
    let person = json!({
        "person": "ca-nhan-01", "name": "Hư Cấu", "unit": UNIT, "insider": true,
    });
    office.post("home-affairs", "persons", person).await.done();
    office.day("2025-06-02");
    let dossier = Dossier::of(UNIT, ANNUAL).in_lane("CERT_DISTRICT");
    office.draft(&dossier).await;
    let item = json!({
        "item": "ca-nhan", "lane": "CERT_INDIVIDUAL", "subject": "ca-nhan-01",
        "basis": "INSIDER", "unit": UNIT,
    });
    office.on_dossier(&dossier, "staff", "items", item).await;
    let own = attach(office, &dossier, Some("ca-nhan"), CANARY).await;
    let shared = attach(office, &dossier, Some("ca-nhan"), OTHERS).await;
    attach(office, &dossier, None, OTHERS).await;
    (own, shared)
}

/// Two persons erase the person, and see which documents go before they do.
fn erase(data: &str, url: &str, own: &str, shared: &str) {
    let home_affairs = Official::of(data, url, "home-affairs");
    let asked = home_affairs.erase(&["--basis", "Đơn số 7", "--documents", "all"]);
    assert!(asked.status.success(), "{asked:?}");
    assert!(said(&asked).contains("documents: ALL"), "{asked:?}");
    let administrator = Official::of(data, url, "administrator");
    let seen = said(&administrator.erase(&[]));
    for (fate, sha256) in [("OPEN", own), ("SHARED", shared)] {
        let line = seen.lines().find(|line| line.contains(sha256));
        assert!(line.unwrap().contains(fate), "{seen}");
    }
    let agreed = administrator.erase(&["--agree"]);
    assert!(agreed.status.success(), "{agreed:?}");
}

fn backup(data: &str, to: &Path) {
    let (code, out, err) = hoso(&["backup", text(to), "--data", data]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, err) = hoso(&["backup", text(to), "--check"]);
    assert_eq!(code, 0, "{out}{err}");
}

fn restore(backup: &Path, data: &Path) {
    let (code, out, err) = hoso(&["restore", text(backup), "--data", text(data)]);
    assert_eq!(code, 0, "{out}{err}");
}

/// Waits until no file holds the bytes; a reaction or a sweep removes them.
async fn gone(directory: &Path, bytes: &[u8]) {
    for _ in 0..200 {
        if holding(directory, bytes).is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(holding(directory, bytes), Vec::<String>::new());
}

#[tokio::test]
async fn a_persons_own_document_is_gone_from_everything_that_is_made_afterwards() {
    let office = Office::open().await;
    let directory = office.directory().unwrap().to_owned();
    let data = text(&directory);
    let (own, shared) = prepared(&office).await;
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    let in_files = |directory: &Path, text: &str| holding(directory, text.as_bytes()).len();
    backup(data, &at("grows"));
    copy(&at("grows"), &at("older"));
    for place in [directory.as_path(), &at("grows"), &at("older")] {
        assert_eq!((in_files(place, CANARY), in_files(place, OTHERS)), (1, 1));
    }

    erase(data, office.url(), &own, &shared);
    gone(&directory, CANARY.as_bytes()).await;
    office.settle().await;
    assert_eq!(in_files(&directory, OTHERS), 1);
    let staff = format!("{UNIT}/staff");
    let answer = office.get(&staff, &format!("documents/{own}")).await;
    answer.not_done(410, "document-erased");

    // The backup that is added to forgets it, and a new one never knew it.
    backup(data, &at("grows"));
    backup(data, &at("new"));
    for backup in [at("grows"), at("new")] {
        assert_eq!(
            (in_files(&backup, CANARY), in_files(&backup, OTHERS)),
            (0, 1)
        );
        let restored = tempfile::tempdir().unwrap();
        restore(&backup, restored.path());
        assert_eq!(in_files(restored.path(), CANARY), 0);
        assert_eq!(in_files(restored.path(), OTHERS), 1);
        let verified = hoso_json(&[
            "ledger",
            "verify",
            "--json",
            "--data",
            text(restored.path()),
        ]);
        assert_eq!(verified["differences"], json!([]));
    }
    bundles(&directory, &at("new"), &own);
    // So does one that was made by hand of a mixture: an older copy of the documents.
    let mixed = tempfile::tempdir().unwrap();
    restore(&at("new"), mixed.path());
    copy(
        &at("older").join("documents"),
        &mixed.path().join("documents"),
    );
    assert_eq!(in_files(mixed.path(), CANARY), 1);
    let _server = Server::start(mixed.path());
    gone(mixed.path(), CANARY.as_bytes()).await;
    assert_eq!(in_files(mixed.path(), OTHERS), 1);
}

/// A round's and a dossier's bundle verify without the document, and say which it was. A bundle from
/// which another one was taken is found.
fn bundles(data: &Path, backup: &Path, own: &str) {
    let restored = tempfile::tempdir().unwrap();
    restore(backup, restored.path());
    let place = tempfile::tempdir().unwrap();
    let _ = super::bundle::seal(restored.path());
    let key = restored.path().join("audit/log.vkey");
    for selected in [["--round", ANNUAL], ["--dossier", "HS-huyen-my-tu"]] {
        let bundle = place.path().join(format!("{}.zip", selected[1]));
        let export = [
            "audit",
            "export",
            "-o",
            text(&bundle),
            "--data",
            text(restored.path()),
        ];
        let (code, out, err) = hoso(&[&export[..], &selected].concat());
        assert_eq!(code, 0, "{out}{err}");
        let verify = [
            "audit",
            "verify",
            text(&bundle),
            "--key",
            text(&key),
            "--json",
        ];
        let verified = hoso_json(&verify);
        assert_eq!(verified["ok"], true, "{verified}");
        assert_eq!(verified["erasedDocuments"], json!([own]));
        assert_eq!(verified["documents"], 1);
        assert!(holding(place.path(), CANARY.as_bytes()).is_empty());

        let mut parts = Parts::of(&bundle);
        parts.0.retain(|(name, _)| !name.starts_with("documents/"));
        parts.pack(&bundle, zip::CompressionMethod::Stored);
        let (code, out, _) = hoso(&verify);
        let verified: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(
            (code, verified["findings"].as_array().unwrap().len()),
            (1, 1),
            "{out}"
        );
    }
    assert!(holding(data, CANARY.as_bytes()).is_empty());
}

/// Kills the server between the record and the deed as often as it takes: an erasure that was
/// recorded is done after the next start.
#[tokio::test]
async fn an_erasure_that_a_crash_interrupted_is_done_after_the_next_start() {
    let office = Office::open().await;
    let directory = office.directory().unwrap().to_owned();
    let (own, shared) = prepared(&office).await;
    let place: TempDir = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    backup(text(&directory), &place.path().join("backup"));
    restore(&place.path().join("backup"), &data);
    let mut server = Server::start(&data);
    erase(text(&data), &server.url, &own, &shared);
    server.kill();
    let _server = Server::start(&data);
    gone(&data, CANARY.as_bytes()).await;
}

/// Registry and submission as processes of their own, each twice, over PostgreSQL and NATS.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_process_that_has_the_documents_removes_what_another_recorded() {
    let options = FullOptions {
        replicas: 2,
        ..FullOptions::new(hoso_binary().to_path_buf(), root())
    };
    let full = Full::start(options).unwrap();
    let first = full
        .hoso("hoso_registry")
        .args(["token", "first"])
        .output()
        .unwrap();
    assert!(first.status.success(), "{first:?}");
    let token = String::from_utf8(first.stdout).unwrap();
    let office = Office::at(&full.url(), token.trim(), Arc::new(Notes::default())).await;
    let (own, _) = prepared(&office).await;
    let documents = full.data_dir().join("documents");
    assert_eq!(holding(&documents, CANARY.as_bytes()).len(), 1);

    let basis = json!({ "basis": "Đơn số 7", "documents": "ALL" });
    let asked = office.post("home-affairs", "persons/ca-nhan-01/erasure-request", basis);
    asked.await.done();
    let agreed = office.post("administrator", "persons/ca-nhan-01/erasure", json!({}));
    agreed.await.done();
    gone(&documents, CANARY.as_bytes()).await;
    assert_eq!(holding(&documents, OTHERS.as_bytes()).len(), 1);
    let staff = format!("{UNIT}/staff");
    let answer = office.get(&staff, &format!("documents/{own}")).await;
    answer.not_done(410, "document-erased");
    let places = [
        full.data_dir(),
        full.postgres.data_dir(),
        full.nats.store_dir(),
    ];
    for directory in places {
        assert_eq!(holding(&directory, CANARY.as_bytes()), Vec::<String>::new());
    }
}
