//! What is wrong with a rule book, as lines of JSON or as text.

use std::io::{self, Write};

use hoso_domain::evaluation::RoundFile;
use hoso_domain::rulebook::lint::{Flaw, PlannedRound, Severity, lint};
use hoso_domain::rulebook::{RuleBook, RuleBookRef};
use serde::Serialize;

use super::json_line;

/// A line of output.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    /// The round file it was looked at for.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    rule_book: RuleBookRef,
    ok: bool,
    flaws: &'a [Flaw],
}

/// Looks at a book alone, or for the round of a file as of its day; whether it has no error.
pub(super) fn write(
    json: bool,
    book: &RuleBook,
    round: Option<(&str, &RoundFile)>,
    out: &mut Vec<u8>,
) -> io::Result<bool> {
    let planned = round.map(|(_, file)| PlannedRound {
        kind: file.round.kind,
        year: file.round.year,
        from: file.as_of,
        to: file.as_of,
        parameters: &file.parameters,
        components: &file.components,
    });
    let flaws = lint(book, planned);
    let ok = flaws.iter().all(|flaw| flaw.severity != Severity::Error);
    let file = round.map(|(name, _)| name);
    if json {
        let line = Line {
            file,
            rule_book: book.reference(),
            ok,
            flaws: &flaws,
        };
        json_line(&line, out)?;
        return Ok(ok);
    }
    let (id, version, count) = (book.id(), book.version(), flaws.len());
    let of_file = file.map(|name| format!("{name}: ")).unwrap_or_default();
    writeln!(
        out,
        "{of_file}bộ quy tắc {id} phiên bản {version}: {count} điểm cần xem"
    )?;
    for flaw in &flaws {
        let severity = match flaw.severity {
            Severity::Error => "lỗi",
            Severity::Warning => "cảnh báo",
        };
        writeln!(out, "  {severity}: {flaw}")?;
    }
    Ok(ok)
}
