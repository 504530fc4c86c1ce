//! A ranking explained, as a line of JSON or as text.

use std::io::{self, Write};

use hoso_domain::evaluation::{
    BelowTheLine, ExplainedLane, Explanation, FindingVerdict, KeyParting, Margin, Neighbours,
    Parting,
};
use hoso_domain::ids::ItemId;
use serde::Serialize;

use super::json_line;
use super::tables::spoken;

/// A line of output.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    #[serde(flatten)]
    explanation: &'a Explanation,
}

/// Writes the explanation of one file's ranking.
pub(super) fn write(
    json: bool,
    name: &str,
    explanation: &Explanation,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    if json {
        let line = Line {
            file: name,
            explanation,
        };
        return json_line(&line, out);
    }
    let (round, within) = (explanation.round, spoken(&explanation.within.to_string()));
    writeln!(
        out,
        "{name}: {} {}, sát nút: dưới {within} điểm",
        round.kind, round.year
    )?;
    if explanation.simulation {
        writeln!(out, "MÔ PHỎNG: bộ quy tắc không phải bộ đang có hiệu lực")?;
    }
    for lane in &explanation.lanes {
        lane_text(lane, out)?;
    }
    Ok(())
}

fn lane_text(lane: &ExplainedLane, out: &mut Vec<u8>) -> io::Result<()> {
    writeln!(out, "\n{}: {} suất", lane.lane, lane.quota)?;
    for pair in &lane.neighbours {
        writeln!(out, "  {}", neighbours(lane.keys, pair))?;
    }
    for below in &lane.below_the_line {
        writeln!(out, "  dưới vạch: {}", below_the_line(lane.keys, below))?;
    }
    for margin in &lane.margins {
        writeln!(out, "  sát nút: {}", told(lane.keys, margin))?;
    }
    Ok(())
}

fn neighbours(keys: &[&str], pair: &Neighbours) -> String {
    let (above, below) = (&pair.above, &pair.below);
    let line = if pair.at_the_line { " — vạch" } else { "" };
    match &pair.parting {
        Parting::Key(parting) => {
            format!("{above} trên {below}: {}{line}", by_key(keys, parting))
        }
        Parting::Equal => format!("{above} = {below}: bằng nhau ở mọi khóa{line}"),
        Parting::Ruling => {
            format!("{above} trên {below}: bằng nhau ở mọi khóa, theo quyết định chọn{line}")
        }
    }
}

fn below_the_line(keys: &[&str], below: &BelowTheLine) -> String {
    let BelowTheLine {
        item,
        place,
        line,
        line_place,
        parting,
    } = below;
    let why = match parting {
        Parting::Key(parting) => by_key(keys, parting),
        Parting::Equal | Parting::Ruling => "theo quyết định chọn".to_owned(),
    };
    format!("{item} (vị trí {place}) so với {line} (vị trí {line_place}): {why}")
}

fn by_key(keys: &[&str], parting: &KeyParting) -> String {
    let shown = |value: &Option<String>| value.as_deref().map_or("chưa có".to_owned(), spoken);
    let (upper, lower) = (shown(&parting.upper), shown(&parting.lower));
    let by = match &parting.difference {
        Some(difference) if difference == "0" => ", hơn kém dưới 0,0001".to_owned(),
        Some(difference) => format!(", hơn {}", spoken(difference)),
        None => String::new(),
    };
    format!("{} {upper} > {lower}{by}", named(keys, parting.key))
}

/// The name of a key counted from 1.
fn named<'k>(keys: &[&'k str], key: usize) -> &'k str {
    let key = key.checked_sub(1).and_then(|key| keys.get(key));
    key.copied().unwrap_or_default()
}

fn told(keys: &[&str], margin: &Margin) -> String {
    let line = |at_the_line: &bool| if *at_the_line { ", ở vạch" } else { "" };
    match margin {
        Margin::Distance {
            above,
            below,
            key,
            difference,
            at_the_line,
        } => {
            let (name, by) = (named(keys, *key), spoken(difference));
            format!("{above} hơn {below} chỉ {by} ở {name}{}", line(at_the_line))
        }
        Margin::TieBreak {
            above,
            below,
            key,
            at_the_line,
        } => {
            let name = named(keys, *key);
            format!(
                "{above} trên {below} nhờ khóa phụ {name}{}",
                line(at_the_line)
            )
        }
        Margin::Ruling {
            above,
            below,
            at_the_line,
        } => format!(
            "{above} trên {below} theo quyết định chọn{}",
            line(at_the_line)
        ),
        Margin::Finding {
            item,
            findings,
            to,
            gains,
            loses,
        } => {
            let rules = findings
                .iter()
                .map(|path| path.rsplit('.').next().unwrap_or(path));
            let rules = rules.collect::<Vec<_>>().join(", ");
            let to = match to {
                FindingVerdict::Met => "đạt",
                FindingVerdict::NotMet => "không đạt",
            };
            let (gains, loses) = (names(gains), names(loses));
            format!(
                "{item}: nếu một trong {rules} {to} thì {gains} được chọn thêm, {loses} mất suất"
            )
        }
    }
}

fn names(items: &[ItemId]) -> String {
    match items {
        [] => "không ai".to_owned(),
        some => some
            .iter()
            .map(ItemId::as_str)
            .collect::<Vec<_>>()
            .join(", "),
    }
}
