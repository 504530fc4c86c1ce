//! Whole rounds of every kind, lane and parameter, made from a tape of numbers: what a property or a
//! fuzzer tries. Values are few, so that thresholds, ties and gaps are hit all the time.

use proptest::prelude::*;

use super::*;

/// Numbers that decide everything; at its end every choice is the first.
pub(super) struct Tape(std::vec::IntoIter<u8>);

impl Tape {
    fn below(&mut self, many: usize) -> usize {
        usize::from(self.0.next().unwrap_or(0)) % many
    }

    /// True one time in `many`.
    fn rarely(&mut self, many: usize) -> bool {
        self.below(many) == many - 1
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

const SCORES: [&str; 12] = [
    "80", "90", "90.0001", "65", "49.9999", "50", "64.9999", "79.5", "80.5", "95", "100", "0",
];
const RATES: [&str; 8] = ["95", "90", "92.5", "89.9999", "94.9999", "100", "97", "88"];
const COUNCIL: [&str; 4] = ["88.5", "90", "85", "100"];
const PARAMETERS: [(&str, &[&str]); 9] = [
    ("band.group1.from", &["90.0001", "90", "85.5"]),
    (
        "classification.average",
        &["MEAN_OF_SCORES", "MEAN_OF_GROUPS", "EVERY_YEAR"],
    ),
    ("classification.annualWindow", &["FROM_2021", "AWARD_YEAR"]),
    ("satisfaction.from2026", &["95", "90"]),
    ("growth.components", &["EVERY", "MEAN"]),
    ("growth.atMaximum", &["NOT_MET", "MET"]),
    ("growth.phase", &["EVERY_PAIR", "LAST_OVER_FIRST"]),
    ("bothRule.loser", &["NOTHING", "DEPARTMENT_LANE"]),
    ("flag.excludes", &["CERTIFICATES", "NOTHING"]),
];

/// A round from a tape; always a good file.
pub(super) fn round(numbers: Vec<u8>) -> RoundFile {
    let tape = &mut Tape(numbers.into_iter());
    let (kind, year) = match tape.below(6) {
        0 | 1 => (RoundKind::Interim, 2025),
        2 => (RoundKind::Final, 2030),
        _ => (
            RoundKind::Annual,
            tape.one(&[2024, 2021, 2022, 2025, 2026, 2030]),
        ),
    };
    let mut given = given(kind, year);
    given.0.as_of = tape.one(&["2025-07-01", "2031-07-01"]).parse().unwrap();
    for (name, values) in PARAMETERS {
        if tape.rarely(3) {
            given = given.parameter(name, tape.one(values));
        }
    }
    let units = tape.below(9);
    for number in 0..units {
        given = unit(given, tape, number);
    }
    if units > 0 {
        for number in 0..tape.below(6) {
            given = component(given, tape, number, units);
        }
    }
    for number in 0..tape.below(3) {
        let (recognised, date) = (!tape.rarely(3), tape.one(&["2024-11-20", "2026-01-01"]));
        given = given.initiative(&format!("s{number}"), recognised, date);
    }
    for number in 0..units {
        given = unit_items(given, tape, number);
    }
    for number in 0..tape.below(24) {
        given = person(given, tape, number);
    }
    around(given, tape).0
}

fn unit(given: Given, tape: &mut Tape, number: usize) -> Given {
    let group = tape.one(&[
        Group::Department,
        Group::District,
        Group::Department,
        Group::ServiceUnit,
        Group::CentralAgency,
    ]);
    let advising = group == Group::Department && !tape.rarely(3);
    let award = given.0.round.year;
    let mut given = given.unit(&format!("u{number}"), group, advising);
    // Every other unit has the best figures there are, so that equals meet at the cut.
    let strong = tape.rarely(2);
    let mut since = 2021;
    if award > 2021 && tape.rarely(3) {
        since = award - u16::from(tape.rarely(2));
        given = given.since(since);
    }
    // A year after the award year is allowed and ignored.
    for year in since..=(award + 1).min(2030) {
        if strong {
            given = given.scores(&[(year, "95")]).rates(&[(year, "97")]);
            given = given.tasks(&[(year, 5, 5)]);
            continue;
        }
        if !tape.rarely(9) {
            given = given.scores(&[(year, tape.one(&SCORES))]);
        }
        if !tape.rarely(9) {
            given = given.rates(&[(year, tape.one(&RATES))]);
        }
        if !tape.rarely(20) {
            let done = if tape.rarely(20) { 4 } else { 5 };
            given = given.tasks(&[(year, 5, done)]);
        }
    }
    given
}

fn component(given: Given, tape: &mut Tape, number: usize, units: usize) -> Given {
    let award = given.0.round.year;
    let (first, steady) = (
        tape.one(&[2021, award, award.max(2022) - 1]),
        !tape.rarely(3),
    );
    (first..=award).fold(given, |given, year| {
        if tape.rarely(12) {
            return given;
        }
        let adviser = format!("u{}", tape.below(units));
        let grown = (50 + 4 * (year - 2021)).to_string();
        let rate = match tape.below(12) {
            0 => "-",
            1 => "100",
            _ if steady => grown.as_str(),
            _ => tape.one(&RATES),
        };
        given.component(&format!("c{number}"), &adviser, &[(year, rate)])
    })
}

/// Takes some findings away or turns them.
fn found(mut given: Given, tape: &mut Tape) -> Given {
    let item = given.last_item();
    if tape.rarely(8) {
        item.findings.clear();
    }
    let rules: Vec<_> = item.findings.keys().copied().collect();
    for rule in rules {
        match tape.below(24) {
            22 => item.findings.remove(&rule),
            23 => item.findings.insert(rule, FindingVerdict::NotMet),
            _ => None,
        };
    }
    given
}

fn unit_items(mut given: Given, tape: &mut Tape, number: usize) -> Given {
    let id = format!("u{number}");
    let (group, advising) = (given.0.units[number].group, given.0.units[number].advising);
    let own = Lane::ALL
        .iter()
        .copied()
        .filter(|lane| lane.group() == Some(group) || (*lane == Lane::CertAdvising && advising));
    for lane in own.collect::<Vec<_>>() {
        let no_flags = given.0.round.kind == RoundKind::Annual && lane.is_flag();
        if !no_flags && !tape.rarely(4) {
            given = found(given.item(&format!("{id}-{lane}"), lane, &id), tape);
        }
    }
    given
}

fn person(given: Given, tape: &mut Tape, number: usize) -> Given {
    let basis = tape.one(&[Basis::Insider, Basis::Adviser, Basis::Outsider]);
    let score = (!tape.rarely(6)).then(|| tape.one(&COUNCIL));
    let mut known: Vec<_> = given.0.components.iter().map(|c| c.id.clone()).collect();
    known.sort();
    known.dedup();
    known.retain(|_| basis == Basis::Adviser && tape.rarely(3));
    let initiative = (basis == Basis::Outsider && !tape.rarely(6))
        .then(|| InitiativeId::parse(&format!("s{}", tape.below(3))).unwrap());
    let given = given.person(&format!("p{number}"), basis, score);
    let given = given.with(|item| {
        item.components = known;
        item.initiative = initiative;
    });
    found(given, tape)
}

/// Holds and rulings on ties.
fn around(mut given: Given, tape: &mut Tape) -> Given {
    let subjects: Vec<_> = given
        .0
        .items
        .iter()
        .map(|i| i.subject.to_string())
        .collect();
    for subject in &subjects {
        if tape.rarely(16) {
            let closed = tape.one(&[None, Some("2025-06-30"), Some("2031-07-01")]);
            given = given.hold(subject, "2025-05-01", closed);
        }
    }
    for lane in Lane::ALL {
        if tape.rarely(3) {
            let in_lane = given.0.items.iter().filter(|item| item.lane == *lane);
            let mut order: Vec<_> = in_lane.map(|item| item.id.clone()).collect();
            if tape.rarely(2) {
                order.reverse();
            }
            given.0.tie_rulings.push(TieRuling { lane: *lane, order });
        }
    }
    given
}

/// Rounds of every kind.
pub(super) fn rounds() -> impl Strategy<Value = RoundFile> {
    prop::collection::vec(any::<u8>(), 0..700).prop_map(round)
}

proptest! {
    #[test]
    fn every_made_up_round_is_a_good_file(file in rounds()) {
        prop_assert_eq!(file.check(), Ok(()));
    }
}

/// The made-up rounds reach what the laws are about; without this they could hold of nothing.
#[test]
fn made_up_rounds_reach_every_outcome_verdict_and_lane() {
    let mut seen = std::collections::BTreeSet::new();
    let mut state = 0x5eed_u64;
    for _ in 0..1_000 {
        let tape = std::iter::repeat_with(|| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            u8::try_from(state >> 56).unwrap()
        });
        let file = round(tape.take(600).collect());
        let outcome = evaluate(&file, RuleBook::soc_trang());
        for item in &outcome.items {
            seen.insert(item.outcome.to_string());
            let criteria = item.criteria.iter();
            seen.extend(criteria.map(|one| format!("{} {}", one.rule, one.verdict)));
        }
        seen.extend(outcome.lanes.iter().map(|lane| lane.lane.to_string()));
        let ruled = |(above, below): (&RankedItem, &RankedItem)| {
            above.keys == below.keys && above.place != below.place
        };
        let mut lanes = outcome.lanes.iter();
        let ruled = lanes.any(|lane| {
            lane.ranked
                .iter()
                .zip(lane.ranked.iter().skip(1))
                .any(ruled)
        });
        if ruled {
            seen.insert("RULING".to_owned());
        }
    }
    let mut wanted: Vec<String> = Lane::ALL.iter().map(ToString::to_string).collect();
    wanted.extend(ItemOutcome::ALL.iter().map(ToString::to_string));
    wanted.push("RULING".to_owned());
    for criterion in RuleBook::soc_trang().clauses() {
        let rule = criterion.rule;
        wanted.extend([Verdict::Met, Verdict::NotMet].map(|verdict| format!("{rule} {verdict}")));
        if takes_finding(rule) {
            wanted.push(format!("{rule} {}", Verdict::NeedsFinding));
        }
        if !matches!(
            criterion.computation,
            crate::rulebook::Computation::Finding
                | crate::rulebook::Computation::RecognisedInitiative
        ) {
            wanted.push(format!("{rule} {}", Verdict::Unknown));
        }
    }
    let missing: Vec<_> = wanted.iter().filter(|one| !seen.contains(*one)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
