//! The faults of a message system, put between a nats-server and a client: messages of the event
//! stream are lost, doubled and reordered; the rest of the protocol (greetings, pings, answers to
//! requests) passes as it is.

use std::collections::VecDeque;

/// What happens to delivered events, from a seed.
#[derive(Debug, Clone)]
pub struct MessageFaults {
    /// Where the chances come from.
    pub seed: u64,
    /// Of 100 events so many are lost.
    pub lost_percent: u8,
    /// Of 100 events so many come more than once.
    pub doubled_percent: u8,
    /// A doubled event comes so often.
    pub times: u8,
    /// Events are held back and come in any order within a window of so many; 0 keeps the order.
    pub window: usize,
}

/// Subjects whose messages are disturbed begin so.
const EVENTS: &[u8] = b"hoso.events.";

/// One direction of a connection, parsed far enough to tell messages apart.
#[derive(Debug)]
pub(super) struct Disturbed {
    faults: MessageFaults,
    random: u64,
    /// Bytes of a frame that is not complete yet.
    rest: Vec<u8>,
    /// Events held back.
    held: VecDeque<Vec<u8>>,
}

impl Disturbed {
    pub(super) fn new(faults: MessageFaults) -> Self {
        Self {
            random: faults.seed,
            faults,
            rest: Vec::new(),
            held: VecDeque::new(),
        }
    }

    /// Takes bytes from the server; gives those for the client.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.rest.extend_from_slice(bytes);
        let mut out = Vec::with_capacity(bytes.len());
        while let Some(length) = frame(&self.rest) {
            let frame: Vec<u8> = self.rest.drain(..length).collect();
            if is_event(&frame) {
                self.disturb(&frame, &mut out);
            } else {
                // What follows the events, such as the end of a batch, must not overtake them all:
                // a client asks again for what did not come.
                self.release(0, &mut out);
                out.extend_from_slice(&frame);
            }
        }
        out
    }

    fn disturb(&mut self, frame: &[u8], out: &mut Vec<u8>) {
        if self.chance(self.faults.lost_percent) {
            return;
        }
        let times = if self.chance(self.faults.doubled_percent) {
            self.faults.times.max(1)
        } else {
            1
        };
        for _ in 0..times {
            self.held.push_back(frame.to_vec());
        }
        self.release(self.faults.window, out);
    }

    /// Lets held events go, in any order, until only `keep` are left.
    fn release(&mut self, keep: usize, out: &mut Vec<u8>) {
        while self.held.len() > keep {
            let index = if self.faults.window == 0 {
                0
            } else {
                usize::try_from(self.next() % self.held.len() as u64).unwrap_or(0)
            };
            if let Some(frame) = self.held.remove(index) {
                out.extend_from_slice(&frame);
            }
        }
    }

    fn chance(&mut self, percent: u8) -> bool {
        self.next() % 100 < u64::from(percent)
    }

    /// splitmix64: the same chances everywhere.
    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Length of the first frame, if it is complete: a line, and for messages what the line announces.
fn frame(bytes: &[u8]) -> Option<usize> {
    let line_end = bytes.windows(2).position(|pair| pair == b"\r\n")? + 2;
    let line = bytes.get(..line_end - 2)?;
    let is_message = line.starts_with(b"MSG ") || line.starts_with(b"HMSG ");
    if !is_message {
        return Some(line_end);
    }
    // The last word is the size of headers and payload together.
    let size = line.rsplit(|byte| *byte == b' ').next()?;
    let size: usize = std::str::from_utf8(size).ok()?.parse().ok()?;
    let whole = line_end + size + 2;
    (bytes.len() >= whole).then_some(whole)
}

/// A message whose subject is one of the event stream's.
fn is_event(frame: &[u8]) -> bool {
    let mut words = frame.splitn(3, |byte| *byte == b' ');
    let verb = words.next().unwrap_or_default();
    let subject = words.next().unwrap_or_default();
    (verb == b"MSG" || verb == b"HMSG") && subject.starts_with(EVENTS)
}

#[cfg(test)]
mod tests {
    use super::{Disturbed, MessageFaults};

    fn event(number: usize) -> Vec<u8> {
        let payload = format!("event {number}");
        format!(
            "MSG hoso.events.ranking.X 1 reply {}\r\n{payload}\r\n",
            payload.len()
        )
        .into_bytes()
    }

    fn faults(lost_percent: u8, doubled_percent: u8, window: usize) -> MessageFaults {
        MessageFaults {
            seed: 7,
            lost_percent,
            doubled_percent,
            times: 5,
            window,
        }
    }

    fn count(bytes: &[u8], what: &str) -> usize {
        String::from_utf8_lossy(bytes).matches(what).count()
    }

    #[test]
    fn without_faults_every_byte_passes_whatever_the_chunks() {
        let mut disturbed = Disturbed::new(faults(0, 0, 0));
        let mut sent = b"INFO {}\r\n".to_vec();
        sent.extend(event(1));
        sent.extend(b"HMSG _INBOX.1 2 12 17\r\nNATS/1.0\r\n\r\nhello\r\nPING\r\n");
        let mut came = Vec::new();
        for chunk in sent.chunks(3) {
            came.extend(disturbed.take(chunk));
        }
        assert_eq!(came, sent);
    }

    #[test]
    fn events_are_lost_doubled_and_reordered_and_nothing_else_is() {
        let mut disturbed = Disturbed::new(faults(10, 20, 50));
        let mut came = Vec::new();
        for number in 0..1000 {
            came.extend(disturbed.take(&event(number)));
            came.extend(disturbed.take(if number % 100 == 99 { b"PING\r\n" } else { b"" }));
        }
        assert_eq!(count(&came, "PING"), 10);
        let events = count(&came, "MSG ");
        assert!((1400..1900).contains(&events), "{events}");
        let first = (0..1000).filter(|n| count(&came, &format!("event {n}\r")) == 0);
        let lost = first.count();
        assert!((60..140).contains(&lost), "{lost}");
    }
}
