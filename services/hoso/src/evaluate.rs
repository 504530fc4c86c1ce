//! `hoso evaluate`: round files in, outcomes out, as JSON lines or as tables.
//!
//! Everything is computed in `hoso_domain::evaluation`; here files are read and outcomes written.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width};
use hoso_domain::evaluation::{
    Difference, FILE_BYTES_MAX, Item, ItemResult, LaneOutcome, Outcome, RankedItem, RoundFile,
    Standing, differences, evaluate, key_names, separating_keys,
};
use hoso_domain::registry::rule_book::BODY_BYTES_MAX as RULE_BOOK_BYTES_MAX;
use hoso_domain::rulebook::{RuleBook, RuleBookRef};
use serde::Serialize;

use crate::input;

/// Everything went well.
const DONE: u8 = 0;
/// Width of a table: a terminal of half a screen, or a printed page across.
const TABLE_COLUMNS: u16 = 120;
/// Width of the subject's column, so that the reasons have room.
const SUBJECT_COLUMNS: u16 = 26;
/// A file or the rule book was bad.
const BAD_INPUT: u8 = 2;

/// Evaluates round files: eligibility, ranking and outcome of every item.
#[derive(Debug, Args)]
pub(crate) struct EvaluateArgs {
    /// Round files, UTF-8 JSON.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Print one line of JSON a good file.
    #[arg(long)]
    pub(crate) json: bool,
    /// Another rule book; the outcome is a simulation.
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,
    /// A second rule book: print only the items that stand otherwise under it.
    #[arg(long, value_name = "FILE")]
    pub(crate) compare: Option<PathBuf>,
}

/// A line of output of a comparison.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Compared<'a> {
    file: &'a str,
    rule_book: RuleBookRef,
    other_rule_book: RuleBookRef,
    differences: &'a [Difference],
}

/// A line of output: the outcome with the file it is of.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    #[serde(flatten)]
    outcome: &'a Outcome,
}

/// Runs the command; the answer is the exit code: 0 done, 2 a file or a rule book was bad.
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
    let mut code = DONE;
    for path in &args.files {
        let name = path.to_string_lossy();
        let file = match round_file(path) {
            Ok(file) => file,
            Err(reason) => {
                writeln!(err, "{name}: {reason}")?;
                code = BAD_INPUT;
                continue;
            }
        };
        let book = simulated.as_ref().unwrap_or_else(|| RuleBook::soc_trang());
        let mut outcome = evaluate(&file, book);
        outcome.simulation = simulated.is_some();
        if let Some(other) = &compared {
            comparison(args, &name, &outcome, &evaluate(&file, other), out)?;
        } else if args.json {
            let line = Line {
                file: &name,
                outcome: &outcome,
            };
            json_line(&line, out)?;
        } else {
            tables(&name, (&file, book), &outcome, out)?;
        }
    }
    out.flush()?;
    Ok(code)
}

fn json_line(line: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    writeln!(out)
}

fn comparison(
    args: &EvaluateArgs,
    name: &str,
    from: &Outcome,
    to: &Outcome,
    out: &mut dyn Write,
) -> io::Result<()> {
    let differences = differences(from, to);
    if args.json {
        let line = Compared {
            file: name,
            rule_book: from.rule_book.clone(),
            other_rule_book: to.rule_book.clone(),
            differences: &differences,
        };
        return json_line(&line, out);
    }
    writeln!(
        out,
        "{name}: {} mục khác nhau giữa hai bộ quy tắc",
        differences.len()
    )?;
    let shown = |standing: &Standing| match standing.place {
        Some(place) => format!("{} vị trí {place}", standing.outcome),
        None => standing.outcome.to_string(),
    };
    for one in &differences {
        writeln!(
            out,
            "  {}: {} → {}",
            one.item,
            shown(&one.from),
            shown(&one.to)
        )?;
    }
    Ok(())
}

fn rule_book(path: &Path) -> anyhow::Result<RuleBook> {
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

fn tables(
    name: &str,
    judged: (&RoundFile, &RuleBook),
    outcome: &Outcome,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (file, round, book) = (judged.0, outcome.round, &outcome.rule_book);
    writeln!(
        out,
        "{name}: {} {}, tính đến {}",
        round.kind,
        round.year,
        file.as_of.format("%d/%m/%Y")
    )?;
    writeln!(
        out,
        "bộ quy tắc {} phiên bản {}, {}",
        book.id, book.version, book.digest
    )?;
    if outcome.simulation {
        writeln!(out, "MÔ PHỎNG: bộ quy tắc không phải bộ đang có hiệu lực")?;
    }
    for warning in &outcome.warnings {
        writeln!(out, "cảnh báo: {warning}")?;
    }
    for lane in &outcome.lanes {
        lane_table(judged, outcome, lane, out)?;
    }
    Ok(())
}

fn lane_table(
    judged: (&RoundFile, &RuleBook),
    outcome: &Outcome,
    lane: &LaneOutcome,
    out: &mut dyn Write,
) -> io::Result<()> {
    let file = judged.0;
    let state = if lane.r#final { "" } else { ", chưa chốt" };
    writeln!(
        out,
        "\n{}: {} suất, chọn {}, trống {}{state}",
        lane.lane, lane.quota, lane.selected, lane.empty
    )?;
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(TABLE_COLUMNS)
        .set_header([
            "Vị trí",
            "Mục",
            "Đối tượng",
            "Kết quả",
            "Khóa xếp hạng",
            "Vì sao",
        ])
        .set_constraints([
            ColumnConstraint::ContentWidth,
            ColumnConstraint::ContentWidth,
            ColumnConstraint::UpperBoundary(Width::Fixed(SUBJECT_COLUMNS)),
        ]);
    let results = file.items.iter().zip(&outcome.items);
    let mut unranked = Vec::new();
    let mut by_id = BTreeMap::new();
    for (item, result) in results.filter(|(item, _)| item.lane == lane.lane) {
        if result.place.is_none() {
            unranked.push((item, result));
        }
        by_id.insert(&item.id, (item, result));
    }
    for one in &lane.ranked {
        if let Some(ranked) = by_id.get(&one.item) {
            table.add_row(row(file, *ranked, &shown_keys(one)));
        }
    }
    for one in unranked {
        table.add_row(row(file, one, ""));
    }
    writeln!(out, "{table}")?;
    let names = key_names(lane.lane, outcome.round.kind);
    let neighbours = lane.ranked.iter().zip(lane.ranked.iter().skip(1));
    for ((above, below), key) in neighbours.zip(separating_keys(file, judged.1, lane)) {
        writeln!(out, "  {}", why_above(names, key, above, below))?;
    }
    Ok(())
}

fn row(file: &RoundFile, (item, result): (&Item, &ItemResult), keys: &str) -> [String; 6] {
    let subject = item.subject.as_str();
    let unit = file.units.iter().find(|unit| unit.id.as_str() == subject);
    let place = result.place.map(|place| place.to_string());
    [
        place.unwrap_or_else(|| "–".to_owned()),
        result.id.to_string(),
        unit.map_or(subject, |unit| unit.name.as_str()).to_owned(),
        result.outcome.to_string(),
        keys.to_owned(),
        result.reason.clone(),
    ]
}

fn shown_keys(ranked: &RankedItem) -> String {
    let keys: Vec<_> = ranked
        .keys
        .iter()
        .map(|key| spoken(key.as_deref().unwrap_or("–")))
        .collect();
    keys.join("; ")
}

/// A figure as Vietnamese text writes it: with a decimal comma.
fn spoken(figure: &str) -> String {
    figure.replace('.', ",")
}

/// Why the one stands above the other: the first key that separates them, by exact values.
fn why_above(
    names: &[&str],
    separates: Option<usize>,
    above: &RankedItem,
    below: &RankedItem,
) -> String {
    let (upper, lower) = (&above.item, &below.item);
    let Some(separates) = separates else {
        return if above.place == below.place {
            let place = above.place;
            format!("{upper} = {lower}: bằng nhau ở mọi khóa, cùng vị trí {place}")
        } else {
            format!("{upper} trên {lower}: bằng nhau ở mọi khóa, theo quyết định chọn")
        };
    };
    let name = names.get(separates).copied().unwrap_or_default();
    let shown = |one: &RankedItem| {
        let key = one.keys.get(separates).and_then(Option::as_deref);
        spoken(key.unwrap_or("chưa có"))
    };
    let (upper_key, lower_key) = (shown(above), shown(below));
    let note = if upper_key == lower_key {
        ", hơn kém dưới 0,0001"
    } else {
        ""
    };
    format!("{upper} trên {lower}: {name} {upper_key} > {lower_key}{note}")
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
        let (_, out, _) = ran(&files, |args| args.compare = Some(rules));
        assert!(out.contains(
            "{\"item\":\"hs05-2\",\"from\":{\"verdict\":\"ELIGIBLE\",\"outcome\":\"ABSORBED\""
        ));
        let bad = written(&dir, "bad.json", "{}");
        let (code, out, err) = ran(&files, |args| args.rules = Some(bad));
        assert_eq!((code, out.as_str()), (BAD_INPUT, ""));
        assert!(err.contains("not a rule book"));
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
