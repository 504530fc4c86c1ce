//! What a witness remembers, whatever its clock does and whoever asks at once.

use chrono::DateTime;
use hoso_proof::{LogIdentity, LogSigner};

use super::*;

const LOG: &str = "khenthuong.example/log";

fn clock(seconds: i64) -> Clock {
    Clock::fixed(DateTime::from_timestamp(seconds, 0).unwrap())
}

fn log_key() -> SecretKey {
    SecretKey::from_seed(LOG, Algorithm::Ed25519, &[5; 32]).unwrap()
}

fn known(directory: &Path) {
    Witness::make(directory, "witness.example/w").unwrap();
    let log = LogIdentity::new(log_key().public().clone()).unwrap();
    assert!(Logs::of(directory).add(&log).unwrap());
    assert!(!Logs::of(directory).add(&log).unwrap());
}

/// Asks from nothing to a tree of `size` leaves of its own.
fn first(size: u64, root: u8) -> Vec<u8> {
    let head = TreeHead {
        size,
        root: [root; 32],
    };
    let signed = LogSigner::begin(log_key())
        .unwrap()
        .sign(head, &[])
        .unwrap();
    format!("old 0\n\n{}", signed.note().encode()).into_bytes()
}

/// Asks for the same tree again.
fn again(size: u64, root: u8) -> Vec<u8> {
    let body = String::from_utf8(first(size, root)).unwrap();
    body.replacen("old 0", &format!("old {size}"), 1)
        .into_bytes()
}

fn lines(answer: Result<Answer>) -> String {
    match answer.unwrap() {
        Answer::Cosigned(lines) => lines,
        Answer::Refused(refusal) => panic!("{refusal}"),
    }
}

fn refusal(answer: Result<Answer>) -> Refusal {
    match answer.unwrap() {
        Answer::Cosigned(lines) => panic!("{lines}"),
        Answer::Refused(refusal) => refusal,
    }
}

fn seen_at(directory: &Path) -> u64 {
    let key = Witness::key_of(directory).unwrap();
    remembered(directory, key.public(), LOG)
        .unwrap()
        .unwrap()
        .seen_at
}

#[test]
fn what_was_cosigned_is_remembered_and_not_gone_behind() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path();
    known(directory);
    let witness = Witness::open(directory, clock(1000)).unwrap();
    lines(witness.add(&first(9, 1)));
    drop(witness);
    let witness = Witness::open(directory, clock(2000)).unwrap();
    assert_eq!(
        refusal(witness.add(&first(12, 2))),
        Refusal::Stale { size: 9 }
    );
    assert_eq!(
        refusal(witness.add(&again(9, 2))),
        Refusal::Forked { size: 9 }
    );
    assert_eq!(
        refusal(witness.add(&again(9, 2))),
        Refusal::Forked { size: 9 }
    );
    assert_eq!(
        refusal(witness.add(&first(5, 1))),
        Refusal::Stale { size: 9 }
    );
    let forks: Vec<_> = fs::read_dir(directory.join(FORKS)).unwrap().collect();
    assert_eq!(forks.len(), 1, "the contradiction is kept, once");
    assert_eq!(seen_at(directory), 1000);
    lines(witness.add(&again(9, 1)));
    assert_eq!(seen_at(directory), 2000);
}

#[test]
fn a_clock_that_goes_back_a_little_is_bridged_and_one_that_goes_back_far_stops_it() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path();
    known(directory);
    let clock = clock(100_000);
    let witness = Witness::open(directory, clock.clone()).unwrap();
    let said = lines(witness.add(&first(9, 1)));
    // The same again in the same second is what was said.
    assert_eq!(lines(witness.add(&again(9, 1))), said);
    clock.set(DateTime::from_timestamp(99_900, 0).unwrap());
    assert_eq!(lines(witness.add(&again(9, 1))), said);
    clock.set(DateTime::from_timestamp(50_000, 0).unwrap());
    assert!(witness.add(&again(9, 1)).is_err());
    assert_eq!(seen_at(directory), 100_000);
}

#[test]
fn of_many_that_ask_at_once_from_nothing_one_is_cosigned() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path();
    known(directory);
    let witness = Witness::open(directory, clock(1000)).unwrap();
    let answers: Vec<_> = std::thread::scope(|scope| {
        let asked = (1..=16_u8).map(|root| {
            let witness = &witness;
            scope.spawn(move || witness.add(&first(u64::from(root), root)).unwrap())
        });
        let asked: Vec<_> = asked.collect();
        asked
            .into_iter()
            .map(|asked| asked.join().unwrap())
            .collect()
    });
    let cosigned = answers
        .iter()
        .filter(|answer| matches!(answer, Answer::Cosigned(_)));
    assert_eq!(cosigned.count(), 1);
}

#[test]
fn a_directory_has_one_witness_and_one_process() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path();
    assert!(Witness::open(directory, clock(1)).is_err());
    known(directory);
    assert!(Witness::make(directory, "other").is_err());
    let _witness = Witness::open(directory, clock(1)).unwrap();
    assert!(Witness::open(directory, clock(1)).is_err());
}

#[test]
fn what_is_remembered_proves_itself() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path();
    known(directory);
    let witness = Witness::open(directory, clock(1000)).unwrap();
    lines(witness.add(&first(9, 1)));
    let path = seen_file(directory, LOG);
    let good = fs::read_to_string(&path).unwrap();
    for wrong in [
        good.replacen("\n9\n", "\n8\n", 1),
        String::new(),
        good.replace("— witness", "— other"),
    ] {
        fs::write(&path, wrong).unwrap();
        assert!(witness.add(&again(9, 1)).is_err());
        assert!(remembered(directory, witness.public(), LOG).is_err());
    }
    fs::write(&path, good).unwrap();
    lines(witness.add(&again(9, 1)));
}

#[test]
fn a_line_of_the_logs_that_is_no_key_is_named() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path();
    known(directory);
    fs::write(directory.join("logs"), "# ours\n\nnonsense\n").unwrap();
    let error = Witness::open(directory, clock(1)).err().unwrap();
    assert!(error.to_string().contains("line 3"), "{error}");
}
