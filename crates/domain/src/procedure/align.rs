//! The cheapest alignment of what happened with a net (Adriansyah, van Dongen and van der Aalst,
//! "Conformance Checking Using Cost-Based Fitness Analysis", EDOC 2011).
//!
//! A step that the net allows where it happened costs nothing; one that it does not allow there, or
//! one that the net asks for and that did not happen, costs 1. The search is exact: Dijkstra with
//! costs 0 and 1 over marking and place in the trace.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::model::Net;

/// Most states looked at; a trace that needs more is told as a log that cannot be aligned.
const STATES_MAX: usize = 2_000_000;

/// One step of an alignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Aligned {
    /// Happened where the net allows it: place in the trace.
    Both(usize),
    /// Happened where the net does not allow it: place in the trace.
    LogOnly(usize),
    /// The net asks for it, before this place in the trace, and it did not happen.
    NetOnly(usize, String),
}

/// An alignment and its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alignment {
    /// The steps in order.
    pub(super) steps: Vec<Aligned>,
    /// Steps that cost 1.
    pub(super) cost: u32,
}

/// A step with its places as bits.
struct Compiled<'a> {
    event: &'a str,
    from: Option<u64>,
    to: u64,
    asked: bool,
}

/// A net ready to be walked.
pub(super) struct Walk<'a> {
    start: u64,
    ends: Vec<u64>,
    moves: Vec<Compiled<'a>>,
}

type State = (u64, usize);
/// What each state costs, and the state and step it was reached by.
type Reached = BTreeMap<State, (u32, Option<(State, Aligned)>)>;

impl<'a> Walk<'a> {
    /// The net with its places numbered.
    pub(super) fn of(net: &'a Net) -> Self {
        let number: BTreeMap<&str, usize> = net
            .places()
            .into_iter()
            .enumerate()
            .map(|(n, p)| (p, n))
            .collect();
        let bits = |places: &[String]| {
            places.iter().fold(0_u64, |bits, place| {
                bits | number.get(place.as_str()).map_or(0, |n| 1 << n)
            })
        };
        Self {
            start: bits(&net.start),
            ends: net.ends.iter().map(|end| bits(end)).collect(),
            moves: net
                .moves
                .iter()
                .map(|step| Compiled {
                    event: &step.event,
                    from: step.from.as_deref().map(bits),
                    to: bits(&step.to),
                    asked: step.asked,
                })
                .collect(),
        }
    }

    fn is_end(&self, marking: u64) -> bool {
        self.ends.iter().any(|end| marking & end == *end)
    }

    fn after(step: &Compiled<'_>, marking: u64) -> Option<u64> {
        match step.from {
            None => Some(step.to),
            Some(from) if marking & from == from => Some((marking & !from) | step.to),
            Some(_) => None,
        }
    }

    /// The cheapest alignment of a trace; to an end of the net where the case must have ended.
    /// `None` if there is none, or none within the bound.
    pub(super) fn align(&self, trace: &[&str], ended: bool) -> Option<Alignment> {
        let mut best = Reached::new();
        let mut done = BTreeSet::new();
        let mut queue = VecDeque::from([(0, (self.start, 0))]);
        best.insert((self.start, 0), (0, None));
        while let Some((cost, state)) = queue.pop_front() {
            if !done.insert(state) {
                continue;
            }
            if state.1 == trace.len() && (!ended || self.is_end(state.0)) {
                return Some(Alignment {
                    steps: path(&best, state),
                    cost,
                });
            }
            if done.len() > STATES_MAX {
                return None;
            }
            for (next, price, step) in self.next(trace, state) {
                let total = cost + price;
                let known = best.get(&next).map_or(u32::MAX, |(cost, _)| *cost);
                if total < known {
                    best.insert(next, (total, Some((state, step))));
                    if price == 0 {
                        queue.push_front((total, next));
                    } else {
                        queue.push_back((total, next));
                    }
                }
            }
        }
        None
    }

    /// What can follow a state, at which price.
    fn next(&self, trace: &[&str], (marking, at): State) -> Vec<(State, u32, Aligned)> {
        let mut found = Vec::new();
        let happened = trace.get(at).copied();
        for step in &self.moves {
            let Some(after) = Self::after(step, marking) else {
                continue;
            };
            if happened == Some(step.event) {
                found.push(((after, at + 1), 0, Aligned::Both(at)));
            }
            if step.asked && after != marking {
                let asked = Aligned::NetOnly(at, step.event.to_owned());
                found.push(((after, at), 1, asked));
            }
        }
        if happened.is_some() {
            found.push(((marking, at + 1), 1, Aligned::LogOnly(at)));
        }
        found
    }
}

fn path(best: &Reached, mut state: State) -> Vec<Aligned> {
    let mut steps = Vec::new();
    while let Some((_, Some((before, step)))) = best.get(&state) {
        steps.push(step.clone());
        state = *before;
    }
    steps.reverse();
    steps
}
