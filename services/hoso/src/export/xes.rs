//! XES (IEEE 1849-2016): a trace a dossier, flattened: an event about several dossiers stands in the
//! trace of each.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Told;
use crate::mined::Mined;

/// The standard's schema wants a decimal as the version, no namespace, and names without blanks.
const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <global scope="trace">
    <string key="concept:name" value="UNKNOWN"/>
  </global>
  <global scope="event">
    <string key="concept:name" value="UNKNOWN"/>
    <date key="time:timestamp" value="1970-01-01T00:00:00.000000Z"/>
    <string key="lifecycle:transition" value="complete"/>
  </global>
  <classifier name="Activity" keys="concept:name"/>
  <classifier name="ActivityAndRole" keys="concept:name org:role"/>
"#;

/// The log.
pub(super) fn log(mined: &[Mined], told: Told) -> String {
    let mut traces: BTreeMap<&str, (Option<&str>, Vec<&Mined>)> = BTreeMap::new();
    for one in mined {
        for dossier in &one.dossiers {
            let (round, events) = traces.entry(dossier).or_default();
            *round = round.or(one.round.as_deref());
            events.push(one);
        }
    }
    let mut text = HEAD.to_owned();
    attribute(&mut text, 2, "string", "concept:name", "hoso");
    for (dossier, (round, events)) in traces {
        text.push_str("  <trace>\n");
        attribute(&mut text, 4, "string", "concept:name", dossier);
        if let Some(round) = round {
            attribute(&mut text, 4, "string", "round", round);
        }
        for one in events {
            event(&mut text, one, told);
        }
        text.push_str("  </trace>\n");
    }
    text.push_str("</log>");
    text
}

fn event(text: &mut String, one: &Mined, told: Told) {
    text.push_str("    <event>\n");
    let name = one.event.event_type.as_str();
    attribute(text, 6, "string", "concept:name", name);
    attribute(text, 6, "date", "time:timestamp", &told.time_of(one));
    attribute(text, 6, "string", "lifecycle:transition", "complete");
    for (name, value) in told.attributes(one) {
        let (kind, key) = match name {
            "role" => ("string", "org:role"),
            "agency" => ("string", "org:group"),
            "official" => ("string", "org:resource"),
            "position" => ("int", "position"),
            "effectiveAt" => ("date", "effectiveAt"),
            "recordedAt" => ("date", "recordedAt"),
            other => ("string", other),
        };
        attribute(text, 6, kind, key, &value);
    }
    text.push_str("    </event>\n");
}

fn attribute(text: &mut String, indent: usize, kind: &str, key: &str, value: &str) {
    let value = escaped(value);
    let pad = " ".repeat(indent);
    // Writing into a string does not fail.
    let _ = writeln!(text, r#"{pad}<{kind} key="{key}" value="{value}"/>"#);
}

/// A text within double quotes; what XML 1.0 cannot hold becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_xml_cannot_hold_is_escaped_or_replaced() {
        assert_eq!(
            escaped("a<b>&\"c\"\n\u{1}"),
            "a&lt;b&gt;&amp;&quot;c&quot;&#10;\u{fffd}"
        );
    }
}
