//! Chance from a seed, the same everywhere.

/// A small generator (splitmix64): enough for moments and choices.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// From `HOSO_SEED`, or another one a process; printed, so that a run can be repeated.
    #[must_use]
    pub fn from_environment() -> Self {
        let seed = std::env::var("HOSO_SEED")
            .ok()
            .and_then(|seed| seed.parse().ok())
            .unwrap_or_else(|| u64::from(std::process::id()) ^ 0x486f_736f);
        eprintln!("HOSO_SEED={seed}");
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 where `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.number().checked_rem(end).unwrap_or(0)
    }

    /// One of several.
    ///
    /// # Panics
    /// If there is none.
    pub fn one_of<'a, T>(&mut self, several: &'a [T]) -> &'a T {
        let index = usize::try_from(self.below(several.len() as u64)).expect("an index");
        several.get(index).expect("there is one to choose")
    }
}
