//! W3C trace context: read from a request, made where there is none, carried into events and back
//! out in responses. Does not export spans.

use uuid::Uuid;

/// One request's place in a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace, 32 lower-case hex digits.
    pub trace_id: String,
    /// This request's span, 16 lower-case hex digits.
    pub span_id: String,
    /// Trace flags, 2 lower-case hex digits; `01` is sampled.
    pub flags: String,
}

impl TraceContext {
    /// Continues the trace of a `traceparent` header, or begins one where it is absent or
    /// malformed. `fresh` gives the new ids.
    #[must_use]
    pub fn continue_or_begin(header: Option<&str>, fresh: Uuid) -> Self {
        let whole = fresh.simple().to_string();
        // The last 16 digits of a UUIDv7 are its random part.
        let span_id: String = whole.chars().skip(16).collect();
        match header.and_then(parse) {
            Some((trace_id, flags)) => Self {
                trace_id: trace_id.to_owned(),
                span_id,
                flags: flags.to_owned(),
            },
            None => Self {
                trace_id: whole,
                span_id,
                flags: "01".to_owned(),
            },
        }
    }

    /// The header's text.
    #[must_use]
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-{}", self.trace_id, self.span_id, self.flags)
    }
}

/// Trace id and flags of a well-formed header. A later version than 00 is read as far as 00 goes,
/// as the recommendation asks.
fn parse(header: &str) -> Option<(&str, &str)> {
    let mut parts = header.trim().split('-');
    let (version, trace_id, parent, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, digits: usize| {
        text.len() == digits
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let zero = |text: &str| text.bytes().all(|b| b == b'0');
    let whole = version != "00" || parts.next().is_none();
    let good = hex(version, 2)
        && version != "ff"
        && hex(trace_id, 32)
        && !zero(trace_id)
        && hex(parent, 16)
        && !zero(parent)
        && hex(flags, 2)
        && whole;
    good.then_some((trace_id, flags))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

    #[test]
    fn a_good_header_keeps_its_trace_and_flags_and_gets_a_new_span() {
        let context = TraceContext::continue_or_begin(Some(GOOD), Uuid::from_u128(0xabc));
        assert_eq!(context.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(context.flags, "00");
        assert_eq!(context.span_id, "0000000000000abc");
    }

    #[test]
    fn a_malformed_header_begins_a_new_trace() {
        let fresh = Uuid::from_u128(1);
        for bad in [
            "",
            "00-xyz",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        ] {
            let context = TraceContext::continue_or_begin(Some(bad), fresh);
            assert_eq!(context.trace_id, fresh.simple().to_string(), "{bad}");
            assert!(parse(&context.traceparent()).is_some());
        }
    }
}
