//! Bodies and connections of strangers: each ends in an answer, and the witness goes on.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::log::{self, Log};
use super::process::witness;

#[tokio::test]
async fn hostile_bodies_end_in_a_refusal_and_the_witness_goes_on() {
    let scratch = tempfile::tempdir().unwrap();
    let mut witness = witness(scratch.path());
    let log = Log::new(9, 9, "");
    let good = log.body(0, 9);
    let hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    for body in [
        Vec::new(),
        b"\n".to_vec(),
        b"old 0\n\n".to_vec(),
        vec![0; 100],
        vec![0xff; 100_000],
        vec![b'\n'; 100_000],
        "old 0\n".repeat(10_000).into_bytes(),
        good.replacen("old 0\n", &format!("old 0\n{}", hash.repeat(64)), 1)
            .into_bytes(),
        good.replacen("old 0", "old 99999999999999999999999999", 1)
            .into_bytes(),
        good.replace('\n', "\r\n").into_bytes(),
        good.replacen("\n9\n", "\n18446744073709551615\n", 1)
            .into_bytes(),
        format!("{good}\n{good}").into_bytes(),
        format!("{good}trailing").into_bytes(),
        good.replacen("— ", "— \u{202e}", 1).into_bytes(),
        good.replacen(log::ORIGIN, &"../".repeat(1000), 1)
            .into_bytes(),
        good.as_bytes()[..good.len() - 1].to_vec(),
    ] {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let status = witness.status(body).await;
        assert!([400, 403, 404].contains(&status), "{shown:?}: {status}");
    }
    assert_eq!(witness.status(vec![b'a'; 1 << 20]).await, 413);
    // Every byte changed, one at a time.
    for at in 0..good.len() {
        let mut body = good.clone().into_bytes();
        body[at] ^= 1;
        let status = witness.status(body).await;
        assert!([400, 403, 404, 409].contains(&status), "{at}: {status}");
    }
    assert!(witness.runs());
    assert_eq!(witness.status(good).await, 200);
}

/// Whoever says nothing, or stops in the middle, keeps nobody else waiting.
#[tokio::test]
async fn connections_that_say_nothing_keep_nobody_waiting() {
    let scratch = tempfile::tempdir().unwrap();
    let mut witness = witness(scratch.path());
    let address = witness.url.strip_prefix("http://").unwrap().to_owned();
    let mut idle = Vec::new();
    for number in 0..50 {
        let mut stream = TcpStream::connect(&address).unwrap();
        let begun: &[u8] = match number % 3 {
            0 => b"",
            1 => b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n",
            _ => b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 1000\r\n\r\nold",
        };
        stream.write_all(begun).unwrap();
        idle.push(stream);
    }
    let log = Log::new(3, 3, "");
    assert_eq!(witness.status(log.body(0, 3)).await, 200);
    let mut nonsense = TcpStream::connect(&address).unwrap();
    nonsense
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    nonsense.write_all(&[0; 1000]).unwrap();
    let mut answer = Vec::new();
    nonsense.read_to_end(&mut answer).ok();
    assert!(
        answer.is_empty() || answer.starts_with(b"HTTP/1.1 400"),
        "{answer:?}"
    );
    drop(idle);
    assert!(witness.runs());
    assert_eq!(witness.stop(), Some(0));
}
