//! `hoso evaluate`: round files in, outcomes out, as JSON lines or as tables.
//!
//! Everything is computed in `hoso_domain::evaluation`; here files are read and outcomes written.

mod comparison;
mod explained;
mod lint;
mod receipts;
mod tables;
mod what_if;

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use hoso_domain::evaluation::{
    FILE_BYTES_MAX, Outcome, RoundFile, WITHIN_DEFAULT, evaluate, explain,
};
use hoso_domain::ids::ItemId;
use hoso_domain::percent::Percent;
use hoso_domain::registry::rule_book::BODY_BYTES_MAX as RULE_BOOK_BYTES_MAX;
use hoso_domain::rulebook::RuleBook;
use serde::Serialize;

use crate::input;

/// Everything went well.
const DONE: u8 = 0;
/// The rule book has errors.
const FOUND_PROBLEMS: u8 = 1;
/// A file or the rule book was bad.
const BAD_INPUT: u8 = 2;

/// Evaluates round files: eligibility, ranking and outcome of every item.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags of a command line, each with its own name"
)]
pub(crate) struct EvaluateArgs {
    /// Round files, UTF-8 JSON.
    #[arg(required_unless_present = "lint", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Print one line of JSON a good file.
    #[arg(long)]
    pub(crate) json: bool,
    /// Another rule book; the outcome is a simulation.
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,
    /// A second rule book: how its rules differ, who wins and loses by them, and why.
    #[arg(long, value_name = "FILE", group = "view")]
    pub(crate) compare: Option<PathBuf>,
    /// Every single fact that alone would win or lose this item its award, with the nearest value.
    #[arg(long, value_name = "ITEM", group = "view")]
    pub(crate) what_if: Option<ItemId>,
    /// What parts each two neighbours, what keeps each loser below the line, what places hang on.
    #[arg(long, group = "view")]
    pub(crate) explain: bool,
    /// The receipt of every verdict: rule book, facts, clauses, findings and why; canonical JSON.
    #[arg(long, group = "view")]
    pub(crate) receipts: bool,
    /// The difference below which a place counts as narrow, in percentage points.
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = WITHIN_DEFAULT,
        requires = "explain"
    )]
    pub(crate) within: Percent,
    /// What is wrong with the rule book, by itself or for the rounds of the files.
    #[arg(long, group = "view")]
    pub(crate) lint: bool,
}

/// A line of output: the outcome with the file it is of.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    #[serde(flatten)]
    outcome: &'a Outcome,
}

/// Runs the command; the answer is the exit code: 0 done, 1 the rule book has errors (`--lint`), 2 a
/// file or a rule book was bad.
///
/// # Errors
/// Only if the outcome cannot be written; a reader that went away is no error.
pub(crate) fn run(
    args: &EvaluateArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> anyhow::Result<u8> {
    match run_all(args, out, err) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(DONE),
        code => Ok(code?),
    }
}

fn run_all(args: &EvaluateArgs, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    let books = || {
        let other = |path: &Option<PathBuf>| path.as_deref().map(rule_book).transpose();
        Ok::<_, anyhow::Error>((other(&args.rules)?, other(&args.compare)?))
    };
    let (simulated, compared) = match books() {
        Ok(books) => books,
        Err(error) => {
            writeln!(err, "{error:#}")?;
            return Ok(BAD_INPUT);
        }
    };
    let view = View {
        args,
        book: simulated.as_ref().unwrap_or_else(|| RuleBook::soc_trang()),
        compared: compared.as_ref(),
    };
    let mut code = DONE;
    if args.lint && args.files.is_empty() {
        let mut text = Vec::new();
        if !lint::write(args.json, view.book, None, &mut text)? {
            code = FOUND_PROBLEMS;
        }
        out.write_all(&text)?;
    }
    for path in &args.files {
        let name = path.to_string_lossy();
        let shown = round_file(path).and_then(|file| view.of(&name, &file));
        match shown {
            Ok(shown) => {
                if !shown.write(&name, out)? {
                    code = code.max(FOUND_PROBLEMS);
                }
            }
            Err(reason) => {
                writeln!(err, "{name}: {reason}")?;
                code = BAD_INPUT;
            }
        }
    }
    out.flush()?;
    Ok(code)
}

/// What is to be shown of each file, and under which rules.
struct View<'a> {
    args: &'a EvaluateArgs,
    book: &'a RuleBook,
    compared: Option<&'a RuleBook>,
}

/// What is printed of a file.
enum Shown {
    /// Its outcome, as JSON. It goes out as it is written: that of a large round is tens of megabytes.
    Outcome(Outcome),
    /// A text, and whether all is well.
    Text(Vec<u8>, bool),
}

impl Shown {
    /// Prints it; whether all is well.
    fn write(self, name: &str, out: &mut dyn Write) -> io::Result<bool> {
        match self {
            Self::Outcome(outcome) => {
                let line = Line {
                    file: name,
                    outcome: &outcome,
                };
                serde_json::to_writer(&mut *out, &line)?;
                writeln!(out)?;
                Ok(true)
            }
            Self::Text(text, ok) => out.write_all(&text).map(|()| ok),
        }
    }
}

impl View<'_> {
    /// What is printed of a file, or why nothing is: `PATH: reason`.
    fn of(&self, name: &str, file: &RoundFile) -> Result<Shown, String> {
        let mut text = Vec::new();
        if self.args.lint {
            let round = Some((name, file));
            let ok = lint::write(self.args.json, self.book, round, &mut text);
            return ok
                .map(|ok| Shown::Text(text, ok))
                .map_err(|error| said(&error));
        }
        let another_view = self.args.what_if.is_some()
            || self.args.explain
            || self.args.receipts
            || self.compared.is_some();
        if self.args.json && !another_view {
            return Ok(Shown::Outcome(self.outcome(file)));
        }
        self.write(name, file, &mut text)?;
        Ok(Shown::Text(text, true))
    }

    fn outcome(&self, file: &RoundFile) -> Outcome {
        let mut outcome = evaluate(file, self.book);
        outcome.simulation = self.args.rules.is_some();
        outcome
    }

    fn write(&self, name: &str, file: &RoundFile, out: &mut Vec<u8>) -> Result<(), String> {
        let (json, simulation) = (self.args.json, self.args.rules.is_some());
        if let Some(item) = &self.args.what_if {
            let found = hoso_domain::evaluation::what_if(file, self.book, item);
            let found = found.ok_or_else(|| format!("$.items: no item {item}"))?;
            return what_if::write(json, name, simulation, &found, out)
                .map_err(|error| said(&error));
        }
        if self.args.explain {
            let mut found = explain(file, self.book, self.args.within);
            found.simulation = simulation;
            return explained::write(json, name, &found, out).map_err(|error| said(&error));
        }
        if self.args.receipts {
            let judged = (file, self.book);
            return receipts::write(json, (name, simulation), judged, out)
                .map_err(|error| said(&error));
        }
        if let Some(other) = self.compared {
            return comparison::write(json, (name, file), (self.book, other), out)
                .map_err(|error| said(&error));
        }
        tables::write(name, (file, self.book), &self.outcome(file), out)
            .map_err(|error| said(&error))
    }
}

/// Nothing that is written to memory fails; a reason all the same.
fn said(error: &io::Error) -> String {
    format!("$: {error}")
}

fn json_line(line: &impl Serialize, out: &mut Vec<u8>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    writeln!(out)
}

/// The rule book of a file.
///
/// # Errors
/// It cannot be read, or is none.
pub(crate) fn rule_book(path: &Path) -> anyhow::Result<RuleBook> {
    let bytes = input::read(path, RULE_BOOK_BYTES_MAX)?;
    let shown = path.display();
    RuleBook::read(&bytes).with_context(|| format!("{shown}: $"))
}

/// The file, or why not: `PATH: reason`.
fn round_file(path: &Path) -> Result<RoundFile, String> {
    let bytes =
        input::read_one_more(path, FILE_BYTES_MAX).map_err(|error| format!("$: {error}"))?;
    RoundFile::read(&bytes).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUND_2024: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/soc-trang-2024/round-2024.json"
    );

    /// Exit code, standard output and standard error.
    fn ran(files: &[&Path], change: impl FnOnce(&mut EvaluateArgs)) -> (u8, String, String) {
        let mut args = EvaluateArgs {
            files: files.iter().map(|path| path.to_path_buf()).collect(),
            json: true,
            rules: None,
            compare: None,
            what_if: None,
            explain: false,
            receipts: false,
            within: WITHIN_DEFAULT,
            lint: false,
        };
        change(&mut args);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = run(&args, &mut out, &mut err).unwrap();
        (
            code,
            String::from_utf8(out).unwrap(),
            String::from_utf8(err).unwrap(),
        )
    }

    fn written(dir: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn good_files_are_printed_beside_bad_ones() {
        let dir = tempfile::tempdir().unwrap();
        let bad = written(
            &dir,
            "bad.json",
            r#"{"round": {"kind": "ANNUAL", "year": 2024.0}}"#,
        );
        let (code, out, err) = ran(&[&bad, Path::new(ROUND_2024)], |_| ());
        assert_eq!(code, BAD_INPUT);
        let shown = bad.display();
        assert_eq!(
            err,
            format!("{shown}: $.round.year: must be an integer, 2021 to 2030\n")
        );
        assert_eq!(out.lines().count(), 1);
        let start = format!(
            "{{\"file\":\"{ROUND_2024}\",\"round\":{{\"kind\":\"ANNUAL\",\"year\":2024}},\"ruleBook\":{{\"id\":\"soc-trang-52-2022\",\"version\":1,"
        );
        assert!(out.starts_with(&start), "{out}");
        assert!(!out.contains("simulation"));
    }

    #[test]
    fn another_rule_book_makes_a_simulation() {
        let dir = tempfile::tempdir().unwrap();
        let text = RuleBook::soc_trang_text().replacen(
            "\"bothRule.loser\": \"NOTHING\"",
            "\"bothRule.loser\": \"DEPARTMENT_LANE\"",
            1,
        );
        let rules = written(&dir, "rules.json", &text);
        let files = [Path::new(ROUND_2024)];
        let (code, out, _) = ran(&files, |args| args.rules = Some(rules.clone()));
        assert_eq!(code, DONE);
        assert!(out.contains("\"simulation\":true"));
        let (_, out, _) = ran(&files, |args| args.compare = Some(rules.clone()));
        for part in [
            "\"simulation\":true",
            "\"rules\":[{\"path\":\"$.parameters[\\\"bothRule.loser\\\"]\",\"from\":\"NOTHING\",\"to\":\"DEPARTMENT_LANE\"}]",
            "{\"item\":\"hs05-2\",\"from\":{\"verdict\":\"ELIGIBLE\",\"outcome\":\"ABSORBED\"",
        ] {
            assert!(out.contains(part), "{part} in {out}");
        }
        let (_, out, _) = ran(&files, |args| {
            args.compare = Some(rules);
            args.json = false;
        });
        assert!(out.contains("MÔ PHỎNG"), "{out}");
        assert!(out.contains("  hs05-2: ABSORBED → "), "{out}");
        let bad = written(&dir, "bad.json", "{}");
        let (code, out, err) = ran(&files, |args| args.rules = Some(bad));
        assert_eq!((code, out.as_str()), (BAD_INPUT, ""));
        assert!(err.contains("not a rule book"));
    }

    #[test]
    fn what_would_win_an_item_its_award_is_a_line_of_json() {
        let item = |id: &str| Some(ItemId::parse(id).unwrap());
        let files = [Path::new(ROUND_2024)];
        let (code, out, err) = ran(&files, |args| args.what_if = item("hs23-1"));
        assert_eq!((code, err.as_str()), (DONE, ""));
        let start = format!(
            "{{\"file\":\"{ROUND_2024}\",\"item\":\"hs23-1\",\"outcome\":\"NOT_SELECTED\",\"changes\":[{{\"fact\":\"$.index["
        );
        assert!(out.starts_with(&start), "{out}");
        let own = "\"from\":\"86.4\",\"to\":\"86.4001\",\"outcome\":\"SELECTED\",\"inNomineesPower\":true}";
        assert!(out.contains(own), "{out}");
        assert_eq!(out.lines().count(), 1);
        let (_, out, _) = ran(&files, |args| {
            args.what_if = item("hs23-1");
            args.json = false;
        });
        assert!(out.contains("86,4 → 86,4001 ⇒ SELECTED"), "{out}");
        let (code, out, err) = ran(&files, |args| args.what_if = item("nobody"));
        assert_eq!((code, out.as_str()), (BAD_INPUT, ""));
        assert_eq!(err, format!("{ROUND_2024}: $.items: no item nobody\n"));
    }

    #[test]
    fn a_rule_book_is_looked_at_alone_and_for_a_round() {
        let alone = |args: &mut EvaluateArgs| args.lint = true;
        let (code, out, _) = ran(&[], alone);
        assert_eq!(code, DONE);
        assert!(
            out.starts_with("{\"ruleBook\":{\"id\":\"soc-trang-52-2022\""),
            "{out}"
        );
        assert!(out.contains("\"ok\":true,\"flaws\":[{\"kind\":\"EXPIRES\",\"severity\":\"WARNING\",\"path\":\"$.validity.to\""), "{out}");
        let (code, out, _) = ran(&[Path::new(ROUND_2024)], alone);
        assert_eq!(code, DONE);
        assert!(
            out.contains("the-che was at 100 the year before 2024"),
            "{out}"
        );
        let dir = tempfile::tempdir().unwrap();
        let text = RuleBook::soc_trang_text();
        let text = text.replacen("{\"annual\": 10,", "{\"annual\": 11,", 1);
        let rules = written(&dir, "rules.json", &text);
        let (code, out, err) = ran(&[], |args| {
            alone(args);
            args.rules = Some(rules);
            args.json = false;
        });
        assert_eq!((code, err.as_str()), (FOUND_PROBLEMS, ""));
        assert!(out.contains("  lỗi: $.lanes: ANNUAL: certificates for individuals: the lanes have 11, the plan 10"), "{out}");
    }

    #[test]
    fn every_verdict_has_a_receipt_whose_text_has_the_digest_beside_it() {
        use sha2::Digest as _;

        let files = [Path::new(ROUND_2024)];
        let (code, out, err) = ran(&files, |args| args.receipts = true);
        assert_eq!((code, err.as_str(), out.lines().count()), (DONE, "", 1));
        let start = "\"receipts\":[{\"digest\":\"sha256:";
        let (_, rest) = out.split_once(start).unwrap();
        let (digest, rest) = rest.split_once("\",\"receipt\":").unwrap();
        let (text, _) = rest.split_once("},{\"digest\"").unwrap();
        assert_eq!(digest, hex::encode(sha2::Sha256::digest(text)));
        let (_, out, _) = ran(&files, |args| {
            args.receipts = true;
            args.json = false;
        });
        for line in [
            "    III.4.b(2): ",
            "    số liệu: UNIT/",
            "; SCORE/",
            " — R25: chỉ số trung bình ",
            "    R25: mean index score ",
        ] {
            assert!(out.contains(line), "{line} in {out}");
        }
    }

    #[test]
    fn a_ranking_is_explained_with_what_it_hangs_on() {
        let files = [Path::new(ROUND_2024)];
        let (code, out, _) = ran(&files, |args| args.explain = true);
        assert_eq!((code, out.lines().count()), (DONE, 1));
        assert!(
            out.contains("\"within\":\"0.5\",\"lanes\":[{\"lane\":\"CERT_ADVISING\",\"quota\":3,")
        );
        let (_, out, _) = ran(&files, |args| {
            args.explain = true;
            args.json = false;
        });
        for line in [
            "hs21-1 trên hs23-1: hài lòng 93,1 > 92,4, hơn 0,7 — vạch",
            "dưới vạch: hs23-1 (vị trí 3) so với hs21-1 (vị trí 2): hài lòng 93,1 > 92,4, hơn 0,7",
            "sát nút: hs21-1 trên hs23-1 nhờ khóa phụ hài lòng, ở vạch",
        ] {
            assert!(out.contains(line), "{line} in {out}");
        }
    }

    #[test]
    fn the_table_says_why_each_stands_above_the_next() {
        let (code, out, _) = ran(&[Path::new(ROUND_2024)], |args| args.json = false);
        assert_eq!(code, DONE);
        for line in [
            "hs01-1 trên hs03-1: tỷ lệ 89,95 > 83,8",
            "hs21-1 trên hs23-1: hài lòng 93,1 > 92,4",
            "hs01-4 = hs03-3: bằng nhau ở mọi khóa, cùng vị trí 3",
            "hs24-3 trên hs15-2: điểm Hội đồng 84,5 > chưa có",
        ] {
            assert!(out.contains(line), "{line}");
        }
    }
}
