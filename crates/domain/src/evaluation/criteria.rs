//! The verdict on each criterion, from the facts and the rule book.
//!
//! Every verdict carries the figure it was made on; `explanation` puts that into words. First of all
//! a finding `NOT_MET` makes its rule `NOT_MET`, whatever the figures say.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::NaiveDate;

use super::exact::Exact;
use super::facts::{Facts, Series, UnitFacts};
use super::growth::GrowthFigure;
use super::round_file::{Hold, Item, RoundFile};
use super::vocabulary::{Eligibility, FindingVerdict, RoundKind, Verdict};
use crate::ids::{InitiativeId, SubjectId};
use crate::percent::Percent;
use crate::rulebook::{
    AnnualWindow, ClassificationAverage, Computation, Criterion, Parameters, RuleBook,
};
use crate::rules::exclusions::hold_in_force;

/// A round file under a rule book: what criteria and keys are computed from.
pub(super) struct Judge<'a> {
    pub(super) file: &'a RoundFile,
    pub(super) book: &'a RuleBook,
    pub(super) facts: Facts<'a>,
    pub(super) parameters: Parameters,
    pub(super) award: u16,
    holds: BTreeMap<&'a str, &'a Hold>,
}

/// A criterion judged.
pub(super) struct Judged<'a> {
    pub(super) criterion: &'a Criterion,
    pub(super) verdict: Verdict,
    pub(super) finding: Option<FindingVerdict>,
    pub(super) figure: Figure<'a>,
}

/// What a verdict was made on.
pub(super) enum Figure<'a> {
    /// A human's word alone.
    Finding,
    Tasks(TasksFigure),
    Mean(MeanFigure),
    Floor(FloorFigure),
    Growth(GrowthFigure<'a>),
    Initiative(InitiativeFigure<'a>),
}

pub(super) struct TasksFigure {
    /// First and last year looked at.
    pub(super) years: (u16, u16),
    pub(super) assigned: u64,
    pub(super) done_on_time: u64,
    /// First year in which not all were done on time.
    pub(super) late: Option<u16>,
    /// First year without a record.
    pub(super) missing: Option<u16>,
}

/// The same in the two languages of a receipt.
#[derive(Clone, Copy)]
pub(super) struct Words {
    pub(super) vi: &'static str,
    pub(super) en: &'static str,
}

pub(super) struct MeanFigure {
    /// What is published.
    pub(super) published: Words,
    /// What it is made into.
    pub(super) of: Words,
    pub(super) years: usize,
    pub(super) value: Option<Exact>,
    pub(super) threshold: Exact,
    /// Whether a high value is bad: a mean of group numbers.
    pub(super) at_most: bool,
    /// The award year, if it has no record.
    pub(super) missing: Option<u16>,
    /// Too few years to average: a human must say.
    pub(super) too_few: bool,
}

const SCORE: Words = Words {
    vi: "chỉ số",
    en: "index score",
};
const SATISFACTION: Words = Words {
    vi: "tỷ lệ hài lòng",
    en: "satisfaction rate",
};
const MEAN_SCORE: Words = Words {
    vi: "chỉ số trung bình",
    en: "mean index score",
};
const MEAN_GROUP: Words = Words {
    vi: "số nhóm trung bình",
    en: "mean group number",
};
const LOWEST_SCORE: Words = Words {
    vi: "chỉ số năm thấp nhất",
    en: "lowest yearly index score",
};
const MEAN_SATISFACTION: Words = Words {
    vi: "hài lòng trung bình",
    en: "mean satisfaction",
};

pub(super) struct FloorFigure {
    pub(super) years: usize,
    pub(super) lowest: Option<(u16, Percent)>,
    pub(super) threshold: Percent,
    /// The award year, if it has no record.
    pub(super) missing: Option<u16>,
}

pub(super) struct InitiativeFigure<'a> {
    pub(super) initiative: Option<&'a str>,
    pub(super) state: Recognition,
}

pub(super) enum Recognition {
    /// The item names none.
    None,
    NotListed,
    Refused,
    /// Recognised after `asOf`.
    Later(NaiveDate),
    Recognised(NaiveDate),
}

impl<'a> Judge<'a> {
    pub(super) fn new(file: &'a RoundFile, book: &'a RuleBook) -> Self {
        Self {
            file,
            book,
            facts: Facts::gather(file).0,
            parameters: book.parameters().overridden(&file.parameters),
            award: file.round.year,
            holds: holds_in_force(file),
        }
    }

    /// All criteria of an item, in the rule book's order.
    pub(super) fn criteria(&self, item: &'a Item) -> Vec<Judged<'a>> {
        let rules = self.book.criteria(item.lane, item.basis).iter();
        let criteria = rules.filter_map(|rule| self.book.criterion(*rule));
        criteria
            .map(|criterion| self.criterion(item, criterion))
            .collect()
    }

    fn criterion(&self, item: &'a Item, criterion: &'a Criterion) -> Judged<'a> {
        let finding = item.findings.get(&criterion.rule).copied();
        let said = match finding {
            Some(FindingVerdict::Met) => Verdict::Met,
            Some(FindingVerdict::NotMet) => Verdict::NotMet,
            None => Verdict::NeedsFinding,
        };
        let (verdict, figure) = self.computed(item, criterion, said);
        let denied = finding == Some(FindingVerdict::NotMet);
        Judged {
            criterion,
            verdict: if denied { Verdict::NotMet } else { verdict },
            finding,
            figure,
        }
    }

    /// The verdict by the figures, where `said` is the finding's.
    fn computed(
        &self,
        item: &'a Item,
        criterion: &'a Criterion,
        said: Verdict,
    ) -> (Verdict, Figure<'a>) {
        let unit = self.facts.unit_of(item);
        match (&criterion.computation, unit) {
            (Computation::Finding, _) => (said, Figure::Finding),
            (Computation::Tasks, Some(unit)) => self.tasks(unit, said),
            (Computation::Mean { threshold, group }, Some(unit)) => {
                self.mean(unit, *threshold, *group, said)
            }
            (Computation::Floor { threshold }, Some(unit)) => self.floor(unit, *threshold),
            (
                Computation::Satisfaction {
                    threshold,
                    final_threshold,
                },
                Some(unit),
            ) => self.satisfaction(unit, *threshold, *final_threshold, said),
            (Computation::Growth, Some(unit)) => self.growth(unit, said),
            (Computation::GrowthOrMaximum, _) => self.growth_or_maximum(item, said),
            (Computation::RecognisedInitiative, _) => self.initiative(item, said),
            // A unit's criterion of no unit: the check refuses such a file.
            (
                Computation::Tasks
                | Computation::Mean { .. }
                | Computation::Floor { .. }
                | Computation::Satisfaction { .. }
                | Computation::Growth,
                None,
            ) => (Verdict::Unknown, Figure::Finding),
        }
    }

    /// A unit's own window.
    pub(super) fn window(&self, unit: &UnitFacts<'_>) -> RangeInclusive<u16> {
        self.book.windows().from.max(unit.since)..=self.award
    }

    /// The years that averages look back on: the window, or the award year alone (AMB-8).
    pub(super) fn look_back(&self, unit: &UnitFacts<'_>) -> RangeInclusive<u16> {
        match (self.file.round.kind, self.parameters.annual_window) {
            (RoundKind::Annual, AnnualWindow::AwardYear) => self.award..=self.award,
            (RoundKind::Annual, AnnualWindow::From2021)
            | (RoundKind::Interim | RoundKind::Final, _) => self.window(unit),
        }
    }

    /// The years whose tasks count.
    pub(super) fn task_years(&self, unit: &UnitFacts<'_>) -> RangeInclusive<u16> {
        match self.file.round.kind {
            RoundKind::Annual => self.award..=self.award,
            RoundKind::Interim | RoundKind::Final => self.window(unit),
        }
    }

    /// The award year, if a series has nothing for it.
    fn missing<T>(&self, series: &Series<T>) -> Option<u16> {
        series.get(self.award).is_none().then_some(self.award)
    }

    fn tasks(&self, unit: &UnitFacts<'_>, said: Verdict) -> (Verdict, Figure<'a>) {
        let years = self.task_years(unit);
        let (mut assigned, mut done_on_time) = (0, 0);
        let (mut late, mut missing) = (None, None);
        for year in years.clone() {
            match unit.tasks.get(year) {
                Some(tasks) => {
                    assigned += u64::from(tasks.assigned);
                    done_on_time += u64::from(tasks.done_on_time);
                    if tasks.done_on_time < tasks.assigned {
                        late.get_or_insert(year);
                    }
                }
                None => {
                    missing.get_or_insert(year);
                }
            }
        }
        let verdict = match (late, missing) {
            (Some(_), _) => Verdict::NotMet,
            (None, Some(_)) => Verdict::Unknown,
            (None, None) => said,
        };
        let figure = TasksFigure {
            years: (*years.start(), *years.end()),
            assigned,
            done_on_time,
            late,
            missing,
        };
        (verdict, Figure::Tasks(figure))
    }

    fn mean(
        &self,
        unit: &UnitFacts<'_>,
        threshold: Percent,
        group: u32,
        said: Verdict,
    ) -> (Verdict, Figure<'a>) {
        let years = self.look_back(unit);
        let scores: Vec<Percent> = unit
            .scores
            .between(*years.start(), *years.end())
            .map(|(_, score)| *score)
            .collect();
        let singles = || scores.iter().copied().map(Exact::from);
        let (of, value, bound, at_most) = match self.parameters.classification_average {
            ClassificationAverage::MeanOfScores => {
                let mean = Exact::mean(singles());
                (MEAN_SCORE, mean, threshold.into(), false)
            }
            ClassificationAverage::MeanOfGroups => {
                let groups = scores.iter().map(|score| Exact::whole(self.group(*score)));
                (MEAN_GROUP, Exact::mean(groups), Exact::whole(group), true)
            }
            ClassificationAverage::EveryYear => {
                (LOWEST_SCORE, singles().min(), threshold.into(), false)
            }
        };
        let figure = MeanFigure {
            published: SCORE,
            of,
            years: scores.len(),
            value,
            threshold: bound,
            at_most,
            missing: self.missing(&unit.scores),
            too_few: scores.len() < enough(&years),
        };
        let verdict = figure.verdict(said, Verdict::Unknown);
        (verdict, Figure::Mean(figure))
    }

    /// The group (Nhóm) of a score, 1 to 5.
    fn group(&self, score: Percent) -> u32 {
        let bands = self.book.bands();
        let bounds = [
            self.parameters.group1_from,
            bands.group2_from,
            bands.group3_from,
            bands.group4_from,
        ];
        let groups = (1..).zip(bounds);
        let reached = groups.into_iter().find(|(_, from)| score >= *from);
        reached.map_or(5, |(group, _)| group)
    }

    fn floor(&self, unit: &UnitFacts<'_>, threshold: Percent) -> (Verdict, Figure<'a>) {
        let years = self.look_back(unit);
        let scores = || unit.scores.between(*years.start(), *years.end());
        let lowest = scores()
            .map(|(year, score)| (year, *score))
            .min_by_key(|(_, score)| *score);
        let missing = self.missing(&unit.scores);
        let verdict = if lowest.is_some_and(|(_, score)| score < threshold) {
            Verdict::NotMet
        } else if missing.is_some() {
            Verdict::Unknown
        } else {
            Verdict::Met
        };
        let figure = FloorFigure {
            years: scores().count(),
            lowest,
            threshold,
            missing,
        };
        (verdict, Figure::Floor(figure))
    }

    fn satisfaction(
        &self,
        unit: &UnitFacts<'_>,
        threshold: Percent,
        final_threshold: Percent,
        said: Verdict,
    ) -> (Verdict, Figure<'a>) {
        let threshold = match self.file.round.kind {
            _ if self.award <= self.book.windows().interim => threshold,
            RoundKind::Annual => self.parameters.satisfaction_from_2026,
            RoundKind::Interim | RoundKind::Final => final_threshold,
        };
        let years = self.look_back(unit);
        let present = unit.satisfaction.between(*years.start(), *years.end());
        let rates: Vec<Exact> = present.map(|(_, rate)| (*rate).into()).collect();
        let figure = MeanFigure {
            published: SATISFACTION,
            of: MEAN_SATISFACTION,
            years: rates.len(),
            too_few: rates.len() < enough(&years),
            value: Exact::mean(rates),
            threshold: threshold.into(),
            at_most: false,
            missing: self.missing(&unit.satisfaction),
        };
        // Without a rate the finding says that the unit serves no public (AMB-13).
        let without_rate = match said {
            Verdict::Met => Verdict::Met,
            Verdict::NotMet | Verdict::Unknown | Verdict::NeedsFinding => Verdict::Unknown,
        };
        let verdict = figure.verdict(said, without_rate);
        (verdict, Figure::Mean(figure))
    }

    fn initiative(&self, item: &'a Item, said: Verdict) -> (Verdict, Figure<'a>) {
        let initiative = item.initiative.as_ref().map(InitiativeId::as_str);
        let record = initiative.map(|id| self.facts.initiative(id));
        let state = match record {
            None => Recognition::None,
            Some(None) => Recognition::NotListed,
            Some(Some(record)) if !record.recognised => Recognition::Refused,
            Some(Some(record)) if record.date > self.file.as_of => Recognition::Later(record.date),
            Some(Some(record)) => Recognition::Recognised(record.date),
        };
        let verdict = match state {
            Recognition::Recognised(_) => said,
            Recognition::None
            | Recognition::NotListed
            | Recognition::Refused
            | Recognition::Later(_) => Verdict::NotMet,
        };
        (
            verdict,
            Figure::Initiative(InitiativeFigure { initiative, state }),
        )
    }

    /// The first hold in force on a subject at `asOf`, if one (R35).
    pub(super) fn hold(&self, subject: &SubjectId) -> Option<&'a Hold> {
        self.holds.get(subject.as_str()).copied()
    }
}

/// The first hold in force on each subject on a day.
fn holds_in_force(file: &RoundFile) -> BTreeMap<&str, &Hold> {
    let mut holds = BTreeMap::new();
    for hold in &file.holds {
        if hold_in_force(hold.opened, hold.closed, file.as_of) {
            holds.entry(hold.subject.as_str()).or_insert(hold);
        }
    }
    holds
}

/// How many years an average needs: two, or the one there is.
fn enough(years: &RangeInclusive<u16>) -> usize {
    years.clone().count().min(2)
}

impl MeanFigure {
    fn verdict(&self, said: Verdict, without_award_year: Verdict) -> Verdict {
        if self.missing.is_some() {
            return without_award_year;
        }
        match self.value {
            Some(value) if !self.too_few => {
                let passes = if self.at_most {
                    value <= self.threshold
                } else {
                    value >= self.threshold
                };
                if passes {
                    Verdict::Met
                } else {
                    Verdict::NotMet
                }
            }
            Some(_) | None => said,
        }
    }
}

/// Verdict of an item from those on its criteria.
pub(super) fn eligibility(criteria: &[Judged<'_>]) -> Eligibility {
    let any = |wanted: &[Verdict]| {
        criteria
            .iter()
            .any(|judged| wanted.contains(&judged.verdict))
    };
    if any(&[Verdict::NotMet]) {
        Eligibility::Ineligible
    } else if any(&[Verdict::Unknown, Verdict::NeedsFinding]) {
        Eligibility::Pending
    } else {
        Eligibility::Eligible
    }
}
