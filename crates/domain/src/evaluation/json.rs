//! A strict pull reader of JSON: the caller says what must come next, and the first thing that is
//! wrong ends the reading with its path.
//!
//! It never builds a tree and never descends into what nobody asked for, so neither depth nor size
//! of a hostile file costs anything. Duplicate keys are the caller's to refuse, because only the
//! caller knows which fields it has already read ([`once`]).

use std::borrow::Cow;

/// What is wrong with a file, and where (`$.index[0].score`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct ReadError {
    /// Path of the value, key or missing field.
    pub path: String,
    /// What is wrong with it.
    pub reason: String,
}

#[derive(Debug, Clone)]
enum Segment {
    Key(String),
    Index(usize),
}

/// A [`ReadError`] on its way up: path segments are added from the innermost outwards.
#[derive(Debug, Clone)]
pub(super) struct Fault(Box<(Vec<Segment>, Cow<'static, str>)>);

/// Longest part of a foreign key that a path repeats.
const KEY_CHARS_MAX: usize = 80;

impl Fault {
    pub(super) fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new((Vec::new(), reason.into())))
    }

    #[must_use]
    pub(super) fn at_key(mut self, key: &str) -> Self {
        let key = key.chars().take(KEY_CHARS_MAX).collect();
        self.0.0.push(Segment::Key(key));
        self
    }

    #[must_use]
    pub(super) fn at_index(mut self, index: usize) -> Self {
        self.0.0.push(Segment::Index(index));
        self
    }
}

impl From<Fault> for ReadError {
    fn from(fault: Fault) -> Self {
        let (segments, reason) = *fault.0;
        let mut path = "$".to_owned();
        for segment in segments.iter().rev() {
            match segment {
                Segment::Index(index) => path.extend(["[", &index.to_string(), "]"]),
                Segment::Key(key) if is_identifier(key) => {
                    path.push('.');
                    path.push_str(key);
                }
                Segment::Key(key) => {
                    let quoted = serde_json::Value::from(key.as_str()).to_string();
                    path.extend(["[", &quoted, "]"]);
                }
            }
        }
        Self {
            path,
            reason: reason.into_owned(),
        }
    }
}

fn is_identifier(key: &str) -> bool {
    let first = |b: u8| b.is_ascii_alphabetic() || b == b'_';
    key.bytes().next().is_some_and(first) && key.bytes().all(|b| first(b) || b.is_ascii_digit())
}

/// Reads a field's value, unless the field was read before.
pub(super) fn once<T>(
    slot: &mut Option<T>,
    read: impl FnOnce() -> Result<T, Fault>,
) -> Result<(), Fault> {
    if slot.is_some() {
        return Err(Fault::new("duplicate key"));
    }
    *slot = Some(read()?);
    Ok(())
}

/// The value of a field that must be there.
pub(super) fn required<T>(slot: Option<T>, key: &str) -> Result<T, Fault> {
    slot.ok_or_else(|| Fault::new("missing field").at_key(key))
}

pub(super) fn unknown_field() -> Fault {
    Fault::new("unknown field")
}

/// The reader: a text and how far it has been read.
pub(super) struct Json<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Json<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Skips white space and looks at the next byte.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or(&[])
    }

    fn syntax(&self) -> Fault {
        if self.at >= self.text.len() {
            Fault::new("not JSON: the text ends too early")
        } else {
            Fault::new(format!("not JSON at byte {}", self.at))
        }
    }

    /// The next value is not of the wanted type, or no value at all.
    fn wrong_type(&mut self, wanted: &'static str) -> Fault {
        let literal = |word: &[u8]| self.rest().starts_with(word);
        let is_value = match self.byte() {
            Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9') => true,
            Some(_) => literal(b"true") || literal(b"false") || literal(b"null"),
            None => false,
        };
        if is_value {
            Fault::new(format!("must be {wanted}"))
        } else {
            self.syntax()
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.syntax())
        }
    }

    /// Nothing but white space may follow.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.syntax()),
        }
    }

    /// Reads an object; `field` reads the value of each key.
    pub(super) fn object(
        &mut self,
        mut field: impl FnMut(&mut Self, &str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if self.peek() != Some(b'{') {
            return Err(self.wrong_type("an object"));
        }
        self.at += 1;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.syntax());
            }
            let key = self.string()?;
            self.expect(b':').map_err(|fault| fault.at_key(&key))?;
            field(self, &key).map_err(|fault| fault.at_key(&key))?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.syntax()),
            }
        }
        self.at += 1;
        Ok(())
    }

    /// Reads an array of what `element` reads.
    pub(super) fn array<T>(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        if self.peek() != Some(b'[') {
            return Err(self.wrong_type("an array"));
        }
        self.at += 1;
        let mut elements = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(elements);
        }
        loop {
            let index = elements.len();
            elements.push(element(self).map_err(|fault| fault.at_index(index))?);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.syntax()),
            }
        }
        self.at += 1;
        Ok(elements)
    }

    /// Reads `null` as `None`, anything else with `read`.
    pub(super) fn nullable<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        if self.peek() == Some(b'n') && self.rest().starts_with(b"null") {
            self.at += 4;
            return Ok(None);
        }
        read(self).map(Some)
    }

    pub(super) fn boolean(&mut self) -> Result<bool, Fault> {
        self.peek();
        for (word, value) in [("true", true), ("false", false)] {
            if self.rest().starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.wrong_type("true or false"))
    }

    /// Reads a whole number written without fraction and exponent. `-0` is an integer, and it is 0.
    pub(super) fn integer(&mut self, least: u32, most: u32) -> Result<u32, Fault> {
        let wanted = || Fault::new(format!("must be an integer, {least} to {most}"));
        match self.peek() {
            Some(b'0'..=b'9') => {}
            Some(b'-') if self.minus_zero() => self.at += 1,
            Some(b'-') => {
                let digit = self.rest().get(1).is_some_and(u8::is_ascii_digit);
                return Err(if digit { wanted() } else { self.syntax() });
            }
            _ => return Err(self.wrong_type("an integer")),
        }
        let digits = self
            .rest()
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        let text = self.text.get(self.at..self.at + digits).unwrap_or_default();
        if digits > 1 && text.starts_with('0') {
            return Err(self.syntax());
        }
        self.at += digits;
        if let Some(b'.' | b'e' | b'E') = self.byte() {
            return Err(wanted());
        }
        let value = text.parse().map_err(|_| wanted())?;
        if (least..=most).contains(&value) {
            Ok(value)
        } else {
            Err(wanted())
        }
    }

    /// Whether `-0` and no further digit comes.
    fn minus_zero(&self) -> bool {
        let rest = self.rest();
        rest.starts_with(b"-0") && !rest.get(2).is_some_and(u8::is_ascii_digit)
    }

    /// Reads a string; borrowed unless it holds an escape.
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        if self.peek() != Some(b'"') {
            return Err(self.wrong_type("a string"));
        }
        self.at += 1;
        let plain = self.plain();
        if self.byte() == Some(b'"') {
            self.at += 1;
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = plain.to_owned();
        loop {
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escaped()?);
                }
                _ => return Err(self.syntax()),
            }
            text.push_str(self.plain());
        }
        self.at += 1;
        Ok(Cow::Owned(text))
    }

    /// The run of characters up to a quote, a backslash, a control character or the end.
    fn plain(&mut self) -> &'a str {
        let stops = |b: &u8| matches!(b, b'"' | b'\\' | 0..=0x1f);
        let rest = self.rest();
        let length = rest.iter().position(stops).unwrap_or(rest.len());
        let plain = self.text.get(self.at..self.at + length).unwrap_or_default();
        self.at += length;
        plain
    }

    /// The character of an escape, after its backslash.
    fn escaped(&mut self) -> Result<char, Fault> {
        let character = match self.byte() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err(self.syntax()),
        };
        self.at += 1;
        Ok(character)
    }

    /// The character of a `\u` escape, or of two that are a surrogate pair.
    fn unicode(&mut self) -> Result<char, Fault> {
        let lone = || Fault::new("lone surrogate");
        let unit = self.hex()?;
        match unit {
            0xd800..=0xdbff => {
                if !self.rest().starts_with(b"\\u") {
                    return Err(lone());
                }
                self.at += 2;
                let low = self.hex()?;
                if !(0xdc00..=0xdfff).contains(&low) {
                    return Err(lone());
                }
                let code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                char::from_u32(code).ok_or_else(lone)
            }
            _ => char::from_u32(unit).ok_or_else(lone),
        }
    }

    fn hex(&mut self) -> Result<u32, Fault> {
        let digits = self.text.get(self.at..self.at + 4);
        let is_hex = |d: &&str| d.bytes().all(|b| b.is_ascii_hexdigit());
        let digits = digits.filter(is_hex).ok_or_else(|| self.syntax())?;
        let unit = u32::from_str_radix(digits, 16).map_err(|_| self.syntax())?;
        self.at += 4;
        Ok(unit)
    }
}
