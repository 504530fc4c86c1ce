//! Verdicts and outcomes in words, in Vietnamese with the rule's id, and figures rounded for people.

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
            explanation: format!("{rule}: {}", self.words()),
        }
    }

    fn words(&self) -> String {
        if self.finding == Some(FindingVerdict::NotMet) {
            return "kết luận thẩm định không đạt".to_owned();
        }
        match &self.figure {
            Figure::Finding => self.finding_words().to_owned(),
            Figure::Tasks(tasks) => tasks_words(tasks, self),
            Figure::Mean(mean) => mean_words(mean, self),
            Figure::Floor(floor) => floor_words(floor),
            Figure::Growth(growth) => growth_words(growth, self),
            Figure::Initiative(initiative) => initiative_words(initiative, self),
        }
    }

    fn finding_words(&self) -> &'static str {
        match self.verdict {
            Verdict::Met => "kết luận thẩm định đạt",
            Verdict::NotMet => "kết luận thẩm định không đạt",
            Verdict::Unknown => "thiếu số liệu",
            Verdict::NeedsFinding => "chưa có kết luận thẩm định",
        }
    }
}

fn tasks_words(tasks: &TasksFigure, judged: &Judged<'_>) -> String {
    let done = format!(
        "{}/{} nhiệm vụ đúng tiến độ",
        tasks.done_on_time, tasks.assigned
    );
    match (tasks.late, tasks.missing) {
        (Some(year), _) => format!("{done}, năm {year} chưa đạt 100%"),
        (None, Some(year)) => format!("{done}, thiếu số liệu nhiệm vụ năm {year}"),
        (None, None) => format!("{done}; chất lượng: {}", judged.finding_words()),
    }
}

fn mean_words(mean: &MeanFigure, judged: &Judged<'_>) -> String {
    let of = mean.of;
    if mean.award_year_missing {
        return match judged.verdict {
            Verdict::Met => {
                format!("{of}: không có số liệu năm xét; kết luận thẩm định đạt")
            }
            Verdict::NotMet | Verdict::Unknown | Verdict::NeedsFinding => {
                format!("{of}: thiếu số liệu năm xét")
            }
        };
    }
    let Some(value) = mean.value.filter(|_| !mean.too_few) else {
        let (years, finding) = (mean.years, judged.finding_words());
        return format!("{of}: chỉ có {years} năm số liệu; {finding}");
    };
    let sign = match (judged.verdict == Verdict::Met, mean.at_most) {
        (true, false) => "≥",
        (false, false) => "<",
        (true, true) => "≤",
        (false, true) => ">",
    };
    format!(
        "{of} {value} ({} năm) {sign} {}",
        mean.years, mean.threshold
    )
}

fn floor_words(floor: &FloorFigure) -> String {
    match floor.lowest {
        Some((year, score)) if score < floor.threshold => {
            format!("năm {year} đạt {score} < {}, Nhóm 5", floor.threshold)
        }
        Some(_) | None if floor.award_year_missing => "thiếu chỉ số năm xét".to_owned(),
        Some((year, score)) => {
            let bound = floor.threshold;
            format!("thấp nhất năm {year}: {score} ≥ {bound}, không có năm nào Nhóm 5")
        }
        None => "thiếu chỉ số".to_owned(),
    }
}

fn pair_words(pair: &Pair<'_>) -> String {
    let what = pair.component.unwrap_or("trung bình các chỉ số thành phần");
    let shown = |rate: Option<Exact>| rate.map_or("?".to_owned(), |rate| rate.to_string());
    format!(
        "{what} {}→{}: {} → {}",
        pair.from,
        pair.to,
        shown(pair.before),
        shown(pair.after)
    )
}

fn growth_words(growth: &GrowthFigure<'_>, judged: &Judged<'_>) -> String {
    if let Some(pair) = &growth.fails {
        return format!("{} không cao hơn", pair_words(pair));
    }
    if let Some(pair) = &growth.lacks {
        return format!("{} thiếu số liệu", pair_words(pair));
    }
    let finding = judged.finding_words();
    if growth.components == 0 {
        return format!("không có chỉ số thành phần năm xét; {finding}");
    }
    match (growth.alone, &judged.criterion.computation) {
        (Some(component), _) => format!("{component} chưa có năm trước để so; {finding}"),
        (None, Computation::GrowthOrMaximum) => {
            format!("chỉ số thành phần cao hơn năm trước hoặc giữ tối đa; {finding}")
        }
        (None, _) => "chỉ số thành phần năm sau cao hơn năm trước".to_owned(),
    }
}

fn initiative_words(figure: &InitiativeFigure<'_>, judged: &Judged<'_>) -> String {
    let id = figure.initiative.unwrap_or_default();
    match figure.state {
        Recognition::None => "không có sáng kiến".to_owned(),
        Recognition::NotListed => format!("sáng kiến {id} không có trong danh mục đã xét"),
        Recognition::Refused => format!("sáng kiến {id} không được công nhận"),
        Recognition::Later(date) => {
            format!("sáng kiến {id} công nhận ngày {}, sau ngày tính", day(date))
        }
        Recognition::Recognised(date) => format!(
            "sáng kiến {id} công nhận ngày {}; {}",
            day(date),
            judged.finding_words()
        ),
    }
}

/// A date as people write it.
pub(super) fn day(date: chrono::NaiveDate) -> impl std::fmt::Display {
    date.format("%d/%m/%Y")
}
