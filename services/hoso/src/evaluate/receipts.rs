//! The receipt of every verdict, as a line of JSON or as text.

use std::io::{self, Write};

use hoso_domain::evaluation::{CriterionReceipt, InputUsed, Receipt, RoundFile, Sources, receipts};
use hoso_domain::rulebook::RuleBook;
use serde::Serialize;
use serde_json::value::RawValue;

use super::json_line;

/// A line of output.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    receipts: Vec<Signed>,
}

/// A receipt as its canonical text, byte by byte, and the digest of that.
#[derive(Serialize)]
struct Signed {
    digest: String,
    receipt: Box<RawValue>,
}

/// Writes the receipts of one file's items.
pub(super) fn write(
    json: bool,
    (name, simulation): (&str, bool),
    (file, book): (&RoundFile, &RuleBook),
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let mut all = receipts(file, book, &Sources::default())?;
    for receipt in &mut all {
        receipt.simulation = simulation;
    }
    if json {
        let receipts = all.iter().map(signed).collect::<Result<_, _>>()?;
        let file = name;
        return json_line(&Line { file, receipts }, out);
    }
    let reference = book.reference();
    writeln!(
        out,
        "{name}: bộ quy tắc {} phiên bản {}, {}",
        reference.id, reference.version, reference.digest
    )?;
    if simulation {
        writeln!(out, "MÔ PHỎNG: bộ quy tắc không phải bộ đang có hiệu lực")?;
    }
    for receipt in &all {
        text(receipt, out)?;
    }
    Ok(())
}

fn signed(receipt: &Receipt) -> Result<Signed, serde_json::Error> {
    Ok(Signed {
        digest: receipt.digest()?,
        receipt: RawValue::from_string(receipt.canonical()?)?,
    })
}

fn text(receipt: &Receipt, out: &mut Vec<u8>) -> io::Result<()> {
    writeln!(
        out,
        "\n{} ({}, {}): {} — {}",
        receipt.item,
        receipt.lane,
        receipt.subject,
        receipt.verdict,
        receipt.digest()?
    )?;
    for one in &receipt.criteria {
        criterion(one, out)?;
    }
    Ok(())
}

fn criterion(one: &CriterionReceipt, out: &mut Vec<u8>) -> io::Result<()> {
    writeln!(out, "  {} — {}", one.verdict, one.explanation.vi)?;
    writeln!(out, "    {}", one.explanation.en)?;
    writeln!(out, "    {}: {}", one.citation, one.clause.vi)?;
    if !one.inputs.is_empty() {
        let inputs: Vec<_> = one.inputs.iter().map(input).collect();
        writeln!(out, "    số liệu: {}", inputs.join("; "))?;
    }
    Ok(())
}

fn input(input: &InputUsed) -> String {
    let value = input.value.as_deref().unwrap_or("chưa có");
    format!("{} = {value}", input.key())
}
