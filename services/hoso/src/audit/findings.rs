//! What a verification found, each with where it is.

use serde::Serialize;

/// Findings kept; of a log that is another one throughout, the first tell enough.
const FINDINGS_MAX: usize = 100;

/// One thing that is not what it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// The event's position, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) position: Option<u64>,
    /// The file of the bundle.
    pub(super) file: String,
    /// What is wrong.
    pub(super) what: String,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Findings {
    found: Vec<Finding>,
    more: u64,
}

impl Findings {
    /// One about an event.
    pub(super) fn at(&mut self, position: u64, file: &str, what: impl Into<String>) {
        self.add(Some(position), file, what.into());
    }

    /// One about a file.
    pub(super) fn of(&mut self, file: &str, what: impl Into<String>) {
        self.add(None, file, what.into());
    }

    /// The one that matters most about the log: kept however many others there are.
    pub(super) fn first_of_all(&mut self, position: Option<u64>, file: &str, what: String) {
        self.found.push(Finding {
            position,
            file: file.to_owned(),
            what,
        });
    }

    /// One in words that may begin with its position.
    pub(super) fn told(&mut self, file: &str, text: String) {
        let digits = text.strip_prefix("position ").map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_digit());
            rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
        });
        let position = digits.and_then(|digits| digits.parse().ok());
        self.add(position, file, text);
    }

    /// Whether there are none.
    pub(super) fn none(&self) -> bool {
        self.found.is_empty()
    }

    /// By position, those of whole files behind.
    pub(super) fn sorted(mut self) -> Vec<Finding> {
        self.found
            .sort_by_key(|finding| finding.position.unwrap_or(u64::MAX));
        if self.more > 0 {
            let what = format!("and {} more", self.more);
            self.found.push(Finding {
                position: None,
                file: String::new(),
                what,
            });
        }
        self.found
    }

    fn add(&mut self, position: Option<u64>, file: &str, what: String) {
        if self.found.len() >= FINDINGS_MAX {
            self.more += 1;
            return;
        }
        self.first_of_all(position, file, what);
    }
}
