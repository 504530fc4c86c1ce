//! A restore in one transaction, which ends with a ledger or with nothing. It holds the head's lock,
//! so that nobody appends meanwhile. The rights are the owner's: a service has none of this.

use std::collections::HashMap;

use async_trait::async_trait;
use hoso_domain::ids::{DossierId, OfficialId};
use sqlx::postgres::PgBindIterExt;
use sqlx::{Connection, Executor, PgConnection};

use super::rebuild::{Bound, bind_listings};
use super::{failure, migrate, open, reads, statements as sql};
use crate::error::LedgerError;
use crate::event::{Position, RecordedEvent, StreamName};
use crate::read::{CommandRecord, Parked, StreamRecord};
use crate::restore::Restore;
use crate::stored::{as_integer, corrupt, stored_status};

/// A PostgreSQL ledger being restored.
#[derive(Debug)]
pub struct PostgresRestore {
    connection: PgConnection,
    /// The last event written: its place, and when it was recorded.
    last: Option<(Position, chrono::DateTime<chrono::Utc>)>,
    /// The versions written; positions and versions are the appending function's to make, and this
    /// goes past it.
    versions: HashMap<StreamName, u64>,
}

impl PostgresRestore {
    /// Begins a restore into a migrated database whose ledger is empty, as a superuser or a member
    /// of the owner.
    ///
    /// # Errors
    /// `NotWritable` if the ledger holds anything or the role may not, `Unavailable` if the database
    /// cannot be reached or is not at this program's version.
    pub async fn begin(url: &str) -> Result<Box<Self>, LedgerError> {
        let target = open::restoring(open::target(url, "hoso restore")?);
        let mut connection = open::connect(&target).await?;
        migrate::check(&mut connection).await?;
        for text in [sql::BEGIN, sql::AS_OWNER] {
            let done = connection.execute(text).await;
            done.map_err(|e| failure::of(&e))?;
        }
        let empty: bool = sqlx::query_scalar(sql::LOCK_AND_IS_EMPTY)
            .fetch_one(&mut connection)
            .await
            .map_err(|e| failure::of(&e))?;
        if !empty {
            return Err(LedgerError::NotWritable {
                reason: "the ledger of this database holds something already".to_owned(),
            });
        }
        Ok(Box::new(Self {
            connection,
            last: None,
            versions: HashMap::new(),
        }))
    }

    async fn run(&mut self, query: Bound<'_>) -> Result<(), LedgerError> {
        let done = query.execute(&mut self.connection).await;
        done.map(|_| ()).map_err(|e| failure::of(&e))
    }

    /// What the appending function makes sure of otherwise.
    fn check(&mut self, event: &RecordedEvent) -> Result<(), LedgerError> {
        let next = self.last.map_or(1, |(position, _)| position + 1);
        let version = self.versions.entry(event.stream.clone()).or_default();
        *version += 1;
        if event.position != next || event.version != *version {
            return Err(corrupt(format!(
                "event {} (version {} of {}) where event {next} (version {version}) comes next",
                event.position, event.version, event.stream
            )));
        }
        self.last = Some((event.position, event.recorded_at));
        Ok(())
    }
}

#[async_trait]
impl Restore for PostgresRestore {
    async fn events(&mut self, events: Vec<RecordedEvent>) -> Result<(), LedgerError> {
        for event in &events {
            self.check(event)?;
        }
        self.run(bind_events(&events)).await
    }

    async fn rows(&mut self, rows: Vec<StreamRecord>) -> Result<(), LedgerError> {
        let of = || rows.iter();
        let query = sqlx::query(sql::RESTORE_ROWS)
            .bind(of().map(|row| row.stream.as_str()).bind_iter())
            .bind(of().map(|row| as_integer(row.version)).bind_iter())
            .bind(of().map(|row| as_integer(row.last_position)).bind_iter());
        let query = bind_listings(query, || rows.iter().map(|row| &row.listing))
            .bind(of().map(|row| row.state.as_str()).bind_iter());
        self.run(query).await
    }

    async fn paths(&mut self, places: Vec<(DossierId, Position)>) -> Result<(), LedgerError> {
        let query = sqlx::query(sql::RESTORE_PATHS)
            .bind(
                places
                    .iter()
                    .map(|(dossier, _)| dossier.as_str())
                    .bind_iter(),
            )
            .bind(places.iter().map(|(_, at)| as_integer(*at)).bind_iter());
        self.run(query).await
    }

    async fn commands(&mut self, commands: Vec<CommandRecord>) -> Result<(), LedgerError> {
        let of = || commands.iter();
        let query = sqlx::query(sql::RESTORE_COMMANDS)
            .bind(of().map(|record| record.command).bind_iter())
            .bind(of().map(|record| record.digest.as_slice()).bind_iter())
            .bind(of().map(|record| record.stream.as_str()).bind_iter())
            .bind(
                of().map(|record| as_integer(record.first_position))
                    .bind_iter(),
            )
            .bind(of().map(|record| i64::from(record.count)).bind_iter())
            .bind(of().map(|record| as_integer(record.version)).bind_iter());
        self.run(query).await
    }

    async fn consumers(
        &mut self,
        cursors: Vec<(String, Position)>,
        parked: Vec<Parked>,
    ) -> Result<(), LedgerError> {
        let query = sqlx::query(sql::RESTORE_CURSORS)
            .bind(
                cursors
                    .iter()
                    .map(|(consumer, _)| consumer.as_str())
                    .bind_iter(),
            )
            .bind(cursors.iter().map(|(_, at)| as_integer(*at)).bind_iter());
        self.run(query).await?;
        let of = || parked.iter();
        let query = sqlx::query(sql::RESTORE_PARKED)
            .bind(of().map(|parked| parked.consumer.as_str()).bind_iter())
            .bind(of().map(|parked| as_integer(parked.position)).bind_iter())
            .bind(of().map(|parked| parked.stream.as_str()).bind_iter())
            .bind(of().map(|parked| parked.reason.as_str()).bind_iter())
            .bind(of().map(|parked| stored_status(parked.status)).bind_iter());
        self.run(query).await
    }

    async fn read_all(
        &mut self,
        after: Position,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, LedgerError> {
        reads::all(&mut self.connection, after, limit).await
    }

    async fn stream(&mut self, stream: &StreamName) -> Result<Option<StreamRecord>, LedgerError> {
        reads::stream(&mut self.connection, stream).await
    }

    async fn finish(mut self: Box<Self>) -> Result<(), LedgerError> {
        if let Some((position, recorded_at)) = self.last {
            let query = sqlx::query(sql::RESTORE_HEAD)
                .bind(as_integer(position))
                .bind(recorded_at);
            self.run(query).await?;
        }
        let committed = self.connection.execute(sql::COMMIT).await;
        committed.map_err(|e| failure::of(&e))?;
        // Done is done, however the connection ends.
        self.connection.close().await.ok();
        Ok(())
    }
}

fn bind_events(events: &[RecordedEvent]) -> Bound<'_> {
    let of = || events.iter();
    let who = || events.iter().map(|event| &event.metadata.actor);
    let why = || events.iter().map(|event| &event.metadata);
    sqlx::query(sql::RESTORE_EVENTS)
        .bind(of().map(|event| as_integer(event.position)).bind_iter())
        .bind(of().map(|event| as_integer(event.version)).bind_iter())
        .bind(of().map(|event| event.recorded_at).bind_iter())
        .bind(why().map(|metadata| metadata.effective_at).bind_iter())
        .bind(of().map(|event| event.id).bind_iter())
        .bind(of().map(|event| event.command).bind_iter())
        .bind(why().map(|metadata| metadata.correlation).bind_iter())
        .bind(why().map(|metadata| metadata.causation).bind_iter())
        .bind(
            of().map(|event| i32::from(event.schema_version))
                .bind_iter(),
        )
        .bind(of().map(|event| event.stream.as_str()).bind_iter())
        .bind(of().map(|event| event.event_type.as_str()).bind_iter())
        .bind(who().map(|actor| actor.official.as_str()).bind_iter())
        .bind(who().map(|actor| actor.person.as_str()).bind_iter())
        .bind(
            who()
                .map(|actor| actor.on_behalf_of.as_ref().map(OfficialId::as_str))
                .bind_iter(),
        )
        .bind(who().map(|actor| actor.role.as_str()).bind_iter())
        .bind(who().map(|actor| actor.agency.as_str()).bind_iter())
        .bind(why().map(|metadata| metadata.reason.as_deref()).bind_iter())
        .bind(
            why()
                .map(|metadata| metadata.rule_book.as_deref())
                .bind_iter(),
        )
        .bind(
            why()
                .map(|metadata| metadata.traceparent.as_deref())
                .bind_iter(),
        )
        .bind(of().map(|event| event.sha256.as_slice()).bind_iter())
        .bind(of().map(|event| event.data.as_str()).bind_iter())
}
