//! What another rule book would change, as a line of JSON or as text.

use std::io::{self, Write};

use hoso_domain::evaluation::{
    Difference, Outcome, RoundFile, Standing, Winners, differences, evaluate, winners,
};
use hoso_domain::ids::ItemId;
use hoso_domain::rulebook::{RuleBook, RuleBookRef, RuleChange, changes};
use serde::Serialize;

use super::json_line;

/// A line of output of a comparison.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Compared<'a> {
    file: &'a str,
    /// Always: at most one of the two books is the one in force.
    simulation: bool,
    rule_book: &'a RuleBookRef,
    other_rule_book: &'a RuleBookRef,
    rules: &'a [RuleChange],
    winners: &'a Winners,
    differences: &'a [Difference],
}

/// Writes the differences of one file under two books.
pub(super) fn write(
    json: bool,
    (name, file): (&str, &RoundFile),
    (book, other): (&RuleBook, &RuleBook),
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let (from, to) = (evaluate(file, book), evaluate(file, other));
    let differences = differences(&from, &to);
    let compared = Compared {
        file: name,
        simulation: true,
        rule_book: &from.rule_book,
        other_rule_book: &to.rule_book,
        rules: &changes(book, other),
        winners: &winners(&differences),
        differences: &differences,
    };
    if json {
        return json_line(&compared, out);
    }
    text(&compared, (&from, &to), out)
}

fn text(
    compared: &Compared<'_>,
    (from, to): (&Outcome, &Outcome),
    out: &mut Vec<u8>,
) -> io::Result<()> {
    writeln!(
        out,
        "{}: {} mục khác nhau giữa hai bộ quy tắc",
        compared.file,
        compared.differences.len()
    )?;
    writeln!(out, "MÔ PHỎNG: không làm thay đổi kết quả nào đã ghi")?;
    let (book, other) = (compared.rule_book, compared.other_rule_book);
    writeln!(
        out,
        "  {} {} → {} {}",
        book.id, book.version, other.id, other.version
    )?;
    for rule in compared.rules {
        writeln!(out, "  {}: {} → {}", rule.path, rule.from, rule.to)?;
    }
    for (lane, after) in from.lanes.iter().zip(&to.lanes) {
        let (quota, selected) = (lane.quota, lane.selected);
        if (quota, selected) != (after.quota, after.selected) {
            writeln!(
                out,
                "  {}: {selected}/{quota} → {}/{} suất",
                lane.lane, after.selected, after.quota
            )?;
        }
    }
    let winners = compared.winners;
    writeln!(
        out,
        "  được thêm: {}; mất: {}",
        names(&winners.gained),
        names(&winners.lost)
    )?;
    for one in compared.differences {
        difference(one, out)?;
    }
    Ok(())
}

fn difference(one: &Difference, out: &mut Vec<u8>) -> io::Result<()> {
    let (from, to) = (shown(one.from), shown(one.to));
    writeln!(out, "  {}: {from} → {to}", one.item)?;
    writeln!(out, "    trước: {}", one.from_reason)?;
    writeln!(out, "    sau: {}", one.to_reason)?;
    for criterion in &one.criteria {
        let said = |told: &Option<String>| told.clone().unwrap_or_else(|| "không xét".to_owned());
        writeln!(
            out,
            "    {}: {} → {}",
            criterion.rule,
            said(&criterion.from_explanation),
            said(&criterion.to_explanation)
        )?;
    }
    Ok(())
}

fn shown(standing: Standing) -> String {
    match standing.place {
        Some(place) => format!("{} vị trí {place}", standing.outcome),
        None => standing.outcome.to_string(),
    }
}

fn names(items: &[ItemId]) -> String {
    if items.is_empty() {
        return "không ai".to_owned();
    }
    let names: Vec<_> = items.iter().map(ItemId::as_str).collect();
    names.join(", ")
}
