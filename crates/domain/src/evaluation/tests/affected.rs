//! What rests on a fact that was corrected later.

use super::*;

const ROUND_2024: &[u8] = include_bytes!("../../../../../examples/soc-trang-2024/round-2024.json");

fn of(fact: &str, correct: impl FnOnce(&mut RoundFile)) -> Affected {
    let file = RoundFile::read(ROUND_2024).unwrap();
    let mut now = file.clone();
    correct(&mut now);
    affected(&file, &now, RuleBook::soc_trang(), &fact.parse().unwrap()).unwrap()
}

/// Item, its rules, and both outcomes.
fn shown(affected: &Affected) -> Vec<String> {
    let items = affected.items.iter();
    let shown = items.map(|one| {
        let rules: Vec<_> = one.rules.iter().map(ToString::to_string).collect();
        let (then, now) = (one.then.outcome, one.now.outcome);
        format!("{} {} {then} {now}", one.item, rules.join(" "))
    });
    shown.collect()
}

#[test]
fn a_corrected_score_shows_who_rests_on_it_and_who_would_win() {
    let subject = |file: &RoundFile, item: &str| -> String {
        let items = file.items.iter();
        let mut found = items.filter(|one| one.id.as_str() == item);
        found.next().unwrap().subject.to_string()
    };
    let file = RoundFile::read(ROUND_2024).unwrap();
    let winner = subject(&file, "hs21-1");
    let fact = format!("SCORE/{winner}/2024");
    let lower = of(&fact, |file| {
        let mut records = file.index.iter_mut();
        let record = records.find(|r| r.unit.as_str() == winner && r.year == 2024);
        record.unwrap().score = percent("80");
    });
    assert_eq!(
        (lower.then.as_slice(), lower.now.as_slice()),
        (&["86.4".to_owned()][..], &["80".to_owned()][..])
    );
    let lines = shown(&lower);
    assert!(
        lines.contains(&"hs21-1 R25 R26 SELECTED NOT_SELECTED".to_owned()),
        "{lines:?}"
    );
    assert!(
        lines.contains(&"hs23-1  NOT_SELECTED SELECTED".to_owned()),
        "{lines:?}"
    );
    let same = of(&fact, |_| ());
    assert_eq!(shown(&same), ["hs21-1 R25 R26 SELECTED SELECTED"]);
    let foreign = of("SCORE/nobody/2024", |_| ());
    assert_eq!(foreign.items, []);
}

#[test]
fn a_late_hold_shows_who_would_have_been_suspended() {
    let file = RoundFile::read(ROUND_2024).unwrap();
    let item = file
        .items
        .iter()
        .find(|one| one.id.as_str() == "hs21-1")
        .unwrap();
    let late = of(&format!("HOLD/{}", item.subject), |file| {
        file.holds.push(Hold {
            subject: item.subject.clone(),
            opened: "2025-06-01".parse().unwrap(),
            closed: None,
        });
    });
    assert_eq!(
        (late.then.len(), late.now.as_slice()),
        (0, &["2025-06-01..".to_owned()][..])
    );
    assert!(shown(&late).contains(&"hs21-1  SELECTED SUSPENDED".to_owned()));
    assert!("HOLD/".parse::<Correctable>().is_err());
    assert_eq!(
        "hold/a".parse::<Correctable>().unwrap().to_string(),
        "HOLD/a"
    );
}
