//! A table as it stands in a file: cells and row numbers, before anybody says what they mean.

use chrono::NaiveDate;
use hoso_domain::text::{tidy, unseen};

/// Most rows of a table, empty ones and those above the headings included.
pub(super) const ROWS_MAX: usize = 20_000;
/// Most columns of a table.
pub(super) const COLUMNS_MAX: usize = 64;
/// Rows that may stand above the headings: titles, blank lines.
const TITLE_ROWS_MAX: usize = 20;

/// One cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Cell {
    /// Nothing, or nothing but spaces.
    #[default]
    Empty,
    /// Text: NFC, no-break spaces as spaces, no blanks around.
    Text(String),
    /// A number of a spreadsheet.
    Number(f64),
    /// A number of a spreadsheet that is shown as a percentage: 0.884 as 88.4 %.
    Share(f64),
    /// A date of a spreadsheet.
    Date(NaiveDate),
    /// What no table should hold: an error value, a time.
    Unusable(String),
}

impl Cell {
    /// A cell of what was typed.
    #[must_use]
    pub(super) fn typed(text: &str) -> Self {
        let text = tidy(text);
        if text.is_empty() {
            Self::Empty
        } else if unseen(&text).is_some() {
            // Shown escaped: what cannot be seen must not get into the report either.
            Self::Unusable(text.escape_debug().to_string())
        } else {
            Self::Text(text)
        }
    }
}

/// One row, by the number the person sees.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct GridRow {
    /// Line of a CSV file, row of a sheet; from 1.
    pub(super) number: u32,
    /// Its cells.
    pub(super) cells: Vec<Cell>,
}

impl GridRow {
    fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| *cell == Cell::Empty)
    }
}

/// A column wanted: its names, and whether a table may lack it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    /// Name in the CSV files, such as `ma_don_vi`; also how errors name the column.
    pub(super) name: &'static str,
    /// Heading in the spreadsheets, such as `Mã đơn vị`.
    pub(super) heading: &'static str,
    /// A table may do without it.
    pub(super) optional: bool,
}

/// A row with its cells in the order of the wanted columns.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TableRow {
    /// The number the person sees.
    pub(super) number: u32,
    /// One cell a wanted column.
    pub(super) cells: Vec<Cell>,
}

/// Which wanted columns a grid lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MissingColumns(pub(super) Vec<&'static str>);

/// Finds the headings by their names, and gives the rows below that hold something.
///
/// # Errors
/// The columns that the best candidate for the row of headings lacks.
pub(super) fn extract(
    grid: &[GridRow],
    wanted: &[Column],
) -> Result<Vec<TableRow>, MissingColumns> {
    let mut fewest_missing: Vec<_> = wanted.iter().map(|column| column.name).collect();
    for (index, row) in grid.iter().enumerate().take(TITLE_ROWS_MAX) {
        let places: Vec<_> = wanted.iter().map(|column| place(row, column)).collect();
        let missing: Vec<_> = wanted
            .iter()
            .zip(&places)
            .filter(|(column, place)| place.is_none() && !column.optional)
            .map(|(column, _)| column.name)
            .collect();
        if missing.is_empty() {
            return Ok(rows_below(grid, index, &places));
        }
        if missing.len() < fewest_missing.len() {
            fewest_missing = missing;
        }
    }
    Err(MissingColumns(fewest_missing))
}

fn rows_below(grid: &[GridRow], headings: usize, places: &[Option<usize>]) -> Vec<TableRow> {
    grid.iter()
        .skip(headings + 1)
        .map(|row| TableRow {
            number: row.number,
            cells: places
                .iter()
                .map(|place| {
                    place
                        .and_then(|place| row.cells.get(place))
                        .cloned()
                        .unwrap_or_default()
                })
                .collect(),
        })
        .filter(|row| row.cells.iter().any(|cell| *cell != Cell::Empty))
        .collect()
}

fn place(row: &GridRow, column: &Column) -> Option<usize> {
    if row.is_empty() {
        return None;
    }
    let names = [plain(column.name), plain(column.heading)];
    row.cells
        .iter()
        .position(|cell| matches!(cell, Cell::Text(text) if names.contains(&plain(text))))
}

/// A heading made comparable: lower case, line breaks as spaces, the unit of percent left out.
fn plain(heading: &str) -> String {
    let text = tidy(&heading.replace("(%)", " "));
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: &[Column] = &[
        Column {
            name: "ma_don_vi",
            heading: "Mã đơn vị",
            optional: false,
        },
        Column {
            name: "ty_le",
            heading: "Tỷ lệ hài lòng",
            optional: false,
        },
        Column {
            name: "ghi_chu",
            heading: "Ghi chú",
            optional: true,
        },
    ];

    fn grid(rows: &[&[&str]]) -> Vec<GridRow> {
        rows.iter()
            .zip(1..)
            .map(|(cells, number)| GridRow {
                number,
                cells: cells.iter().map(|text| Cell::typed(text)).collect(),
            })
            .collect()
    }

    #[test]
    fn headings_are_found_below_titles_with_line_breaks_and_in_any_order() {
        let grid = grid(&[
            &["ỦY BAN NHÂN DÂN TỈNH"],
            &[],
            &["STT", "Tỷ lệ\nhài lòng (%)", "MÃ ĐƠN VỊ "],
            &["1", "88,40", "so-y-te"],
            &["", " ", "\u{a0}"],
        ]);
        let rows = extract(&grid, WANTED).unwrap();
        assert_eq!(rows.len(), 1, "a row of blanks is none");
        assert_eq!(rows[0].number, 4);
        let texts = [Cell::typed("so-y-te"), Cell::typed("88,40"), Cell::Empty];
        assert_eq!(rows[0].cells, texts);
    }

    #[test]
    fn a_row_with_nothing_but_a_running_number_is_empty() {
        let grid = grid(&[&["STT", "ma_don_vi", "ty_le"], &["1", "", ""]]);
        assert_eq!(extract(&grid, WANTED), Ok(vec![]));
    }

    #[test]
    fn a_table_without_its_columns_says_which_are_missing() {
        let grid = grid(&[&["ma_don_vi", "nam"], &["so-y-te", "2024"]]);
        assert_eq!(extract(&grid, WANTED), Err(MissingColumns(vec!["ty_le"])));
    }
}
