//! The public holidays of Việt Nam that fall on weekdays, and swapped working days, as data.
//!
//! Weekends are not listed: every Saturday and Sunday is a day of rest unless the table says otherwise.

use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::calendar::{DayKind, Holidays};

const HOLIDAYS_VN: &str = include_str!("../../rulebooks/holidays-vn.json");

/// One day of the table, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HolidayEntry {
    /// The day.
    pub date: NaiveDate,
    /// Day off, or working day on a weekend.
    pub kind: DayKind,
    /// The words the day rests on.
    pub source: String,
}

/// The embedded table of days, with their sources (ngày nghỉ lễ, tết; ngày làm bù), 2021 to 2026.
#[must_use]
#[expect(clippy::expect_used, reason = "an embedded file; a test reads it")]
pub fn holiday_entries() -> &'static [HolidayEntry] {
    static ENTRIES: LazyLock<Vec<HolidayEntry>> =
        LazyLock::new(|| serde_json::from_str(HOLIDAYS_VN).expect("the holiday table reads"));
    &ENTRIES
}

/// The same table, to count deadlines with.
#[must_use]
pub fn holidays() -> &'static Holidays {
    static TABLE: LazyLock<Holidays> = LazyLock::new(|| {
        let days = holiday_entries().iter().map(|day| (day.date, day.kind));
        Holidays::new(days.collect())
    });
    &TABLE
}
