//! What a file is, by its own first bytes: the name and the sender's word count for nothing.

/// The media type of the kinds offices exchange; `None` for everything else.
#[must_use]
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"%PDF-") {
        Some("application/pdf")
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if bytes.starts_with(b"PK\x03\x04") {
        office_kind(bytes)
    } else {
        None
    }
}

/// Word and Excel files are ZIP archives; the names of their parts stand in them uncompressed.
fn office_kind(bytes: &[u8]) -> Option<&'static str> {
    let has = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    if has(b"word/document.xml") {
        Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
    } else if has(b"xl/workbook.xml") {
        Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let table: [(&[u8], Option<&str>); 7] = [
            (b"%PDF-1.7\n", Some("application/pdf")),
            (b"\x89PNG\r\n\x1a\n..", Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (
                b"PK\x03\x04....word/document.xml",
                Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            ),
            (
                b"PK\x03\x04....xl/workbook.xml",
                Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ),
            (b"PK\x03\x04....evil.exe", None),
            (b"MZ\x90\x00 %PDF-", None),
        ];
        for (bytes, kind) in table {
            assert_eq!(
                media_type(bytes),
                kind,
                "{:?}",
                bytes.escape_ascii().to_string()
            );
        }
    }
}
