//! Reading and evaluating round files on one thread, as `hoso evaluate` does: files a second.
//!
//! The files are made up: 47 units with four years of figures, an item each, and 60 individuals of
//! all three kinds, none of them alike.

use std::time::Instant;

use anyhow::Context;
use hoso_domain::evaluation::{RoundFile, evaluate};
use hoso_domain::rulebook::RuleBook;
use serde_json::{Value, json};

use crate::drive::rate;
use crate::figure::{Better, Report};
use crate::{Setting, rounds};

const FILES: u64 = 1_000;
pub(crate) const UNITS: u64 = 47;
const INDIVIDUALS: u64 = 60;
const YEARS: std::ops::RangeInclusive<u64> = 2021..=2024;
/// Files a second on one core that the evaluation must reach.
const FILES_A_SECOND: f64 = 2_000.0;

/// Measures.
pub(crate) async fn run(setting: &Setting) -> anyhow::Result<Report> {
    let files = (0..FILES)
        .map(|n| serde_json::to_vec(&file(n)))
        .collect::<Result<Vec<_>, _>>()?;
    let bytes = files.iter().map(Vec::len).sum::<usize>() / files.len().max(1);
    let book = RuleBook::soc_trang();
    let measured = rounds::run(setting, |_| async { one_pass(&files, book) }).await?;
    let mut report = Report::default();
    let ratios: Vec<f64> = measured.iter().map(|m| m / FILES_A_SECOND).collect();
    report.goal(
        "evaluate",
        "round files read and evaluated on one thread / 2 000 a second",
        1.0,
        Better::More,
        &ratios,
    );
    report.figure(
        format!("round files of {UNITS} units and {INDIVIDUALS} individuals ({bytes} bytes) read and evaluated"),
        "files/s",
        &measured,
    );
    Ok(report)
}

fn one_pass(files: &[Vec<u8>], book: &RuleBook) -> anyhow::Result<f64> {
    let started = Instant::now();
    let (mut items, mut ranked) = (0, 0);
    for bytes in files {
        let file = RoundFile::read(bytes).context("a made-up round file")?;
        let outcome = evaluate(&file, book);
        items += outcome.items.len() as u64;
        ranked += outcome
            .lanes
            .iter()
            .filter(|lane| !lane.ranked.is_empty())
            .count() as u64;
    }
    let rate = rate(files.len() as u64, started.elapsed());
    anyhow::ensure!(
        items == files.len() as u64 * (UNITS + INDIVIDUALS) && ranked >= files.len() as u64,
        "{items} items and {ranked} ranked lanes do not fit the files"
    );
    Ok(rate)
}

/// Figures that differ from file to file and always come out the same.
fn draw(seed: u64, below: u64) -> u64 {
    let mixed = (seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 29)) % below
}

fn percent(seed: u64) -> String {
    format!("{}.{:02}", 70 + draw(seed, 30), draw(seed + 1, 100))
}

fn unit(n: u64) -> String {
    format!("don-vi-{n:02}")
}

/// Departments, districts, central agencies and service units, as in a province.
fn group(n: u64) -> (&'static str, &'static str) {
    match n {
        0..20 => ("DEPARTMENT", "CERT_DEPARTMENT"),
        20..31 => ("DISTRICT", "CERT_DISTRICT"),
        31..39 => ("CENTRAL_AGENCY", "CERT_CENTRAL_AGENCY"),
        _ => ("SERVICE_UNIT", "CERT_SERVICE_UNIT"),
    }
}

fn file(n: u64) -> Value {
    file_of(n * 100_000, INDIVIDUALS)
}

/// A round file of so many individuals beside the units.
pub(crate) fn file_of(seed: u64, individuals: u64) -> Value {
    let each_year = |figures: &dyn Fn(u64, u64, u64) -> Value| -> Vec<Value> {
        (0..UNITS)
            .flat_map(|unit| YEARS.map(move |year| (unit, year)))
            .map(|(unit, year)| figures(unit, year, seed + unit * 100 + year))
            .collect()
    };
    let units: Vec<_> = (0..UNITS)
        .map(|n| json!({"id": unit(n), "name": format!("Đơn vị {n}"), "group": group(n).0, "advising": n < 7}))
        .collect();
    let components: Vec<_> = (0..7)
        .flat_map(|n| YEARS.map(move |year| (n, year)))
        .map(|(n, year)| {
            json!({"id": format!("chi-so-{n}"), "adviser": unit(n), "year": year, "rate": percent(seed + n * 10 + year)})
        })
        .collect();
    let initiatives: Vec<_> = (0..20)
        .map(|n| json!({"id": format!("SK-{n}"), "recognised": draw(seed + n, 5) > 0, "date": "2024-05-20"}))
        .collect();
    let items: Vec<_> = (0..UNITS)
        .map(|n| unit_item(n, seed))
        .chain((0..individuals).map(|n| individual(n, seed)))
        .collect();
    json!({
        "round": {"kind": "ANNUAL", "year": 2024},
        "asOf": "2025-08-15",
        "units": units,
        "index": each_year(&|n, year, seed| json!({"unit": unit(n), "year": year, "score": percent(seed)})),
        "satisfaction": each_year(&|n, year, seed| json!({"unit": unit(n), "year": year, "rate": percent(seed + 7)})),
        "tasks": each_year(&|n, year, seed| {
            json!({"unit": unit(n), "year": year, "assigned": 40, "doneOnTime": 40 - draw(seed, 4)})
        }),
        "components": components,
        "initiatives": initiatives,
        "holds": [{"subject": unit(draw(seed, UNITS)), "opened": "2024-03-01", "closed": "2024-09-15"}],
        "items": items,
    })
}

fn unit_item(n: u64, seed: u64) -> Value {
    let (lane, findings) = if n < 7 {
        ("CERT_ADVISING", json!({"R19": "MET", "R20": "MET"}))
    } else {
        let met = if draw(seed + n, 9) > 0 {
            "MET"
        } else {
            "NOT_MET"
        };
        (
            group(n).1,
            json!({"R22": met, "R23": "MET", "R24": "MET", "R28": "MET"}),
        )
    };
    json!({"id": format!("hs-{n}"), "lane": lane, "subject": unit(n), "findings": findings})
}

fn individual(n: u64, seed: u64) -> Value {
    let mut item = json!({
        "id": format!("cn-{n}"),
        "lane": "CERT_INDIVIDUAL",
        "subject": format!("ca-nhan-{n}"),
        "councilScore": percent(seed + n * 31),
    });
    let (basis, findings) = match n % 3 {
        0 => ("ADVISER", json!({"R30": "MET", "R31": "MET"})),
        1 => ("INSIDER", json!({"R32": "MET", "R34": "MET"})),
        _ => ("OUTSIDER", json!({"R33": "MET", "R34": "MET"})),
    };
    if let Some(fields) = item.as_object_mut() {
        fields.insert("basis".to_owned(), json!(basis));
        fields.insert("findings".to_owned(), findings);
        match n % 3 {
            0 => fields.insert(
                "components".to_owned(),
                json!([format!("chi-so-{}", n % 7)]),
            ),
            1 => None,
            _ => fields.insert("initiative".to_owned(), json!(format!("SK-{}", n / 3 % 20))),
        };
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_file_is_read_and_no_two_are_alike() -> anyhow::Result<()> {
        let (one, two) = (file(1), file(2));
        assert_ne!(one, two);
        let file = RoundFile::read(&serde_json::to_vec(&one)?)?;
        assert_eq!((file.units.len(), file.items.len()), (47, 107));
        Ok(())
    }

    #[test]
    fn one_pass_evaluates_every_item() -> anyhow::Result<()> {
        let files = [serde_json::to_vec(&file(3))?, serde_json::to_vec(&file(4))?];
        assert!(one_pass(&files, RuleBook::soc_trang())? > 0.0);
        Ok(())
    }
}
