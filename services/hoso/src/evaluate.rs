//! `hoso evaluate`: round files in, outcomes out, as JSON lines or as tables.
//!
//! Everything is computed in `hoso_domain::evaluation`; here files are read and outcomes written.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};
use hoso_domain::evaluation::{
    ItemResult, Lane, LaneOutcome, Outcome, RankedItem, RoundFile, RoundKind, evaluate,
    separating_key,
};
use hoso_domain::rulebook::RuleBook;
use serde::Serialize;

/// Everything went well.
const DONE: u8 = 0;
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
}

/// A line of output: the outcome with the file it is of.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    #[serde(flatten)]
    outcome: &'a Outcome,
}

/// Runs the command; the answer is the exit code: 0 done, 2 a file or the rule book was bad.
///
/// # Errors
/// Only if the outcome cannot be written.
pub(crate) fn run(
    args: &EvaluateArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> anyhow::Result<u8> {
    let simulated = match args.rules.as_deref().map(rule_book).transpose() {
        Ok(book) => book,
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
        if args.json {
            let line = Line {
                file: &name,
                outcome: &outcome,
            };
            serde_json::to_writer(&mut *out, &line).context("writing the outcome")?;
            writeln!(out)?;
        } else {
            tables(&name, (&file, book), &outcome, out)?;
        }
    }
    out.flush()?;
    Ok(code)
}

fn rule_book(path: &Path) -> anyhow::Result<RuleBook> {
    let shown = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("{shown}: $"))?;
    RuleBook::read(&bytes).with_context(|| format!("{shown}: $"))
}

/// The file, or why not: `PATH: reason`.
fn round_file(path: &Path) -> Result<RoundFile, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("$: {error}"))?;
    RoundFile::read(&bytes).map_err(|error| error.to_string())
}

fn tables(
    name: &str,
    judged: (&RoundFile, &RuleBook),
    outcome: &Outcome,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
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
) -> anyhow::Result<()> {
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
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header([
            "Vị trí",
            "Mục",
            "Đối tượng",
            "Kết quả",
            "Khóa xếp hạng",
            "Vì sao",
        ]);
    for one in &lane.ranked {
        if let Some(item) = result(outcome, one) {
            table.add_row(row(file, item, &shown_keys(one)));
        }
    }
    let lanes = file.items.iter().map(|item| item.lane);
    for (item, of) in outcome.items.iter().zip(lanes) {
        if of == lane.lane && item.place.is_none() {
            table.add_row(row(file, item, ""));
        }
    }
    writeln!(out, "{table}")?;
    let names = key_names(lane.lane, outcome.round.kind);
    for pair in lane.ranked.windows(2) {
        if let [above, below] = pair {
            writeln!(out, "  {}", neighbours(judged, names, above, below))?;
        }
    }
    Ok(())
}

fn result<'a>(outcome: &'a Outcome, ranked: &RankedItem) -> Option<&'a ItemResult> {
    outcome.items.iter().find(|item| item.id == ranked.item)
}

fn row(file: &RoundFile, result: &ItemResult, keys: &str) -> [String; 6] {
    let item = file.items.iter().find(|item| item.id == result.id);
    let subject = item.map_or("", |item| item.subject.as_str());
    let unit = file.units.iter().find(|unit| unit.id.as_str() == subject);
    [
        result
            .place
            .map_or("–".to_owned(), |place| place.to_string()),
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
        .map(|key| key.as_deref().unwrap_or("–"))
        .collect();
    keys.join("; ")
}

/// The names of a lane's keys, in order.
fn key_names(lane: Lane, kind: RoundKind) -> &'static [&'static str] {
    let assessed = lane.group().is_some();
    match (assessed, kind, lane.is_individual()) {
        (true, RoundKind::Annual, _) => &[
            "chỉ số năm xét",
            "hài lòng trung bình",
            "số năm Nhóm 1",
            "tăng so với năm trước",
        ],
        (true, RoundKind::Interim | RoundKind::Final, _) => &[
            "chỉ số trung bình",
            "hài lòng trung bình",
            "số năm Nhóm 1",
            "tăng so với năm trước",
        ],
        (false, _, true) => &["điểm Hội đồng"],
        (false, _, false) => &["mức tăng trung bình", "tỷ lệ trung bình năm xét"],
    }
}

/// Why the one stands above the other: the first key that separates them, by exact values.
fn neighbours(
    (file, book): (&RoundFile, &RuleBook),
    names: &[&str],
    above: &RankedItem,
    below: &RankedItem,
) -> String {
    let (upper, lower) = (&above.item, &below.item);
    if above.place == below.place {
        let place = above.place;
        return format!("{upper} = {lower}: bằng nhau ở mọi khóa, cùng vị trí {place}");
    }
    let Some(separates) = separating_key(file, book, upper, lower) else {
        return format!("{upper} trên {lower}: bằng nhau ở mọi khóa, theo quyết định chọn");
    };
    let name = names.get(separates).copied().unwrap_or_default();
    let shown = |one: &RankedItem| {
        let key = one.keys.get(separates).cloned().flatten();
        key.unwrap_or_else(|| "không có".to_owned())
    };
    let (upper_key, lower_key) = (shown(above), shown(below));
    let note = if upper_key == lower_key {
        ", hơn kém dưới 0,0001"
    } else {
        ""
    };
    format!("{upper} trên {lower}: {name} {upper_key} > {lower_key}{note}")
}
