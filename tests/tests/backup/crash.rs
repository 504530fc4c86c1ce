//! `kill -9` in the middle of a backup and of a restore: what is left says what it is, and the same
//! command run again finishes.
//!
//! The moments come from a seed that is printed; `HOSO_SEED` repeats a run.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use e2e::hoso_binary;
use e2e::server::{hoso, hoso_json};

use super::place::{Place, contents};

const KILLS: u64 = 12;
const UNITS: usize = 400;

fn seed() -> u64 {
    let given = std::env::var("HOSO_SEED").ok().and_then(|s| s.parse().ok());
    let seed = given.unwrap_or_else(|| u64::from(std::process::id()) ^ 0x6261_636b);
    println!("HOSO_SEED={seed}");
    seed
}

/// The next number of a small generator (splitmix64).
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn start(arguments: &[&str]) -> Child {
    Command::new(hoso_binary())
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What a directory holds, as a number that changes with every file and byte written.
fn progress(directory: &Path) -> u64 {
    let mut sum = 0;
    let mut open = vec![directory.to_path_buf()];
    while let Some(folder) = open.pop() {
        for path in fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|e| e.path())
        {
            sum += 1 + fs::metadata(&path).map_or(0, |found| found.len() / 4_096);
            if path.is_dir() {
                open.push(path);
            }
        }
    }
    sum
}

/// Kills it when it has written something so many times, or lets it end; whether it was killed.
fn kill_after(child: &mut Child, directory: &Path, changes: u64) -> bool {
    let mut seen = progress(directory);
    let mut left = changes;
    while left > 0 {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        let now = progress(directory);
        left -= u64::from(now != seen);
        seen = now;
        std::thread::yield_now();
    }
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

async fn filled(place: &Place) {
    let row = |n| format!("so-{n},Sở số {n},DEPARTMENT,,2021-01-01,,,Giám đốc,\n");
    let rows: String = (0..UNITS).map(row).collect();
    let sample = fs::read_to_string(e2e::root().join("examples/soc-trang-2024/don-vi.csv"));
    let sample = sample.unwrap();
    let table = format!("{}\n{rows}", sample.lines().next().unwrap());
    fs::write(place.path("units.csv"), table).unwrap();
    let (units, data) = (place.text("units.csv"), place.text("data"));
    let done = hoso_json(&["import", "units", &units, "--json", "--data", &data]);
    assert_eq!(done["accepted"], UNITS, "{done}");
    for number in 0..8 {
        place.keep_document("data", &number.to_string()).await;
    }
}

#[tokio::test]
async fn a_backup_killed_in_the_middle_is_the_one_before_and_runs_again() {
    let place = Place::new();
    let mut random = seed();
    filled(&place).await;
    let (data, to) = (place.text("data"), place.text("backup"));
    let mut killed = 0;
    let mut before = None;
    for kill in 0..KILLS {
        let mut run = start(&["backup", &to, "--data", &data]);
        killed += u64::from(kill_after(
            &mut run,
            &place.path("backup"),
            1 + next(&mut random) % 12,
        ));
        let (code, out, err) = hoso(&["backup", "--check", &to, "--json"]);
        match code {
            0 => before = Some(out),
            2 => assert!(
                err.contains("no finished backup") && before.is_none(),
                "{err}"
            ),
            other => panic!("{other}: {out}{err}"),
        }
        if kill == KILLS / 2 {
            place.backup("data", "backup");
            place.import_units("data");
        }
    }
    println!("{killed} of {KILLS} killed in the middle");
    let facts = place.backup("data", "backup");
    assert_eq!(place.check("backup")["position"], facts["position"]);
    for name in contents(&place.path("backup")).into_keys() {
        assert!(!name.ends_with(".partial"), "{name}");
    }
}

#[tokio::test]
async fn a_restore_killed_in_the_middle_is_no_ledger_says_so_and_runs_again() {
    let place = Place::new();
    let mut random = seed();
    filled(&place).await;
    let backup = place.text("backup");
    let events = place.backup("data", "backup")["events"].clone();
    let (mut killed, mut unfinished) = (0, 0);
    for kill in 0..KILLS {
        let name = format!("restored-{kill}");
        let (directory, data) = (place.path(&name), place.text(&name));
        let restore = ["restore", &backup, "--data", &data];
        let mut run = start(&restore);
        killed += u64::from(kill_after(&mut run, &directory, 1 + next(&mut random) % 40));
        if !directory.join("ledger.sqlite").exists() {
            let begun = directory.join("ledger.restoring.sqlite").exists();
            if begun {
                unfinished += 1;
                let words = ["was not finished", "run it again"];
                Place::refused(
                    3,
                    &["up", "--listen", "127.0.0.1:0", "--data", &data],
                    &words,
                );
                Place::refused(3, &["ledger", "verify", "--data", &data], &words);
            }
            let (code, out, err) = hoso(&restore);
            assert_eq!(code, 0, "{out}{err}");
        }
        let verified = hoso_json(&["ledger", "verify", "--json", "--data", &data]);
        assert_eq!(verified["events"], events);
        let documents = contents(&directory.join("documents")).into_keys();
        // One that was being written is no document; it has no digest for a name.
        assert_eq!(
            documents
                .filter(|name| !name.contains("/.writing-"))
                .count(),
            8
        );
        assert!(!directory.join("ledger.restoring.sqlite").exists());
    }
    println!("{killed} of {KILLS} killed in the middle, {unfinished} left a restore to finish");
}
