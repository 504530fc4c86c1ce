//! Why a criterion has its verdict, in English: the same figures as the Vietnamese words of
//! `explanation`, for readers who have no Vietnamese.

use std::fmt::{self, Write as _};

use crate::evaluation::criteria::{
    Figure, FloorFigure, InitiativeFigure, Judged, MeanFigure, Recognition, TasksFigure,
};
use crate::evaluation::exact::Exact;
use crate::evaluation::growth::{GrowthFigure, Pair};
use crate::evaluation::vocabulary::{FindingVerdict, Verdict};
use crate::rulebook::Computation;

/// The rule's id and why.
pub(super) fn explained(judged: &Judged<'_>) -> String {
    let mut text = String::with_capacity(128);
    // Writing to a string never fails.
    let _ = write!(text, "{}: ", judged.criterion.rule);
    let _ = why(judged, &mut text);
    text
}

fn why(judged: &Judged<'_>, f: &mut String) -> fmt::Result {
    if judged.finding == Some(FindingVerdict::NotMet) {
        return f.write_str("the finding says it is not met");
    }
    match &judged.figure {
        Figure::Finding => f.write_str(said(judged)),
        Figure::Tasks(figure) => tasks(figure, judged, f),
        Figure::Mean(figure) => mean(figure, judged, f),
        Figure::Floor(figure) => floor(figure, f),
        Figure::Growth(figure) => growth(figure, judged, f),
        Figure::Initiative(figure) => initiative(figure, judged, f),
    }
}

fn said(judged: &Judged<'_>) -> &'static str {
    match judged.verdict {
        Verdict::Met => "the finding says it is met",
        Verdict::NotMet => "the finding says it is not met",
        Verdict::Unknown => "figures are missing",
        Verdict::NeedsFinding => "nobody has found yet",
    }
}

fn tasks(figure: &TasksFigure, judged: &Judged<'_>, f: &mut String) -> fmt::Result {
    let (from, to) = figure.years;
    let (done, assigned) = (figure.done_on_time, figure.assigned);
    if let (Some(year), 0) = (figure.missing, assigned) {
        return write!(f, "no task figures for {year}");
    }
    write!(f, "{done} of {assigned} tasks on time (")?;
    if from == to {
        write!(f, "{to})")?;
    } else {
        write!(f, "{from}–{to})")?;
    }
    match (figure.late, figure.missing) {
        (Some(year), _) if from < to => write!(f, ", not all in {year}"),
        (Some(_), _) => Ok(()),
        (None, Some(year)) => write!(f, ", no task figures for {year}"),
        (None, None) => write!(f, "; quality: {}", said(judged)),
    }
}

fn mean(figure: &MeanFigure, judged: &Judged<'_>, f: &mut String) -> fmt::Result {
    if let Some(year) = figure.missing {
        write!(f, "no {} for {year}", figure.published.en)?;
        return match judged.verdict {
            Verdict::Met => write!(f, "; {}", said(judged)),
            Verdict::NotMet | Verdict::Unknown | Verdict::NeedsFinding => Ok(()),
        };
    }
    let Some(value) = figure.value.filter(|_| !figure.too_few) else {
        write!(f, "{} in {} only", figure.published.en, years(figure.years))?;
        if let Some(value) = figure.value {
            write!(f, " ({value})")?;
        }
        return write!(f, "; {}", said(judged));
    };
    let sign = match (judged.verdict == Verdict::Met, figure.at_most) {
        (true, false) => "≥",
        (false, false) => "<",
        (true, true) => "≤",
        (false, true) => ">",
    };
    let about = if value.only_looks_like(figure.threshold) {
        "≈ "
    } else {
        ""
    };
    let (of, threshold) = (figure.of.en, figure.threshold);
    write!(f, "{of} {about}{value} {sign} {threshold} (")?;
    let (sum, count) = value.parts();
    if count > 1 {
        write!(f, "{sum} / {count} years)")
    } else {
        write!(f, "{})", years(figure.years))
    }
}

fn years(count: usize) -> String {
    match count {
        1 => "1 year".to_owned(),
        many => format!("{many} years"),
    }
}

fn floor(figure: &FloorFigure, f: &mut String) -> fmt::Result {
    let threshold = figure.threshold;
    match (figure.lowest, figure.missing) {
        (Some((year, score)), _) if score < threshold => {
            write!(f, "{score} in {year} < {threshold}: Group 5")
        }
        (_, Some(year)) => write!(f, "no index score for {year}"),
        (Some((year, score)), None) => {
            let of = years(figure.years);
            write!(f, "lowest is {score} ≥ {threshold} ({year}, of {of})")
        }
        (None, None) => f.write_str("no index score"),
    }
}

fn pair(pair: &Pair<'_>, f: &mut String) -> fmt::Result {
    write!(f, "{} ", pair.component.unwrap_or("mean of the components"))?;
    let shown = |rate: Option<Exact>| rate.map_or("?".to_owned(), |rate| rate.to_string());
    let (before, after) = (shown(pair.before), shown(pair.after));
    write!(f, "{before} ({}) → {after} ({})", pair.from, pair.to)
}

fn growth(figure: &GrowthFigure<'_>, judged: &Judged<'_>, f: &mut String) -> fmt::Result {
    if let Some(fails) = &figure.fails {
        pair(fails, f)?;
        return f.write_str(" is not higher");
    }
    if let Some(lacks) = &figure.lacks {
        pair(lacks, f)?;
        return f.write_str(" lacks a rate");
    }
    let (count, said) = (figure.components, said(judged));
    if count == 0 {
        return write!(f, "no component of the award year; {said}");
    }
    if let Some(component) = figure.alone {
        return write!(f, "{component} has no earlier year to compare; {said}");
    }
    let individual = judged.criterion.computation == Computation::GrowthOrMaximum;
    let what = if count == 1 {
        "component"
    } else {
        "components"
    };
    write!(f, "{count} {what} higher than the year before")?;
    if individual {
        f.write_str(" or still at 100")?;
    }
    if let Some(growth) = figure.growth {
        write!(f, ", by {growth} on average")?;
    }
    if individual {
        write!(f, "; {said}")?;
    }
    Ok(())
}

fn initiative(figure: &InitiativeFigure<'_>, judged: &Judged<'_>, f: &mut String) -> fmt::Result {
    let id = figure.initiative.unwrap_or_default();
    match figure.state {
        Recognition::None => f.write_str("no initiative"),
        Recognition::NotListed => write!(f, "initiative {id} is not among those judged"),
        Recognition::Refused => write!(f, "initiative {id} is not recognised"),
        Recognition::Later(date) => {
            write!(
                f,
                "initiative {id} was recognised on {date}, after the day of the facts"
            )
        }
        Recognition::Recognised(date) => {
            write!(
                f,
                "initiative {id} was recognised on {date}; {}",
                said(judged)
            )
        }
    }
}
