//! What every Hoso service needs to run: config, telemetry, HTTP conventions, authentication,
//! documents, the feed and its reactions.
//!
//! A service is written against five things. [`Runtime`] is what it is given. [`Command`] is one
//! POST, read strictly, with the actor found and the command id derived; [`Runtime::execute`] runs
//! it on one stream and turns every refusal into a [`Problem`]. [`View`] is an in-memory fold of
//! the whole log, caught up when read; [`past`] folds it as of any moment. A [`Reactor`] turns events of others into [`Effect`]s. And
//! [`serve()`] runs [`Service`]s on a listener until told to stop.
//!
//! Nothing here knows a rule or an event of the domain, except who is an official ([`Directory`]).

pub mod accounts;
pub mod clock;
pub mod config;
pub mod directory;
pub mod documents;
pub mod envelope;
pub mod feed;
pub mod http;
pub mod ids;
pub mod jetstream;
pub mod past;
pub mod personal;
pub mod progress;
pub mod reactions;
pub mod runtime;
pub mod serve;
pub mod service;
pub mod telemetry;
pub mod testing;
pub mod trace;
pub mod view;

pub use clock::Clock;
pub use directory::{Directory, NotAuthenticated};
pub use documents::DocumentStore;
pub use envelope::Envelope;
pub use http::caller::Caller;
pub use http::command::{Command, IfMatch, NoBody, RawCommand};
pub use http::page::{Page, PageQuery};
pub use http::params::{Path, Query};
pub use http::problem::{FieldError, IntoProblem, Problem, Violation};
pub use http::reply::Reply;
pub use ids::Ids;
pub use personal::PersonKeys;
pub use progress::ReactorState;
pub use reactions::{Effect, Lane, ReactionError, Reactor};
pub use runtime::{Ask, Issuable, Runtime};
pub use serve::serve;
pub use service::Service;
pub use view::{Fold, View, ViewRef};
