//! What-if against trying every value: it flips, no nearer value does, nothing that does is left out.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// The file with what stands at a path replaced.
fn changed(file: &RoundFile, path: &str, to: Value) -> RoundFile {
    let mut json = serde_json::to_value(file).unwrap();
    let pointer = path
        .trim_start_matches('$')
        .replace(['.', '['], "/")
        .replace(']', "");
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = json.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    parent.insert(key.to_owned(), to);
    RoundFile::read(json.to_string().as_bytes()).unwrap()
}

fn outcome_of(file: &RoundFile, book: &RuleBook, id: &ItemId) -> ItemOutcome {
    let outcome = evaluate(file, book);
    let item = outcome.items.iter().find(|item| item.id == *id);
    item.unwrap().outcome
}

/// A book with one award a lane, so that three units are a crowd.
pub(super) fn small_book() -> RuleBook {
    let mut book: Value = serde_json::from_str(RuleBook::soc_trang_text()).unwrap();
    for lane in book["lanes"].as_array_mut().unwrap() {
        let flag = lane["lane"].as_str().unwrap().starts_with("FLAG");
        lane["quotas"] = serde_json::json!({"annual": u8::from(!flag), "interim": 1, "final": 1});
    }
    RuleBook::read(book.to_string().as_bytes()).unwrap()
}

/// Steps of 0.0005 around a threshold, so that every value that can matter lies close by.
fn near(middle: u32, steps: i64) -> Percent {
    let value = i64::from(middle) * 10_000 + 5 * steps;
    Percent::from_ten_thousandths(u32::try_from(value).unwrap()).unwrap()
}

/// A unit in few words: steps of score, rate and component, tasks late, what is found, what it files.
type Row = (
    (i64, i64, i64),
    bool,
    Vec<Option<bool>>,
    (bool, bool, bool),
    bool,
);

fn row() -> impl Strategy<Value = Row> {
    let finding = prop::option::weighted(0.95, prop::bool::weighted(0.95));
    (
        (-2_i64..4, -1_i64..3, 0_i64..3),
        prop::bool::weighted(0.1),
        prop::collection::vec(finding, 17),
        (
            prop::bool::weighted(0.6),
            prop::bool::weighted(0.8),
            prop::bool::weighted(0.5),
        ),
        prop::bool::weighted(0.1),
    )
}

fn unit_round(kind: RoundKind, rows: &[Row]) -> Given {
    let rows = rows.iter().enumerate();
    rows.fold(given(kind, 2025), |case, (number, row)| {
        with_unit(case, &format!("u{number}"), row)
    })
}

fn with_unit(mut case: Given, id: &str, row: &Row) -> Given {
    let ((score, rate, component), late, found, (flag, cert, adviser), held) = row;
    let annual = case.0.round.kind == RoundKind::Annual;
    let years = if annual { 2024..=2025 } else { 2025..=2025 };
    let (score, rate) = (near(80, *score).to_string(), near(90, *rate).to_string());
    let (before, after) = (near(85, 0).to_string(), near(85, *component).to_string());
    case = case.unit(id, Group::Department, true).since(*years.start());
    for year in years {
        case = case.scores(&[(year, &score)]).rates(&[(year, &rate)]);
    }
    case = case.tasks(&[(2025, 3, 3 - u32::from(*late))]).component(
        &format!("c-{id}"),
        id,
        &[(2024, &before), (2025, &after)],
    );
    let mut words = found.iter().copied();
    let lanes = [
        (Lane::FlagDepartment, *flag && !annual),
        (Lane::CertDepartment, *cert),
        (Lane::CertAdvising, *adviser),
    ];
    for (lane, _) in lanes.into_iter().filter(|(_, files)| *files) {
        case = case
            .item(&format!("{id}-{}", lane.as_str().to_lowercase()), lane, id)
            .with(|item| {
                let rules: Vec<_> = item.findings.keys().copied().collect();
                let found = rules
                    .into_iter()
                    .filter_map(|rule| Some((rule, words.next()??)));
                item.findings = found.map(|(rule, met)| (rule, word(met))).collect();
            });
    }
    if *held {
        case.hold(id, "2031-01-01", None)
    } else {
        case
    }
}

fn word(met: bool) -> FindingVerdict {
    if met {
        FindingVerdict::Met
    } else {
        FindingVerdict::NotMet
    }
}

fn parameters(case: Given, chosen: (u8, u8, u8)) -> Given {
    let (average, loser, components) = chosen;
    let average = ["MEAN_OF_SCORES", "MEAN_OF_GROUPS", "EVERY_YEAR"][usize::from(average)];
    let loser = ["NOTHING", "DEPARTMENT_LANE"][usize::from(loser)];
    let components = ["EVERY", "MEAN"][usize::from(components)];
    case.parameter("classification.average", average)
        .parameter("bothRule.loser", loser)
        .parameter("growth.components", components)
        .parameter("band.group1.from", "80.0005")
}

/// A fact's path, what it says, and what it could say.
type Candidate = (String, Value, Vec<Value>);

/// Every fact of the file that may be looked at, with every value that could matter, by the words of
/// the page and not by the search's own list. All thresholds and rivals lie within 0.004 of it.
fn candidates(file: &RoundFile) -> Vec<Candidate> {
    let mut found = of_records(&serde_json::to_value(file).unwrap(), file.round.year);
    for (at, _) in file.holds.iter().enumerate() {
        let over = serde_json::to_value(file.as_of).unwrap();
        found.push((format!("$.holds[{at}].closed"), Value::Null, vec![over]));
    }
    for (at, item) in file.items.iter().enumerate() {
        for rule in criteria_of(item.lane, item.basis) {
            if matches!(rule, RuleId::R15 | RuleId::R26) {
                continue;
            }
            let today = item
                .findings
                .get(rule)
                .map_or(Value::Null, |f| f.as_str().into());
            let words = vec!["NOT_MET".into(), "MET".into()];
            found.push((format!("$.items[{at}].findings.{rule}"), today, words));
        }
        if item.lane.is_individual() {
            let today = item
                .council_score
                .map_or(Value::Null, |s| s.to_string().into());
            found.push((format!("$.items[{at}].councilScore"), today, percents(88)));
        }
    }
    found
}

fn of_records(json: &Value, award: u16) -> Vec<Candidate> {
    let mut found = Vec::new();
    let of_award = |record: &&Value| record["year"].as_u64() == Some(u64::from(award));
    for (list, field, middle) in [
        ("index", "score", 80),
        ("satisfaction", "rate", 90),
        ("components", "rate", 85),
    ] {
        let records = json[list].as_array().unwrap().iter().enumerate();
        for (at, record) in records.filter(|(_, r)| of_award(r) && !r[field].is_null()) {
            let path = format!("$.{list}[{at}].{field}");
            found.push((path, record[field].clone(), percents(middle)));
        }
    }
    for (at, record) in json["tasks"].as_array().unwrap().iter().enumerate() {
        let assigned = record["assigned"].as_u64().unwrap();
        let values = (0..=assigned).map(Value::from).collect();
        let path = format!("$.tasks[{at}].doneOnTime");
        found.push((path, record["doneOnTime"].clone(), values));
    }
    found
}

/// From the lowest up: the values close to one, and those at the far thresholds. A mean of two years
/// reaches 65 where this year's score makes up for the other's, which lies from 79.9990 to 80.0015:
/// from 49.9985 to 50.0010.
fn percents(middle: u32) -> Vec<Value> {
    let middle = middle * Percent::SCALE;
    let makes_up = 499_984..=500_011;
    let far = [0].into_iter().chain(makes_up).chain([649_999, 650_000]);
    let values = far.chain(middle - 40..=middle + 40).chain([1_000_000]);
    values
        .map(|value| {
            Percent::from_ten_thousandths(value)
                .unwrap()
                .to_string()
                .into()
        })
        .collect()
}

/// Distance between two values of a fact: steps, and a finding or hold is always the next value.
fn distance(from: &Value, to: &Value) -> u64 {
    let steps = |value: &Value| match value {
        Value::String(text) => Percent::parse(text).map_or(0, |p| i64::from(p.ten_thousandths())),
        Value::Number(number) => number.as_i64().unwrap(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => -1,
    };
    steps(from).abs_diff(steps(to))
}

/// What trying every value finds.
fn by_brute_force(file: &RoundFile, book: &RuleBook, id: &ItemId) -> BTreeSet<String> {
    let today = outcome_of(file, book, id) == ItemOutcome::Selected;
    let mut found = BTreeSet::new();
    for (fact, from, values) in candidates(file) {
        let mut best: Option<(u64, Value, ItemOutcome)> = None;
        for value in values.into_iter().filter(|value| *value != from) {
            let outcome = outcome_of(&changed(file, &fact, value.clone()), book, id);
            let away = distance(&from, &value);
            // Values come from the lowest up, so that of two equally near the higher stays.
            if (outcome == ItemOutcome::Selected) != today
                && best.as_ref().is_none_or(|b| away <= b.0)
            {
                best = Some((away, value, outcome));
            }
        }
        found.extend(best.map(|(_, to, outcome)| format!("{fact} {from} -> {to} {outcome}")));
    }
    found
}

fn agrees(file: &RoundFile, book: &RuleBook) -> Result<(), TestCaseError> {
    for item in &file.items {
        let what_if = what_if(file, book, &item.id).unwrap();
        prop_assert_eq!(what_if.outcome, outcome_of(file, book, &item.id));
        let found: BTreeSet<_> = what_if
            .changes
            .iter()
            .map(|change| {
                let json = |value| serde_json::to_value(value).unwrap();
                let (from, to) = (json(change.from), json(change.to));
                format!("{} {from} -> {to} {}", change.fact, change.outcome)
            })
            .collect();
        prop_assert_eq!(found, by_brute_force(file, book, &item.id), "{}", item.id);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn what_if_finds_what_trying_every_value_finds_among_units(
        rows in prop::collection::vec(row(), 1..4),
        chosen in (0_u8..3, 0_u8..2, 0_u8..2),
        annual: bool,
    ) {
        let kind = if annual { RoundKind::Annual } else { RoundKind::Interim };
        agrees(&parameters(unit_round(kind, &rows), chosen).0, &small_book())?;
    }

    #[test]
    fn what_if_finds_what_trying_every_value_finds_among_persons(
        rows in prop::collection::vec((prop::option::of(0_i64..3), any::<bool>(), any::<bool>()), 1..6),
        ruled: bool,
    ) {
        let case = rows.iter().enumerate().fold(
            given(RoundKind::Annual, 2025)
                .unit("u", Group::Department, true)
                .component("c", "u", &[(2024, "85"), (2025, "85.0005")]),
            |case, (number, (score, met, adviser))| {
                let score = score.map(|score| near(88, score).to_string());
                let basis = if *adviser { Basis::Adviser } else { Basis::Insider };
                let rule = if *adviser { RuleId::R31 } else { RuleId::R34 };
                let finding = if *met { FindingVerdict::Met } else { FindingVerdict::NotMet };
                case.person(&format!("p{number}"), basis, score.as_deref())
                    .finding(rule, Some(finding))
                    .with(|item| if *adviser { item.components.push(ComponentId::parse("c").unwrap()) })
            },
        );
        let case = if ruled && rows.len() > 2 { case.ruling(Lane::CertIndividual, &["p1", "p0"]) } else { case };
        agrees(&case.0, &small_book())?;
    }
}
