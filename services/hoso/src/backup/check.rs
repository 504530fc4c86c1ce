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
use crate::erased::Erased;

/// Reads a backup to its end; what is wrong with it.
pub(super) async fn check(backup: &Backup, progress: impl Fn(Position, Position)) -> Problems {
    let mut problems = Problems::default();
    let (named, erased) = match events(backup, progress) {
        Ok(read) => read,
        Err(error) => {
            problems.add(format!("{error:#}"));
            Default::default()
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
            for sha256 in held.difference(&erased) {
                if let Err(damage) = backup.document(*sha256).await {
                    problems.add(damage.to_string());
                }
            }
            for sha256 in named.difference(&held).filter(|d| !erased.contains(*d)) {
                problems.add(format!(
                    "document {sha256} is named by an event and was not there to be backed up"
                ));
            }
            for sha256 in &erased {
                if !matches!(backup.store().has(&sha256.to_string()).await, Ok(false)) {
                    problems.add(format!(
                        "document {sha256} was erased with a person and may still be here: run the \
                         backup again"
                    ));
                }
            }
        }
    }
    problems
}

/// Reads the events; the documents they name, and those they show as erased.
fn events(
    backup: &Backup,
    progress: impl Fn(Position, Position),
) -> Result<(BTreeSet<Digest>, BTreeSet<Digest>)> {
    let (mut named, mut erased) = (BTreeSet::new(), Erased::default());
    let head = backup.manifest.position();
    for page in backup.events() {
        let page = page?;
        for event in &page {
            erased.note(event);
            if event.data.contains("\"sha256\"") {
                documents_in(&serde_json::from_str::<Value>(&event.data)?, &mut named);
            }
        }
        if let Some(last) = page.last() {
            progress(last.position, head);
        }
    }
    Ok((named, erased.all()))
}
