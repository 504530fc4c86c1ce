//! The full mode seals, too: one of several processes, which another takes over from; what it signed
//! stands in the database and on NATS, and is the door's to show.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use async_nats::jetstream;
use e2e::{hoso_binary, root};
use hoso_ledger::SharedLedger;
use hoso_ledger::postgres::{PostgresLedger, PostgresOptions};
use hoso_proof::{LogIdentity, SignedCheckpoint};
use hoso_testbed::full::{Full, FullOptions};

use super::serve::{checkpoint, identity};

struct Sealed {
    full: Full,
    log: LogIdentity,
    ledger: SharedLedger,
}

impl Sealed {
    async fn start() -> Self {
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
        let log = identity(&full.data_dir().join("audit/log.vkey")).await;
        let options = PostgresOptions {
            read_only: true,
            ..PostgresOptions::new("hoso auditor")
        };
        let url = full.database_url("hoso_auditor");
        Self {
            log,
            ledger: PostgresLedger::open(&url, options).await.unwrap(),
            full,
        }
    }

    /// Appends, and waits until the door shows that it is sealed.
    async fn appended_and_sealed(&self) -> u64 {
        let before = self.ledger.head().await.unwrap();
        let issued = self
            .full
            .hoso("hoso_registry")
            .args(["token", "issue", "--official", "administrator"])
            .args(["--days", "1", "--json"])
            .output()
            .unwrap();
        assert!(issued.status.success(), "{issued:?}");
        let (head, _) = checkpoint(&self.full.url(), &self.log, before).await;
        self.stands_beside_the_log(head.size).await;
        head.size
    }

    /// The door shows a checkpoint a moment before it stands in the table: waits for that.
    async fn stands_beside_the_log(&self, size: u64) {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let kept = self.ledger.checkpoints(0, 1_000).await.unwrap();
            if kept.iter().any(|kept| kept.size == size) {
                return;
            }
            assert!(Instant::now() < deadline, "{size} is not in the table");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The process that seals, by its own word.
    fn leader(&self) -> String {
        let mut found = Vec::new();
        for (name, process) in self.full.processes() {
            if process.service() == "audit" && process.id().is_some() {
                let log = fs::read_to_string(process.log_file()).unwrap();
                if log.contains("this process seals") {
                    found.push(name.clone());
                }
            }
        }
        assert_eq!(found.len(), 1, "one seals: {found:?}");
        found.remove(0)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_seals_and_another_takes_over() {
    let mut sealed = Sealed::start().await;
    let first = sealed.appended_and_sealed().await;
    let leader = sealed.leader();
    sealed
        .full
        .processes_mut()
        .get_mut(&leader)
        .unwrap()
        .kill()
        .unwrap();
    let second = sealed.appended_and_sealed().await;
    assert!(second > first);
    let other = sealed.leader();
    assert_ne!(other, leader);

    // Beside the log, in the order they were signed, and each grown from the last.
    let kept = sealed.ledger.checkpoints(0, 1_000).await.unwrap();
    let sizes: Vec<_> = kept.iter().map(|kept| kept.size).collect();
    assert!(sizes.is_sorted() && sizes.contains(&first) && sizes.contains(&second));
    for kept in &kept {
        let opened = SignedCheckpoint::open(kept.note.as_bytes(), &sealed.log).unwrap();
        assert_eq!(opened.head().size, kept.size);
    }
    // On NATS, where somebody with the operator's key may look.
    let seed = fs::read_to_string(sealed.full.seed_file("operator")).unwrap();
    let connect = async_nats::ConnectOptions::with_nkey(seed.trim().to_owned());
    let client = connect.connect(sealed.full.nats.url()).await.unwrap();
    let stream = jetstream::new(client)
        .get_stream("CHECKPOINTS")
        .await
        .unwrap();
    let last = stream
        .get_last_raw_message_by_subject("hoso.checkpoints")
        .await
        .unwrap();
    let last = SignedCheckpoint::open(&last.payload, &sealed.log).unwrap();
    assert!(last.head().size >= first);
    // Nobody but the audit's process gets one there.
    let seed = fs::read_to_string(sealed.full.seed_file("ranking")).unwrap();
    let connect = async_nats::ConnectOptions::with_nkey(seed.trim().to_owned());
    let stranger = connect.custom_inbox_prefix("_INBOX_ranking");
    let stranger = stranger.connect(sealed.full.nats.url()).await.unwrap();
    let stranger = jetstream::context::ContextBuilder::new()
        .timeout(Duration::from_millis(500))
        .build(stranger);
    let sent = stranger
        .publish("hoso.checkpoints", "forged".into())
        .await
        .unwrap();
    assert!(sent.await.is_err(), "a stranger published a checkpoint");
    an_archive_that_is_lost_is_made_again(&mut sealed, &other, second).await;
}

async fn an_archive_that_is_lost_is_made_again(place: &mut Sealed, sealer: &str, size: u64) {
    let archive: PathBuf = place.full.data_dir().join("audit");
    let tile = fs::read(archive.join(format!("tile/0/000.p/{size}"))).unwrap();
    place
        .full
        .processes_mut()
        .get_mut(sealer)
        .unwrap()
        .stop()
        .unwrap();
    fs::remove_dir_all(&archive).unwrap();
    place.full.launch(sealer).unwrap();
    place.full.wait_ready().unwrap();
    let grown = place.appended_and_sealed().await;
    assert!(grown > size);
    let again = fs::read(archive.join(format!("tile/0/000.p/{grown}"))).unwrap();
    assert!(again.starts_with(&tile), "other leaves than before");
}
