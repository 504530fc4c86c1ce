//! Fields behind their length in two bytes: written, and read without believing any length.

use crate::leaf::LeafError;

const PRESENT: u8 = 1;

/// Writes fields one behind another.
#[derive(Debug)]
pub(crate) struct Writer {
    out: Vec<u8>,
    fits: bool,
}

impl Writer {
    /// Begins with `tag`.
    pub(crate) fn new(tag: &[u8]) -> Self {
        Self {
            out: tag.to_vec(),
            fits: true,
        }
    }

    /// Adds a field.
    pub(crate) fn field(&mut self, value: &[u8]) {
        self.parts(&[value]);
    }

    /// Adds a field that may be missing.
    pub(crate) fn optional(&mut self, value: Option<&[u8]>) {
        match value {
            None => self.parts(&[]),
            Some(value) => self.parts(&[&[PRESENT], value]),
        }
    }

    /// What was written; `None` if a field was too long for its length.
    pub(crate) fn finish(self) -> Option<Vec<u8>> {
        self.fits.then_some(self.out)
    }

    fn parts(&mut self, parts: &[&[u8]]) {
        let length = parts.iter().map(|part| part.len()).sum::<usize>();
        match u16::try_from(length) {
            Ok(length) => self.out.extend(length.to_be_bytes()),
            Err(_) => self.fits = false,
        }
        for part in parts {
            self.out.extend_from_slice(part);
        }
    }
}

/// Reads fields one behind another.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from the beginning of `bytes`.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// A field of exactly `N` bytes.
    pub(crate) fn exact<const N: usize>(
        &mut self,
        field: &'static str,
    ) -> Result<[u8; N], LeafError> {
        self.bytes(field)?
            .try_into()
            .map_err(|_| LeafError::Field { field })
    }

    /// A text.
    pub(crate) fn text(&mut self, field: &'static str) -> Result<String, LeafError> {
        text_of(self.bytes(field)?, field)
    }

    /// A text that may be missing.
    pub(crate) fn optional_text(
        &mut self,
        field: &'static str,
    ) -> Result<Option<String>, LeafError> {
        self.optional(field)?
            .map(|bytes| text_of(bytes, field))
            .transpose()
    }

    /// A field of exactly `N` bytes that may be missing.
    pub(crate) fn optional_exact<const N: usize>(
        &mut self,
        field: &'static str,
    ) -> Result<Option<[u8; N]>, LeafError> {
        self.optional(field)?
            .map(|bytes| bytes.try_into().map_err(|_| LeafError::Field { field }))
            .transpose()
    }

    /// Nothing may be left.
    pub(crate) fn end(self) -> Result<(), LeafError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(LeafError::Rest)
        }
    }

    fn optional(&mut self, field: &'static str) -> Result<Option<&'a [u8]>, LeafError> {
        match self.bytes(field)?.split_first() {
            None => Ok(None),
            Some((&PRESENT, value)) => Ok(Some(value)),
            Some(_) => Err(LeafError::Field { field }),
        }
    }

    fn bytes(&mut self, field: &'static str) -> Result<&'a [u8], LeafError> {
        let short = LeafError::Field { field };
        let (length, rest) = self.rest.split_first_chunk::<2>().ok_or(short.clone())?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (value, rest) = rest.split_at_checked(length).ok_or(short)?;
        self.rest = rest;
        Ok(value)
    }
}

fn text_of(bytes: &[u8], field: &'static str) -> Result<String, LeafError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| LeafError::Field { field })
}
