//! Quotas, bands and thresholds: figures that do not fit each other.

use super::{FlawKind, Lint};
use crate::evaluation::vocabulary::{RoundKind, RuleId};
use crate::percent::Percent;
use crate::rulebook::book::Computation;
use crate::rulebook::parameters::AtMaximum;
use crate::rulebook::totals::plan_totals;

/// The last group: whoever reaches no other one.
const LAST_GROUP: u32 = 5;

fn field(kind: RoundKind) -> &'static str {
    match kind {
        RoundKind::Annual => "annual",
        RoundKind::Interim => "interim",
        RoundKind::Final => "final",
    }
}

impl Lint<'_> {
    /// R7: the lanes' quotas add up to the plan's totals, and no lane has more than its group.
    pub(super) fn quotas(&mut self) {
        let totals = match self.book.totals() {
            [] => plan_totals(),
            own => own.to_vec(),
        };
        for kind in RoundKind::ALL {
            for total in &totals {
                let lanes = self.book.lanes().iter();
                let of_award = lanes.filter(|rules| total.award.is_of(rules.lane));
                let sum: u64 = of_award
                    .map(|rules| u64::from(rules.quotas.of(*kind)))
                    .sum();
                let wanted = total.quotas.of(*kind);
                if sum != u64::from(wanted) {
                    let (award, citation) = (total.award.as_str(), &total.citation);
                    let reason = format!(
                        "{kind}: {award}: the lanes have {sum}, the plan {wanted} ({citation})"
                    );
                    self.error(FlawKind::QuotaSum, "$.lanes", reason);
                }
            }
        }
        for (at, rules) in self.book.lanes().iter().enumerate() {
            let group = (!rules.lane.is_individual()).then(|| rules.lane.group());
            let size = group.and_then(|group| self.book.group_size(group));
            for kind in RoundKind::ALL {
                let quota = rules.quotas.of(*kind);
                if let Some(size) = size.filter(|size| quota > *size) {
                    let path = format!("$.lanes[{at}].quotas.{}", field(*kind));
                    let reason = format!("{quota} awards for a group of {size}");
                    self.warn(FlawKind::QuotaOverGroup, path, reason);
                }
            }
        }
    }

    /// Lowest score of a group (Nhóm); `None` for a number that is no group.
    fn group_from(&self, group: u32) -> Option<Percent> {
        let bands = self.book.bands();
        match group {
            1 => Some(self.parameters.group1_from),
            2 => Some(bands.group2_from),
            3 => Some(bands.group3_from),
            4 => Some(bands.group4_from),
            LAST_GROUP => Some(Percent::ZERO),
            _ => None,
        }
    }

    /// Each group lies above the next, and thresholds are where their group begins.
    pub(super) fn bands(&mut self) {
        let paths = [
            "$.parameters[\"band.group1.from\"]",
            "$.bands.group2From",
            "$.bands.group3From",
            "$.bands.group4From",
        ];
        for (group, path) in (1..).zip(paths) {
            let (Some(from), Some(next)) = (self.group_from(group), self.group_from(group + 1))
            else {
                continue;
            };
            if from <= next {
                let below = group + 1;
                let reason = format!(
                    "Group {group} begins at {from}, Group {below} at {next}: Group {below} has no score"
                );
                self.error(FlawKind::BandOverlap, path, reason);
            }
        }
        for (at, clause) in self.book.clauses().iter().enumerate() {
            match clause.computation {
                Computation::Mean { threshold, group } => {
                    self.threshold(at, clause.rule, threshold, group);
                }
                // The last group but one is the lowest that passes.
                Computation::Floor { threshold } => {
                    self.threshold(at, clause.rule, threshold, LAST_GROUP - 1);
                }
                Computation::Finding
                | Computation::Tasks
                | Computation::Satisfaction { .. }
                | Computation::Growth
                | Computation::GrowthOrMaximum
                | Computation::RecognisedInitiative => {}
            }
        }
    }

    /// A threshold that stands for a group is where the group begins.
    fn threshold(&mut self, at: usize, rule: RuleId, threshold: Percent, group: u32) {
        let path = format!("$.criteria[{at}].computation");
        let Some(from) = self.group_from(group) else {
            let reason =
                format!("{rule}: there is no Group {group}; no mean of groups can meet it");
            return self.error(FlawKind::Unreachable, path, reason);
        };
        if threshold > from {
            let reason = format!(
                "{rule}: scores from {from} to below {threshold} are in Group {group} and fail"
            );
            self.error(FlawKind::BandGap, path, reason);
        } else if threshold < from {
            let reason = format!(
                "{rule}: scores from {threshold} to below {from} pass and are below Group {group}"
            );
            self.error(FlawKind::BandOverlap, path, reason);
        } else if threshold == Percent::ZERO {
            let reason = format!("{rule}: every score is at least 0");
            self.warn(FlawKind::AlwaysMet, path, reason);
        }
    }

    /// Thresholds that no value, or every value, can meet.
    pub(super) fn thresholds(&mut self) {
        let majority = self.book.voting().majority;
        if majority.numerator == majority.denominator {
            let reason = "no vote is more than all members";
            self.error(FlawKind::Unreachable, "$.voting.majority", reason);
        }
        if self.book.voting().quorum.numerator == 0 {
            let reason = "every meeting has a quorum of nobody";
            self.warn(FlawKind::AlwaysMet, "$.voting.quorum", reason);
        }
        for (at, clause) in self.book.clauses().iter().enumerate() {
            let Computation::Satisfaction {
                threshold,
                final_threshold,
            } = clause.computation
            else {
                continue;
            };
            let path = format!("$.criteria[{at}].computation");
            let rule = clause.rule;
            if final_threshold < threshold {
                let reason = format!(
                    "{rule}: the final review asks for {final_threshold}, the interim one for {threshold}"
                );
                self.warn(FlawKind::BandOverlap, path, reason);
            } else if threshold == Percent::ZERO {
                let reason = format!("{rule}: every rate is at least 0");
                self.warn(FlawKind::AlwaysMet, path, reason);
            }
        }
        self.at_maximum();
    }

    /// R21 asks for a higher rate than one that is at the maximum already (AMB-16).
    fn at_maximum(&mut self) {
        let Some(round) = self.round else {
            return;
        };
        let judged = |rules: &crate::rulebook::book::LaneRules| {
            let rows = rules.rows.iter();
            rows.flat_map(|row| &row.criteria)
                .any(|rule| *rule == RuleId::R21)
        };
        match self.parameters.growth_at_maximum {
            AtMaximum::Met => return,
            AtMaximum::NotMet if !self.book.lanes().iter().any(judged) => return,
            AtMaximum::NotMet => {}
        }
        let full = round.components.iter();
        let full = full
            .filter(|record| record.year + 1 == round.year && record.rate == Some(Percent::MAX));
        for record in full {
            let (id, year) = (&record.id, round.year);
            let reason =
                format!("R21: {id} was at 100 the year before {year}: no rate is higher (AMB-16)");
            self.warn(
                FlawKind::Unreachable,
                "$.parameters[\"growth.atMaximum\"]",
                reason,
            );
        }
    }
}
