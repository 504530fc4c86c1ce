//! The protocol over HTTP: statuses, media types, races, and a memory that outlives a kill.

use hoso_proof::{LogIdentity, SignedCheckpoint};

use super::log::{self, Log};
use super::process::{text, witness};
use e2e::server::hoso_json;
use e2e::witness::Witness;

fn identity() -> LogIdentity {
    LogIdentity::new(log::key().public().clone()).unwrap()
}

/// Asks, and checks that the answer is a cosignature of that tree by the witness; its time.
async fn cosigned(witness: &Witness, of: &Log, old: u64, new: u64) -> u64 {
    let answer = witness.ask(of.body(old, new)).await;
    assert_eq!(answer.status(), 200);
    let lines = answer.text().await.unwrap();
    let note = log::signed(of.head(new)).encode();
    let mut checkpoint = SignedCheckpoint::open(note.as_bytes(), &identity()).unwrap();
    checkpoint.join(&lines, &witness.key).unwrap()
}

/// Asks, and checks that the answer is a conflict; the size it names.
async fn conflict(witness: &Witness, body: String) -> u64 {
    let answer = witness.ask(body).await;
    assert_eq!(answer.status(), 409);
    assert_eq!(answer.headers()["content-type"], "text/x.tlog.size");
    let body = answer.text().await.unwrap();
    body.strip_suffix('\n').unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_log_that_grows_is_cosigned_and_one_that_forks_or_shrinks_is_not_even_after_a_kill() {
    let scratch = tempfile::tempdir().unwrap();
    let mut witness = witness(scratch.path());
    let (honest, forked) = (Log::new(40, 40, ""), Log::new(40, 5, "forked"));
    assert_eq!(conflict(&witness, honest.body(3, 7)).await, 0);
    let first = cosigned(&witness, &honest, 0, 7).await;
    let second = cosigned(&witness, &honest, 7, 20).await;
    assert!(second >= first && first > 1_700_000_000);
    for killed in [false, true] {
        if killed {
            witness.kill();
            witness.start_again();
        }
        // Rolled back, forked at the same size, forked and grown, from nothing again.
        assert_eq!(conflict(&witness, honest.body(3, 7)).await, 20);
        assert_eq!(conflict(&witness, forked.body(20, 20)).await, 20);
        assert_eq!(witness.status(forked.body(20, 40)).await, 422);
        assert_eq!(conflict(&witness, forked.body(0, 40)).await, 20);
        assert_eq!(conflict(&witness, honest.body(7, 20)).await, 20);
    }
    let third = cosigned(&witness, &honest, 20, 40).await;
    assert!(third >= second);
    let at = ["--json", "--directory", text(scratch.path())];
    let shown = hoso_json(&[&["witness", "show"][..], &at].concat());
    assert_eq!(shown["logs"][0]["size"], 40);
    let kept = std::fs::read_dir(scratch.path().join("forks")).unwrap();
    assert_eq!(kept.count(), 1, "the fork at 20 is evidence");
}

#[tokio::test]
async fn statuses_are_those_of_the_specification() {
    let scratch = tempfile::tempdir().unwrap();
    let witness = witness(scratch.path());
    let log = Log::new(9, 9, "");
    let good = log.body(0, 9);
    let other = good.replace(&format!("{}\n", log::ORIGIN), "other.example/log\n");
    assert_eq!(witness.status(other).await, 404);
    let unsigned = good.replacen("\n9\n", "\n8\n", 1);
    assert_eq!(witness.status(unsigned).await, 403);
    let larger = good.replacen("old 0", "old 10", 1);
    assert_eq!(witness.status(larger).await, 400);
    assert_eq!(witness.status("nonsense").await, 400);
    let hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let proved = good.replacen("old 0", &format!("old 0\n{hash}"), 1);
    assert_eq!(witness.status(proved).await, 422);
    cosigned(&witness, &log, 0, 9).await;
    cosigned(&witness, &log, 9, 9).await;
    let address = format!("{}/add-checkpoint", witness.url);
    assert_eq!(reqwest::get(&address).await.unwrap().status(), 405);
    let live = reqwest::get(format!("{}/livez", witness.url)).await;
    assert_eq!(live.unwrap().status(), 200);
}

/// A log that is known only once the witness runs already.
#[tokio::test]
async fn a_log_is_known_without_a_restart() {
    let scratch = tempfile::tempdir().unwrap();
    let witness = witness(scratch.path());
    let log = Log::new(3, 3, "");
    std::fs::write(scratch.path().join("logs"), "# nobody\n").unwrap();
    assert_eq!(witness.status(log.body(0, 3)).await, 404);
    let vkey = log::key().public().to_string();
    let at = ["--json", "--directory", text(scratch.path())];
    let _ = hoso_json(&[&["witness", "trust", &vkey][..], &at].concat());
    cosigned(&witness, &log, 0, 3).await;
}

/// Of two histories that ask at once one is cosigned, and stays the one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_that_ask_at_once_one_is_cosigned() {
    let scratch = tempfile::tempdir().unwrap();
    let witness = witness(scratch.path());
    let sides = [Log::new(60, 0, "one"), Log::new(60, 0, "other")];
    let mut size = 0;
    let mut winner = None;
    for round in 1..=10_u64 {
        let bodies = sides
            .each_ref()
            .map(|side| [side.body(size, size + round), side.body(size, size + 1)]);
        let [[a, b], [c, d]] = bodies;
        let (a, b, c, d) = tokio::join!(
            witness.status(a),
            witness.status(b),
            witness.status(c),
            witness.status(d)
        );
        let sides = [[a, b], [c, d]].map(|side| side.into_iter().filter(|s| *s == 200).count());
        let won = usize::from(sides[1] > 0);
        assert_eq!(sides[1 - won], 0, "both histories were cosigned");
        // In the first round both sizes are the same.
        assert!(
            sides[won] == 1 || (round == 1 && sides[won] <= 2),
            "{sides:?}"
        );
        assert_eq!(*winner.get_or_insert(won), won);
        let at = ["--json", "--directory", text(scratch.path())];
        let shown = hoso_json(&[&["witness", "show"][..], &at].concat());
        size = shown["logs"][0]["size"].as_u64().unwrap();
    }
}
