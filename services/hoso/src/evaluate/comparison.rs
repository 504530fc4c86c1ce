//! What another rule book would change, as a line of JSON or as text.

use std::io::{self, Write};

use hoso_domain::evaluation::{Difference, Outcome, Standing, differences};
use hoso_domain::rulebook::RuleBookRef;
use serde::Serialize;

use super::json_line;

/// A line of output of a comparison.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Compared<'a> {
    file: &'a str,
    rule_book: RuleBookRef,
    other_rule_book: RuleBookRef,
    differences: &'a [Difference],
}

/// Writes the differences of one file.
pub(super) fn write(
    json: bool,
    name: &str,
    from: &Outcome,
    to: &Outcome,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let differences = differences(from, to);
    if json {
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
