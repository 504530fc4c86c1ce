//! A running Hoso seals behind every append, and anybody may ask for checkpoint, tiles and proofs.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use e2e::server::{Server, hoso, hoso_json};
use hoso_proof::{ConsistencyFile, InclusionFile, LogIdentity, SignedCheckpoint, TreeHead};

use super::bundle::text;

/// Asks until the checkpoint has more events than `before`.
pub(crate) async fn checkpoint(url: &str, log: &LogIdentity, before: u64) -> (TreeHead, Duration) {
    let started = Instant::now();
    loop {
        let note = reqwest::get(format!("{url}/checkpoint")).await.unwrap();
        if note.status() == 200 {
            assert_eq!(note.headers()["content-type"], "text/plain; charset=utf-8");
            assert_eq!(note.headers()["cache-control"], "no-cache");
            let note = note.bytes().await.unwrap();
            let head = SignedCheckpoint::open(&note, log).unwrap().head();
            if head.size > before {
                return (head, started.elapsed());
            }
        }
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "nothing is sealed"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The log's key, once something is sealed.
pub(crate) async fn identity(vkey: &Path) -> LogIdentity {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Ok(text) = fs::read_to_string(vkey) {
            return LogIdentity::parse(text.trim_end()).unwrap();
        }
        assert!(Instant::now() < deadline, "nothing is sealed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_is_appended_is_sealed_within_a_second_and_proved_over_http() {
    let scratch = tempfile::tempdir().unwrap();
    let data = text(scratch.path());
    let mut server = Server::start(scratch.path());
    let log = identity(&scratch.path().join("audit/log.vkey")).await;
    let url = server.url.clone();
    let (first, _) = checkpoint(&url, &log, 0).await;
    // Another process appends.
    let issued = hoso_json(&[
        "token",
        "issue",
        "--official",
        "administrator",
        "--days",
        "1",
        "--json",
        "--data",
        data,
    ]);
    let token = issued["token"].as_str().unwrap();
    let (second, waited) = checkpoint(&url, &log, first.size).await;
    assert!(waited < Duration::from_secs(2), "sealed after {waited:?}");
    let path = format!(
        "{url}/api/v1/audit/consistency/{}/{}",
        first.size, second.size
    );
    let proof = reqwest::get(path).await.unwrap().bytes().await.unwrap();
    ConsistencyFile::parse(&proof)
        .unwrap()
        .verify(&log, first)
        .unwrap();
    let client = reqwest::Client::new();
    let path = format!("{url}/api/v1/audit/proofs/{}", second.size);
    let proof = client.get(&path).bearer_auth(token).send().await.unwrap();
    assert_eq!(proof.status(), 200);
    let proof = proof.bytes().await.unwrap();
    let included = InclusionFile::parse(&proof).unwrap().verify(&log).unwrap();
    assert_eq!(included.leaf.position, second.size);
    let anybody = client.get(&path).send().await.unwrap();
    assert_eq!(anybody.status(), 401);
    let tile = format!("{url}/tile/0/000.p/{}", second.size);
    let tile = reqwest::get(tile).await.unwrap().bytes().await.unwrap();
    assert_eq!(tile.len() as u64, second.size * 32);
    for missing in [
        "/tile/0/999",
        "/tile/..%2Faudit-keys%2Flog.key",
        "/tile/0",
        "/api/v1/audit/consistency/1/999999",
    ] {
        let answer = reqwest::get(format!("{url}{missing}")).await.unwrap();
        assert_eq!(answer.status(), 404, "{missing}");
    }
    assert_eq!(server.stop(), Some(0));
    // What was sealed while it ran is gone on with, by whoever seals next.
    let (code, out, err) = hoso(&["audit", "seal", "--json", "--data", data]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains(&log.key().to_string()), "{out}");
}
