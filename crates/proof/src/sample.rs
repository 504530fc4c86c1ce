//! A sample that anybody can draw again by hand: names in the order of a hash of a public seed.
//!
//! A name's ticket is the SHA-256, in lower-case hex, of three lines, without an end of line
//! behind the last: `hoso-sample-v1`, the seed, the name. The n smallest tickets are drawn. With
//! ordinary tools, for names in a file, one a line:
//!
//! ```sh
//! while read -r name; do
//!   printf '%s %s\n' "$(printf 'hoso-sample-v1\n%s\n%s' "$SEED" "$name" | sha256sum | cut -d' ' -f1)" "$name"
//! done < names | LC_ALL=C sort | head -n "$N"
//! ```
//!
//! The order of the list does not matter, and a name that is added moves no other: a larger sample
//! holds the smaller one. Fair only if nobody could choose the seed after the list was known, nor the
//! list after the seed: take the seed from something public and later, such as a lottery's draw.

use sha2::{Digest as _, Sha256};

/// What the seed and the name stand behind: a sample of another version is another sample.
const DOMAIN: &str = "hoso-sample-v1";

/// A drawn name and its ticket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Drawn {
    /// SHA-256 in lower-case hex.
    pub ticket: String,
    /// The name.
    pub name: String,
}

/// Why no sample is drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    /// A seed or name that cannot be written on one line.
    #[error("`{text}` is empty, or holds an end of line")]
    NotALine {
        /// What was given, escaped and cut to 80 characters.
        text: String,
    },
}

/// The ticket of a name under a seed.
///
/// # Errors
/// The seed or the name is empty or holds an end of line.
pub fn ticket(seed: &str, name: &str) -> Result<String, SampleError> {
    for text in [seed, name] {
        if text.is_empty() || text.contains(['\n', '\r']) {
            let text = text.escape_debug().take(80).collect();
            return Err(SampleError::NotALine { text });
        }
    }
    let text = format!("{DOMAIN}\n{seed}\n{name}");
    Ok(hex::encode(Sha256::digest(text.as_bytes())))
}

/// Draws `count` of the names, smallest ticket first; all of them where there are no more. A name
/// that is given twice has one ticket.
///
/// # Errors
/// The seed or a name is empty or holds an end of line.
pub fn draw<'a>(
    seed: &str,
    names: impl IntoIterator<Item = &'a str>,
    count: usize,
) -> Result<Vec<Drawn>, SampleError> {
    let mut drawn = std::collections::BTreeSet::new();
    for name in names {
        drawn.insert(Drawn {
            ticket: ticket(seed, name)?,
            name: name.to_owned(),
        });
    }
    Ok(drawn.into_iter().take(count).collect())
}
