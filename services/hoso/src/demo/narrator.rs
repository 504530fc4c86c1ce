//! Tells each step as it happens: on standard output, or on standard error where standard output
//! is for JSON.

use chrono::{DateTime, FixedOffset, NaiveDate};

use crate::output::say;

/// Where the story goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Narrator {
    json: bool,
}

impl Narrator {
    pub(super) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// A line of its own.
    pub(super) fn say(self, line: &str) {
        if self.json {
            eprintln!("{line}");
        } else {
            say!("{line}");
        }
    }

    /// A chapter.
    pub(super) fn chapter(self, title: &str) {
        self.say("");
        self.say(&format!("== {title}"));
    }

    /// A step on a day.
    pub(super) fn step(self, on: NaiveDate, who: &str, what: &str) {
        self.say(&format!("{}  {who}: {what}", on.format("%d/%m/%Y")));
    }

    /// A step at a minute.
    pub(super) fn step_at(self, at: DateTime<FixedOffset>, who: &str, what: &str) {
        self.say(&format!("{}  {who}: {what}", at.format("%d/%m/%Y %H:%M")));
    }
}
