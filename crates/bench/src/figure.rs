//! What is reported: goals with their ratios, and the plain figures they were made from.

use std::fmt::Write as _;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use serde::Serialize;

/// Is a figure better the larger or the smaller it is?
#[derive(Debug, Clone, Copy)]
pub(crate) enum Better {
    /// At least the goal.
    More,
    /// Less than the goal.
    Less,
}

/// A goal and how it was met.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names of the JSON document")]
pub(crate) struct Goal {
    /// Id, as in the plan: `G5a`.
    pub(crate) id: &'static str,
    /// What is compared with what.
    pub(crate) what: String,
    /// Median over the rounds.
    pub(crate) ratio: f64,
    /// What it must reach.
    pub(crate) goal: f64,
    /// It is reached.
    pub(crate) ok: bool,
    /// Rounds that count; the others were disturbed.
    pub(crate) rounds: usize,
    /// Lowest and highest.
    pub(crate) spread: [f64; 2],
}

/// A plain figure, true on this machine and at this moment only.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) what: String,
    /// Its unit.
    pub(crate) unit: &'static str,
    /// Median over the rounds.
    pub(crate) median: f64,
    /// Lowest and highest.
    pub(crate) spread: [f64; 2],
}

/// Something that could not be measured here.
#[derive(Debug, Serialize)]
pub(crate) struct Missing {
    /// Ids of the goals, or the benchmark's name.
    pub(crate) what: String,
    /// Why.
    pub(crate) why: String,
}

/// Everything measured.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// Goals.
    pub(crate) goals: Vec<Goal>,
    /// Figures behind them.
    pub(crate) figures: Vec<Figure>,
    /// What is not among them.
    pub(crate) missing: Vec<Missing>,
}

impl Report {
    /// Adds a goal from one ratio a round.
    pub(crate) fn goal(
        &mut self,
        id: &'static str,
        what: impl Into<String>,
        goal: f64,
        better: Better,
        ratios: &[f64],
    ) {
        let ratio = rounded(median(ratios));
        let ok = match better {
            Better::More => ratio >= goal,
            Better::Less => ratio < goal,
        };
        self.goals.push(Goal {
            id,
            what: what.into(),
            ratio,
            goal,
            ok: ok && !ratios.is_empty(),
            rounds: ratios.len(),
            spread: spread(ratios).map(rounded),
        });
    }

    /// Adds a figure from one value a round.
    pub(crate) fn figure(&mut self, what: impl Into<String>, unit: &'static str, values: &[f64]) {
        self.figures.push(Figure {
            what: what.into(),
            unit,
            median: shortened(median(values)),
            spread: spread(values).map(shortened),
        });
    }

    /// Adds the two figures of how long answers took, from one value a round, in microseconds.
    pub(crate) fn latency(&mut self, what: &str, p50: &[f64], p99: &[f64]) {
        self.figure(format!("{what}, p50"), "µs", p50);
        self.figure(format!("{what}, p99"), "µs", p99);
    }

    /// Says that something was not measured, and why.
    pub(crate) fn missing(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.missing.push(Missing {
            what: what.into(),
            why: why.into(),
        });
    }

    /// Takes over another report.
    pub(crate) fn append(&mut self, other: Self) {
        self.goals.extend(other.goals);
        self.figures.extend(other.figures);
        self.missing.extend(other.missing);
    }

    /// For people.
    pub(crate) fn table(&self) -> String {
        let mut goals = Table::new();
        goals.load_style(UTF8_FULL_CONDENSED);
        goals.set_header(["goal", "what", "ratio", "spread", "goal", "rounds", ""]);
        for goal in &self.goals {
            goals.add_row([
                goal.id.to_owned(),
                goal.what.clone(),
                format!("{:.2}", goal.ratio),
                format!("{:.2} – {:.2}", goal.spread[0], goal.spread[1]),
                format!("{:.2}", goal.goal),
                goal.rounds.to_string(),
                if goal.ok { "ok" } else { "MISSED" }.to_owned(),
            ]);
        }
        let mut figures = Table::new();
        figures.load_style(UTF8_FULL_CONDENSED);
        figures.set_header(["figure (this machine, now)", "median", "spread", "unit"]);
        for figure in &self.figures {
            figures.add_row([
                figure.what.clone(),
                figure.median.to_string(),
                format!("{} – {}", figure.spread[0], figure.spread[1]),
                figure.unit.to_owned(),
            ]);
        }
        for column in figures.column_iter_mut().skip(1).take(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let mut text = format!("{goals}\n{figures}");
        for missing in &self.missing {
            write!(text, "\nnot measured: {}: {}", missing.what, missing.why).ok();
        }
        text
    }
}

/// One to the other, round by round.
pub(crate) fn ratios(of: &[f64], to: &[f64]) -> Vec<f64> {
    of.iter().zip(to).map(|(of, to)| of / to).collect()
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The middle value; of an even number the mean of the two in the middle; 0 of none.
pub(crate) fn median(values: &[f64]) -> f64 {
    let sorted = sorted(values);
    let upper = sorted.get(sorted.len() / 2).copied();
    let lower = sorted.get(sorted.len().saturating_sub(1) / 2).copied();
    match (lower, upper) {
        (Some(lower), Some(upper)) => f64::midpoint(lower, upper),
        _ => 0.0,
    }
}

fn spread(values: &[f64]) -> [f64; 2] {
    let sorted = sorted(values);
    let ends = (sorted.first().copied(), sorted.last().copied());
    [ends.0.unwrap_or(0.0), ends.1.unwrap_or(0.0)]
}

fn rounded(ratio: f64) -> f64 {
    (ratio * 1_000.0).round() / 1_000.0
}

/// Whole numbers, and two decimals below 100.
fn shortened(value: f64) -> f64 {
    if value < 100.0 {
        (value * 100.0).round() / 100.0
    } else {
        value.round()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_value() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
        assert!(median(&[]).abs() < 1e-9);
    }

    #[test]
    fn a_goal_without_a_good_round_is_missed() {
        let mut report = Report::default();
        report.goal("G0", "nothing", 1.0, Better::Less, &[]);
        report.goal("G1", "enough", 1.0, Better::More, &[0.9, 1.1, 1.2]);
        report.goal("G2", "too much", 1.0, Better::Less, &[0.9, 1.1, 1.2]);
        let met: Vec<_> = report.goals.iter().map(|goal| goal.ok).collect();
        assert_eq!(met, [false, true, false]);
    }
}
