//! Verdicts and outcomes in words, in Vietnamese with the rule's id, and figures rounded for people.

use std::fmt::{self, Write as _};

use super::criteria::{
    Figure, FloorFigure, InitiativeFigure, Judged, MeanFigure, Recognition, TasksFigure,
};
use super::exact::Exact;
use super::growth::{GrowthFigure, Pair};
use super::outcome::CriterionResult;
use super::vocabulary::{FindingVerdict, Verdict};
use crate::rulebook::Computation;

impl Judged<'_> {
    /// The receipt of a criterion.
    pub(super) fn result(&self) -> CriterionResult {
        let rule = self.criterion.rule;
        let (value, threshold) = match &self.figure {
            Figure::Finding | Figure::Initiative(_) => (None, None),
            Figure::Tasks(tasks) => (
                Exact::share(tasks.done_on_time, tasks.assigned),
                Some("100".to_owned()),
            ),
            Figure::Mean(mean) => (mean.value, Some(mean.threshold.to_string())),
            Figure::Floor(floor) => (
                floor.lowest.map(|(_, score)| Exact::from(score)),
                Some(floor.threshold.to_string()),
            ),
            Figure::Growth(growth) => (growth.growth, None),
        };
        CriterionResult {
            rule,
            verdict: self.verdict,
            citation: self.criterion.citation.clone(),
            value: value.map(|value| value.to_string()),
            threshold,
            explanation: self.explained(),
        }
    }

    /// The rule's id and why. Most explanations are shorter than what is reserved, and what is left of
    /// it is given back: a large round has hundreds of thousands.
    fn explained(&self) -> String {
        let mut text = String::with_capacity(128);
        // Writing to a string never fails.
        let _ = write!(text, "{}: {}", self.criterion.rule, Words(self));
        text.shrink_to_fit();
        text
    }

    fn said(&self) -> &'static str {
        match self.verdict {
            Verdict::Met => "kết luận thẩm định đạt",
            Verdict::NotMet => "kết luận thẩm định không đạt",
            Verdict::Unknown => "thiếu số liệu",
            Verdict::NeedsFinding => "chưa có kết luận thẩm định",
        }
    }
}

/// Why a criterion has its verdict, with the figures.
struct Words<'j, 'a>(&'j Judged<'a>);

impl fmt::Display for Words<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let judged = self.0;
        if judged.finding == Some(FindingVerdict::NotMet) {
            return f.write_str("kết luận thẩm định không đạt");
        }
        match &judged.figure {
            Figure::Finding => f.write_str(judged.said()),
            Figure::Tasks(tasks) => tasks.explain(f, judged),
            Figure::Mean(mean) => mean.explain(f, judged),
            Figure::Floor(floor) => floor.explain(f),
            Figure::Growth(growth) => growth.explain(f, judged),
            Figure::Initiative(initiative) => initiative.explain(f, judged),
        }
    }
}

impl TasksFigure {
    fn explain(&self, f: &mut fmt::Formatter<'_>, judged: &Judged<'_>) -> fmt::Result {
        let (from, to) = self.years;
        let (done, assigned) = (self.done_on_time, self.assigned);
        if let (Some(year), 0) = (self.missing, assigned) {
            return write!(f, "không có số liệu nhiệm vụ năm {year}");
        }
        write!(f, "{done}/{assigned} nhiệm vụ đúng hạn (")?;
        if from == to {
            write!(f, "năm {to})")?;
        } else {
            write!(f, "{from}–{to})")?;
        }
        match (self.late, self.missing) {
            (Some(year), _) if from < to => write!(f, ", năm {year} chưa đủ"),
            (Some(_), _) => Ok(()),
            (None, Some(year)) => write!(f, ", không có số liệu nhiệm vụ năm {year}"),
            (None, None) => write!(f, "; chất lượng: {}", judged.said()),
        }
    }
}

impl MeanFigure {
    fn explain(&self, f: &mut fmt::Formatter<'_>, judged: &Judged<'_>) -> fmt::Result {
        if let Some(year) = self.missing {
            write!(f, "không có {} năm {year}", self.published.vi)?;
            return match judged.verdict {
                Verdict::Met => write!(f, "; {}", judged.said()),
                Verdict::NotMet | Verdict::Unknown | Verdict::NeedsFinding => Ok(()),
            };
        }
        let Some(value) = self.value.filter(|_| !self.too_few) else {
            write!(f, "chỉ có {} năm {}", self.years, self.published.vi)?;
            if let Some(value) = self.value {
                write!(f, " ({})", value.spoken())?;
            }
            return write!(f, "; {}", judged.said());
        };
        let sign = match (judged.verdict == Verdict::Met, self.at_most) {
            (true, false) => "≥",
            (false, false) => "<",
            (true, true) => "≤",
            (false, true) => ">",
        };
        let about = if value.only_looks_like(self.threshold) {
            "≈ "
        } else {
            ""
        };
        let (of, shown, threshold) = (self.of.vi, value.spoken(), self.threshold.spoken());
        write!(f, "{of} {about}{shown} {sign} {threshold} (")?;
        let (sum, count) = value.parts();
        if count > 1 {
            write!(f, "{} / {count} năm)", sum.spoken())
        } else {
            write!(f, "{} năm)", self.years)
        }
    }
}

impl FloorFigure {
    fn explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let threshold = Exact::from(self.threshold).spoken();
        match (self.lowest, self.missing) {
            (Some((year, score)), _) if score < self.threshold => {
                let score = Exact::from(score).spoken();
                write!(f, "năm {year} đạt {score} < {threshold}, Nhóm 5")
            }
            (_, Some(year)) => write!(f, "không có chỉ số năm {year}"),
            (Some((year, score)), None) => {
                let (score, years) = (Exact::from(score).spoken(), self.years);
                write!(
                    f,
                    "thấp nhất là {score} ≥ {threshold} (năm {year}, trong {years} năm)"
                )
            }
            (None, None) => f.write_str("không có chỉ số"),
        }
    }
}

impl fmt::Display for Pair<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.component.unwrap_or("trung bình các chỉ số");
        write!(f, "{what} ")?;
        let (before, after) = (self.before, self.after);
        for (rate, year, then) in [(before, self.from, " → "), (after, self.to, "")] {
            match rate {
                Some(rate) => write!(f, "{} ({year}){then}", rate.spoken())?,
                None => write!(f, "? ({year}){then}")?,
            }
        }
        Ok(())
    }
}

impl GrowthFigure<'_> {
    fn explain(&self, f: &mut fmt::Formatter<'_>, judged: &Judged<'_>) -> fmt::Result {
        if let Some(pair) = &self.fails {
            return write!(f, "{pair} không cao hơn");
        }
        if let Some(pair) = &self.lacks {
            return write!(f, "{pair} thiếu số liệu");
        }
        let (count, said) = (self.components, judged.said());
        if count == 0 {
            return write!(f, "không có chỉ số thành phần năm xét; {said}");
        }
        if let Some(component) = self.alone {
            return write!(f, "{component} chưa có năm trước để so; {said}");
        }
        let individual = judged.criterion.computation == Computation::GrowthOrMaximum;
        write!(f, "{count} chỉ số thành phần năm sau cao hơn năm trước")?;
        if individual {
            f.write_str(" hoặc giữ 100")?;
        }
        if let Some(growth) = self.growth {
            write!(f, ", tăng trung bình {}", growth.spoken())?;
        }
        if individual {
            write!(f, "; {said}")?;
        }
        Ok(())
    }
}

impl InitiativeFigure<'_> {
    fn explain(&self, f: &mut fmt::Formatter<'_>, judged: &Judged<'_>) -> fmt::Result {
        let id = self.initiative.unwrap_or_default();
        match self.state {
            Recognition::None => f.write_str("không có sáng kiến"),
            Recognition::NotListed => {
                write!(f, "sáng kiến {id} không có trong danh mục đã xét")
            }
            Recognition::Refused => write!(f, "sáng kiến {id} không được công nhận"),
            Recognition::Later(date) => {
                let date = day(date);
                write!(f, "sáng kiến {id} công nhận ngày {date}, sau ngày tính")
            }
            Recognition::Recognised(date) => {
                let (date, said) = (day(date), judged.said());
                write!(f, "sáng kiến {id} công nhận ngày {date}; {said}")
            }
        }
    }
}

/// A date as people write it.
pub(super) fn day(date: chrono::NaiveDate) -> impl fmt::Display {
    date.format("%d/%m/%Y")
}
