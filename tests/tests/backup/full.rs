//! The full mode brought back from an older backup, as an operator would do it: the loss is told by
//! whoever remembers more than the database, and all is well again once it is accepted or undone.

use std::process::Command;
use std::time::Duration;

use e2e::{hoso_binary, root};
use hoso_runtime::jetstream::stream::STREAM;
use hoso_testbed::full::{Full, FullOptions, RELAY, SERVICES};
use hoso_testbed::postgres::SUPERUSER;
use serde_json::{Value, json};

use super::place::Place;

/// The relay looks every five seconds whether its alarm is over.
const WITHIN: Duration = Duration::from_secs(20);

/// The full mode, and a place for tables, backups and the mark.
struct House {
    full: Full,
    place: Place,
}

impl House {
    fn start() -> Self {
        let place = Place::new();
        let mut options = FullOptions::new(hoso_binary().to_path_buf(), root());
        let mark = ("HOSO_MARK".to_owned(), place.text("mark.json"));
        options.env.push(mark);
        Self {
            full: Full::start(options).unwrap(),
            place,
        }
    }

    /// `hoso` on the database as a role.
    fn command(&self, role: &str, arguments: &[&str]) -> Command {
        let mut command = self.full.hoso(role);
        command.current_dir(root()).args(arguments);
        command
    }

    /// The same beside NATS, with the relay's key.
    fn with_nats(&self, role: &str, arguments: &[&str]) -> Command {
        let mut command = self.command(role, arguments);
        command
            .env("HOSO_NATS_URL", self.full.nats.url())
            .env("HOSO_NATS_SEED_FILE", self.full.seed_file(RELAY))
            .env("HOSO_LISTEN", "127.0.0.1:0");
        command
    }

    /// Imports a year's index: one event.
    fn import_index(&self, year: &str) {
        let table = self.place.index(year);
        let arguments = ["import", "index", &table, "--json"];
        done(&mut self.command("hoso_registry", &arguments));
    }

    /// Backs up to a place; how far it reaches.
    fn backup(&self, to: &str) -> u64 {
        let to = self.place.text(to);
        let facts = done(&mut self.command("hoso_auditor", &["backup", &to, "--json"]));
        facts["position"].as_u64().unwrap()
    }

    /// Stops every process of Hoso and puts an empty database into the place of the one there is.
    fn lose_the_database(&mut self) {
        for process in self.full.processes_mut().values_mut() {
            process.stop().unwrap();
        }
        self.full.fresh_database().unwrap();
    }

    fn launch(&mut self) {
        for service in SERVICES.into_iter().chain([RELAY]) {
            self.full.launch(&format!("{service}-1")).unwrap();
        }
    }

    /// Waits until a process is ready, or is not, and says words about it.
    async fn says(&self, service: &str, status: u16, words: &str) {
        let process = self.full.processes().get(&format!("{service}-1")).unwrap();
        let url = format!("{}/readyz", process.url());
        let mut said = String::from("nothing");
        let asked = async {
            loop {
                match reqwest::get(&url).await {
                    Ok(answer) => {
                        let is = answer.status().as_u16();
                        let text = answer.text().await.unwrap_or_default();
                        if is == status && text.contains(words) {
                            return;
                        }
                        said = format!("{is} {text}");
                    }
                    Err(error) => said = error.to_string(),
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let told = tokio::time::timeout(WITHIN, asked).await;
        let log = || std::fs::read_to_string(process.log_file()).unwrap_or_default();
        assert!(
            told.is_ok(),
            "{service} does not say {status} {words:?} but {said}; its log: {}",
            log()
        );
    }

    /// What the operator does who has accepted the loss.
    async fn delete_the_stream(&self) {
        let seed = std::fs::read_to_string(self.full.seed_file("operator")).unwrap();
        let options = async_nats::ConnectOptions::with_nkey(seed.trim().to_owned());
        let client = options.connect(self.full.nats.url()).await.unwrap();
        let operator = async_nats::jetstream::new(client);
        operator.delete_stream(STREAM).await.unwrap();
    }
}

/// The facts of a run that finds no problem.
fn done(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {err}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs a command that finds a problem, and says so in these words.
fn refused(command: &mut Command, words: &[&str]) {
    let output = command.output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{command:?}: {err}");
    for word in words {
        assert!(err.contains(word), "{command:?} lacks {word:?}: {err}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_from_an_older_backup_is_told_by_stream_and_mark_until_the_loss_is_accepted() {
    let mut house = House::start();
    let units = "examples/soc-trang-2024/don-vi.csv";
    let import = ["import", "units", units, "--json"];
    done(&mut house.command("hoso_registry", &import));
    let early = house.backup("early");
    for year in ["2022", "2023", "2024"] {
        house.import_index(year);
    }
    let late = house.backup("late");
    house
        .says(RELAY, 200, &format!("published up to {late}"))
        .await;
    house.place.marked("mark.json", late).await;
    house.lose_the_database();

    // Whoever starts on what is left is told, before anything is appended to it.
    let (mark, backup) = (house.place.text("mark.json"), house.place.text("early"));
    let seen = format!("up to position {late}");
    let mut relay = house.with_nats("hoso_relay", &["serve", "relay"]);
    let words = [
        "the ledger ends at position 0",
        &seen,
        "delete the mark's file",
    ];
    refused(relay.env("HOSO_MARK", &mark), &words);
    let ends = format!("the ledger ends at position {early}");
    let restore = ["restore", &backup, "--json"];
    let words = [
        &*ends,
        "the NATS stream",
        &seen,
        "Nothing was restored",
        "--accept-loss",
    ];
    refused(&mut house.with_nats(SUPERUSER, &restore), &words);
    let words = [&*ends, "mark.json", &seen, "Nothing was restored"];
    refused(
        house.command(SUPERUSER, &restore).env("HOSO_MARK", &mark),
        &words,
    );

    let accepted = ["restore", &backup, "--json", "--accept-loss"];
    let mut restore = house.with_nats(SUPERUSER, &accepted);
    let facts = done(restore.env("HOSO_MARK", &mark));
    let loss = facts["acceptedLoss"].as_str().unwrap();
    assert!(
        loss.contains("mark.json") && loss.contains("NATS"),
        "{loss}"
    );
    house.place.marked("mark.json", early).await;
    house.launch();
    let alarm = format!("the stream ends at {late} but the ledger at {early}");
    house.says(RELAY, 503, &alarm).await;
    for service in SERVICES {
        house.says(service, 200, "").await;
    }
    house.delete_the_stream().await;
    house
        .says(RELAY, 200, &format!("published up to {early}"))
        .await;

    all_is_well_after_a_newer_backup(house, early).await;
}

async fn all_is_well_after_a_newer_backup(mut house: House, early: u64) {
    // What went on from the early backup is added to it, and is none of the late one's log.
    house.import_index("2025");
    let newer = house.backup("early");
    assert!(newer > early);
    let late = house.place.text("late");
    refused(
        &mut house.command("hoso_auditor", &["backup", &late]),
        &["restored from an older backup"],
    );
    house
        .says(RELAY, 200, &format!("published up to {newer}"))
        .await;
    house.place.marked("mark.json", newer).await;
    house.lose_the_database();
    let backup = house.place.text("early");
    let mut restore = house.with_nats(SUPERUSER, &["restore", &backup, "--json"]);
    let facts = done(restore.env("HOSO_MARK", house.place.text("mark.json")));
    assert_eq!(facts["acceptedLoss"], Value::Null);
    house.launch();
    house.full.wait_ready().unwrap();
    house.import_index("2026");
    let published = format!("published up to {}", newer + 1);
    house.says(RELAY, 200, &published).await;
    let verified = done(&mut house.command("hoso_auditor", &["ledger", "verify", "--json"]));
    assert_eq!(verified["differences"], json!([]));
    assert_eq!(verified["events"], newer + 1);
}
