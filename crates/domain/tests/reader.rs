//! The fuzzer's law in the ordinary tests: a short run over spoilt round files with a fixed seed.
//! The long run is `cargo +nightly fuzz run round_file` in crates/domain.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test's helpers: a broken law must stop the test"
)]

#[path = "../fuzz/law.rs"]
mod law;

/// Spoilt files of one run: a second or two unoptimised.
const RUNS: u32 = 4_000;
/// Of all random numbers.
const SEED: u64 = 0x52_2022;

const SMALL: &[u8] = br#"{"round": {"kind": "ANNUAL", "year": 2024}, "asOf": "2025-07-01",
 "parameters": {"band.group1.from": "90", "growth.components": "MEAN"},
 "units": [{"id": "a", "name": "A", "group": "DEPARTMENT", "advising": true, "since": 2022}],
 "index": [{"unit": "a", "year": 2023, "score": "80"}, {"unit": "a", "year": 2024, "score": "90.5"}],
 "satisfaction": [{"unit": "a", "year": 2024, "rate": "95"}],
 "tasks": [{"unit": "a", "year": 2024, "assigned": 3, "doneOnTime": 3}],
 "components": [{"id": "c", "adviser": "a", "year": 2023, "rate": null}, {"id": "c", "adviser": "a", "year": 2024, "rate": "7"}],
 "initiatives": [{"id": "s", "recognised": true, "date": "2024-02-29"}],
 "holds": [{"subject": "a", "opened": "2024-01-01", "closed": null}],
 "items": [{"id": "i", "lane": "CERT_DEPARTMENT", "subject": "a", "findings": {"R22": "MET"}},
  {"id": "j", "lane": "CERT_INDIVIDUAL", "subject": "p", "basis": "ADVISER", "components": ["c"], "findings": {}, "councilScore": "88"},
  {"id": "k", "lane": "CERT_INDIVIDUAL", "subject": "q", "basis": "OUTSIDER", "initiative": "s", "findings": {"R33": "NOT_MET"}}],
 "tieRulings": [{"lane": "CERT_INDIVIDUAL", "order": ["k", "j"]}]}"#;

/// Pieces that readers trip over.
const PIECES: [&[u8]; 24] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"\\",
    b"null",
    b"9007199254740993",
    b"1e999",
    b"-0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\\ud800",
    b"\\u0000",
    b"\x00",
    b"2021",
    b"2030",
    b"\"100\"",
    b"\"0.0001\"",
    b"INTERIM",
    b"FINAL",
    b"2025",
];

struct Dice(u64);

impl Dice {
    fn below(&mut self, many: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % many.max(1) as u64).unwrap_or(0)
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let from = self.below(length);
        from..(from + self.below(24)).min(length)
    }
}

fn spoilt(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.below(3) {
        let range = dice.range(bytes.len());
        match dice.below(6) {
            0 => drop(bytes.drain(range)),
            1 => {
                let piece = bytes[range.clone()].to_vec();
                let at = dice.below(bytes.len());
                bytes.splice(at..at, piece);
            }
            2 => bytes.truncate(range.end),
            3 => {
                if let Some(byte) = bytes.get_mut(range.start) {
                    *byte ^= 1 << dice.below(8);
                }
            }
            4 => {
                // Digits against digits keep most files good.
                let other = b'0' + u8::try_from(dice.below(10)).unwrap_or(0);
                let digits = bytes[range].iter_mut().filter(|byte| byte.is_ascii_digit());
                digits.take(1).for_each(|byte| *byte = other);
            }
            _ => {
                let piece = PIECES[dice.below(PIECES.len())];
                bytes.splice(range, piece.iter().copied());
            }
        }
    }
    bytes
}

#[test]
fn spoilt_round_files_are_refused_with_a_path_or_are_good_and_never_panic() {
    let (mut dice, mut good) = (Dice(SEED), 0);
    assert!(law::holds(SMALL), "the seed is a good file");
    for _ in 0..RUNS {
        good += u32::from(law::holds(&spoilt(SMALL, &mut dice)));
    }
    assert!(good > RUNS / 50, "only {good} of {RUNS} were good");
    assert!(good < RUNS / 2, "{good} of {RUNS} were good");
}

#[test]
fn a_hostile_file_is_refused_with_a_path_before_it_costs_anything() {
    let deep = |open: &str| open.repeat(10_000).into_bytes();
    let after = |from: &str, to: &str| {
        let text = String::from_utf8_lossy(SMALL);
        text.replacen(from, to, 1).into_bytes()
    };
    let nested = format!("\"findings\": {}", "{\"a\":".repeat(10_000));
    for bytes in [
        deep("["),
        deep("{\"round\":"),
        after("\"findings\": {}", &nested),
        after("2024}", "9007199254740993}"),
        after("2024}", "2024, \"year\": 2024}"),
        after("\"A\"", "\"\\ud800\""),
        [b"\xef\xbb\xbf", SMALL].concat(),
        [SMALL, b"\xff"].concat(),
        vec![b' '; 100 * 1024 * 1024],
        vec![0; 1024],
    ] {
        assert!(!law::holds(&bytes));
    }
}
