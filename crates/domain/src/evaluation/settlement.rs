//! From verdicts to outcomes: holds, the both-rule, flags before certificates, and each lane's cut.
//!
//! Knows verdicts and ranking keys, not the facts behind them, and puts nothing into words: so that
//! the same steps answer what would become of an item if one fact were another.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::criteria::Judge;
use super::ranking::{Entry, Key, Ranked, rank};
use super::round_file::{Item, RoundFile};
use super::vocabulary::{Eligibility, ItemOutcome, Lane};
use crate::ids::ItemId;
use crate::rulebook::{BothRuleLoser, FlagExcludes, RuleBook};
use crate::rules::certificate::considered_as_adviser_only;
use crate::rules::law::excluded_by_flag;

/// What an item goes into its lane with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entrant {
    pub(super) verdict: Eligibility,
    /// A hold on its subject is in force (R35).
    pub(super) held: bool,
    /// Its ranking keys; none if it cannot be ranked anyhow.
    pub(super) keys: Vec<Key>,
}

impl<'a> Judge<'a> {
    /// An item of this verdict on its way into its lane.
    pub(super) fn entrant(&self, item: &'a Item, verdict: Eligibility) -> Entrant {
        self.entrant_held(item, verdict, self.hold(&item.subject).is_some())
    }

    /// The same, whether or not its subject is on hold.
    pub(super) fn entrant_held(&self, item: &'a Item, verdict: Eligibility, held: bool) -> Entrant {
        let ranked = verdict == Eligibility::Eligible && !held;
        Entrant {
            verdict,
            held,
            keys: if ranked { self.keys(item) } else { Vec::new() },
        }
    }
}

/// Who takes part in which lane, and under which answers; the same whatever the figures are.
pub(super) struct Roster<'a> {
    items: &'a [Item],
    rulings: BTreeMap<Lane, &'a [ItemId]>,
    quotas: BTreeMap<Lane, u32>,
    both_rule_loser: BothRuleLoser,
    flag_excludes: FlagExcludes,
    /// Items of a lane, in the file's order.
    members: BTreeMap<Lane, Vec<usize>>,
    /// The same subject's item among the advising units, by item.
    advising: Vec<Option<usize>>,
    /// The same unit's item for the flag, by item.
    flags: Vec<Option<usize>>,
}

/// A lane ranked and cut.
pub(super) struct CutLane<'e> {
    pub(super) lane: Lane,
    pub(super) quota: u32,
    pub(super) ranked: Vec<Ranked<'e>>,
}

/// What became of every item of a roster.
pub(super) struct Settlement<'e> {
    outcomes: Vec<Option<ItemOutcome>>,
    places: Vec<Option<u32>>,
    /// The lanes that have items, in table order.
    pub(super) lanes: Vec<CutLane<'e>>,
}

impl Settlement<'_> {
    /// What became of an item. Every lane is run, so every item has its outcome.
    pub(super) fn outcome(&self, index: usize) -> ItemOutcome {
        let outcome = self.outcomes.get(index).copied().flatten();
        outcome.unwrap_or(ItemOutcome::Pending)
    }

    /// An item's place; `None` = not ranked.
    pub(super) fn place(&self, index: usize) -> Option<u32> {
        self.places.get(index).copied().flatten()
    }

    /// How a ranked item stands to the last of the others that its lane has awards for; `None` if it
    /// is not ranked, or if there is an award for everybody.
    ///
    /// This alone decides what the item's place does to its lane: above the line it takes an award
    /// from whoever stands there, on it it shares a tie, below it changes nothing.
    pub(super) fn against_the_line(&self, index: usize) -> Option<Ordering> {
        let own = |one: &Ranked<'_>| one.entry.index == index;
        let cut = self.lanes.iter().find(|cut| cut.ranked.iter().any(own))?;
        let one = cut.ranked.iter().find(|one| own(one))?;
        let last = usize::try_from(cut.quota).ok()?.checked_sub(1)?;
        let at_the_line = cut.ranked.iter().filter(|one| !own(one)).nth(last)?;
        Some(one.entry.keys.cmp(at_the_line.entry.keys))
    }
}

impl<'a> Roster<'a> {
    pub(super) fn new(judge: &Judge<'a>) -> Self {
        let file: &'a RoundFile = judge.file;
        let book: &'a RuleBook = judge.book;
        let mut members: BTreeMap<Lane, Vec<usize>> = BTreeMap::new();
        let mut places = BTreeMap::new();
        for (index, item) in file.items.iter().enumerate() {
            members.entry(item.lane).or_default().push(index);
            places.insert((item.lane, item.subject.as_str()), index);
        }
        let sibling = |item: &Item, lane| places.get(&(lane, item.subject.as_str())).copied();
        let flag = |item: &Item| {
            let group = judge.facts.unit_of(item)?.unit.group;
            let mut flags = Lane::ALL.iter().filter(|lane| lane.is_flag());
            sibling(item, *flags.find(|lane| lane.group() == Some(group))?)
        };
        let items = file.items.iter();
        Self {
            items: &file.items,
            // The first ruling of a lane counts; the check refuses a second one.
            rulings: file
                .tie_rulings
                .iter()
                .rev()
                .map(|r| (r.lane, r.order.as_slice()))
                .collect(),
            quotas: Lane::ALL
                .iter()
                .map(|lane| (*lane, book.quota(file.round.kind, *lane)))
                .collect(),
            both_rule_loser: judge.parameters.both_rule_loser,
            flag_excludes: judge.parameters.flag_excludes,
            members,
            advising: items
                .clone()
                .map(|item| sibling(item, Lane::CertAdvising))
                .collect(),
            flags: items.map(flag).collect(),
        }
    }

    /// The same subject's item among the advising units.
    pub(super) fn advising(&self, index: usize) -> Option<usize> {
        self.advising.get(index).copied().flatten()
    }

    /// The same unit's item for the flag.
    pub(super) fn flag(&self, index: usize) -> Option<usize> {
        self.flags.get(index).copied().flatten()
    }

    /// What becomes of entrants, one an item in the file's order.
    pub(super) fn settle<'e>(&'e self, entrants: &'e [Entrant]) -> Settlement<'e> {
        let mut session = Session {
            roster: self,
            entrants,
            outcomes: entrants.iter().map(before_ranking).collect(),
            places: vec![None; entrants.len()],
        };
        session.absorb();
        let lanes = Lane::ALL
            .iter()
            .filter_map(|lane| session.run(*lane))
            .collect();
        Settlement {
            outcomes: session.outcomes,
            places: session.places,
            lanes,
        }
    }
}

/// What an item is before any lane is ranked; `None` = still to be ranked.
fn before_ranking(entrant: &Entrant) -> Option<ItemOutcome> {
    match (entrant.held, entrant.verdict) {
        (true, _) => Some(ItemOutcome::Suspended),
        (false, Eligibility::Ineligible) => Some(ItemOutcome::Ineligible),
        (false, Eligibility::Pending) => Some(ItemOutcome::Pending),
        (false, Eligibility::Eligible) => None,
    }
}

/// A round's settlement while it runs.
struct Session<'e, 'a> {
    roster: &'e Roster<'a>,
    entrants: &'e [Entrant],
    outcomes: Vec<Option<ItemOutcome>>,
    places: Vec<Option<u32>>,
}

impl<'e> Session<'e, '_> {
    fn outcome(&self, index: usize) -> Option<ItemOutcome> {
        self.outcomes.get(index).copied().flatten()
    }

    fn verdict(&self, index: usize) -> Option<Eligibility> {
        self.entrants.get(index).map(|entrant| entrant.verdict)
    }

    /// Gives outcomes to items that are still to be ranked.
    fn settle(
        &mut self,
        lanes: impl Fn(Lane) -> bool,
        outcome: impl Fn(&Self, usize) -> Option<ItemOutcome>,
    ) {
        let members = self.roster.members.iter().filter(|(lane, _)| lanes(**lane));
        let settled: Vec<_> = members
            .flat_map(|(_, indexes)| indexes)
            .filter(|index| self.outcome(**index).is_none())
            .filter_map(|index| Some((*index, outcome(self, *index)?)))
            .collect();
        for (index, outcome) in settled {
            self.put(index, Some(outcome));
        }
    }

    fn put(&mut self, index: usize, outcome: Option<ItemOutcome>) {
        if let Some(slot) = self.outcomes.get_mut(index) {
            *slot = outcome;
        }
    }

    /// R29: departments that meet (1) and (2) are considered under (1) only.
    fn absorb(&mut self) {
        self.settle(
            |lane| lane == Lane::CertDepartment,
            |session, index| {
                let advising = session.roster.advising(index)?;
                let suspended = session.outcome(advising) == Some(ItemOutcome::Suspended);
                let verdict = session.verdict(advising)?;
                let only = considered_as_adviser_only(verdict, Eligibility::Eligible);
                (only && !suspended).then_some(ItemOutcome::Absorbed)
            },
        );
    }

    /// R48: certificates of units whose flag is won, or hangs on a tie. Flags are cut by now.
    fn exclude(&mut self) {
        match self.roster.flag_excludes {
            FlagExcludes::Certificates => self.settle(
                |lane| !lane.is_flag() && !lane.is_individual(),
                |session, index| excluded_by_flag(session.outcome(session.roster.flag(index)?)?),
            ),
            FlagExcludes::Nothing => {}
        }
    }

    /// AMB-20: absorbed departments that were not selected as advisers compete after all.
    fn release(&mut self) {
        match self.roster.both_rule_loser {
            BothRuleLoser::Nothing => return,
            BothRuleLoser::DepartmentLane => {}
        }
        let lost = |index: &usize| {
            let advising = self.roster.advising(*index);
            let advising = advising.and_then(|advising| self.outcome(advising));
            self.outcome(*index) == Some(ItemOutcome::Absorbed)
                && advising == Some(ItemOutcome::NotSelected)
        };
        let released: Vec<usize> = self.members(Lane::CertDepartment).filter(lost).collect();
        for index in released {
            self.put(index, None);
        }
    }

    fn members(&self, lane: Lane) -> impl Iterator<Item = usize> + use<'e, '_> {
        let members = self
            .roster
            .members
            .get(&lane)
            .map_or(&[][..], Vec::as_slice);
        members.iter().copied()
    }

    /// Ranks and cuts a lane, in table order; `None` if it has no items.
    fn run(&mut self, lane: Lane) -> Option<CutLane<'e>> {
        match lane {
            Lane::CertAdvising => self.exclude(),
            Lane::CertDepartment => self.release(),
            Lane::FlagDepartment
            | Lane::FlagServiceUnit
            | Lane::FlagCentralAgency
            | Lane::FlagDistrict
            | Lane::CertServiceUnit
            | Lane::CertCentralAgency
            | Lane::CertDistrict
            | Lane::CertIndividual => {}
        }
        let roster = self.roster;
        let open = roster.members.get(&lane)?.iter();
        let entries = open
            .filter(|index| self.outcome(**index).is_none())
            .filter_map(|index| {
                Some(Entry {
                    index: *index,
                    id: &roster.items.get(*index)?.id,
                    keys: &self.entrants.get(*index)?.keys,
                })
            })
            .collect();
        let quota = roster.quotas.get(&lane).copied().unwrap_or(0);
        let slots = usize::try_from(quota).unwrap_or(usize::MAX);
        let ranked = rank(entries, slots, roster.rulings.get(&lane).copied());
        for one in &ranked {
            self.put(one.entry.index, Some(one.outcome));
            if let Some(place) = self.places.get_mut(one.entry.index) {
                *place = Some(one.place);
            }
        }
        Some(CutLane {
            lane,
            quota,
            ranked,
        })
    }
}
