//! What one fact would change, as a line of JSON or as text.

use std::io::{self, Write};

use hoso_domain::evaluation::{Change, FactValue, WhatIf};
use serde::Serialize;

use super::json_line;
use super::tables::spoken;

/// A line of output.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    simulation: bool,
    #[serde(flatten)]
    what_if: &'a WhatIf,
}

/// Writes what was found of one file.
pub(super) fn write(
    json: bool,
    name: &str,
    simulation: bool,
    what_if: &WhatIf,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    if json {
        let line = Line {
            file: name,
            simulation,
            what_if,
        };
        return json_line(&line, out);
    }
    writeln!(out, "{name}: mục {}: {}", what_if.item, what_if.outcome)?;
    if simulation {
        writeln!(out, "MÔ PHỎNG: bộ quy tắc không phải bộ đang có hiệu lực")?;
    }
    if what_if.changes.is_empty() {
        return writeln!(out, "  không thay đổi đơn lẻ nào làm được hay mất suất");
    }
    for (heading, own) in [
        ("trong tầm của đối tượng", true),
        ("ngoài tầm của đối tượng", false),
    ] {
        let changes = what_if.changes.iter();
        let mut changes = changes
            .filter(|one| one.in_nominees_power == own)
            .peekable();
        if changes.peek().is_some() {
            writeln!(out, "  {heading}:")?;
        }
        for change in changes {
            writeln!(out, "    {}", told(change))?;
        }
    }
    Ok(())
}

fn told(change: &Change) -> String {
    let (from, to) = (shown(change.from), shown(change.to));
    format!("{}: {from} → {to} ⇒ {}", change.fact, change.outcome)
}

fn shown(value: FactValue) -> String {
    match value {
        FactValue::Absent => "chưa có".to_owned(),
        FactValue::Percent(percent) => spoken(&percent.to_string()),
        FactValue::Count(count) => count.to_string(),
        FactValue::Finding(finding) => finding.to_string(),
        FactValue::Day(day) => day.format("%d/%m/%Y").to_string(),
    }
}
