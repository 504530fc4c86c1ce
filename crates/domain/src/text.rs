//! Text as people type it, made comparable: NFC, no-break spaces as spaces, no blanks around.

use unicode_normalization::UnicodeNormalization;

/// NFC, every no-break or other Unicode space as a plain space, runs folded, ends trimmed.
#[must_use]
pub fn tidy(text: &str) -> String {
    let nfc: String = text.nfc().collect();
    nfc.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first character that no text may hold, because people do not see what is there: a control
/// character other than tab and line break, or one that turns the direction of writing, with which
/// a name can be made to look like another.
#[must_use]
pub fn unseen(text: &str) -> Option<char> {
    text.chars().find(|c| {
        let layout = matches!(c, '\t' | '\n' | '\r');
        let turns = matches!(
            c,
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        );
        turns || (c.is_control() && !layout)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_cannot_see_is_found_and_what_they_type_is_not() {
        for text in ["Sở Nội vụ", "a\tb\r\nc", "86,1\u{a0}%", "👍🏽", ""] {
            assert_eq!(unseen(text), None, "{text:?}");
        }
        for c in [
            '\0', '\u{7}', '\u{7f}', '\u{85}', '\u{202e}', '\u{2066}', '\u{200f}',
        ] {
            assert_eq!(unseen(&format!("a{c}b")), Some(c));
        }
    }

    #[test]
    fn decomposed_text_and_no_break_spaces_become_one_form() {
        assert_eq!(tidy("Sở\u{a0}No\u{302}\u{323}i  vụ "), "Sở Nội vụ");
    }
}
