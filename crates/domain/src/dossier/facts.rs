//! What others have published that a dossier's decisions need: looked up first, put into the command.
//!
//! The registry and the ranking service own these facts; here they only have a shape.

use crate::evaluation::vocabulary::{Group, RoundKind};
use crate::ids::{DossierId, UnitId};
use crate::rulebook::RuleBookRef;

/// A round as the dossier needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundFacts {
    /// Its kind.
    pub kind: RoundKind,
    /// Its award year.
    pub year: u16,
    /// The rule book it is decided under.
    pub rule_book: RuleBookRef,
    /// Whether it still takes dossiers.
    pub open: bool,
}

/// A unit as the registry has it on the day of the act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitFacts {
    /// The registry does not know it.
    Unknown,
    /// It exists; a body without a group is not assessed and proposes nobody.
    Valid {
        /// Whether it belongs to a group of assessed units.
        assessed: bool,
    },
    /// It was merged; only its recorded successor acts for it (AMB-39).
    Merged {
        /// The unit that stands in for it today.
        successor: UnitId,
    },
    /// It ended without a successor, or does not exist yet.
    NotValid,
}

/// A subject as the registry has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectFacts {
    /// The registry does not know it.
    Unknown,
    /// A unit.
    Unit {
        /// Its group; `None` for a body that is not assessed.
        group: Option<Group>,
        /// Whether it is one of the advising units.
        advising: bool,
    },
    /// A person.
    Person {
        /// Whether the person works in an assessed unit.
        insider: bool,
    },
}

/// Who else holds an item id: ids are unique over all dossiers.
pub type TakenBy = Option<DossierId>;
