//! Files as grids: CSV with comma, semicolon or tab, and the visible sheets of a workbook.
//!
//! A hidden sheet is somebody's draft and is never read.

use std::io::{self, Cursor, Read as _};
use std::path::Path;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Style, Xlsx};

use super::table::{
    COLUMNS_MAX, Cell, Column, GridRow, MissingColumns, ROWS_MAX, TableRow, extract,
};

/// Most bytes of a workbook's parts together, unpacked: room for the largest table several times
/// over, and little memory.
const UNPACKED_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Most parts of a workbook.
const PARTS_MAX: usize = 1000;

/// What a file claims to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text with separators.
    Csv,
    /// An Office Open XML workbook.
    Xlsx,
}

impl Format {
    /// By media type, by the ending of a file name, else by the first bytes.
    #[must_use]
    pub fn of(hint: Option<&str>, bytes: &[u8]) -> Self {
        let hint = hint.unwrap_or_default().to_ascii_lowercase();
        let named_xlsx = Path::new(&hint).extension().is_some_and(|e| e == "xlsx");
        let zipped = bytes.starts_with(b"PK\x03\x04");
        if zipped || hint.contains("spreadsheetml") || named_xlsx {
            Self::Xlsx
        } else {
            Self::Csv
        }
    }
}

/// Why a file cannot be read as a table at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Another encoding.
    #[error("the file is not UTF-8 text: save it as CSV UTF-8, or as xlsx")]
    NotUtf8,
    /// Broken CSV.
    #[error("the CSV cannot be read: {0}")]
    Csv(String),
    /// Broken or foreign workbook.
    #[error("the workbook cannot be read: {0}")]
    Workbook(String),
    /// No table has the columns.
    #[error("no visible table has all the columns; missing at least: {}", .0.join(", "))]
    Columns(Vec<&'static str>),
    /// More than one sheet would fit.
    #[error("more than one sheet has the columns: {}", .0.join(", "))]
    Ambiguous(Vec<String>),
    /// A workbook that grows beyond all tables when it is unpacked.
    #[error(
        "the workbook unpacks to more than {PARTS_MAX} parts or {} MiB",
        UNPACKED_BYTES_MAX / (1024 * 1024)
    )]
    UnpackedTooLarge,
    /// Too large.
    #[error("a table has at most {ROWS_MAX} rows and {COLUMNS_MAX} columns")]
    TooLarge,
}

/// The rows of the table with the wanted columns.
///
/// # Errors
/// The file cannot be read, or has no such table, or more than one.
pub(super) fn read(
    bytes: &[u8],
    format: Format,
    wanted: &[Column],
) -> Result<Vec<TableRow>, FileError> {
    match format {
        Format::Csv => read_csv(bytes, wanted),
        Format::Xlsx => read_xlsx(bytes, wanted),
    }
}

fn read_csv(bytes: &[u8], wanted: &[Column]) -> Result<Vec<TableRow>, FileError> {
    let text = std::str::from_utf8(bytes).map_err(|_| FileError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.contains('\0') {
        return Err(FileError::NotUtf8);
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut missing: Option<Vec<&'static str>> = None;
    for delimiter in *b",;\t" {
        let grid = csv_grid(&text, delimiter)?;
        match extract(&grid, wanted) {
            Ok(rows) => return Ok(rows),
            Err(MissingColumns(columns)) => {
                if missing.as_ref().is_none_or(|m| columns.len() < m.len()) {
                    missing = Some(columns);
                }
            }
        }
    }
    Err(FileError::Columns(missing.unwrap_or_default()))
}

fn csv_grid(text: &str, delimiter: u8) -> Result<Vec<GridRow>, FileError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut grid = Vec::new();
    let mut lines = Lines {
        text,
        byte: 0,
        line: 1,
    };
    for record in reader.records() {
        let record = record.map_err(|error| FileError::Csv(error.to_string()))?;
        if grid.len() >= ROWS_MAX || record.len() > COLUMNS_MAX {
            return Err(FileError::TooLarge);
        }
        let begin = record.position().map_or(0, csv::Position::byte);
        grid.push(GridRow {
            number: lines.of_record(usize::try_from(begin).unwrap_or(usize::MAX)),
            cells: record.iter().map(Cell::typed).collect(),
        });
    }
    Ok(grid)
}

/// Line numbers as an editor counts them: the reader passes over blank lines without counting.
struct Lines<'a> {
    text: &'a str,
    byte: usize,
    line: u32,
}

impl Lines<'_> {
    /// The line of the record that begins at a byte or behind blank lines there; never backwards.
    fn of_record(&mut self, begin: usize) -> u32 {
        for byte in self.text.bytes().skip(self.byte) {
            if self.byte >= begin && byte != b'\n' {
                break;
            }
            self.byte += 1;
            self.line += u32::from(byte == b'\n');
        }
        self.line
    }
}

fn read_xlsx(bytes: &[u8], wanted: &[Column]) -> Result<Vec<TableRow>, FileError> {
    check_unpacked_size(bytes)?;
    let broken = |error: calamine::XlsxError| FileError::Workbook(error.to_string());
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let sheets: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut found: Option<Vec<TableRow>> = None;
    let mut names = Vec::new();
    let mut missing: Option<Vec<&'static str>> = None;
    for sheet in sheets {
        match extract(&sheet_grid(&mut workbook, &sheet)?, wanted) {
            Ok(rows) => {
                names.push(sheet);
                found = Some(rows);
            }
            Err(MissingColumns(columns)) => {
                if missing.as_ref().is_none_or(|m| columns.len() < m.len()) {
                    missing = Some(columns);
                }
            }
        }
    }
    match found {
        Some(rows) if names.len() == 1 => Ok(rows),
        Some(_) => Err(FileError::Ambiguous(names)),
        None => Err(FileError::Columns(missing.unwrap_or_default())),
    }
}

/// Unpacks every part once, to nowhere, and stops at the limit: what a part says of its own size
/// may be a lie.
fn check_unpacked_size(bytes: &[u8]) -> Result<(), FileError> {
    let broken = |error: &dyn std::fmt::Display| FileError::Workbook(error.to_string());
    let mut parts = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(&e))?;
    if parts.len() > PARTS_MAX {
        return Err(FileError::UnpackedTooLarge);
    }
    let mut left = UNPACKED_BYTES_MAX;
    for index in 0..parts.len() {
        let part = parts.by_index(index).map_err(|e| broken(&e))?;
        let unpacked = io::copy(&mut part.take(left + 1), &mut io::sink());
        left = left
            .checked_sub(unpacked.map_err(|e| broken(&e))?)
            .ok_or(FileError::UnpackedTooLarge)?;
    }
    Ok(())
}

/// Whether a style shows 0.884 as 88.4 %: its format has a percent sign that is not quoted text.
fn is_percentage(style: &Style) -> bool {
    let Some(format) = &style.number_format else {
        return false;
    };
    let mut quoted = false;
    let mut escaped = false;
    format.format_code.chars().any(|c| {
        let plain = !quoted && !escaped;
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && plain;
        c == '%' && plain
    })
}

/// The sheet cell by cell, so that a lone cell far out does not ask for a grid up to it.
fn sheet_grid(workbook: &mut Xlsx<Cursor<&[u8]>>, sheet: &str) -> Result<Vec<GridRow>, FileError> {
    let broken = |error: calamine::XlsxError| FileError::Workbook(error.to_string());
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(broken)?;
    let mut grid: Vec<GridRow> = Vec::new();
    let percentages: Vec<bool> = reader.styles().iter().map(is_percentage).collect();
    while let Some((read, style)) = reader.next_cell_with_style_id().map_err(broken)? {
        let mut cell = sheet_cell(read.get_value());
        if let Cell::Number(value) = cell
            && percentages.get(style) == Some(&true)
        {
            cell = Cell::Share(value);
        }
        if cell == Cell::Empty {
            continue;
        }
        let (row, column) = read.get_position();
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= COLUMNS_MAX || usize::try_from(row).unwrap_or(usize::MAX) >= ROWS_MAX {
            return Err(FileError::TooLarge);
        }
        let number = row + 1;
        if grid.last().is_none_or(|last| last.number != number) {
            grid.push(GridRow {
                number,
                cells: Vec::new(),
            });
        }
        if let Some(last) = grid.last_mut() {
            if last.cells.len() <= column {
                last.cells.resize(column + 1, Cell::Empty);
            }
            if let Some(place) = last.cells.get_mut(column) {
                *place = cell;
            }
        }
    }
    Ok(grid)
}

fn sheet_cell(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) => Cell::typed(text),
        DataRef::SharedString(text) => Cell::typed(text),
        #[expect(
            clippy::cast_precision_loss,
            reason = "a whole number of a sheet has at most 15 digits"
        )]
        DataRef::Int(value) => Cell::Number(*value as f64),
        DataRef::Float(value) => Cell::Number(*value),
        DataRef::DateTime(value) if value.is_datetime() => match value.as_datetime() {
            Some(at) if at.time() == chrono::NaiveTime::MIN => Cell::Date(at.date()),
            Some(at) => Cell::Unusable(at.to_string()),
            None => Cell::Unusable(value.as_f64().to_string()),
        },
        DataRef::DateTime(value) => Cell::Unusable(value.as_f64().to_string()),
        DataRef::DateTimeIso(text) => match text.get(..10).and_then(|day| day.parse().ok()) {
            Some(day) => Cell::Date(day),
            None => Cell::Unusable(text.clone()),
        },
        DataRef::DurationIso(text) => Cell::Unusable(text.clone()),
        DataRef::Bool(value) => Cell::Unusable(value.to_string()),
        DataRef::Error(error) => Cell::Unusable(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
