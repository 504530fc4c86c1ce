//! The log's key changed under a running Hoso: before, handover, after; killed between; witnesses
//! across; the full mode.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use e2e::server::{Server, hoso_json, hoso_with};
use e2e::witness::Witness;
use e2e::{hoso_binary, root};
use hoso_proof::{
    ConsistencyFile, InclusionFile, KeyHistory, LogIdentity, Note, SecretKey, SignedCheckpoint,
    TreeHead,
};
use hoso_testbed::full::{Full, FullOptions};
use serde_json::{Value, json};

use super::bundle::text;
use super::serve::identity;

const WITHIN: Duration = Duration::from_secs(20);

fn token(data: &Path) -> String {
    let issue = [
        "token",
        "issue",
        "--official",
        "administrator",
        "--days",
        "1",
    ];
    let issued = hoso_json(&[&issue[..], &["--json", "--data", text(data)]].concat());
    issued["token"].as_str().unwrap().to_owned()
}

/// Runs `hoso audit` against a server, as the administrator.
fn audit(url: &str, token: &str, arguments: &[&str]) -> (i32, String, String) {
    let variables = [("HOSO_URL", url), ("HOSO_TOKEN", token)];
    let (code, out, err) = hoso_with(&variables, &[&["audit"], arguments].concat());
    assert!(
        !out.contains("PRIVATE") && !err.contains("PRIVATE"),
        "{out}{err}"
    );
    (code, out, err)
}

/// The keys of an archive by its `log-keys`, once there are so many.
async fn history(archive: &Path, keys: usize) -> KeyHistory {
    let deadline = Instant::now() + WITHIN;
    loop {
        let text = fs::read_to_string(archive.join("log-keys")).unwrap_or_default();
        if text.lines().count() == keys {
            return parsed(&text);
        }
        assert!(Instant::now() < deadline, "the log is not handed over");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn parsed(text: &str) -> KeyHistory {
    let mut lines = text.lines().map(|line| {
        let (size, key) = line.split_once(' ').unwrap();
        (
            size.parse::<u64>().unwrap(),
            LogIdentity::parse(key).unwrap(),
        )
    });
    let (zero, first) = lines.next().unwrap();
    assert_eq!(zero, 0);
    let mut history = KeyHistory::new(first);
    for (size, next) in lines {
        let newest = history.newest().log.clone();
        history.rotate(size, &newest, next).unwrap();
    }
    history
}

/// The checkpoint of a size; its file is there a moment after the keys.
fn note(archive: &Path, size: u64) -> Note {
    let group = archive.join(format!("checkpoints/{:09}", size / 10_000));
    let path = group.join(format!("{size:013}"));
    let deadline = Instant::now() + WITHIN;
    while !path.exists() {
        assert!(Instant::now() < deadline, "{}", path.display());
        std::thread::yield_now();
    }
    Note::parse(&fs::read(path).unwrap()).unwrap()
}

/// Asks until the checkpoint has more events than `before` and is signed by this key: the keys are
/// shown a moment before it.
async fn checkpoint(url: &str, log: &LogIdentity, before: u64) -> TreeHead {
    let started = Instant::now();
    loop {
        let note = reqwest::get(format!("{url}/checkpoint")).await.unwrap();
        let opened = SignedCheckpoint::open(&note.bytes().await.unwrap(), log);
        let head = opened.ok().map(|opened| opened.head());
        if let Some(head) = head.filter(|head| head.size > before) {
            return head;
        }
        assert!(started.elapsed() < WITHIN, "nothing is sealed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Handed over in the archive, it is the keys' turn a moment later.
async fn taken_over(data: &Path) {
    let deadline = Instant::now() + WITHIN;
    while data.join("audit-keys/log.key.next").exists() {
        assert!(Instant::now() < deadline, "the next key does not take over");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Which of the keys signed.
fn signed(note: &Note, history: &KeyHistory) -> Vec<bool> {
    let by = |log: &LogIdentity| note.verify(log.key()).is_ok();
    history.reigns().map(|reign| by(&reign.log)).collect()
}

/// Posts with this idempotency key; status and answer.
async fn post(url: &str, token: &str, key: &str, path: &str, body: Value) -> (u16, Value) {
    let request = reqwest::Client::new()
        .post(format!("{url}/api/v1/audit/{path}"))
        .bearer_auth(token)
        .header("Idempotency-Key", key)
        .json(&body);
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_changed_while_appends_go_on_and_every_proof_holds_across() {
    let scratch = tempfile::tempdir().unwrap();
    let (data, archive) = (scratch.path(), scratch.path().join("audit"));
    let server = Server::start(data);
    let url = server.url.clone();
    let old = identity(&archive.join("log.vkey")).await;
    let before = checkpoint(&url, &old, 0).await;
    let admin = token(data);
    let appending = {
        let data = data.to_path_buf();
        tokio::task::spawn_blocking(move || (0..6).for_each(|_| drop(token(&data))))
    };
    let rotate = ["rotate-key", "--reason", "hết hạn một năm", "--json"];
    let (code, out, err) = audit(&url, &admin, &rotate);
    assert_eq!(code, 0, "{err}");
    let answer: Value = serde_json::from_str(&out).unwrap();
    let history = history(&archive, 2).await;
    let new = history.newest().log.clone();
    let next = answer.get("next").unwrap_or(&answer["key"]);
    assert_eq!(next.as_str(), Some(new.key().to_string().as_str()));
    appending.await.unwrap();
    drop(token(data));
    let handover = history.newest().since;
    let after = checkpoint(&url, &new, handover).await;
    assert_eq!(
        signed(&note(&archive, before.size), &history),
        [true, false]
    );
    assert_eq!(signed(&note(&archive, handover), &history), [true, true]);
    assert_eq!(signed(&note(&archive, after.size), &history), [false, true]);
    // Who knew the old key finds the new one by what both signed, and goes on from there.
    let opened = SignedCheckpoint::open(note(&archive, handover).encode().as_bytes(), &old);
    let older = [before, opened.unwrap().head()];
    all_is_proved(&url, &admin, data, &older, after, &new).await;
    let keys = hoso_json(&["audit", "keys", "--json", "--data", text(data)]);
    assert_eq!(keys["keys"][0]["firstSize"], 0);
    assert_eq!(keys["keys"][1]["firstSize"], handover);
    assert_eq!(keys["keys"][0]["key"], old.key().to_string());
    the_record_holds(data, server, after, &new).await;
}

/// Every proof holds under the new key: of the old checkpoints, and of events on either side.
async fn all_is_proved(
    url: &str,
    admin: &str,
    data: &Path,
    older: &[TreeHead],
    newest: TreeHead,
    key: &LogIdentity,
) {
    let client = reqwest::Client::new();
    for from in older {
        let path = format!(
            "{url}/api/v1/audit/consistency/{}/{}",
            from.size, newest.size
        );
        let proof = reqwest::get(path).await.unwrap().bytes().await.unwrap();
        ConsistencyFile::parse(&proof)
            .unwrap()
            .verify(key, *from)
            .unwrap();
        let position = from.size;
        let path = format!("{url}/api/v1/audit/proofs/{position}");
        let proof = client.get(&path).bearer_auth(admin).send().await.unwrap();
        let proof = InclusionFile::parse(&proof.bytes().await.unwrap()).unwrap();
        proof.verify(key).unwrap();
        let proved = [
            "prove",
            &position.to_string(),
            "--json",
            "--data",
            text(data),
        ];
        let proved = hoso_json(&[&["audit"], &proved[..]].concat());
        assert_eq!(proved["position"], position);
    }
}

/// The record says why, is still what its rows say, and is sealed on by whoever begins again.
async fn the_record_holds(data: &Path, mut server: Server, after: TreeHead, new: &LogIdentity) {
    let events = hoso_json(&[
        "history",
        "--stream",
        "key-log",
        "--json",
        "--data",
        text(data),
    ]);
    assert!(events.to_string().contains("hết hạn một năm"), "{events}");
    assert_eq!(server.stop(), Some(0));
    let replayed = hoso_json(&["replay", "--json", "--data", text(data)]);
    assert_eq!(replayed["differences"], json!([]), "{replayed}");
    // Another process seals on, and a server that begins again.
    let sealed = hoso_json(&["audit", "seal", "--json", "--data", text(data)]);
    assert_eq!(sealed["key"], new.key().to_string());
    let server = Server::start(data);
    drop(token(data));
    checkpoint(&server.url, new, after.size).await;
}

#[tokio::test]
async fn the_same_rotation_again_is_one_and_a_policy_is_on_record_once() {
    let scratch = tempfile::tempdir().unwrap();
    let server = Server::start(scratch.path());
    let url = &server.url;
    let archive = scratch.path().join("audit");
    let old = identity(&archive.join("log.vkey")).await;
    let admin = token(scratch.path());
    let body = || json!({ "reason": "thử" });
    let (status, first) = post(url, &admin, "one", "key/rotations", body()).await;
    assert_eq!(status, 201, "{first}");
    let history = history(&archive, 2).await;
    taken_over(scratch.path()).await;
    let (status, again) = post(url, &admin, "one", "key/rotations", body()).await;
    assert_eq!(status, 201, "{again}");
    assert!(!scratch.path().join("audit-keys/log.key.next").exists());
    assert_eq!(again["key"], history.newest().log.key().to_string());
    let (status, refused) = post(url, "wrong", "two", "key/rotations", body()).await;
    assert_eq!(status, 401, "{refused}");

    let file = scratch.path().join("policy");
    let set = ["set-policy", text(&file), "--reason", "nhân chứng mới"];
    for (policy, code, words) in [
        ("quorum nobody\n".to_owned(), 2, "line 1"),
        (
            format!("log {}\nquorum none\n", old.key()),
            2,
            "none of its logs",
        ),
        ("quorum none\n".to_owned(), 0, "is the policy on record"),
        ("quorum none\n".to_owned(), 2, "holds already"),
    ] {
        fs::write(&file, &policy).unwrap();
        let (ended, out, err) = audit(url, &admin, &set);
        assert_eq!(ended, code, "{policy}: {err}");
        assert!(
            format!("{out}{err}").contains(words),
            "{policy}: {out}{err}"
        );
    }
    let shown = reqwest::Client::new()
        .get(format!("{url}/api/v1/audit/key"))
        .bearer_auth(&admin);
    let shown: Value = shown.send().await.unwrap().json().await.unwrap();
    assert_eq!(shown["policy"]["policy"], "quorum none\n");
    assert_eq!(shown["origin"], old.origin());
    assert_eq!(shown["keys"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_rotation_is_finished_by_the_next_start_wherever_it_was_killed() {
    let scratch = tempfile::tempdir().unwrap();
    let archive = scratch.path().join("audit");
    let mut server = Server::start(scratch.path());
    identity(&archive.join("log.vkey")).await;
    let admin = token(scratch.path());
    // Sealing waits up to 200 ms: some die before it, some within, some after.
    for (number, wait) in [0, 20, 60, 120, 180, 260].into_iter().enumerate() {
        let key = format!("rotation-{number}");
        let body = json!({ "reason": "thử" });
        let (status, answer) = post(&server.url, &admin, &key, "key/rotations", body).await;
        assert_eq!(status, 201, "{answer}");
        tokio::time::sleep(Duration::from_millis(wait)).await;
        server.kill();
        server = Server::start(scratch.path());
        let history = history(&archive, number + 2).await;
        let newest = history.newest();
        let handover = note(&archive, newest.since);
        let both = signed(&handover, &history);
        assert!(both.ends_with(&[true, true]), "{wait} ms: {both:?}");
        taken_over(scratch.path()).await;
        drop(token(scratch.path()));
        checkpoint(&server.url, &newest.log, newest.since).await;
    }
}

/// Until the witnessed checkpoint has more events than this; its size.
async fn witnessed(archive: &Path, history: &KeyHistory, more_than: u64) -> u64 {
    let deadline = Instant::now() + WITHIN;
    loop {
        let note = fs::read(archive.join("checkpoint.witnessed")).ok();
        let size = note.map(|note| history.open(&note).unwrap().head().size);
        if let Some(size) = size.filter(|size| *size > more_than) {
            return size;
        }
        assert!(Instant::now() < deadline, "nothing is cosigned");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_witness_cosigns_the_handover_and_goes_on_once_it_knows_the_new_key() {
    let scratch = tempfile::tempdir().unwrap();
    let data = scratch.path().join("data");
    let archive = data.join("audit");
    assert_eq!(Server::start(&data).stop(), Some(0));
    let sealed = hoso_json(&["audit", "seal", "--json", "--data", text(&data)]);
    let directory = scratch.path().join("w1");
    let witness = Witness::new(
        &directory,
        "witness.example/1",
        sealed["key"].as_str().unwrap(),
    );
    let stolen = fs::read_to_string(data.join("audit-keys/log.key")).unwrap();
    let policy = scratch.path().join("policy");
    fs::write(&policy, format!("{}quorum w1\n", witness.line("w1"))).unwrap();
    let toml: PathBuf = scratch.path().join("hoso.toml");
    fs::write(&toml, format!("audit_policy = {:?}\n", text(&policy))).unwrap();
    let server = Server::start_with(&data, &["--config", text(&toml)]);
    let admin = token(&data);
    let before = history(&archive, 1).await;
    assert!(witnessed(&archive, &before, 0).await > 0);
    let (code, _, err) = audit(&server.url, &admin, &["rotate-key", "--reason", "thử"]);
    assert_eq!(code, 0, "{err}");
    let history = history(&archive, 2).await;
    let (new, handover) = (history.newest().log.clone(), history.newest().since);
    // Known by its old key, the handover is cosigned; what the new one signs alone is not.
    assert_eq!(witnessed(&archive, &history, handover - 1).await, handover);
    drop(token(&data));
    let beyond = checkpoint(&server.url, &new, handover).await;
    assert_eq!(witnessed(&archive, &history, handover - 1).await, handover);
    let key = new.key().to_string();
    let trust = [
        "witness",
        "trust",
        &key,
        "--directory",
        text(&directory),
        "--json",
    ];
    assert_eq!(hoso_json(&trust)["added"], true);
    // No restart, on either side. What it remembers is the log's, not a key's.
    let size = witnessed(&archive, &history, handover).await;
    assert!(size >= beyond.size);
    let shown = hoso_json(&["witness", "show", "--directory", text(&directory), "--json"]);
    for known in shown["logs"].as_array().unwrap() {
        assert!(known["size"].as_u64() >= Some(beyond.size), "{shown}");
    }
    // The old key signs nothing more, not even what is true, in whoever's hands.
    let witnessed = fs::read(archive.join("checkpoint.witnessed")).unwrap();
    let last = history.open(&witnessed).unwrap();
    let mut forged = Note::new(last.note().text().to_owned()).unwrap();
    forged
        .sign(&SecretKey::parse(stolen.trim_end()).unwrap())
        .unwrap();
    let ask = |note: &str| format!("old {}\n\n{note}", last.head().size);
    assert_eq!(witness.status(ask(&forged.encode())).await, 403);
    assert_eq!(witness.status(ask(&last.note().encode())).await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_full_mode_changes_the_key_through_the_door() {
    let options = FullOptions {
        replicas: 2,
        ..FullOptions::new(hoso_binary().to_path_buf(), root())
    };
    let full = Full::start(options).unwrap();
    let first = full
        .hoso("hoso_registry")
        .args(["token", "first", "--json"])
        .output()
        .unwrap();
    assert!(first.status.success(), "{first:?}");
    let first: Value = serde_json::from_slice(&first.stdout).unwrap();
    let admin = first["token"].as_str().unwrap();
    let archive = full.data_dir().join("audit");
    let old = identity(&archive.join("log.vkey")).await;
    let (code, _, err) = audit(&full.url(), admin, &["rotate-key", "--reason", "thử"]);
    assert_eq!(code, 0, "{err}");
    let history = history(&archive, 2).await;
    let (new, handover) = (&history.newest().log, history.newest().since);
    assert_eq!(signed(&note(&archive, handover), &history), [true, true]);
    assert!(history.knows(&old));
    // Another one, by whichever process answers, once the first one is handed over.
    let deadline = Instant::now() + WITHIN;
    loop {
        let (code, _, err) = audit(&full.url(), admin, &["rotate-key", "--reason", "lại"]);
        if code == 0 {
            break;
        }
        assert!(err.contains("has not signed yet"), "{err}");
        assert!(Instant::now() < deadline, "{err}");
    }
    let newer = super::rotate::history(&archive, 3).await;
    checkpoint(&full.url(), &newer.newest().log, handover).await;
    assert!(newer.knows(new));
}
