//! A verdict or ranking that claims facts from behind itself, or from behind the log's end, is no
//! verdict that nobody compares: it is told of, whatever else is wrong with such a log.

use serde_json::Value;
use zip::CompressionMethod;

use super::bundle::{YEAR, verify};
use super::tamper::with_data;

/// The same data with facts from as late as its digits allow.
fn from_later(data: &str) -> (String, u64) {
    let field = "\"factsPosition\":";
    let at = data.find(field).unwrap() + field.len();
    let digits = data[at..].chars().take_while(char::is_ascii_digit).count();
    let later = "9".repeat(digits);
    let forged = format!("{}{later}{}", &data[..at], &data[at + digits..]);
    (forged, later.parse().unwrap())
}

#[test]
fn facts_that_were_not_there_yet_are_told() {
    for (event_type, what) in [
        ("EligibilityEvaluated", "item"),
        ("RankingComputed", "ranking"),
    ] {
        let scratch = tempfile::tempdir().unwrap();
        let mut parts = YEAR.parts();
        let (mut position, mut facts) = (0, 0);
        parts.lines(|lines| {
            for line in lines {
                let read: Value = serde_json::from_str(line).unwrap();
                if read["event"]["type"] == event_type {
                    position = read["event"]["position"].as_u64().unwrap();
                    facts = from_later(read["event"]["data"].as_str().unwrap()).1;
                    *line = with_data(line, |data| from_later(data).0, true);
                    return;
                }
            }
        });
        assert!(position > 0 && facts >= position, "{event_type}");
        let bundle = scratch.path().join("bundle.zip");
        parts.pack(&bundle, CompressionMethod::Stored);
        let (code, report) = verify(&bundle, &[]);
        assert_eq!(code, 1, "{report}");
        let mut found = report["findings"].as_array().unwrap().iter();
        let told = found.any(|finding| {
            let said = finding["what"].as_str().unwrap();
            let claims = said.contains(&format!("facts of position {facts}"));
            finding["position"] == position && said.contains(what) && claims
        });
        assert!(told, "{report}");
    }
}
