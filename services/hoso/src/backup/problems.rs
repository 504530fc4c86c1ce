//! What a person must look at: as many as can be read, and how many more there are.

/// Problems listed; more are only counted.
const LISTED_MAX: usize = 100;

/// Problems, in the order they were found.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    listed: Vec<String>,
    more: u64,
}

impl Problems {
    /// Adds one.
    pub(crate) fn add(&mut self, problem: impl Into<String>) {
        if self.listed.len() < LISTED_MAX {
            self.listed.push(problem.into());
        } else {
            self.more += 1;
        }
    }

    /// A line each.
    pub(crate) fn lines(self) -> Vec<String> {
        let mut lines = self.listed;
        if self.more > 0 {
            lines.push(format!("and {} more", self.more));
        }
        lines
    }
}
