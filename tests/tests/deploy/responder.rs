//! A tiny HTTP server that answers with its own name and what it was asked.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// How it behaves.
#[derive(Debug, Clone)]
pub(crate) enum Manner {
    /// It answers.
    Answers,
    /// It reads the whole request and hangs up.
    HangsUp,
    /// One server-sent event at once, the next when told.
    Streams(Arc<Notify>),
}

/// A running responder.
pub(crate) struct Responder {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Responder {
    /// Starts one; it ends with the test's runtime.
    pub(crate) async fn start(name: &'static str, manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (manner, count) = (manner.clone(), Arc::clone(&count));
                tokio::spawn(async move { converse(stream, name, manner, &count).await });
            }
        });
        Self { address, asked }
    }

    /// How many requests it has read.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn converse(stream: TcpStream, name: &str, manner: Manner, count: &AtomicUsize) {
    let mut stream = BufReader::new(stream);
    let Some(request) = read(&mut stream).await else {
        return;
    };
    count.fetch_add(1, Ordering::SeqCst);
    match manner {
        Manner::HangsUp => {}
        Manner::Answers => {
            let mut answer = request;
            answer["service"] = json!(name);
            let body = answer.to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
                 Connection: close\r\n\r\n",
                body.len()
            );
            // The door may be gone: then nobody waits for the answer.
            stream.write_all((head + &body).as_bytes()).await.ok();
        }
        Manner::Streams(next) => {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
                        Connection: close\r\n\r\nid: 1\ndata: first\n\n";
            stream.write_all(head.as_bytes()).await.ok();
            next.notified().await;
            stream.write_all(b"id: 2\ndata: second\n\n").await.ok();
        }
    }
}

/// A request as JSON, its body read to the end; `None` when the other side hung up.
async fn read(stream: &mut BufReader<TcpStream>) -> Option<Value> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let mut first = lines.first()?.split(' ');
    let (method, target) = (first.next()?, first.next()?);
    let headers: Map<String, Value> = lines
        .iter()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), json!(value.trim())))
        .collect();
    let length = headers.get("content-length").and_then(Value::as_str);
    let length: usize = length.map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(json!({"method": method, "target": target, "headers": headers, "bytes": length}))
}
