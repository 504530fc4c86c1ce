//! Several writers on one file: other instances at the same time, and processes that are killed.
//!
//! The oracle of faults.md: acknowledged ⊆ log ⊆ attempted, positions dense, versions continuous,
//! one winner a version, every row the last event's, a retried command never twice.

mod oracle;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::join_all;
use hoso_ledger::conformance::{Outcome, sample};
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions};
use hoso_ledger::{LedgerError, SharedLedger, StreamName};
use oracle::{Failure, check, command};
use uuid::Uuid;

async fn open(directory: &Path) -> Result<SharedLedger, LedgerError> {
    let options = SqliteOptions::new(sample::still_clock());
    Ok(SqliteLedger::open(directory, options).await?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_that_open_a_fresh_directory_at_once_share_one_log() -> Outcome {
    let directory = tempfile::tempdir()?;
    let opened = join_all((0..4).map(|_| open(directory.path()))).await;
    let ledgers = opened.into_iter().collect::<Result<Vec<_>, _>>()?;
    let writers = ledgers.iter().cloned().enumerate().map(|(writer, ledger)| {
        tokio::spawn(async move {
            let mut acknowledged = BTreeMap::new();
            for n in 0..40 {
                let stream = StreamName::new("thing", &format!("{}", n % 4));
                let version = ledger.stream(&stream).await?.map_or(0, |row| row.version);
                let id = Uuid::from_u64_pair(writer as u64, n);
                match ledger.append(command(id, stream.as_str(), version)?).await {
                    Ok(done) => {
                        acknowledged.insert(id, done.first_position);
                    }
                    Err(LedgerError::Conflict { .. }) => {}
                    Err(other) => return Err(other.into()),
                }
            }
            Ok::<_, Failure>(acknowledged)
        })
    });
    let mut acknowledged = BTreeMap::new();
    for written in join_all(writers).await {
        acknowledged.extend(written??);
    }
    for ledger in ledgers {
        assert_eq!(check(ledger.as_ref()).await?, acknowledged);
    }
    Ok(())
}

/// Where a killed process writes what it tries and what it was told, a line each.
const CHILD: &str = "HOSO_LEDGER_TEST_CHILD";
/// Times a process is killed.
const KILLS: u64 = 6;

#[test]
fn what_was_acknowledged_survives_kill_9() -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    if let Ok(diary) = std::env::var(CHILD) {
        return runtime.block_on(write_until_killed(Path::new(&diary)));
    }
    let directory = tempfile::tempdir()?;
    let mut known = Known::default();
    for round in 0..KILLS {
        let diary = directory.path().join(format!("{round}.diary"));
        let child = start_child(&diary)?;
        // Other moments every time: early ones hit the migration and the first batches.
        kill_after(child, &diary, round * round * 60)?;
        known.read(&diary)?;
        runtime.block_on(known.check_and_retry(directory.path()))?;
    }
    assert!(
        known.acknowledged.len() > 100,
        "too little was written to mean anything"
    );
    Ok(())
}

fn start_child(diary: &Path) -> Result<Child, Failure> {
    Ok(Command::new(std::env::current_exe()?)
        .args(["--exact", "what_was_acknowledged_survives_kill_9"])
        .env(CHILD, diary)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()?)
}

fn kill_after(mut child: Child, diary: &Path, lines: u64) -> Outcome {
    loop {
        if let Some(status) = child.try_wait()? {
            return Err(format!("the writing process ended by itself: {status}").into());
        }
        let written = std::fs::read_to_string(diary).map_or(0, |text| text.lines().count());
        if written as u64 >= lines {
            child.kill()?;
            child.wait()?;
            return Ok(());
        }
        let poll = Duration::from_micros(300);
        std::thread::sleep(poll);
    }
}

async fn write_until_killed(diary: &Path) -> Outcome {
    let directory = diary.parent().ok_or("a diary stands in the directory")?;
    let round: u64 = diary
        .file_stem()
        .and_then(|stem| stem.to_str())
        .ok_or("a diary has a round")?
        .parse()?;
    let file = std::fs::File::options()
        .create(true)
        .append(true)
        .open(diary)?;
    let diary = Arc::new(Mutex::new(file));
    let ledger = open(directory).await?;
    let writers = (0..12_u64).map(|writer| {
        let (ledger, diary) = (Arc::clone(&ledger), Arc::clone(&diary));
        tokio::spawn(async move {
            for n in 0.. {
                let stream = StreamName::new("thing", &format!("{}", (writer + n) % 5));
                let version = ledger.stream(&stream).await?.map_or(0, |row| row.version);
                let id = Uuid::from_u64_pair(round, writer << 32 | n);
                note(&diary, &format!("try {id} {stream} {version}\n"))?;
                match ledger.append(command(id, stream.as_str(), version)?).await {
                    Ok(done) => note(&diary, &format!("ack {id} {}\n", done.first_position))?,
                    Err(LedgerError::Conflict { .. }) => note(&diary, &format!("no {id}\n"))?,
                    Err(other) => return Err(other.into()),
                }
            }
            Ok::<_, Failure>(())
        })
    });
    for writer in join_all(writers).await {
        writer??;
    }
    Ok(())
}

fn note(diary: &Mutex<std::fs::File>, line: &str) -> Result<(), Failure> {
    let mut file = diary.lock().map_err(|_| "a writer panicked")?;
    file.write_all(line.as_bytes())?;
    Ok(())
}

/// What all processes so far tried and were told.
#[derive(Default)]
struct Known {
    tried: BTreeMap<Uuid, (String, u64)>,
    acknowledged: BTreeMap<Uuid, u64>,
    refused: BTreeSet<Uuid>,
}

impl Known {
    /// Reads a diary; its last line may be torn.
    fn read(&mut self, diary: &PathBuf) -> Outcome {
        let text = std::fs::read_to_string(diary).unwrap_or_default();
        for line in text
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
        {
            let words: Vec<_> = line.split_whitespace().collect();
            match words.as_slice() {
                ["try", id, stream, version] => {
                    self.tried
                        .insert(id.parse()?, ((*stream).to_owned(), version.parse()?));
                }
                ["ack", id, position] => {
                    self.acknowledged.insert(id.parse()?, position.parse()?);
                }
                ["no", id] => {
                    self.refused.insert(id.parse()?);
                }
                other => return Err(format!("an unknown line: {other:?}").into()),
            }
        }
        Ok(())
    }

    async fn check_and_retry(&mut self, directory: &Path) -> Outcome {
        let ledger = open(directory).await?;
        let log = check(ledger.as_ref()).await?;
        for (id, position) in &self.acknowledged {
            assert_eq!(log.get(id), Some(position), "acknowledged and lost: {id}");
        }
        for id in log.keys() {
            assert!(
                self.tried.contains_key(id),
                "in the log and never tried: {id}"
            );
            assert!(!self.refused.contains(id), "in the log and refused: {id}");
        }
        for (id, (stream, version)) in &self.tried {
            if self.acknowledged.contains_key(id) || self.refused.contains(id) {
                continue;
            }
            match ledger.append(command(*id, stream, *version)?).await {
                Ok(done) => {
                    assert_eq!(done.duplicate, log.contains_key(id));
                    self.acknowledged.insert(*id, done.first_position);
                }
                Err(LedgerError::Conflict {
                    actual, expected, ..
                }) => {
                    assert!(!log.contains_key(id) && actual != expected);
                    self.refused.insert(*id);
                }
                Err(other) => return Err(other.into()),
            }
        }
        let log = check(ledger.as_ref()).await?;
        assert_eq!(log, self.acknowledged, "every outcome is known now");
        ledger.close().await;
        Ok(())
    }
}
