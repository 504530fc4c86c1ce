//! The parameters of an evaluation: answers to questions that the plan leaves open (AMB-6 … AMB-22).
//!
//! A rule book answers all of them; a round file may answer some otherwise. Names and values are
//! those of the round-file page.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::percent::Percent;

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            fn read(text: &str) -> Result<Self, UnknownParameter> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => Err(UnknownParameter(concat!("one of", $(" ", $text,)*))),
                }
            }
        }
    )*};
}

choices! {
    /// How "average classification" is averaged (AMB-7).
    ClassificationAverage {
        /// Mean of the scores, exact, then the band.
        MeanOfScores = "MEAN_OF_SCORES",
        /// Mean of the yearly group numbers.
        MeanOfGroups = "MEAN_OF_GROUPS",
        /// Each year's score at or above the band.
        EveryYear = "EVERY_YEAR",
    }

    /// Which years an annual award looks back on (AMB-8).
    AnnualWindow {
        /// From 2021 through the award year.
        From2021 = "FROM_2021",
        /// The award year alone.
        AwardYear = "AWARD_YEAR",
    }

    /// What must grow where an adviser has several components (AMB-15).
    GrowthComponents {
        /// Every component.
        Every = "EVERY",
        /// Their mean.
        Mean = "MEAN",
    }

    /// A component that keeps the maximum, under R21 (AMB-16).
    AtMaximum {
        /// Not higher, so not met.
        NotMet = "NOT_MET",
        /// Met, as for individuals.
        Met = "MET",
    }

    /// Growth over a phase (AMB-17).
    GrowthPhase {
        /// Every two neighbouring years.
        EveryPair = "EVERY_PAIR",
        /// The award year over the first record.
        LastOverFirst = "LAST_OVER_FIRST",
    }

    /// A department that meets (1) and (2) and is not selected under (1) (AMB-20).
    BothRuleLoser {
        /// Gets nothing.
        Nothing = "NOTHING",
        /// Competes among the departments after all.
        DepartmentLane = "DEPARTMENT_LANE",
    }

    /// What a flag in the same round excludes (AMB-22).
    FlagExcludes {
        /// The unit's certificates.
        Certificates = "CERTIFICATES",
        /// Nothing.
        Nothing = "NOTHING",
    }
}

/// A parameter's value that is none of those allowed; says which are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be {0}")]
pub struct UnknownParameter(&'static str);

/// Name of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ParameterName {
    /// Lowest score of Group 1 (AMB-6).
    #[serde(rename = "band.group1.from")]
    Group1From,
    /// AMB-7.
    #[serde(rename = "classification.average")]
    ClassificationAverage,
    /// AMB-8.
    #[serde(rename = "classification.annualWindow")]
    AnnualWindow,
    /// Satisfaction demanded in annual rounds from 2026 on (AMB-10).
    #[serde(rename = "satisfaction.from2026")]
    SatisfactionFrom2026,
    /// AMB-15.
    #[serde(rename = "growth.components")]
    GrowthComponents,
    /// AMB-16.
    #[serde(rename = "growth.atMaximum")]
    GrowthAtMaximum,
    /// AMB-17.
    #[serde(rename = "growth.phase")]
    GrowthPhase,
    /// AMB-20.
    #[serde(rename = "bothRule.loser")]
    BothRuleLoser,
    /// AMB-22.
    #[serde(rename = "flag.excludes")]
    FlagExcludes,
}

impl ParameterName {
    /// Every parameter, in the order of the round-file page.
    pub const ALL: [Self; 9] = [
        Self::Group1From,
        Self::ClassificationAverage,
        Self::AnnualWindow,
        Self::SatisfactionFrom2026,
        Self::GrowthComponents,
        Self::GrowthAtMaximum,
        Self::GrowthPhase,
        Self::BothRuleLoser,
        Self::FlagExcludes,
    ];

    /// The written form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Group1From => "band.group1.from",
            Self::ClassificationAverage => "classification.average",
            Self::AnnualWindow => "classification.annualWindow",
            Self::SatisfactionFrom2026 => "satisfaction.from2026",
            Self::GrowthComponents => "growth.components",
            Self::GrowthAtMaximum => "growth.atMaximum",
            Self::GrowthPhase => "growth.phase",
            Self::BothRuleLoser => "bothRule.loser",
            Self::FlagExcludes => "flag.excludes",
        }
    }

    /// The parameter of a written name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == text)
    }
}

/// All parameters, answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Lowest score of Group 1 (Nhóm 1), AMB-6.
    #[serde(rename = "band.group1.from")]
    pub group1_from: Percent,
    /// AMB-7.
    #[serde(rename = "classification.average")]
    pub classification_average: ClassificationAverage,
    /// AMB-8.
    #[serde(rename = "classification.annualWindow")]
    pub annual_window: AnnualWindow,
    /// Satisfaction demanded in annual rounds from 2026 on, AMB-10.
    #[serde(rename = "satisfaction.from2026")]
    pub satisfaction_from_2026: Percent,
    /// AMB-15.
    #[serde(rename = "growth.components")]
    pub growth_components: GrowthComponents,
    /// AMB-16.
    #[serde(rename = "growth.atMaximum")]
    pub growth_at_maximum: AtMaximum,
    /// AMB-17.
    #[serde(rename = "growth.phase")]
    pub growth_phase: GrowthPhase,
    /// AMB-20.
    #[serde(rename = "bothRule.loser")]
    pub both_rule_loser: BothRuleLoser,
    /// AMB-22.
    #[serde(rename = "flag.excludes")]
    pub flag_excludes: FlagExcludes,
}

impl Parameters {
    /// Answers one parameter otherwise.
    ///
    /// # Errors
    /// `UnknownParameter` if the value is none of those the parameter allows.
    pub fn set(&mut self, name: ParameterName, value: &str) -> Result<(), UnknownParameter> {
        let percent = |text: &str| {
            Percent::parse(text)
                .map_err(|_| UnknownParameter("a percentage, 0 to 100 with at most 4 decimals"))
        };
        match name {
            ParameterName::Group1From => self.group1_from = percent(value)?,
            ParameterName::ClassificationAverage => {
                self.classification_average = ClassificationAverage::read(value)?;
            }
            ParameterName::AnnualWindow => self.annual_window = AnnualWindow::read(value)?,
            ParameterName::SatisfactionFrom2026 => self.satisfaction_from_2026 = percent(value)?,
            ParameterName::GrowthComponents => {
                self.growth_components = GrowthComponents::read(value)?;
            }
            ParameterName::GrowthAtMaximum => self.growth_at_maximum = AtMaximum::read(value)?,
            ParameterName::GrowthPhase => self.growth_phase = GrowthPhase::read(value)?,
            ParameterName::BothRuleLoser => self.both_rule_loser = BothRuleLoser::read(value)?,
            ParameterName::FlagExcludes => self.flag_excludes = FlagExcludes::read(value)?,
        }
        Ok(())
    }

    /// Whether others give the same answer to one.
    #[must_use]
    pub fn same(&self, other: &Self, name: ParameterName) -> bool {
        match name {
            ParameterName::Group1From => self.group1_from == other.group1_from,
            ParameterName::ClassificationAverage => {
                self.classification_average == other.classification_average
            }
            ParameterName::AnnualWindow => self.annual_window == other.annual_window,
            ParameterName::SatisfactionFrom2026 => {
                self.satisfaction_from_2026 == other.satisfaction_from_2026
            }
            ParameterName::GrowthComponents => self.growth_components == other.growth_components,
            ParameterName::GrowthAtMaximum => self.growth_at_maximum == other.growth_at_maximum,
            ParameterName::GrowthPhase => self.growth_phase == other.growth_phase,
            ParameterName::BothRuleLoser => self.both_rule_loser == other.both_rule_loser,
            ParameterName::FlagExcludes => self.flag_excludes == other.flag_excludes,
        }
    }

    /// These, with a round's own answers over them; an answer that is not allowed changes nothing
    /// (the round file's check names it).
    #[must_use]
    pub fn overridden(&self, answers: &BTreeMap<ParameterName, String>) -> Self {
        let mut parameters = self.clone();
        for (name, value) in answers {
            let _ = parameters.set(*name, value);
        }
        parameters
    }
}
