//! `hoso backup --check`: everything a restore would refuse, found without restoring. Of each kind
//! of file the first damage is named, of the documents every one.

use std::collections::BTreeSet;

use anyhow::Result;
use hoso_ledger::Position;
use serde_json::Value;

use super::line::Digest;
use super::problems::Problems;
use super::read::Backup;
use super::write::documents_in;

/// Reads a backup to its end; what is wrong with it.
pub(super) async fn check(backup: &Backup, progress: impl Fn(Position, Position)) -> Problems {
    let mut problems = Problems::default();
    let named = match events(backup, progress) {
        Ok(named) => named,
        Err(error) => {
            problems.add(format!("{error:#}"));
            BTreeSet::new()
        }
    };
    for page in backup.commands() {
        if let Err(error) = page {
            problems.add(format!("{error:#}"));
        }
    }
    if let Err(damage) = backup.standing() {
        problems.add(damage.to_string());
    }
    match backup.documents() {
        Err(damage) => problems.add(damage.to_string()),
        Ok(held) => {
            for sha256 in &held {
                if let Err(damage) = backup.document(*sha256).await {
                    problems.add(damage.to_string());
                }
            }
            for sha256 in named.difference(&held) {
                problems.add(format!(
                    "document {sha256} is named by an event and was not there to be backed up"
                ));
            }
        }
    }
    problems
}

/// Reads the events; the documents they name.
fn events(backup: &Backup, progress: impl Fn(Position, Position)) -> Result<BTreeSet<Digest>> {
    let mut named = BTreeSet::new();
    let head = backup.manifest.position();
    for page in backup.events() {
        let page = page?;
        for event in &page {
            if event.data.contains("\"sha256\"") {
                documents_in(&serde_json::from_str::<Value>(&event.data)?, &mut named);
            }
        }
        if let Some(last) = page.last() {
            progress(last.position, head);
        }
    }
    Ok(named)
}
