//! What the API says of units, persons, officials and the rest: bodies of requests and answers.

mod account;
mod erasure;
mod figure;
mod subject;

pub(crate) use account::{
    DelegationBody, DelegationView, OfficialBody, OfficialView, TokenAnswer, TokenBody,
};
pub(crate) use erasure::{ErasureBody, ErasureView};
pub(crate) use figure::{
    EntriesAnswer, EntriesBody, IndexView, PublicationBody, RuleBookBody, RuleBookView,
};
pub(crate) use subject::{
    HoldActBody, HoldBody, HoldView, InitiativeBody, InitiativeView, MergerBody, PersonBody,
    PersonView, UnitBody, UnitView,
};

use hoso_domain::text::tidy;

/// Text made comparable; an empty one is none.
fn some_text(text: Option<String>) -> Option<String> {
    text.map(|text| tidy(&text)).filter(|text| !text.is_empty())
}
