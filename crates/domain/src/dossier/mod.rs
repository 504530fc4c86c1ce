//! The dossier (hồ sơ) on the unit's side: what is in it, what happens to it, what may be done.
//!
//! One dossier holds many items; their eligibility and outcome are not known here.

pub mod content;
pub mod event;

pub use content::{
    Addressee, Channel, DossierContent, MinutesSummary, ProposalSummary, ProposedItem,
    ReportSummary, Voting,
};
pub use event::Event;
