//! Answers to the open questions AMB-1 to AMB-40: each is given by a parameter or by fields of the
//! book, and then the book must say the same there; or nothing gives it, and it is refused by name.

use std::collections::BTreeSet;

use super::{FlawKind, Lint};
use crate::calendar::Counting;
use crate::rulebook::book::{Ambiguity, RuleBook};
use crate::rulebook::parameters::ParameterName;

/// Questions that domain leaves open and a book answers, `AMB-1` to `AMB-40`.
const QUESTIONS: u32 = 40;

/// Whether a book is so.
type IsSo = fn(&RuleBook) -> bool;

/// What gives an answer.
#[derive(Clone, Copy)]
enum GivenBy {
    /// This value of the question's parameter.
    Parameter(&'static str),
    /// Fields of the book, where they are so.
    Fields(IsSo),
    /// Nothing: no code does that.
    Nothing,
}

/// The answers other than the embedded book's, to questions that a parameter or fields answer. To the
/// other questions nothing gives another answer.
const OTHER_ANSWERS: [(&str, &str, GivenBy); 19] = {
    use GivenBy::{Fields, Nothing, Parameter};
    [
        (
            "AMB-1",
            "single date = later of the two (safest for applicants) / earlier",
            Nothing,
        ),
        (
            "AMB-2",
            "no roll",
            Fields(|book| counts(book, Counting::Calendar)),
        ),
        (
            "AMB-2",
            "working days",
            Fields(|book| counts(book, Counting::Working)),
        ),
        (
            "AMB-2",
            "counts day 0",
            Fields(|book| counts(book, Counting::CalendarFromDayZero)),
        ),
        (
            "AMB-5",
            "all must be complete within 60",
            Fields(|book| book.dossier().supplement.rounds_max == 0),
        ),
        ("AMB-6", "N1 ≥90, N2 [80,90)", Parameter("90")),
        (
            "AMB-7",
            "mean of group ordinals ≤2",
            Parameter("MEAN_OF_GROUPS"),
        ),
        ("AMB-7", "every year ≥ band", Parameter("EVERY_YEAR")),
        ("AMB-7", "median", Nothing),
        ("AMB-8", "award year only", Parameter("AWARD_YEAR")),
        (
            "AMB-10",
            "90 until 2029 and 95 only at FINAL",
            Parameter("90"),
        ),
        ("AMB-10", "linear", Nothing),
        ("AMB-15", "weighted sum up", Parameter("MEAN")),
        ("AMB-16", "treat as Met like (3)", Parameter("MET")),
        ("AMB-17", "last>first", Parameter("LAST_OVER_FIRST")),
        ("AMB-17", "last>previous", Nothing),
        ("AMB-20", "yes, fallback", Parameter("DEPARTMENT_LANE")),
        ("AMB-22", "allow", Parameter("NOTHING")),
        (
            "AMB-38",
            "one e-original",
            Fields(|book| book.dossier().sets <= 1),
        ),
    ]
};

/// Questions that fields of the book answer, and whether a book's are as the embedded book's.
const ANSWERED_BY_FIELDS: [(&str, IsSo); 5] = [
    ("AMB-1", |book| {
        let rows = |book: &RuleBook| -> Vec<_> {
            let rows = book.lanes().iter().flat_map(|lane| lane.rows.iter());
            rows.map(|row| row.publication).collect()
        };
        rows(book) == rows(RuleBook::soc_trang())
    }),
    ("AMB-2", |book| counts(book, Counting::CalendarRolled)),
    ("AMB-5", |book| {
        book.dossier().supplement == RuleBook::soc_trang().dossier().supplement
    }),
    ("AMB-32", |book| {
        book.voting() == RuleBook::soc_trang().voting()
    }),
    ("AMB-38", |book| {
        book.dossier().sets == RuleBook::soc_trang().dossier().sets
    }),
];

fn counts(book: &RuleBook, counting: Counting) -> bool {
    book.deadline().counting == counting
}

impl Lint<'_> {
    /// Every open question is answered, and every parameter belongs to one.
    pub(super) fn answers(&mut self) {
        let book = self.book;
        let answered: BTreeSet<&str> = book
            .ambiguities()
            .iter()
            .map(|entry| entry.id.as_str())
            .collect();
        for number in 1..=QUESTIONS {
            let id = format!("AMB-{number}");
            if !answered.contains(id.as_str()) {
                let reason = format!("{id} is not answered");
                self.warn(FlawKind::Missing, "$.ambiguities", reason);
            }
        }
        for name in ParameterName::ALL {
            let of_name = book
                .ambiguities()
                .iter()
                .filter(|a| a.parameter == Some(name));
            if of_name.count() != 1 {
                let reason = format!("{} is the answer to no one question", name.as_str());
                self.warn(FlawKind::Missing, "$.ambiguities", reason);
            }
        }
    }

    /// What a book answers in words is what it does. An answer that nothing gives is an error: the
    /// book would promise what nothing does.
    pub(super) fn answers_given(&mut self) {
        let book = self.book;
        for (at, entry) in book.ambiguities().iter().enumerate() {
            let path = format!("$.ambiguities[{at}].default");
            let (id, words) = (&entry.id, &entry.default);
            match given_by(entry) {
                Some(GivenBy::Nothing) => {
                    let reason = format!("{id}: `{words}` is not offered");
                    self.error(FlawKind::NotOffered, path, reason);
                }
                Some(by) if !is_so(book, entry, by) => {
                    let where_else = entry
                        .parameter
                        .map_or("other fields", ParameterName::as_str);
                    let reason =
                        format!("{id}: the book says `{words}`, and not so in {where_else}");
                    self.warn(FlawKind::Contradicts, path, reason);
                }
                Some(GivenBy::Parameter(_) | GivenBy::Fields(_)) | None => {}
            }
        }
    }
}

/// What gives an answer; `None` = words of the book's own, to a question with many answers.
fn given_by(entry: &Ambiguity) -> Option<GivenBy> {
    let mut others = OTHER_ANSWERS.iter();
    let other = others.find(|(id, words, _)| *id == entry.id && *words == entry.default);
    if let Some((_, _, by)) = other {
        return Some(*by);
    }
    let mut fields = ANSWERED_BY_FIELDS.iter();
    let by_fields = fields.find(|(id, _)| *id == entry.id);
    let mut embedded = RuleBook::soc_trang().ambiguities().iter();
    let embedded = embedded.find(|one| one.id == entry.id)?;
    let as_embedded = embedded.default == entry.default;
    match (by_fields, entry.parameter) {
        (Some((_, so)), _) if as_embedded => Some(GivenBy::Fields(*so)),
        (None, Some(_)) if as_embedded => Some(GivenBy::Fields(|_| true)),
        (Some(_), _) | (None, Some(_)) => None,
        (None, None) => (!as_embedded).then_some(GivenBy::Nothing),
    }
}

/// Whether a book does what gives the answer.
fn is_so(book: &RuleBook, entry: &Ambiguity, by: GivenBy) -> bool {
    let embedded = RuleBook::soc_trang();
    let answered = |value: Option<&str>| {
        let Some(name) = entry.parameter else {
            return true;
        };
        let mut as_said = book.parameters().clone();
        match value {
            Some(value) => as_said.set(name, value).is_ok() && as_said == *book.parameters(),
            None => book.parameters().same(embedded.parameters(), name),
        }
    };
    match by {
        GivenBy::Parameter(value) => answered(Some(value)),
        GivenBy::Fields(so) => so(book) && answered(None),
        GivenBy::Nothing => false,
    }
}
