//! Laws of whole rounds, of every kind, with every parameter: the order of the file decides nothing,
//! quotas hold, a tie straddles the cut, who comes new swaps nobody, the explanation is the order.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::properties::{by_id, check_lanes};
use super::rounds::rounds;
use super::*;

fn outcome(file: &RoundFile) -> Outcome {
    assert_eq!(file.check(), Ok(()));
    evaluate(file, RuleBook::soc_trang())
}

/// The same records in another order.
fn shuffled<T>(records: &mut [T], seed: u64) {
    let mut state = seed | 1;
    for last in (1..records.len()).rev() {
        // xorshift; any order will do.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let chosen = usize::try_from(state % (last as u64 + 1)).unwrap();
        records.swap(last, chosen);
    }
}

/// A new item of somebody nobody knew, who meets everything: a district, or a person.
fn with_newcomer(mut file: RoundFile, person: bool, value: &str) -> RoundFile {
    let award = file.round.year;
    let kept = std::mem::take(&mut file.parameters);
    let mut given = Given(file);
    if person {
        given = given.person("new", Basis::Insider, Some(value));
    } else {
        given = given.unit("new", Group::District, false);
        for year in 2021..=award {
            given = given.scores(&[(year, value)]).rates(&[(year, "95")]);
            given = given.tasks(&[(year, 5, 5)]);
        }
        given = given.item("new", Lane::CertDistrict, "new");
    }
    given.0.parameters = kept;
    given.0
}

/// Place of each ranked item, by lane.
fn places(outcome: &Outcome) -> BTreeMap<Lane, BTreeMap<ItemId, u32>> {
    let lanes = outcome.lanes.iter();
    lanes
        .map(|lane| {
            let ranked = lane.ranked.iter().map(|one| (one.item.clone(), one.place));
            (lane.lane, ranked.collect())
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_items_or_records_decides_anything(file in rounds(), seed in any::<u64>()) {
        let mut other = file.clone();
        shuffled(&mut other.items, seed);
        shuffled(&mut other.units, seed ^ 1);
        shuffled(&mut other.index, seed ^ 2);
        shuffled(&mut other.satisfaction, seed ^ 3);
        shuffled(&mut other.tasks, seed ^ 4);
        shuffled(&mut other.components, seed ^ 5);
        shuffled(&mut other.initiatives, seed ^ 6);
        shuffled(&mut other.holds, seed ^ 7);
        shuffled(&mut other.tie_rulings, seed ^ 8);
        let (one, two) = (outcome(&file), outcome(&other));
        prop_assert_eq!(by_id(&one), by_id(&two));
        let finals = |o: &Outcome| o.lanes.iter().map(|l| (l.lane, l.r#final)).collect::<Vec<_>>();
        prop_assert_eq!(finals(&one), finals(&two));
    }

    #[test]
    fn counts_never_exceed_the_quota_and_every_open_tie_straddles_the_cut(file in rounds()) {
        check_lanes(&outcome(&file))?;
    }

    #[test]
    fn a_newcomer_swaps_no_two_others(
        file in rounds(),
        person in any::<bool>(),
        value in prop::sample::select(vec!["88.5", "90", "85", "100", "80", "92.25"]),
    ) {
        let before = places(&outcome(&file));
        let after = places(&outcome(&with_newcomer(file, person, value)));
        for (lane, before) in &before {
            let after = &after[lane];
            for (one, place) in before {
                for (other, other_place) in before {
                    let swapped = place < other_place && after[one] > after[other];
                    prop_assert!(!swapped, "{one} and {other} in {lane}");
                }
            }
        }
    }

    /// Explanation ⇔ order, in every lane: parted by a key, equal, or by a ruling, and nothing else.
    #[test]
    fn every_explanation_is_the_order_and_the_order_every_explanation(file in rounds()) {
        let outcome = outcome(&file);
        let explanation = explain(&file, RuleBook::soc_trang(), Percent::ZERO);
        prop_assert_eq!(explanation.lanes.len(), outcome.lanes.len());
        for (lane, told) in outcome.lanes.iter().zip(&explanation.lanes) {
            let pairs = lane.ranked.iter().zip(lane.ranked.iter().skip(1));
            prop_assert_eq!(told.neighbours.len(), pairs.len());
            for (pair, (above, below)) in told.neighbours.iter().zip(pairs) {
                prop_assert_eq!((&pair.above, &pair.below), (&above.item, &below.item));
                let higher = above.place < below.place;
                match &pair.parting {
                    Parting::Key(parting) => {
                        prop_assert!(higher);
                        let keys = (&above.keys[parting.key - 1], &below.keys[parting.key - 1]);
                        prop_assert_eq!((&parting.upper, &parting.lower), keys);
                        let earlier = above.keys[..parting.key - 1].iter();
                        prop_assert!(earlier.eq(&below.keys[..parting.key - 1]));
                        prop_assert!(parting.upper.is_some(), "what is not there is never higher");
                    }
                    Parting::Equal => {
                        prop_assert_eq!(above.place, below.place);
                        prop_assert_eq!(&above.keys, &below.keys);
                    }
                    Parting::Ruling => {
                        prop_assert!(higher);
                        prop_assert_eq!(&above.keys, &below.keys);
                        let ruled = file.tie_rulings.iter().find(|ruling| ruling.lane == lane.lane);
                        let order = &ruled.unwrap().order;
                        let at = |id: &ItemId| order.iter().position(|one| one == id);
                        prop_assert!(at(&above.item).unwrap() < at(&below.item).unwrap());
                    }
                }
            }
        }
    }

    /// What a service records is the file's canonical text: read again, it has the same outcome.
    #[test]
    fn the_recorded_text_of_a_file_has_the_outcome_of_the_file(file in rounds()) {
        let text = file.to_json().unwrap();
        let again = RoundFile::read(text.as_bytes());
        prop_assert_eq!(again.as_ref(), Ok(&file));
        let again = again.unwrap();
        prop_assert_eq!(again.digest().unwrap(), file.digest().unwrap());
        prop_assert_eq!(outcome(&again), outcome(&file));
    }
}
