//! The round a request is about: found first, changed then.

use hoso_domain::decider::StoredDecider;
use hoso_domain::ids::{ItemId, RoundId};
use hoso_domain::ranking::round::{Command, Round, RoundFolder, RoundState};
use hoso_ledger::execute::load;
use hoso_ledger::{Executed, Order, StreamName};
use hoso_runtime::{Problem, Reply, Runtime};

use super::round_view::RoundView;

/// A round that was opened.
pub(crate) struct Target {
    /// The round.
    pub(crate) id: RoundId,
    /// The round as it is now.
    pub(crate) round: RoundFolder,
    /// Its version.
    pub(crate) version: u64,
}

/// The stream of a round.
pub(crate) fn stream(round: &RoundId) -> StreamName {
    StreamName::new(Round::CATEGORY, round.as_str())
}

/// An item's id in a path.
///
/// # Errors
/// 404 for what is no id.
pub(crate) fn item_id(text: &str) -> Result<ItemId, Problem> {
    ItemId::parse(text).map_err(|_| Problem::not_found(format!("item {text}")))
}

impl Target {
    /// The round of an id in the path.
    ///
    /// # Errors
    /// 404 for what is no round; the ledger's.
    pub(crate) async fn find(runtime: &Runtime, id: &str) -> Result<Self, Problem> {
        let unknown = || Problem::not_found(format!("round {id}"));
        let id = RoundId::parse(id).map_err(|_| unknown())?;
        let record = runtime.ledger.stream(&stream(&id)).await?;
        let (state, version) = load::<Round>(record)?;
        let RoundState::Opened(round) = state else {
            return Err(unknown());
        };
        Ok(Self {
            id,
            round: *round,
            version,
        })
    }

    /// Runs a command on it, under its rule book.
    ///
    /// # Errors
    /// The rejection's or refusal's problem; the ledger's.
    pub(crate) async fn execute(
        &self,
        runtime: &Runtime,
        mut order: Order,
        command: Command,
    ) -> Result<Executed<Round>, Problem> {
        order.metadata.rule_book = Some(self.round.opened.rule_book.digest.clone());
        runtime
            .execute::<Round>(&stream(&self.id), order, command)
            .await
    }

    /// Runs a command on it and answers with the round after it.
    ///
    /// # Errors
    /// The rejection's or refusal's problem; the ledger's.
    pub(crate) async fn change(
        &self,
        runtime: &Runtime,
        order: Order,
        command: Command,
    ) -> Result<Reply<RoundView>, Problem> {
        let done = self.execute(runtime, order, command).await?;
        let view = view_of(&done.state)?;
        Ok(Reply::ok(done.version, view).replayed(done.duplicate))
    }
}

/// The round after a command, as those who work on it see it.
///
/// # Errors
/// 500 if the command left no round, which none does.
pub(crate) fn view_of(state: &RoundState) -> Result<RoundView, Problem> {
    let round = state.opened();
    let round = round.ok_or_else(|| Problem::internal("a command left no round"))?;
    Ok(RoundView::of(round, true))
}
