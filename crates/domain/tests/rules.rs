//! Every rule R1 to R55 that code decides has a test that bears its id, such as `r14_…` or
//! `r11_r22_…`; the others are listed with why nothing decides them.

use std::collections::BTreeSet;
use std::path::Path;

use hoso_domain::rules::catalogue;

/// Rules that no code decides.
const BY_PEOPLE: [(&str, &str); 6] = [
    (
        "R36",
        "whether the form fits the merit is the meeting's to say",
    ),
    ("R44", "units report through their own channel"),
    ("R45", "letters are the units' own awards"),
    (
        "R46",
        "difficulties are letters to Home Affairs, answered by people",
    ),
    (
        "R47",
        "publication of what was decided is an act of the records office",
    ),
    ("R51", "a mark of the dossier; nothing hangs on it"),
];

/// The ids at the beginning of a test's name.
fn ids(name: &str) -> impl Iterator<Item = String> {
    let words = name.split('_').map_while(|word| {
        let number = word.strip_prefix('r')?;
        let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| format!("R{number}"))
    });
    words.collect::<Vec<_>>().into_iter()
}

fn named_in(directory: &Path, found: &mut BTreeSet<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            named_in(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path)?;
            let mut lines = text.lines().map(str::trim);
            while let Some(line) = lines.next() {
                if line == "#[test]" {
                    let name = lines.next().and_then(|line| line.strip_prefix("fn "));
                    found.extend(name.into_iter().flat_map(ids));
                }
            }
        }
    }
    Ok(())
}

#[test]
fn every_rule_that_code_decides_has_a_test_by_its_id() -> std::io::Result<()> {
    let mut found = BTreeSet::new();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    named_in(&sources, &mut found)?;
    let people: BTreeSet<&str> = BY_PEOPLE.iter().map(|(id, _)| *id).collect();
    let rules = catalogue().map(|rule| rule.id.as_str());
    let untested: Vec<_> = rules
        .filter(|id| !found.contains(*id) && !people.contains(id))
        .collect();
    assert_eq!(untested, Vec::<&str>::new());
    assert!(
        people.iter().all(|id| !found.contains(*id)),
        "decided after all"
    );
    Ok(())
}
