//! What a cell means: percentages, counts, years, dates, marks, words, ids.
//!
//! Numbers are read exactly: a spreadsheet keeps 15 significant digits, so 86.09999999999999 is
//! 86.1; a number that needs more than four decimals then is refused, never rounded.

use std::str::FromStr;

use chrono::NaiveDate;
use hoso_domain::percent::Percent;

use super::table::Cell;

/// Digits a spreadsheet keeps of a number, behind the first one.
const SPREADSHEET_DIGITS_BEHIND_FIRST: usize = 14;

/// A cell's text; numbers as their shortest decimals.
pub(super) fn text(cell: &Cell) -> Result<Option<String>, String> {
    match cell {
        Cell::Empty => Ok(None),
        Cell::Text(text) => Ok(Some(text.clone())),
        Cell::Number(value) => Ok(Some(decimal(*value))),
        Cell::Share(value) => Err(format!(
            "is the percentage {} where text belongs",
            shown(*value)
        )),
        Cell::Date(day) => Err(format!("is the date {day} where text belongs")),
        Cell::Unusable(what) => Err(format!("holds `{what}`, which is no text")),
    }
}

/// A percentage, 0 to 100 with at most four decimals; comma or point.
pub(super) fn percent(cell: &Cell) -> Result<Option<Percent>, String> {
    let written = match cell {
        Cell::Empty => return Ok(None),
        Cell::Text(text) => text.strip_suffix('%').unwrap_or(text).trim_end().to_owned(),
        Cell::Number(value) => decimal(*value),
        Cell::Share(value) => decimal(value * 100.0),
        Cell::Date(_) | Cell::Unusable(_) => return Err(not(cell, "a percentage")),
    };
    Percent::parse(&written.replacen(',', ".", 1))
        .map(Some)
        .map_err(|error| format!("`{written}` is refused: {error}"))
}

/// A whole number of at most 1 000 000.
pub(super) fn count(cell: &Cell) -> Result<Option<u32>, String> {
    let written = match cell {
        Cell::Empty => return Ok(None),
        Cell::Text(text) => text.clone(),
        Cell::Number(value) => decimal(*value),
        Cell::Share(_) | Cell::Date(_) | Cell::Unusable(_) => {
            return Err(not(cell, "a whole number"));
        }
    };
    let digits = !written.is_empty() && written.bytes().all(|b| b.is_ascii_digit());
    written
        .parse()
        .ok()
        .filter(|count| digits && *count <= hoso_domain::registry::index::COUNT_MAX)
        .map(Some)
        .ok_or_else(|| format!("`{written}` is no whole number of 0 to 1 000 000"))
}

/// A year of the plan.
pub(super) fn year(cell: &Cell) -> Result<Option<u16>, String> {
    let Some(count) = count(cell)? else {
        return Ok(None);
    };
    u16::try_from(count)
        .ok()
        .filter(|year| hoso_domain::registry::is_plan_year(*year))
        .map(Some)
        .ok_or_else(|| format!("{count} is no year of 2021 to 2030"))
}

/// A real date, `yyyy-MM-dd` or `dd/MM/yyyy`.
pub(super) fn date(cell: &Cell) -> Result<Option<NaiveDate>, String> {
    match cell {
        Cell::Empty => Ok(None),
        Cell::Date(day) => Ok(Some(*day)),
        Cell::Text(text) => day(text)
            .map(Some)
            .ok_or_else(|| format!("`{text}` is no date of the form dd/mm/yyyy or yyyy-mm-dd")),
        Cell::Number(_) | Cell::Share(_) | Cell::Unusable(_) => Err(not(cell, "a date")),
    }
}

fn day(text: &str) -> Option<NaiveDate> {
    let (parts, order): (Vec<&str>, [usize; 3]) = if text.contains('/') {
        (text.split('/').collect(), [2, 1, 0])
    } else {
        (text.split('-').collect(), [0, 1, 2])
    };
    let [first, _, _] = parts.as_slice() else {
        return None;
    };
    // Only the form with slashes may leave out a leading zero.
    let digits_min = if first.len() == 4 { 2 } else { 1 };
    let number = |place: usize, digits: std::ops::RangeInclusive<usize>| -> Option<u32> {
        let part = parts.get(place)?;
        let plain = digits.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| part.parse().ok()).flatten()
    };
    let [year, month, day] = order;
    NaiveDate::from_ymd_opt(
        i32::try_from(number(year, 4..=4)?).ok()?,
        number(month, digits_min..=2)?,
        number(day, digits_min..=2)?,
    )
}

/// `x` = yes, empty = no.
pub(super) fn mark(cell: &Cell) -> Result<bool, String> {
    match text(cell)?.as_deref() {
        None => Ok(false),
        Some("x" | "X") => Ok(true),
        Some(other) => Err(format!("`{other}` is neither x nor empty")),
    }
}

/// An id.
pub(super) fn id<T: FromStr<Err: std::fmt::Display>>(cell: &Cell) -> Result<Option<T>, String> {
    text(cell)?
        .map(|text| text.parse().map_err(|error: T::Err| error.to_string()))
        .transpose()
}

/// One of some words, by the code or by the Vietnamese term, upper and lower case alike.
pub(super) fn word<T: Copy>(cell: &Cell, words: &[(T, &str, &str)]) -> Result<Option<T>, String> {
    let Some(text) = text(cell)? else {
        return Ok(None);
    };
    let lower = text.to_lowercase();
    words
        .iter()
        .find(|(_, code, term)| *code == text || term.to_lowercase() == lower)
        .map(|(value, _, _)| Some(*value))
        .ok_or_else(|| {
            let known: Vec<_> = words.iter().map(|(_, code, _)| *code).collect();
            format!("`{text}` is none of {}", known.join(", "))
        })
}

fn not(cell: &Cell, what: &str) -> String {
    match cell {
        Cell::Empty => format!("is empty where {what} belongs"),
        Cell::Text(text) => format!("`{text}` is not {what}"),
        Cell::Number(value) => format!("{} is not {what}", decimal(*value)),
        Cell::Share(value) => format!("{} is not {what}", shown(*value)),
        Cell::Date(day) => format!("the date {day} is not {what}"),
        Cell::Unusable(found) => format!("`{found}` is not {what}"),
    }
}

/// A share as a percentage.
fn shown(share: f64) -> String {
    format!("{} %", decimal(share * 100.0))
}

/// The decimal a spreadsheet shows for a number: its shortest form, or, where arithmetic left a
/// trace behind the 15th digit, the number without that trace.
fn decimal(value: f64) -> String {
    let shortest = value.to_string();
    let decimals = shortest.split_once('.').map_or(0, |(_, d)| d.len());
    if decimals <= 4 {
        return shortest;
    }
    let digits = SPREADSHEET_DIGITS_BEHIND_FIRST;
    match format!("{value:.digits$e}").parse::<f64>() {
        Ok(shown) => shown.to_string(),
        Err(_) => shortest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent_of(cell: &Cell) -> Result<Option<String>, String> {
        percent(cell).map(|p| p.map(|p| p.to_string()))
    }

    #[test]
    fn percentages_are_read_exactly_or_refused() {
        for (cell, value) in [
            (Cell::typed("88,40"), "88.4"),
            (Cell::typed("88,40\u{a0}"), "88.4"),
            (Cell::typed("92.15"), "92.15"),
            (Cell::typed("87,25 %"), "87.25"),
            (Cell::Number("86.09999999999999".parse().unwrap()), "86.1"),
            (Cell::Number("77.34999999999999".parse().unwrap()), "77.35"),
            (Cell::Number(0.1 + 0.2), "0.3"),
            (Cell::Number("62.300000000000004".parse().unwrap()), "62.3"),
            (Cell::Number(89.9875), "89.9875"),
            (Cell::Number(100.0), "100"),
            (Cell::Share(0.884), "88.4"),
            (Cell::Share(0.5769), "57.69"),
            (Cell::Share(1.0), "100"),
            (Cell::Number(0.0001), "0.0001"),
        ] {
            assert_eq!(percent_of(&cell), Ok(Some(value.to_owned())), "{cell:?}");
        }
        assert_eq!(percent_of(&Cell::Empty), Ok(None));
        for cell in [
            Cell::Number("33.333333333333336".parse().unwrap()),
            Cell::Number(89.987_51),
            Cell::Number(100.0001),
            Cell::Number(-1.0),
            Cell::Share(88.4),
            Cell::Share(-0.1),
            Cell::Number(f64::NAN),
            Cell::Number(1e300),
            Cell::typed("88.00001"),
            Cell::typed("1.234,5"),
            Cell::typed("1,2,3"),
            Cell::typed("101"),
            Cell::typed("tốt"),
            Cell::Unusable("#N/A".to_owned()),
        ] {
            assert!(percent_of(&cell).is_err(), "{cell:?}");
        }
    }

    #[test]
    fn dates_are_real_days_in_either_form() {
        let expected: NaiveDate = "2025-04-05".parse().unwrap();
        for cell in [
            Cell::typed("05/04/2025"),
            Cell::typed("5/4/2025"),
            Cell::typed("2025-04-05"),
            Cell::Date(expected),
        ] {
            assert_eq!(date(&cell), Ok(Some(expected)), "{cell:?}");
        }
        for cell in [
            Cell::typed("31/02/2025"),
            Cell::typed("04/31/2025"),
            Cell::typed("5-4-2025"),
            Cell::typed("05/04/25"),
            Cell::typed("2025/04/05"),
            Cell::typed("+5/04/2025"),
            Cell::Number(45_762.0),
        ] {
            assert!(date(&cell).is_err(), "{cell:?}");
        }
    }

    #[test]
    fn counts_and_years_are_whole_and_within_bounds() {
        assert_eq!(count(&Cell::Number(36.0)), Ok(Some(36)));
        assert_eq!(count(&Cell::typed("1000000")), Ok(Some(1_000_000)));
        for cell in ["1000001", "-1", "1.5", "1.000", "+1", "một"] {
            assert!(count(&Cell::typed(cell)).is_err(), "{cell}");
        }
        assert!(count(&Cell::Number(1.5)).is_err());
        assert_eq!(year(&Cell::Number(2021.0)), Ok(Some(2021)));
        assert!(year(&Cell::typed("2020")).is_err());
        assert!(year(&Cell::typed("2031")).is_err());
    }

    #[test]
    fn a_mark_is_x_or_nothing() {
        assert_eq!(mark(&Cell::typed(" x ")), Ok(true));
        assert_eq!(mark(&Cell::Empty), Ok(false));
        assert!(mark(&Cell::typed("có")).is_err());
    }
}
