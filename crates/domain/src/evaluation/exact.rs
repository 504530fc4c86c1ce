//! Exact means and differences: whole ten-thousandths over a count, compared without rounding.
//!
//! Rounding happens only where a person reads the number.

use std::cmp::Ordering;

use crate::percent::Percent;

/// A sum of ten-thousandths over a count, which is never 0. Equal when the values are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exact {
    sum: i64,
    count: i64,
}

impl Exact {
    /// A whole number of units.
    pub(super) fn whole(units: u32) -> Self {
        Self {
            sum: i64::from(units) * i64::from(Percent::SCALE),
            count: 1,
        }
    }

    /// One value less another.
    pub(super) fn difference(later: Percent, earlier: Percent) -> Self {
        Self {
            sum: ten_thousandths(later) - ten_thousandths(earlier),
            count: 1,
        }
    }

    /// Mean of values; `None` if there are none.
    pub(super) fn mean(values: impl IntoIterator<Item = Self>) -> Option<Self> {
        let (mut sum, mut count) = (0, 0);
        for value in values {
            // Values to be averaged are single ones, never means.
            sum += value.sum;
            count += value.count;
        }
        (count > 0).then_some(Self { sum, count })
    }

    /// This value less another, exactly; `None` beyond what whole numbers hold.
    pub(super) fn less(self, other: Self) -> Option<Self> {
        let mine = self.sum.checked_mul(other.count)?;
        let theirs = other.sum.checked_mul(self.count)?;
        Some(Self {
            sum: mine.checked_sub(theirs)?,
            count: self.count.checked_mul(other.count)?,
        })
    }

    /// Share of a part in percent; `None` of nothing.
    pub(super) fn share(part: u64, whole: u64) -> Option<Self> {
        let sum = part.checked_mul(100 * u64::from(Percent::SCALE))?;
        let count = i64::try_from(whole).ok().filter(|count| *count > 0)?;
        Some(Self {
            sum: i64::try_from(sum).ok()?,
            count,
        })
    }

    /// What is averaged, summed, and over how many; the sum itself is exact.
    pub(super) fn parts(self) -> (Self, i64) {
        let Self { sum, count } = self;
        (Self { sum, count: 1 }, count)
    }

    /// Whether people would read the same number although the values differ.
    pub(super) fn only_looks_like(self, other: Self) -> bool {
        self.rounded() == other.rounded() && self != other
    }

    /// As Vietnamese text writes it: with a decimal comma.
    pub(super) fn spoken(self) -> Spoken {
        Spoken(self)
    }

    /// At most 4 decimals, half to even, no trailing zeros.
    fn write(self, f: &mut std::fmt::Formatter<'_>, mark: char) -> std::fmt::Result {
        let rounded = self.rounded();
        let scale = u64::from(Percent::SCALE);
        let (whole, mut rest) = (
            rounded.unsigned_abs() / scale,
            rounded.unsigned_abs() % scale,
        );
        let sign = if rounded < 0 { "-" } else { "" };
        write!(f, "{sign}{whole}")?;
        if rest == 0 {
            return Ok(());
        }
        let mut digits = 4;
        while rest % 10 == 0 {
            rest /= 10;
            digits -= 1;
        }
        write!(f, "{mark}{rest:0digits$}")
    }

    /// Ten-thousandths, rounded half to even.
    fn rounded(self) -> i64 {
        let floor = self.sum.div_euclid(self.count);
        let twice_rest = 2 * i128::from(self.sum.rem_euclid(self.count));
        match twice_rest.cmp(&i128::from(self.count)) {
            Ordering::Less => floor,
            Ordering::Greater => floor + 1,
            Ordering::Equal => floor + floor.rem_euclid(2),
        }
    }
}

fn ten_thousandths(value: Percent) -> i64 {
    i64::from(value.ten_thousandths())
}

impl From<Percent> for Exact {
    fn from(value: Percent) -> Self {
        Self {
            sum: ten_thousandths(value),
            count: 1,
        }
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        let left = i128::from(self.sum) * i128::from(other.count);
        let right = i128::from(other.sum) * i128::from(self.count);
        left.cmp(&right)
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Exact {}

impl std::fmt::Display for Exact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.write(f, '.')
    }
}

/// A value within a Vietnamese sentence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spoken(Exact);

impl std::fmt::Display for Spoken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.write(f, ',')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(sum: i64, count: i64) -> Exact {
        Exact { sum, count }
    }

    #[test]
    fn rounds_half_to_even_for_people() {
        for (sum, count, shown) in [
            (1, 2, "0"),
            (3, 2, "0.0002"),
            (5, 2, "0.0002"),
            (-1, 2, "0"),
            (-3, 2, "-0.0002"),
            (-1, 3, "0"),
            (912_000, 1, "91.2"),
            (1_000_000, 3, "33.3333"),
            (2_000_000, 3, "66.6667"),
            (-12_500, 1, "-1.25"),
            (900_010, 1, "90.001"),
            (900_001, 1, "90.0001"),
        ] {
            let exact = exact(sum, count);
            assert_eq!(exact.to_string(), shown, "{sum}/{count}");
            assert_eq!(exact.spoken().to_string(), shown.replace('.', ","));
        }
    }

    #[test]
    fn compares_without_rounding() {
        assert!(exact(3_599_500, 4) < exact(900_000, 1));
        assert_eq!(exact(3_600_000, 4), exact(900_000, 1));
        assert!(exact(1_000_000, 3) > exact(333_333, 1));
        let difference = exact(3_600_000, 4).less(exact(2_699_999, 3));
        assert_eq!(difference, Some(exact(1, 3)));
        assert_eq!(exact(i64::MAX, 1).less(exact(1, 2)), None);
        assert_eq!(Exact::mean([]), None);
        assert_eq!(Exact::mean([exact(1, 1), exact(4, 1)]), Some(exact(5, 2)));
    }
}
