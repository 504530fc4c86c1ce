//! Ranking: from an opened round to an archived one, and appeals against its outcome.
//!
//! Two deciders. [`round`] holds one round (đợt xét khen thưởng): entries, council scores, ranking,
//! meeting, shortlist, proposal, decision, award. [`appeal`] holds one appeal (khiếu nại). How items
//! are judged and ranked is not here: `evaluation` computes an outcome, the round records it.

pub mod appeal;
pub mod event;
pub mod round;
