//! How much of the machine others took: a disturbed round says nothing about Hoso.

/// The counters of the first line of `/proc/stat`; zeros where there is none.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ticks {
    stolen: u64,
    all: u64,
}

/// The counters now.
pub(crate) fn now() -> Ticks {
    std::fs::read_to_string("/proc/stat").map_or(Ticks::default(), |text| parse(&text))
}

/// `cpu user nice system idle iowait irq softirq steal guest …`; guest time is in user already.
fn parse(text: &str) -> Ticks {
    let fields: Vec<u64> = text
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(1)
        .take(8)
        .filter_map(|field| field.parse().ok())
        .collect();
    Ticks {
        stolen: fields.get(7).copied().unwrap_or(0),
        all: fields.iter().sum(),
    }
}

impl Ticks {
    /// The stolen share of what passed since `earlier`, in thousandths.
    pub(crate) fn stolen_since(self, earlier: Self) -> u64 {
        let all = self.all.saturating_sub(earlier.all).max(1);
        self.stolen.saturating_sub(earlier.stolen) * 1_000 / all
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn steal_is_the_eighth_counter_and_guest_time_is_not_counted_twice() {
        let earlier = parse("cpu  100 0 100 700 0 0 0 100 50 0\ncpu0 1 1 1 1\n");
        let later = parse("cpu  200 0 200 1300 0 0 0 300 90 0\n");
        assert_eq!(earlier.all, 1_000);
        assert_eq!(later.stolen_since(earlier), 200);
        assert_eq!(parse("").all, 0);
    }
}
