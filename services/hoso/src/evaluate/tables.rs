//! An outcome as people read it: a table a lane, and under it why each stands above the next.

use std::collections::BTreeMap;
use std::io::{self, Write};

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width};
use hoso_domain::evaluation::{
    Item, ItemResult, LaneOutcome, Outcome, RankedItem, RoundFile, key_names, separating_keys,
};
use hoso_domain::rulebook::RuleBook;

/// Width of a table: a terminal of half a screen, or a printed page across.
const TABLE_COLUMNS: u16 = 120;
/// Width of the subject's column, so that the reasons have room.
const SUBJECT_COLUMNS: u16 = 26;

/// Writes all lanes.
pub(super) fn write(
    name: &str,
    judged: (&RoundFile, &RuleBook),
    outcome: &Outcome,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let (file, round, book) = (judged.0, outcome.round, &outcome.rule_book);
    writeln!(
        out,
        "{name}: {} {}, tính đến {}",
        round.kind,
        round.year,
        file.as_of.format("%d/%m/%Y")
    )?;
    writeln!(
        out,
        "bộ quy tắc {} phiên bản {}, {}",
        book.id, book.version, book.digest
    )?;
    if outcome.simulation {
        writeln!(out, "MÔ PHỎNG: bộ quy tắc không phải bộ đang có hiệu lực")?;
    }
    for warning in &outcome.warnings {
        writeln!(out, "cảnh báo: {warning}")?;
    }
    for lane in &outcome.lanes {
        lane_table(judged, outcome, lane, out)?;
    }
    Ok(())
}

fn lane_table(
    judged: (&RoundFile, &RuleBook),
    outcome: &Outcome,
    lane: &LaneOutcome,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let file = judged.0;
    let state = if lane.r#final { "" } else { ", chưa chốt" };
    writeln!(
        out,
        "\n{}: {} suất, chọn {}, trống {}{state}",
        lane.lane, lane.quota, lane.selected, lane.empty
    )?;
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(TABLE_COLUMNS)
        .set_header([
            "Vị trí",
            "Mục",
            "Đối tượng",
            "Kết quả",
            "Khóa xếp hạng",
            "Vì sao",
        ])
        .set_constraints([
            ColumnConstraint::ContentWidth,
            ColumnConstraint::ContentWidth,
            ColumnConstraint::UpperBoundary(Width::Fixed(SUBJECT_COLUMNS)),
        ]);
    let results = file.items.iter().zip(&outcome.items);
    let mut unranked = Vec::new();
    let mut by_id = BTreeMap::new();
    for (item, result) in results.filter(|(item, _)| item.lane == lane.lane) {
        if result.place.is_none() {
            unranked.push((item, result));
        }
        by_id.insert(&item.id, (item, result));
    }
    for one in &lane.ranked {
        if let Some(ranked) = by_id.get(&one.item) {
            table.add_row(row(file, *ranked, &shown_keys(one)));
        }
    }
    for one in unranked {
        table.add_row(row(file, one, ""));
    }
    writeln!(out, "{table}")?;
    let names = key_names(lane.lane, outcome.round.kind);
    let neighbours = lane.ranked.iter().zip(lane.ranked.iter().skip(1));
    for ((above, below), key) in neighbours.zip(separating_keys(file, judged.1, lane)) {
        writeln!(out, "  {}", why_above(names, key, above, below))?;
    }
    Ok(())
}

fn row(file: &RoundFile, (item, result): (&Item, &ItemResult), keys: &str) -> [String; 6] {
    let subject = item.subject.as_str();
    let unit = file.units.iter().find(|unit| unit.id.as_str() == subject);
    let place = result.place.map(|place| place.to_string());
    [
        place.unwrap_or_else(|| "–".to_owned()),
        result.id.to_string(),
        unit.map_or(subject, |unit| unit.name.as_str()).to_owned(),
        result.outcome.to_string(),
        keys.to_owned(),
        result.reason.clone(),
    ]
}

fn shown_keys(ranked: &RankedItem) -> String {
    let keys: Vec<_> = ranked
        .keys
        .iter()
        .map(|key| spoken(key.as_deref().unwrap_or("–")))
        .collect();
    keys.join("; ")
}

/// A figure as Vietnamese text writes it: with a decimal comma.
pub(super) fn spoken(figure: &str) -> String {
    figure.replace('.', ",")
}

/// Why the one stands above the other: the first key that separates them, by exact values.
fn why_above(
    names: &[&str],
    separates: Option<usize>,
    above: &RankedItem,
    below: &RankedItem,
) -> String {
    let (upper, lower) = (&above.item, &below.item);
    let Some(separates) = separates else {
        return if above.place == below.place {
            let place = above.place;
            format!("{upper} = {lower}: bằng nhau ở mọi khóa, cùng vị trí {place}")
        } else {
            format!("{upper} trên {lower}: bằng nhau ở mọi khóa, theo quyết định chọn")
        };
    };
    let name = names.get(separates).copied().unwrap_or_default();
    let shown = |one: &RankedItem| {
        let key = one.keys.get(separates).and_then(Option::as_deref);
        spoken(key.unwrap_or("chưa có"))
    };
    let (upper_key, lower_key) = (shown(above), shown(below));
    let note = if upper_key == lower_key {
        ", hơn kém dưới 0,0001"
    } else {
        ""
    };
    format!("{upper} trên {lower}: {name} {upper_key} > {lower_key}{note}")
}
