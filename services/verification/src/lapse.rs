//! Ending overdue cases, for a person who asks and for the daily task alike.

use chrono::NaiveDate;
use hoso_domain::ids::DossierId;
use hoso_domain::verification::command::LapseOverdue;
use hoso_domain::verification::{Case, Command};
use hoso_ledger::{Order, StreamQuery};
use hoso_runtime::{Problem, Runtime};

use crate::http::stream;

/// Rows read at a time.
const SCAN_ROWS_MAX: u32 = 500;
/// Codes of a case that moved on since it was listed: it is not overdue any more.
const MOVED_ON: [&str; 2] = ["case-at-other-step", "supplement-not-overdue"];

/// Dossiers whose supplement was due before a day, by id.
pub(crate) async fn overdue(runtime: &Runtime, on: NaiveDate) -> Result<Vec<DossierId>, Problem> {
    let mut query = StreamQuery {
        category: "case".to_owned(),
        status: Some("SUPPLEMENT_REQUESTED".to_owned()),
        due_until: on.pred_opt(),
        limit: SCAN_ROWS_MAX,
        ..StreamQuery::default()
    };
    let mut dossiers = Vec::new();
    loop {
        let page = runtime.ledger.streams(&query).await?;
        query.after = page.rows.last().map(|row| row.stream.clone());
        for row in page.rows {
            dossiers.push(DossierId::parse(row.stream.id()).map_err(Problem::internal)?);
        }
        if !page.more {
            return Ok(dossiers);
        }
    }
}

/// Ends one case; false if it moved on since it was listed.
pub(crate) async fn lapse(
    runtime: &Runtime,
    dossier: &DossierId,
    order: Order,
    on: NaiveDate,
) -> Result<bool, Problem> {
    let ask = Command::LapseOverdue(LapseOverdue { on });
    match runtime.execute::<Case>(&stream(dossier), order, ask).await {
        Ok(_) => Ok(true),
        Err(problem) if MOVED_ON.contains(&problem.code) => Ok(false),
        Err(problem) => Err(problem),
    }
}
