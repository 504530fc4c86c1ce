//! What holds for every round: order of the file decides nothing, quotas hold, ties straddle the cut.

use proptest::prelude::*;

use super::*;

/// A person's council score in few values, so that ties are common; `None` = no score.
fn scores() -> impl Strategy<Value = Vec<Option<u8>>> {
    prop::collection::vec(prop::option::weighted(0.9, 80_u8..92), 0..24)
}

fn persons(scores: &[Option<u8>]) -> Given {
    let numbered = scores.iter().enumerate();
    numbered.fold(given(RoundKind::Annual, 2024), |given, (number, score)| {
        let score = score.map(|score| score.to_string());
        given.person(&format!("p{number:02}"), Basis::Insider, score.as_deref())
    })
}

/// Districts in the interim review, some proposed for the flag too; scores in few values.
pub(super) fn districts() -> impl Strategy<Value = Given> {
    let one = (70_u32..80, 88_u32..96, any::<bool>(), 0_u8..8);
    prop::collection::vec(one, 0..11).prop_map(|rows| {
        let numbered = rows.into_iter().enumerate();
        numbered.fold(given(RoundKind::Interim, 2025), |given, (number, row)| {
            let (score, rate, flag, late) = row;
            let (id, score, rate) = (format!("u{number}"), score.to_string(), rate.to_string());
            let years = || 2021..=2025;
            let scores: Vec<_> = years().map(|year| (year, score.as_str())).collect();
            let rates: Vec<_> = years().map(|year| (year, rate.as_str())).collect();
            let tasks: Vec<_> = years()
                .map(|year| (year, 5, 5 - u32::from(late == 0)))
                .collect();
            let given = given
                .unit(&id, Group::District, false)
                .scores(&scores)
                .rates(&rates)
                .tasks(&tasks)
                .item(&format!("{id}-c"), Lane::CertDistrict, &id);
            if flag {
                given.item(&format!("{id}-f"), Lane::FlagDistrict, &id)
            } else {
                given
            }
        })
    })
}

/// Each item with its outcome and place, by id.
pub(super) fn by_id(
    outcome: &Outcome,
) -> std::collections::BTreeMap<ItemId, (ItemOutcome, Option<u32>)> {
    let items = outcome.items.iter();
    items
        .map(|item| (item.id.clone(), (item.outcome, item.place)))
        .collect()
}

pub(super) fn check_lanes(outcome: &Outcome) -> Result<(), TestCaseError> {
    for lane in &outcome.lanes {
        prop_assert!(lane.selected <= lane.quota);
        let ranked = u32::try_from(lane.ranked.len()).unwrap();
        prop_assert_eq!(lane.empty, lane.quota.saturating_sub(ranked));
        let tied: Vec<_> = outcome
            .items
            .iter()
            .filter(|item| lane.ranked.iter().any(|one| one.item == item.id))
            .filter(|item| item.outcome == ItemOutcome::TieUnresolved)
            .collect();
        if let Some(first) = tied.first() {
            let above = first.place.unwrap() - 1;
            let size = u32::try_from(tied.len()).unwrap();
            prop_assert!(
                tied.iter().all(|item| item.place == first.place),
                "one group"
            );
            prop_assert!(
                above < lane.quota && lane.quota < above + size,
                "the cut lies inside"
            );
            prop_assert_eq!(lane.selected, above);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_order_of_the_file_decides_nothing(scores in scores(), seed in any::<u64>()) {
        let case = persons(&scores);
        let mut shuffled = case.clone();
        let key = |item: &Item| item.id.as_str().bytes().fold(seed, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        shuffled.0.items.sort_by_key(key);
        prop_assert_eq!(by_id(&case.outcome()), by_id(&shuffled.outcome()));
    }

    #[test]
    fn quotas_hold_and_only_ties_at_the_cut_stay_open(scores in scores(), case in districts()) {
        check_lanes(&persons(&scores).outcome())?;
        check_lanes(&case.outcome())?;
    }

    #[test]
    fn districts_in_any_order_have_the_same_outcome(case in districts()) {
        let mut reversed = case.clone();
        reversed.0.items.reverse();
        reversed.0.units.reverse();
        reversed.0.index.reverse();
        prop_assert_eq!(by_id(&case.outcome()), by_id(&reversed.outcome()));
    }

    #[test]
    fn one_more_person_never_swaps_two_others(scores in scores(), score in 80_u8..92) {
        let case = persons(&scores);
        let more = case.clone().person("more", Basis::Insider, Some(&score.to_string()));
        let (before, after) = (by_id(&case.outcome()), by_id(&more.outcome()));
        for (one, (_, place)) in &before {
            for (other, (_, other_place)) in &before {
                let swapped = place < other_place && after[one].1 > after[other].1;
                prop_assert!(!swapped, "{one} and {other}");
            }
        }
    }

    #[test]
    fn every_canonical_file_reads_back(case in districts()) {
        let text = case.0.to_json().unwrap();
        prop_assert_eq!(RoundFile::read(text.as_bytes()), Ok(case.0));
    }
}
