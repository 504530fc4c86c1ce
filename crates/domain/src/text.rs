//! Text as people type it, made comparable: NFC, no-break spaces as spaces, no blanks around.

use unicode_normalization::UnicodeNormalization;

/// NFC, every no-break or other Unicode space as a plain space, runs folded, ends trimmed.
#[must_use]
pub fn tidy(text: &str) -> String {
    let nfc: String = text.nfc().collect();
    nfc.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decomposed_text_and_no_break_spaces_become_one_form() {
        assert_eq!(tidy("Sở\u{a0}No\u{302}\u{323}i  vụ "), "Sở Nội vụ");
    }
}
