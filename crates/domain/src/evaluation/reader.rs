//! Bytes to a [`RoundFile`]: the shape of every record, strictly.
//!
//! What spans records (unknown units, duplicates by natural key, lanes and subjects) is `check`'s.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::NaiveDate;

use super::json::{Fault, Json, ReadError, once, required, unknown_field};
use super::round_file::{
    COUNT_MAX, ComponentRecord, Hold, InitiativeRecord, Item, NAME_CHARS_MAX, Round, RoundFile,
    SatisfactionRecord, ScoreRecord, TasksRecord, TieRuling, Unit, YEAR_FIRST, YEAR_LAST,
};
use super::vocabulary::{Basis, FindingVerdict, Group, Lane, RoundKind, RuleId, WordError};
use crate::percent::Percent;
use crate::rulebook::{ParameterName, RuleBook};

/// Largest round file, in bytes.
pub const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;

impl RoundFile {
    /// Reads and checks a round file.
    ///
    /// # Errors
    /// The first thing that is wrong, with its path.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        let file = shape(bytes)?;
        file.check()?;
        Ok(file)
    }
}

fn shape(bytes: &[u8]) -> Result<RoundFile, Fault> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Fault::new("longer than 16 MiB"));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Fault::new(format!("not UTF-8 at byte {}", error.valid_up_to())))?;
    if text.starts_with('\u{feff}') {
        return Err(Fault::new("byte order mark"));
    }
    let mut json = Json::new(text);
    let file = round_file(&mut json)?;
    json.end()?;
    Ok(file)
}

fn round_file(json: &mut Json<'_>) -> Result<RoundFile, Fault> {
    let (mut round_slot, mut as_of, mut parameters_slot) = (None, None, None);
    let (mut units, mut index, mut satisfaction, mut tasks) = (None, None, None, None);
    let (mut components, mut initiatives, mut holds) = (None, None, None);
    let (mut items, mut tie_rulings) = (None, None);
    json.object(|json, key| match key {
        "round" => once(&mut round_slot, || round(json)),
        "asOf" => once(&mut as_of, || date(json)),
        "parameters" => once(&mut parameters_slot, || parameters(json)),
        "units" => once(&mut units, || json.array(unit)),
        "index" => once(&mut index, || json.array(score)),
        "satisfaction" => once(&mut satisfaction, || json.array(satisfaction_rate)),
        "tasks" => once(&mut tasks, || json.array(tasks_record)),
        "components" => once(&mut components, || json.array(component)),
        "initiatives" => once(&mut initiatives, || json.array(initiative)),
        "holds" => once(&mut holds, || json.array(hold)),
        "items" => once(&mut items, || json.array(item)),
        "tieRulings" => once(&mut tie_rulings, || json.array(tie_ruling)),
        _ => Err(unknown_field()),
    })?;
    Ok(RoundFile {
        round: required(round_slot, "round")?,
        as_of: required(as_of, "asOf")?,
        parameters: parameters_slot.unwrap_or_default(),
        units: required(units, "units")?,
        index: required(index, "index")?,
        satisfaction: required(satisfaction, "satisfaction")?,
        tasks: required(tasks, "tasks")?,
        components: required(components, "components")?,
        initiatives: initiatives.unwrap_or_default(),
        holds: holds.unwrap_or_default(),
        items: required(items, "items")?,
        tie_rulings: tie_rulings.unwrap_or_default(),
    })
}

fn round(json: &mut Json<'_>) -> Result<Round, Fault> {
    let (mut kind, mut award_year) = (None, None);
    json.object(|json, key| match key {
        "kind" => once(&mut kind, || word(json, RoundKind::parse)),
        "year" => once(&mut award_year, || year(json)),
        _ => Err(unknown_field()),
    })?;
    Ok(Round {
        kind: required(kind, "kind")?,
        year: required(award_year, "year")?,
    })
}

fn parameters(json: &mut Json<'_>) -> Result<BTreeMap<ParameterName, String>, Fault> {
    let mut answers = BTreeMap::new();
    let mut allowed = RuleBook::soc_trang().parameters().clone();
    json.object(|json, key| {
        let name = ParameterName::parse(key).ok_or_else(|| Fault::new("unknown parameter"))?;
        if answers.contains_key(&name) {
            return Err(Fault::new("duplicate key"));
        }
        let value = json.string()?;
        let refused = |error: crate::rulebook::UnknownParameter| Fault::new(error.to_string());
        allowed.set(name, &value).map_err(refused)?;
        answers.insert(name, value.into_owned());
        Ok(())
    })?;
    Ok(answers)
}

fn unit(json: &mut Json<'_>) -> Result<Unit, Fault> {
    let (mut unit_id, mut unit_name, mut group) = (None, None, None);
    let (mut advising, mut since) = (None, None);
    json.object(|json, key| match key {
        "id" => once(&mut unit_id, || id(json)),
        "name" => once(&mut unit_name, || name(json)),
        "group" => once(&mut group, || word(json, Group::parse)),
        "advising" => once(&mut advising, || json.boolean()),
        "since" => once(&mut since, || year(json)),
        _ => Err(unknown_field()),
    })?;
    Ok(Unit {
        id: required(unit_id, "id")?,
        name: required(unit_name, "name")?,
        group: required(group, "group")?,
        advising: required(advising, "advising")?,
        since,
    })
}

fn score(json: &mut Json<'_>) -> Result<ScoreRecord, Fault> {
    let (mut unit, mut of_year, mut value) = (None, None, None);
    json.object(|json, key| match key {
        "unit" => once(&mut unit, || id(json)),
        "year" => once(&mut of_year, || year(json)),
        "score" => once(&mut value, || percent(json)),
        _ => Err(unknown_field()),
    })?;
    Ok(ScoreRecord {
        unit: required(unit, "unit")?,
        year: required(of_year, "year")?,
        score: required(value, "score")?,
    })
}

fn satisfaction_rate(json: &mut Json<'_>) -> Result<SatisfactionRecord, Fault> {
    let (mut unit, mut of_year, mut value) = (None, None, None);
    json.object(|json, key| match key {
        "unit" => once(&mut unit, || id(json)),
        "year" => once(&mut of_year, || year(json)),
        "rate" => once(&mut value, || percent(json)),
        _ => Err(unknown_field()),
    })?;
    Ok(SatisfactionRecord {
        unit: required(unit, "unit")?,
        year: required(of_year, "year")?,
        rate: required(value, "rate")?,
    })
}

fn tasks_record(json: &mut Json<'_>) -> Result<TasksRecord, Fault> {
    let (mut unit, mut of_year, mut assigned, mut done_on_time) = (None, None, None, None);
    json.object(|json, key| match key {
        "unit" => once(&mut unit, || id(json)),
        "year" => once(&mut of_year, || year(json)),
        "assigned" => once(&mut assigned, || json.integer(0, COUNT_MAX)),
        "doneOnTime" => once(&mut done_on_time, || json.integer(0, COUNT_MAX)),
        _ => Err(unknown_field()),
    })?;
    Ok(TasksRecord {
        unit: required(unit, "unit")?,
        year: required(of_year, "year")?,
        assigned: required(assigned, "assigned")?,
        done_on_time: required(done_on_time, "doneOnTime")?,
    })
}

fn component(json: &mut Json<'_>) -> Result<ComponentRecord, Fault> {
    let (mut component_id, mut adviser, mut of_year, mut rate) = (None, None, None, None);
    json.object(|json, key| match key {
        "id" => once(&mut component_id, || id(json)),
        "adviser" => once(&mut adviser, || id(json)),
        "year" => once(&mut of_year, || year(json)),
        "rate" => once(&mut rate, || json.nullable(percent)),
        _ => Err(unknown_field()),
    })?;
    Ok(ComponentRecord {
        id: required(component_id, "id")?,
        adviser: required(adviser, "adviser")?,
        year: required(of_year, "year")?,
        rate: required(rate, "rate")?,
    })
}

fn initiative(json: &mut Json<'_>) -> Result<InitiativeRecord, Fault> {
    let (mut initiative_id, mut recognised, mut on) = (None, None, None);
    json.object(|json, key| match key {
        "id" => once(&mut initiative_id, || id(json)),
        "recognised" => once(&mut recognised, || json.boolean()),
        "date" => once(&mut on, || date(json)),
        _ => Err(unknown_field()),
    })?;
    Ok(InitiativeRecord {
        id: required(initiative_id, "id")?,
        recognised: required(recognised, "recognised")?,
        date: required(on, "date")?,
    })
}

fn hold(json: &mut Json<'_>) -> Result<Hold, Fault> {
    let (mut subject, mut opened, mut closed) = (None, None, None);
    json.object(|json, key| match key {
        "subject" => once(&mut subject, || id(json)),
        "opened" => once(&mut opened, || date(json)),
        "closed" => once(&mut closed, || json.nullable(date)),
        _ => Err(unknown_field()),
    })?;
    Ok(Hold {
        subject: required(subject, "subject")?,
        opened: required(opened, "opened")?,
        closed: closed.flatten(),
    })
}

fn item(json: &mut Json<'_>) -> Result<Item, Fault> {
    let (mut item_id, mut lane, mut subject, mut basis) = (None, None, None, None);
    let (mut components, mut initiative) = (None, None);
    let (mut found, mut council_score) = (None, None);
    json.object(|json, key| match key {
        "id" => once(&mut item_id, || id(json)),
        "lane" => once(&mut lane, || word(json, Lane::parse)),
        "subject" => once(&mut subject, || id(json)),
        "basis" => once(&mut basis, || word(json, Basis::parse)),
        "components" => once(&mut components, || json.array(id)),
        "initiative" => once(&mut initiative, || id(json)),
        "findings" => once(&mut found, || findings(json)),
        "councilScore" => once(&mut council_score, || percent(json)),
        _ => Err(unknown_field()),
    })?;
    // An empty list is a list all the same; the typed item could no longer tell.
    if components.is_some() && basis != Some(Basis::Adviser) {
        return Err(Fault::new("only for basis ADVISER").at_key("components"));
    }
    Ok(Item {
        id: required(item_id, "id")?,
        lane: required(lane, "lane")?,
        subject: required(subject, "subject")?,
        basis,
        components: components.unwrap_or_default(),
        initiative,
        findings: required(found, "findings")?,
        council_score,
    })
}

fn findings(json: &mut Json<'_>) -> Result<BTreeMap<RuleId, FindingVerdict>, Fault> {
    let mut findings = BTreeMap::new();
    json.object(|json, key| {
        let rule = RuleId::parse(key).map_err(|_| Fault::new("unknown rule"))?;
        if findings.contains_key(&rule) {
            return Err(Fault::new("duplicate key"));
        }
        findings.insert(rule, word(json, FindingVerdict::parse)?);
        Ok(())
    })?;
    Ok(findings)
}

fn tie_ruling(json: &mut Json<'_>) -> Result<TieRuling, Fault> {
    let (mut lane, mut order) = (None, None);
    json.object(|json, key| match key {
        "lane" => once(&mut lane, || word(json, Lane::parse)),
        "order" => once(&mut order, || json.array(id)),
        _ => Err(unknown_field()),
    })?;
    Ok(TieRuling {
        lane: required(lane, "lane")?,
        order: required(order, "order")?,
    })
}

fn id<T: FromStr>(json: &mut Json<'_>) -> Result<T, Fault> {
    let malformed =
        |_| Fault::new("must be an id: 1 to 64 of A-Z a-z 0-9 . _ -, the first no sign");
    json.string()?.parse().map_err(malformed)
}

fn word<T>(json: &mut Json<'_>, parse: fn(&str) -> Result<T, WordError>) -> Result<T, Fault> {
    let unknown = |error: WordError| Fault::new(format!("no {}: {:?}", error.kind, error.text));
    parse(&json.string()?).map_err(unknown)
}

fn name(json: &mut Json<'_>) -> Result<String, Fault> {
    let text = json.string()?;
    let short = text.len() <= NAME_CHARS_MAX || text.chars().count() <= NAME_CHARS_MAX;
    if text.is_empty() || !short {
        return Err(Fault::new("must be 1 to 500 characters"));
    }
    Ok(text.into_owned())
}

fn year(json: &mut Json<'_>) -> Result<u16, Fault> {
    let year = json.integer(YEAR_FIRST.into(), YEAR_LAST.into())?;
    u16::try_from(year).map_err(|_| Fault::new("no year"))
}

fn percent(json: &mut Json<'_>) -> Result<Percent, Fault> {
    Percent::parse(&json.string()?).map_err(|error| Fault::new(error.to_string()))
}

fn date(json: &mut Json<'_>) -> Result<NaiveDate, Fault> {
    civil_date(&json.string()?).ok_or_else(|| Fault::new("must be a real date, YYYY-MM-DD"))
}

/// Exactly `YYYY-MM-DD`, a day of the calendar. There is no year 0.
fn civil_date(text: &str) -> Option<NaiveDate> {
    let written = |index: usize, byte: u8| match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    if text.len() != 10
        || !text
            .bytes()
            .enumerate()
            .all(|(index, byte)| written(index, byte))
    {
        return None;
    }
    let year: i32 = text.get(0..4)?.parse().ok()?;
    let month = text.get(5..7)?.parse().ok()?;
    let day = text.get(8..10)?.parse().ok()?;
    NaiveDate::from_ymd_opt(year, month, day).filter(|_| year > 0)
}
