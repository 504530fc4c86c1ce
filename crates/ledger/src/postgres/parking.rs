//! Parking an event and resolving a parked one: rare, so each is a call and a commit of its own.

use sqlx::{PgConnection, Row};

use super::statements as sql;
use super::write::{Failed, moved, nothing_appended};
use crate::append::Appended;
use crate::error::LedgerError;
use crate::queue::Work;
use crate::stored::{as_integer, corrupt, stored_status};

/// Runs one of the two.
pub(super) async fn run(
    connection: &mut PgConnection,
    work: &Work,
) -> Result<Result<Appended, LedgerError>, Failed> {
    match work {
        Work::Park(parked, cursor) => {
            let row = sqlx::query(sql::PARK)
                .bind(parked.consumer.as_str())
                .bind(as_integer(parked.position))
                .bind(parked.stream.as_str())
                .bind(parked.reason.as_str())
                .bind(stored_status(parked.status))
                .bind(as_integer(cursor.from))
                .bind(as_integer(cursor.to))
                .fetch_one(connection)
                .await?;
            moved(&row, cursor)
        }
        Work::Resolve {
            consumer,
            position,
            status,
        } => {
            let row = sqlx::query(sql::RESOLVE_PARKED)
                .bind(consumer.as_str())
                .bind(as_integer(*position))
                .bind(stored_status(*status))
                .fetch_one(connection)
                .await?;
            Ok(if row.try_get(0)? {
                Ok(nothing_appended())
            } else {
                Err(LedgerError::NotParked {
                    consumer: consumer.clone(),
                    position: *position,
                })
            })
        }
        Work::Append(_) | Work::Move(_) => {
            Err(corrupt("appends go out in a batch".to_owned()).into())
        }
    }
}
