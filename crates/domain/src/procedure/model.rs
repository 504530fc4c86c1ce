//! The procedure's file: labels with citations, a net a kind of case, constraints.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

/// The plan's procedure, as it was last declared.
const SOC_TRANG_52_2022: &str = include_str!("../../procedures/soc-trang-52-2022-v2.json");
/// Most places of a net: a marking is one word.
const PLACES_MAX: usize = 64;

/// A declared procedure.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Procedure {
    /// Its name.
    pub id: String,
    /// Its version; a changed procedure is a new file.
    pub version: u32,
    /// What it is.
    pub title: String,
    /// Where it is written.
    pub source: String,
    /// What each step is called, and where it is asked for.
    pub labels: BTreeMap<String, Label>,
    /// A dossier, from draft to verdict.
    pub dossier: Net,
    /// A round, from opening to archive.
    pub round: Net,
    /// What the steps must fulfil besides their order.
    pub constraints: Vec<Constraint>,
}

/// What a step is called, and where it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
    /// The clause.
    pub citation: String,
}

/// A Petri net, every place of which holds one token at most.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Net {
    /// Categories of the streams whose events are its steps.
    pub streams: Vec<String>,
    /// Places that hold a token at the start.
    pub start: Vec<String>,
    /// Sets of places: the case may end where all of one hold a token.
    pub ends: Vec<Vec<String>>,
    /// The event after which a case is asked to have ended once its round is closed.
    pub complete_after: String,
    /// The steps.
    pub moves: Vec<Move>,
    /// Events that are no steps, and why.
    pub ignored: BTreeMap<String, String>,
}

/// A step of a net: takes the tokens of `from`, puts one on each of `to`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The event that is this step.
    pub event: String,
    /// Places that must hold a token. Absent: whatever holds one; all tokens are taken.
    #[serde(default)]
    pub from: Option<Vec<String>>,
    /// Places that get a token.
    pub to: Vec<String>,
    /// Whether the procedure can ask for it; a way out, such as a withdrawal, is nobody's omission.
    #[serde(default = "yes")]
    pub asked: bool,
}

const fn yes() -> bool {
    true
}

/// Which cases a constraint is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// A dossier with its case.
    Dossier,
    /// A round.
    Round,
}

/// A field of an event: JSON Pointer into its body, where `*` stands for every place of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The event.
    pub event: String,
    /// The field.
    pub key: String,
}

/// What a constraint asks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Asked {
    /// For every value of the step's field, `before` happened earlier with that value.
    Precedence {
        /// The step.
        step: Field,
        /// What must have happened.
        before: Field,
    },
    /// No person did both.
    Separation {
        /// Some events.
        events: Vec<String>,
        /// The others.
        others: Vec<String>,
        /// Of the same.
        within: Scope,
    },
    /// The event is itself the word that something was late, or a flag in it says so.
    Late {
        /// The event.
        event: String,
        /// The parts of it that are judged; the event as a whole if absent.
        #[serde(default)]
        each: Option<String>,
        /// The flag in the part.
        #[serde(default)]
        flag: Option<String>,
        /// What the flag is if it was late.
        #[serde(default)]
        late: Option<bool>,
        /// What the part is about.
        #[serde(default)]
        key: Option<String>,
        /// The last day.
        due: String,
    },
    /// The date in the one is not after the date in the next of the other.
    Dates {
        /// The earlier.
        first: Field,
        /// The later.
        then: Field,
        /// Of the same.
        within: Scope,
    },
}

/// One constraint.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Constraint {
    /// Its name in the file.
    pub id: String,
    /// What it asks.
    #[serde(flatten)]
    pub asked: Asked,
    /// The rule it comes from.
    pub rule: String,
    /// The clause.
    pub citation: String,
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

/// A procedure's file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProcedureError {
    /// Not the JSON it must be.
    #[error("the procedure's file is malformed")]
    Malformed(#[from] serde_json::Error),
    /// Contradicts itself.
    #[error("the procedure's file contradicts itself: {0}")]
    Contradicts(String),
}

impl Procedure {
    /// The plan's procedure.
    ///
    /// # Errors
    /// The file in this program is broken, which a test excludes.
    pub fn soc_trang() -> Result<Self, ProcedureError> {
        Self::read(SOC_TRANG_52_2022)
    }

    /// The exact text of the plan's procedure: what its digest is made of.
    #[must_use]
    pub const fn soc_trang_text() -> &'static str {
        SOC_TRANG_52_2022
    }

    /// Reads a procedure's file.
    ///
    /// # Errors
    /// It is malformed, names too many places, or a step without a label.
    pub fn read(text: &str) -> Result<Self, ProcedureError> {
        let procedure: Self = serde_json::from_str(text)?;
        for net in [&procedure.dossier, &procedure.round] {
            if net.places().len() > PLACES_MAX {
                let text = format!("more than {PLACES_MAX} places");
                return Err(ProcedureError::Contradicts(text));
            }
            let unknown = net.moves.iter().find(|step| {
                !procedure.labels.contains_key(&step.event) || net.ignored.contains_key(&step.event)
            });
            if let Some(step) = unknown {
                let text = format!("{} has no label, or is ignored too", step.event);
                return Err(ProcedureError::Contradicts(text));
            }
        }
        Ok(procedure)
    }
}

impl Net {
    /// Every place, by name.
    #[must_use]
    pub fn places(&self) -> BTreeSet<&str> {
        let moved = self
            .moves
            .iter()
            .flat_map(|step| step.from.iter().flatten().chain(&step.to));
        moved
            .chain(&self.start)
            .chain(self.ends.iter().flatten())
            .map(String::as_str)
            .collect()
    }
}

/// The values at a pointer in which `*` stands for every place of a list.
#[must_use]
pub(super) fn at<'a>(value: &'a Value, pointer: &str) -> Vec<&'a Value> {
    let mut found = vec![value];
    for part in pointer.split('/').skip(1) {
        found = found
            .into_iter()
            .flat_map(|value| match (part, value) {
                ("*", Value::Array(list)) => list.iter().collect(),
                (name, value) => value.get(name).into_iter().collect::<Vec<_>>(),
            })
            .collect();
    }
    found
}
