//! Witnesses that lie, or answer anything: what they send is ignored, and the log goes on.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;

use e2e::server::{Server, hoso, hoso_json};
use hoso_proof::{Algorithm, Note, SecretKey};
use serde_json::Value;

use super::process::text;

/// What `key` cosigned of `text`, as a line.
fn line(key: &SecretKey, text: &str) -> String {
    let mut note = Note::new(text.to_owned()).unwrap();
    note.cosign(key, 1_700_000_000).unwrap();
    note.lines_of(key.public())
}

/// Answers every request with the same bytes, and closes; where.
fn answering(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut read = Vec::new();
            let mut buffer = [0; 4096];
            // The body ends with the note's last line; a closing client ends it, too.
            while !read.ends_with(b"=\n") {
                match stream.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(count) => read.extend_from_slice(&buffer[..count]),
                }
            }
            stream.write_all(&answer).ok();
        }
    });
    format!("http://{address}")
}

fn response(status: &str, kind: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\n");
    format!("{head}Content-Length: {length}\r\n\r\n{body}").into_bytes()
}

fn witness() -> SecretKey {
    SecretKey::from_seed("witness.example/liar", Algorithm::CosignatureV1, &[3; 32]).unwrap()
}

/// Seals with one witness that answers so; the report, and what was said of it.
fn sealed(data: &Path, answer: Vec<u8>) -> (Value, String) {
    let policy = data.with_file_name("policy");
    let url = answering(answer);
    let lines = format!("witness liar {} {url}\nquorum liar\n", witness().public());
    fs::write(&policy, lines).unwrap();
    let seal = ["audit", "seal", "--json", "--policy", text(&policy)];
    let (code, out, err) = hoso(&[&seal[..], &["--data", text(data)]].concat());
    assert_eq!(code, 0, "{err}");
    (serde_json::from_str(&out).unwrap(), err)
}

fn ok(body: &str) -> Vec<u8> {
    response("200 OK", "text/plain", body)
}

fn conflict(body: &str) -> Vec<u8> {
    response("409 Conflict", "text/x.tlog.size", body)
}

fn stranger(name: &str) -> SecretKey {
    SecretKey::from_seed(name, Algorithm::CosignatureV1, &[4; 32]).unwrap()
}

/// A log that was sealed without a witness, and its checkpoint.
struct Honest {
    scratch: tempfile::TempDir,
    note: Note,
}

impl Honest {
    fn new() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let data = scratch.path().join("data");
        let mut server = Server::start(&data);
        assert_eq!(server.stop(), Some(0));
        let honest = hoso_json(&["audit", "seal", "--json", "--data", text(&data)]);
        let note = Note::parse(honest["checkpoint"].as_str().unwrap().as_bytes()).unwrap();
        Self { scratch, note }
    }

    /// Seals again with one witness that answers so; the report, and what was said of it.
    fn sealed(&self, answer: Vec<u8>) -> (Value, String) {
        sealed(&self.scratch.path().join("data"), answer)
    }

    fn good(&self) -> String {
        line(&witness(), self.note.text())
    }

    fn is_ignored(&self, name: &str, answer: Vec<u8>, words: &str) {
        let (report, err) = self.sealed(answer);
        assert!(err.contains(words), "{name}: {err}");
        assert_eq!(report["quorum"], false, "{name}");
        assert_eq!(report["checkpoint"], self.note.encode(), "{name}");
    }
}

#[test]
fn what_is_no_cosignature_of_the_witness_is_ignored() {
    let honest = Honest::new();
    let (text, good) = (honest.note.text(), honest.good());
    let other = line(
        &witness(),
        "example.com/log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
    );
    let in_its_name = line(&stranger("witness.example/liar"), text);
    let ignored = "what it sent is ignored";
    for (name, body, words) in [
        ("of another text", other.clone(), "does not hold"),
        ("of a stranger in its name", in_its_name, "not signed by"),
        (
            "of a stranger",
            line(&stranger("stranger"), text),
            "not signed by",
        ),
        ("none", String::new(), ignored),
        (
            "no signature",
            "— witness.example/liar AAAA\n".to_owned(),
            ignored,
        ),
        ("a note before it", format!("more\n\n{good}"), ignored),
        (
            "a bad one behind it",
            format!("{good}{other}"),
            "does not hold",
        ),
        ("too many", good.repeat(100), ignored),
        ("a long answer", "a".repeat(200_000), "too long"),
    ] {
        honest.is_ignored(name, ok(&body), words);
    }
    // And one that does not lie, by the same way.
    let both = format!("{}{good}", line(&stranger("stranger"), text));
    let (report, err) = honest.sealed(ok(&both));
    assert_eq!((err.as_str(), &report["quorum"]), ("", &Value::Bool(true)));
    assert_eq!(
        report["checkpoint"],
        format!("{}{good}", honest.note.encode())
    );
    assert_eq!(report["cosignatures"][0]["seenAt"], "2023-11-14T22:13:20Z");
}

#[test]
fn what_is_no_answer_ends_in_a_word_about_it() {
    let honest = Honest::new();
    let mut no_text = ok("aaaa");
    let end = no_text.len() - 4;
    no_text[end..].fill(0xff);
    let cut = ok(&honest.good())[..150].to_vec();
    let plain = |status: &str, body: &str| response(status, "text/plain", body);
    for (name, answer, words) in [
        ("no text", no_text, "no text"),
        ("no HTTP", vec![0; 100], "no answer"),
        ("nothing", Vec::new(), "no answer"),
        ("cut", cut, "no answer"),
        ("elsewhere", plain("302 Found", ""), "it answered 302"),
        (
            "no",
            plain("403 Forbidden", "go away"),
            "it answered 403: go away",
        ),
        ("no size", conflict("many\n"), "it answered 409"),
        (
            "a size not said to be one",
            plain("409 Conflict", "1\n"),
            "it answered 409",
        ),
        ("the same size", conflict("0\n"), "the log was forked"),
        ("a size for ever", conflict("1\n"), "the log was forked"),
        (
            "a larger size",
            conflict("18446744073709551615\n"),
            "it saw 18446744073709551615 events",
        ),
    ] {
        honest.is_ignored(name, answer, words);
    }
}
