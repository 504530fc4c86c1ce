//! A sample is drawn the way anybody draws it with sha256sum and sort.

#![expect(
    clippy::unwrap_used,
    reason = "a test's helper: a broken setup must stop the test"
)]

use hoso_proof::sample::{SampleError, draw, ticket};
use proptest::prelude::*;

fn names() -> Vec<String> {
    (1..=8).map(|n| format!("HS-2024-{n:02}")).collect()
}

fn drawn(seed: &str, names: &[String], count: usize) -> Vec<String> {
    let names = names.iter().map(String::as_str);
    let drawn = draw(seed, names, count).unwrap();
    drawn.into_iter().map(|one| one.name).collect()
}

#[test]
fn tickets_and_order_are_those_of_sha256sum_and_sort() {
    assert_eq!(
        ticket("seed", "HS-2024-01").unwrap(),
        "3ca4e2e6afbe550023f12c74e09f18b239b4283206568110f67a9acab5168909"
    );
    let by_hand: Vec<&str> = "HS-2024-06 HS-2024-05 HS-2024-01 "
        .split_whitespace()
        .collect();
    assert_eq!(drawn("seed", &names(), 3), by_hand);
}

#[test]
fn what_is_no_line_is_refused() {
    for (seed, name) in [("", "a"), ("a", ""), ("a\nb", "c"), ("a", "b\r")] {
        assert!(matches!(
            ticket(seed, name),
            Err(SampleError::NotALine { .. })
        ));
    }
}

proptest! {
    #[test]
    fn the_order_of_the_list_does_not_matter_and_a_larger_sample_holds_the_smaller(
        seed in "[a-z0-9]{1,12}", more in 0_usize..8, few in 0_usize..8, turn in 0_usize..8,
    ) {
        let names = names();
        let mut turned = names.clone();
        turned.rotate_left(turn);
        turned.push(names[0].clone());
        let (few, more) = (few.min(more), few.max(more));
        let large = drawn(&seed, &turned, more);
        prop_assert_eq!(&drawn(&seed, &names, few)[..], &large[..few]);
        prop_assert_eq!(drawn(&seed, &names, more), large);
    }

    #[test]
    fn a_name_that_is_added_moves_no_other(seed in "[a-z0-9]{1,12}") {
        let mut longer = names();
        longer.push("HS-2024-99".to_owned());
        let without: Vec<_> = drawn(&seed, &longer, 9)
            .into_iter()
            .filter(|name| name != "HS-2024-99")
            .collect();
        prop_assert_eq!(without, drawn(&seed, &names(), 8));
    }
}
