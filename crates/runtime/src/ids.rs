//! New ids and secrets at the edge: the only place that draws chance. Ids that a retry must find
//! again are not drawn here but derived from the command's id.

use uuid::Uuid;

/// Makes ids of events and, where no caller names one, of resources.
#[derive(Debug, Clone, Default)]
pub struct Ids(());

impl Ids {
    /// Ids from the machine's clock and random source.
    #[must_use]
    pub fn system() -> Self {
        Self(())
    }

    /// A new `UUIDv7`: sorts by the time it was made.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the edge: everything else takes ids from here"
    )]
    pub fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }

    /// 256 random bits for a token.
    ///
    /// # Errors
    /// The machine's random source could not be read.
    pub fn secret(&self) -> std::io::Result<[u8; 32]> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        Ok(bytes)
    }
}

/// A `UUIDv5` of `parts` under `namespace`: the same parts give the same id, for ever.
#[must_use]
pub fn derived(namespace: Uuid, parts: &[&str]) -> Uuid {
    let mut name = Vec::new();
    for part in parts {
        name.extend_from_slice(&(part.len() as u64).to_be_bytes());
        name.extend_from_slice(part.as_bytes());
    }
    Uuid::new_v5(&namespace, &name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_are_stable_and_do_not_confuse_where_parts_end() {
        let namespace = Uuid::from_u128(7);
        assert_eq!(
            derived(namespace, &["a", "b"]),
            derived(namespace, &["a", "b"])
        );
        assert_ne!(
            derived(namespace, &["ab", "c"]),
            derived(namespace, &["a", "bc"])
        );
    }
}
