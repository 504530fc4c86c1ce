//! The dossier a command is about: found first, changed then, and hidden from those outside.
//!
//! A denied attempt on somebody else's dossier is recorded like any other, and answered as if the
//! dossier did not exist.

use hoso_domain::actor::Actor;
use hoso_domain::decider::StoredDecider;
use hoso_domain::document::DocumentRef;
use hoso_domain::dossier::{Command, Dossier, DossierState, Papers};
use hoso_domain::ids::DossierId;
use hoso_ledger::execute::load;
use hoso_ledger::{Order, StreamName};
use hoso_runtime::{Problem, Reply, Runtime};

use super::document;
use super::view::DossierView;
use crate::access::Sight;

/// A dossier that exists.
pub(crate) struct Target {
    /// The dossier.
    pub(crate) dossier: DossierId,
    /// Its papers as they are now.
    pub(crate) papers: Papers,
    version: u64,
    visible: bool,
}

/// The stream of a dossier.
pub(crate) fn stream(dossier: &DossierId) -> StreamName {
    StreamName::new(Dossier::CATEGORY, dossier.as_str())
}

impl Target {
    /// The dossier of an id in the path.
    ///
    /// # Errors
    /// 404 for what is no dossier; the ledger's.
    pub(crate) async fn find(runtime: &Runtime, by: &Actor, id: &str) -> Result<Self, Problem> {
        let unknown = || Problem::not_found(format!("dossier {id}"));
        let dossier = DossierId::parse(id).map_err(|_| unknown())?;
        let record = runtime.ledger.stream(&stream(&dossier)).await?;
        let (state, version) = load::<Dossier>(record)?;
        let DossierState::Drafted(papers) = state else {
            return Err(unknown());
        };
        Ok(Self {
            visible: Sight::of(by).takes_in(&papers),
            dossier,
            papers: *papers,
            version,
        })
    }

    /// The same, for reading: only for those who see it.
    ///
    /// # Errors
    /// 404 for what is no dossier or not for the caller to see; the ledger's.
    pub(crate) async fn read(runtime: &Runtime, by: &Actor, id: &str) -> Result<Self, Problem> {
        let target = Self::find(runtime, by, id).await?;
        if target.visible {
            Ok(target)
        } else {
            Err(target.hidden())
        }
    }

    /// The dossier as it is shown.
    pub(crate) fn reply(self) -> Reply<DossierView> {
        Reply::ok(self.version, DossierView::of(self.papers))
    }

    /// A document of the body, checked against the store. Those outside learn nothing from it.
    ///
    /// # Errors
    /// 422 for a digest nobody uploaded; the store's.
    pub(crate) async fn document(
        &self,
        runtime: &Runtime,
        given: document::DocumentBody,
    ) -> Result<DocumentRef, Problem> {
        if self.visible {
            document::resolve(runtime, given).await
        } else {
            Ok(given.into_reference())
        }
    }

    /// Runs a command on it.
    ///
    /// # Errors
    /// The rejection's or refusal's problem; 404 for those outside, whatever was answered.
    pub(crate) async fn change(
        self,
        runtime: &Runtime,
        order: Order,
        command: Command,
    ) -> Result<Reply<DossierView>, Problem> {
        let done = runtime
            .execute::<Dossier>(&stream(&self.dossier), order, command)
            .await;
        if !self.visible {
            return Err(self.hidden());
        }
        let done = done?;
        match done.state {
            DossierState::Drafted(papers) => {
                Ok(Reply::ok(done.version, DossierView::of(*papers)).replayed(done.duplicate))
            }
            DossierState::NotDrafted => Err(self.hidden()),
        }
    }

    fn hidden(&self) -> Problem {
        Problem::not_found(format!("dossier {}", self.dossier))
    }
}
