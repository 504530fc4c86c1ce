//! `deploy/nats.conf`: who may do what, tried by everybody.

use std::time::Duration;

use async_nats::jetstream::stream::{Config, Info};
use async_nats::{Client, ConnectOptions, HeaderMap, jetstream};
use futures::StreamExt as _;
use futures::future::join_all;
use hoso_runtime::Ids;
use hoso_runtime::jetstream::keys::USERS;
use hoso_runtime::jetstream::{Nats, NatsOptions, Relay, RelayOptions, RelayState, UserKey};
use hoso_testbed::nats::{Nats as Server, NatsOptions as ServerOptions};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio_util::sync::CancellationToken;

use crate::stage::{Store, messages, secret, within};

const SERVICES: [&str; 5] = ["registry", "submission", "verification", "ranking", "audit"];

/// A server under the repository's configuration, and everybody's key.
pub(crate) struct Guarded {
    pub(crate) server: Server,
    keys: Vec<(&'static str, UserKey)>,
}

impl Guarded {
    pub(crate) fn start() -> Self {
        let ids = Ids::system();
        let keys = USERS.map(|user| (user, UserKey::new(&ids).unwrap()));
        let env = keys
            .iter()
            .map(|(user, key)| (UserKey::variable(user), key.public.clone()));
        let options = ServerOptions {
            config: Some(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/nats.conf").into()),
            env: env.collect(),
        };
        let server = Server::start(options).expect("nats-server takes deploy/nats.conf");
        let keys = keys.into();
        Self { server, keys }
    }

    pub(crate) fn key(&self, user: &str) -> &UserKey {
        &self.keys.iter().find(|(name, _)| *name == user).unwrap().1
    }

    /// A process of Hoso.
    pub(crate) async fn process(&self, user: &str) -> Nats {
        let options = NatsOptions {
            url: secret(&self.server.url()),
            seed: Some(self.key(user).seed.clone()),
            user: user.to_owned(),
        };
        let nats = Nats::connect(&options).await.unwrap();
        within("a connection", nats.up()).await;
        nats
    }

    /// Somebody who has stolen a user's key and tries things.
    async fn thief(&self, user: &str) -> Client {
        ConnectOptions::with_nkey(self.key(user).seed.expose().to_owned())
            .custom_inbox_prefix(format!("_INBOX_{user}"))
            .request_timeout(Some(Duration::from_millis(250)))
            .connect(self.server.url())
            .await
            .unwrap()
    }

    async fn operator(&self) -> jetstream::Context {
        jetstream::new(self.thief("operator").await)
    }

    /// A stream with the ledger's events in it, through the relay and its own key.
    async fn filled(&self, store: &Store) {
        let nats = self.process("relay").await;
        let options = RelayOptions::default();
        let relay = Relay::new(store.ledger.clone(), nats, options);
        let mut state = relay.state();
        let stop = CancellationToken::new();
        let told = stop.clone();
        let alone = hoso_runtime::jetstream::Alone;
        let task = tokio::spawn(async move { relay.run(&alone, told).await });
        let head = store.ledger.head().await.unwrap();
        let there = state.wait_for(|state| *state == RelayState::Running { position: head });
        within("the relay", there).await.unwrap();
        stop.cancel();
        task.await.unwrap();
    }
}

/// Whether a request was done: anything but an error and silence.
async fn done(client: &Client, subject: &str, headers: HeaderMap, body: &Value) -> bool {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let answer = client
        .request_with_headers(subject.to_owned(), headers, body.into())
        .await;
    let Ok(answer) = answer else {
        return false;
    };
    let said: Value = serde_json::from_slice(&answer.payload).unwrap_or_default();
    said.get("error").is_none()
}

async fn stream(operator: &jetstream::Context) -> Info {
    let stream = operator.get_stream("EVENTS").await.unwrap();
    let mut info = stream.cached_info().clone();
    info.state.consumer_count = 0;
    info
}

#[tokio::test]
async fn nobody_connects_without_a_key_that_is_listed() {
    let guarded = Guarded::start();
    let url = guarded.server.url();
    assert!(async_nats::connect(&url).await.is_err(), "anonymous");
    let password = ConnectOptions::with_user_and_password("relay".to_owned(), "relay".to_owned());
    assert!(password.connect(&url).await.is_err(), "a password");
    let stranger = UserKey::new(&Ids::system()).unwrap();
    let stranger = ConnectOptions::with_nkey(stranger.seed.expose().to_owned());
    assert!(stranger.connect(&url).await.is_err(), "a stranger's key");
    for user in USERS {
        guarded.thief(user).await;
    }
}

/// What nobody may do who is not the operator.
fn forbidden() -> Vec<(&'static str, HeaderMap, Value)> {
    let none = HeaderMap::new;
    let mut rollup = HeaderMap::new();
    rollup.insert("Nats-Rollup", "all");
    let config = json!({"name": "EVENTS", "subjects": ["hoso.events.>"], "retention": "limits",
        "max_consumers": -1, "max_msgs": 1, "max_bytes": -1, "max_age": 0, "discard": "old",
        "storage": "file", "num_replicas": 1});
    vec![
        ("hoso.events.x.Y", rollup, json!({"rolled": "up"})),
        ("hoso.other", none(), json!({})),
        ("EVENTS", none(), json!({})),
        ("$JS.API.STREAM.DELETE.EVENTS", none(), Value::Null),
        ("$JS.API.STREAM.PURGE.EVENTS", none(), Value::Null),
        ("$JS.API.STREAM.PURGE.EVENTS", none(), json!({"keep": 1})),
        ("$JS.API.STREAM.UPDATE.EVENTS", none(), config.clone()),
        ("$JS.API.STREAM.CREATE.EVENTS", none(), config.clone()),
        (
            "$JS.API.STREAM.CREATE.OTHER",
            none(),
            json!({"name": "OTHER", "subjects": ["hoso.head"], "retention": "limits",
                "discard": "old", "storage": "file", "num_replicas": 1}),
        ),
        (
            "$JS.API.STREAM.MSG.DELETE.EVENTS",
            none(),
            json!({"seq": 2}),
        ),
        ("$JS.API.STREAM.SNAPSHOT.EVENTS", none(), json!({})),
        ("$JS.API.STREAM.RESTORE.EVENTS", none(), json!({})),
        ("$JS.API.STREAM.LIST", none(), Value::Null),
        ("$JS.API.CONSUMER.LIST.EVENTS", none(), Value::Null),
        ("$JS.API.CONSUMER.NAMES.EVENTS", none(), Value::Null),
        ("$JS.API.CONSUMER.DELETE.EVENTS.victim", none(), Value::Null),
        (
            "$JS.API.CONSUMER.PAUSE.EVENTS.victim",
            none(),
            json!({"pause_until": "2099-01-01T00:00:00Z"}),
        ),
        ("$JS.API.ACCOUNT.PURGE.HOSO", none(), Value::Null),
        ("$JS.API.SERVER.REMOVE", none(), json!({"peer": "x"})),
        ("$SYS.REQ.SERVER.PING", none(), Value::Null),
    ]
}

#[tokio::test]
async fn what_only_the_operator_may_do_is_refused_to_everybody_else() {
    let (guarded, store) = (Guarded::start(), Store::new().await);
    store.append(12).await;
    guarded.filled(&store).await;
    let operator = guarded.operator().await;
    let before = stream(&operator).await;
    let victim = json!({"stream_name": "EVENTS", "config": {"name": "victim",
        "ack_policy": "none", "deliver_policy": "all", "inactive_threshold": 60_000_000_000_u64}});
    let subject = "$JS.API.CONSUMER.CREATE.EVENTS.victim";
    let client = operator.client();
    assert!(done(&client, subject, HeaderMap::new(), &victim).await);
    let mut tries = Vec::new();
    for user in USERS.into_iter().filter(|user| *user != "operator") {
        let client = guarded.thief(user).await;
        tries.extend(forbidden().into_iter().map(|(subject, headers, body)| {
            let client = client.clone();
            async move {
                let done = done(&client, subject, headers, &body).await;
                done.then(|| format!("{user}: {subject} {body}"))
            }
        }));
    }
    let done_anyway: Vec<_> = join_all(tries).await.into_iter().flatten().collect();
    assert_eq!(done_anyway, [""; 0]);
    assert_eq!(stream(&operator).await, before);
    assert_eq!(messages(&operator).await.len(), 12);
    // The victim is there still.
    let info = "$JS.API.CONSUMER.INFO.EVENTS.victim";
    assert!(done(&client, info, HeaderMap::new(), &Value::Null).await);
}

#[tokio::test]
async fn only_the_relay_publishes_events() {
    let (guarded, store) = (Guarded::start(), Store::new().await);
    store.append(3).await;
    guarded.filled(&store).await;
    for user in SERVICES {
        let client = guarded.thief(user).await;
        let subject = "hoso.events.ranking.DecisionSigned";
        let sent = done(&client, subject, HeaderMap::new(), &json!({})).await;
        assert!(!sent, "{user} published {subject}");
    }
    let operator = guarded.operator().await;
    assert_eq!(messages(&operator).await.len(), 3);
}

#[tokio::test]
async fn everybody_hears_the_head_and_only_their_own_answers() {
    let guarded = Guarded::start();
    let mut ears = Vec::new();
    for user in SERVICES.into_iter().chain(["relay"]) {
        let client = guarded.thief(user).await;
        let foreign = if user == "audit" { "ranking" } else { "audit" };
        for subject in [
            "hoso.>".to_owned(),
            ">".to_owned(),
            "hoso.events.>".to_owned(),
            "$JS.EVENT.>".to_owned(),
            format!("_INBOX_{foreign}.>"),
            "_INBOX.>".to_owned(),
        ] {
            let heard = client.subscribe(subject.clone()).await.unwrap();
            ears.push((user, subject, heard));
        }
        let head = client.subscribe("hoso.head").await.unwrap();
        client.flush().await.unwrap();
        ears.push((user, "hoso.head".to_owned(), head));
    }
    let operator = guarded.thief("operator").await;
    for subject in [
        "hoso.events.x.Y",
        "hoso.head",
        "_INBOX_audit.x",
        "_INBOX_ranking.x",
    ] {
        operator.publish(subject, "7".into()).await.unwrap();
    }
    operator.flush().await.unwrap();
    for (user, subject, mut ear) in ears {
        let own = subject == "hoso.head";
        let wait = Duration::from_millis(if own { 5_000 } else { 20 });
        let heard = tokio::time::timeout(wait, ear.next()).await;
        let heard = heard.ok().flatten().is_some();
        assert_eq!(heard, own, "{user} on {subject}");
    }
}

#[tokio::test]
async fn a_consumer_cannot_be_made_to_act_for_its_maker() {
    let (guarded, store) = (Guarded::start(), Store::new().await);
    store.append(3).await;
    guarded.filled(&store).await;
    let operator = guarded.operator().await;
    let before = stream(&operator).await;
    // JetStream would publish what the service itself may not: an empty message deletes the stream.
    for (number, deliver) in [
        "$JS.API.STREAM.DELETE.EVENTS",
        "$JS.API.STREAM.PURGE.EVENTS",
        "$JS.API.STREAM.MSG.DELETE.EVENTS",
        "hoso.events.x.Y",
    ]
    .into_iter()
    .enumerate()
    {
        let client = guarded.thief("ranking").await;
        let name = format!("evil{number}");
        let consumer = json!({"stream_name": "EVENTS", "config": {"name": name,
            "ack_policy": "none", "deliver_policy": "all", "deliver_subject": deliver,
            "headers_only": true}});
        let subject = format!("$JS.API.CONSUMER.CREATE.EVENTS.{name}");
        let made = done(&client, &subject, HeaderMap::new(), &consumer).await;
        println!("{deliver}: made {made}");
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(stream(&operator).await, before);
}

#[tokio::test]
async fn what_is_larger_than_an_event_can_be_ends_the_connection() {
    let guarded = Guarded::start();
    let address = guarded.server.url().replace("nats://", "");
    let socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let mut lines = BufReader::new(socket);
    let mut line = String::new();
    lines.read_line(&mut line).await.unwrap();
    let info: Value = serde_json::from_str(line.strip_prefix("INFO ").unwrap()).unwrap();
    assert_eq!(info["max_payload"], 2 << 20);
    let key = guarded.key("ranking");
    let pair = nkeys::KeyPair::from_seed(key.seed.expose()).unwrap();
    let signed = pair
        .sign(info["nonce"].as_str().unwrap().as_bytes())
        .unwrap();
    let connect = json!({"nkey": key.public, "sig": base64url(&signed), "verbose": false});
    let hello = format!("CONNECT {connect}\r\nPING\r\nPUB hoso.head 3000000\r\n");
    lines.write_all(hello.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    let read = async {
        loop {
            line.clear();
            if lines.read_line(&mut line).await.unwrap_or(0) == 0 {
                return;
            }
            said.push(line.trim().to_owned());
        }
    };
    within("the server ends the connection", read).await;
    assert_eq!(said.first().map(String::as_str), Some("PONG"), "{said:?}");
    let last = said.last().unwrap();
    assert!(last.contains("Maximum Payload Violation"), "{said:?}");
}

fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for place in 0..=chunk.len() {
            let index = (bits >> (18 - 6 * place)) & 63;
            text.push(char::from(LETTERS[index as usize]));
        }
    }
    text
}

#[tokio::test]
async fn a_wrong_seed_or_address_is_named_and_not_shown() {
    let options = |url: &str, seed: &str| NatsOptions {
        url: secret(url),
        seed: Some(secret(seed)),
        user: "relay".to_owned(),
    };
    let wrong = options("nats://127.0.0.1:1", "SUNOTASEED");
    let error = Nats::connect(&wrong).await.unwrap_err().to_string();
    assert!(
        error.contains("seed") && !error.contains("SUNOTASEED"),
        "{error}"
    );
    let seed = UserKey::new(&Ids::system()).unwrap().seed;
    let wrong = options("nats://user:pass@[not an address", seed.expose());
    let error = Nats::connect(&wrong).await.unwrap_err().to_string();
    assert!(
        error.contains("address") && !error.contains("pass"),
        "{error}"
    );
}

/// The stream as the relay makes it is one that the tests of other files make, too.
#[tokio::test]
async fn the_relay_makes_the_stream_as_it_must_be() {
    let (guarded, store) = (Guarded::start(), Store::new().await);
    store.append(1).await;
    guarded.filled(&store).await;
    let config: Config = stream(&guarded.operator().await).await.config;
    assert_eq!(hoso_runtime::jetstream::stream::unfit(&config), None);
    assert_eq!(config.max_messages, 2_000_000);
    assert_eq!((config.deny_delete, config.deny_purge), (true, true));
}
