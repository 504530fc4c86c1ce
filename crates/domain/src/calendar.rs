//! Civil days in `Asia/Ho_Chi_Minh` and deadlines counted in them.
//!
//! A period that begins with an event does not count that day (Civil Code 2015, art. 147); a last
//! day that is a day of rest moves to the next working day, and ends at 24:00 (art. 148).
//! Days of rest are data: weekends, and the holidays and swapped days of a [`Holidays`] table.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Utc, Weekday};
use serde::{Deserialize, Serialize};

/// UTC+7 in seconds; Việt Nam has kept it without daylight saving since 1975.
const OFFSET_SECONDS: i32 = 7 * 3600;

/// Longest run of days of rest that is searched through; Tết is 9 days at most.
const REST_DAYS_MAX: u32 = 60;

/// The civil day of an instant in `Asia/Ho_Chi_Minh`.
#[must_use]
pub fn civil_day(at: DateTime<Utc>) -> NaiveDate {
    match FixedOffset::east_opt(OFFSET_SECONDS) {
        Some(offset) => at.with_timezone(&offset).date_naive(),
        None => at.date_naive(),
    }
}

/// What a day is, other than its weekday says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DayKind {
    /// A day off on a weekday: public holiday or its substitute.
    Holiday,
    /// A working day on a weekend, swapped for a day off.
    Working,
}

/// Days that are not what their weekday says, with the source of each in the data file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Holidays(BTreeMap<NaiveDate, DayKind>);

impl Holidays {
    /// A table of its days.
    #[must_use]
    pub fn new(days: BTreeMap<NaiveDate, DayKind>) -> Self {
        Self(days)
    }

    /// Whether offices work on a day.
    #[must_use]
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        match self.0.get(&day) {
            Some(DayKind::Holiday) => false,
            Some(DayKind::Working) => true,
            None => !matches!(day.weekday(), Weekday::Sat | Weekday::Sun),
        }
    }
}

/// How a period is counted (AMB-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Counting {
    /// Calendar days, day 0 not counted, a last day of rest moves to the next working day.
    #[default]
    CalendarRolled,
    /// Calendar days, day 0 not counted, the last day stands wherever it falls.
    Calendar,
    /// Working days, day 0 not counted.
    Working,
    /// Calendar days, day 0 counted as the first, rolled.
    CalendarFromDayZero,
}

/// The last day of a period of `days` days that begins with an event on `start`.
///
/// `None` if the calendar runs out (year 262 000) or no working day follows within 60 days.
#[must_use]
pub fn last_day(
    start: NaiveDate,
    days: u32,
    counting: Counting,
    holidays: &Holidays,
) -> Option<NaiveDate> {
    match counting {
        Counting::CalendarRolled => roll(plus(start, days)?, holidays),
        Counting::Calendar => plus(start, days),
        Counting::CalendarFromDayZero => roll(plus(start, days.saturating_sub(1))?, holidays),
        Counting::Working => {
            let mut day = start;
            for _ in 0..days {
                day = roll(day.succ_opt()?, holidays)?;
            }
            Some(day)
        }
    }
}

fn plus(start: NaiveDate, days: u32) -> Option<NaiveDate> {
    start.checked_add_days(chrono::Days::new(u64::from(days)))
}

fn roll(mut day: NaiveDate, holidays: &Holidays) -> Option<NaiveDate> {
    for _ in 0..REST_DAYS_MAX {
        if holidays.is_working_day(day) {
            return Some(day);
        }
        day = day.succ_opt()?;
    }
    None
}

/// Whether something that arrived at an instant is in time for a last day, which ends at 24:00.
#[must_use]
pub fn in_time(at: DateTime<Utc>, last_day: NaiveDate) -> bool {
    civil_day(at) <= last_day
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn holidays() -> Holidays {
        let days = ["2022-09-01", "2022-09-02", "2022-09-03", "2022-09-04"];
        Holidays::new(days.iter().map(|d| (day(d), DayKind::Holiday)).collect())
    }

    #[test]
    fn sixty_days_from_publication_as_the_plan_counts_them() {
        // domain.md E
        for (published, due) in [
            ("2022-05-25", "2022-07-25"),
            ("2023-04-19", "2023-06-19"),
            ("2024-04-17", "2024-06-17"),
            ("2025-04-06", "2025-06-05"),
            ("2022-07-04", "2022-09-05"),
            ("2022-12-02", "2023-01-31"),
        ] {
            let last = last_day(day(published), 60, Counting::CalendarRolled, &holidays());
            assert_eq!(last, Some(day(due)), "{published}");
        }
    }

    #[test]
    fn other_ways_of_counting() {
        let published = day("2022-05-25");
        let count = |counting| last_day(published, 60, counting, &Holidays::default());
        assert_eq!(count(Counting::Calendar), Some(day("2022-07-24")));
        assert_eq!(
            count(Counting::CalendarFromDayZero),
            Some(day("2022-07-25"))
        );
        assert_eq!(count(Counting::Working), Some(day("2022-08-17")));
    }

    #[test]
    fn a_last_day_ends_at_midnight_in_viet_nam() {
        let due = day("2025-06-16");
        for (instant, timely) in [
            ("2025-06-16T16:59:59Z", true),
            ("2025-06-16T17:00:00Z", false),
            ("2025-06-16T23:59:59+07:00", true),
            ("2025-06-17T00:00:00+07:00", false),
        ] {
            let at = DateTime::parse_from_rfc3339(instant).unwrap().to_utc();
            assert_eq!(in_time(at, due), timely, "{instant}");
        }
    }

    #[test]
    fn a_swapped_saturday_is_a_working_day() {
        let table = Holidays::new([(day("2025-04-26"), DayKind::Working)].into());
        assert!(table.is_working_day(day("2025-04-26")));
        assert!(!table.is_working_day(day("2025-04-27")));
    }
}
