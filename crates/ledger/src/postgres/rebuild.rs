//! Making the rows of `streams` anew from a fold of their events: `hoso ledger rebuild`.
//!
//! One transaction, all or nothing. A row is refused if its stream moved on while it was folded.

use hoso_domain::decider::Listing;
use hoso_domain::ids::{DossierId, RoundId, UnitId};
use sqlx::postgres::{PgArguments, PgBindIterExt, PgRow};
use sqlx::query::Query;
use sqlx::{Connection, PgConnection, Postgres, Row};

use super::statements as sql;
use super::write::Failed;
use crate::append::StreamRow;
use crate::error::LedgerError;
use crate::event::StreamName;
use crate::stored::{as_integer, number_of};

/// Rows one call may carry.
const ROWS_MAX: usize = 256;

/// Replaces the rows that differ; answers how many did.
pub(super) async fn rebuild(
    connection: &mut PgConnection,
    rows: Vec<StreamRow>,
) -> Result<u64, Failed> {
    let mut transaction = connection.begin().await?;
    let mut replaced = 0;
    for rows in rows.chunks(ROWS_MAX) {
        let row = call(&mut transaction, rows).await?;
        if let Some(stream) = row.try_get::<Option<String>, _>(1)? {
            let expected = rows.iter().find(|r| r.stream.as_str() == stream);
            return Err(LedgerError::Conflict {
                expected: expected.map_or(0, |row| row.version),
                actual: number_of(row.try_get(2)?)?,
                stream: StreamName::from_stored(stream),
            }
            .into());
        }
        replaced += number_of::<u64>(row.try_get(0)?)?;
    }
    transaction.commit().await?;
    Ok(replaced)
}

async fn call(connection: &mut PgConnection, rows: &[StreamRow]) -> Result<PgRow, sqlx::Error> {
    let query = sqlx::query(sql::REBUILD_ROWS)
        .bind(rows.iter().map(|row| row.stream.as_str()).bind_iter())
        .bind(rows.iter().map(|row| as_integer(row.version)).bind_iter());
    bind_listings(query, || rows.iter().map(|row| &row.listing))
        .bind(rows.iter().map(|row| row.state.as_str()).bind_iter())
        .fetch_one(connection)
        .await
}

/// A statement with its parameters.
pub(super) type Bound<'q> = Query<'q, Postgres, PgArguments>;

/// Binds round, unit, dossier, status and day of rows, an array a column.
pub(super) fn bind_listings<'q, 'l: 'q, I>(query: Bound<'q>, listings: impl Fn() -> I) -> Bound<'q>
where
    I: Iterator<Item = &'l Listing> + 'q,
{
    query
        .bind(
            listings()
                .map(|l| l.round.as_ref().map(RoundId::as_str))
                .bind_iter(),
        )
        .bind(
            listings()
                .map(|l| l.unit.as_ref().map(UnitId::as_str))
                .bind_iter(),
        )
        .bind(
            listings()
                .map(|l| l.dossier.as_ref().map(DossierId::as_str))
                .bind_iter(),
        )
        .bind(listings().map(|l| l.status.as_str()).bind_iter())
        .bind(listings().map(|l| l.due).bind_iter())
}
