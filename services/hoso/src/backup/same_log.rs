//! Whether a backup and a ledger are of one log, the backup not ahead of the ledger. Where they are
//! not, the ledger was restored from an older backup, was cut, or is another one: that must not be
//! written into the backup, and a person must hear it.

use anyhow::Result;
use hoso_ledger::{Ledger, Position};

use super::line::event_digest;
use super::manifest::Head;
use super::read::Backup;
use super::shown;

/// The ledger is not a later state of what was backed up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotTheSame {
    /// It ends before the backup does.
    #[error(
        "the ledger ends at position {ends}, the backup reaches position {reaches}, recorded {recorded_at}: \
         the ledger was restored from an older backup, or cut, or is another one ({agree}). Nothing was \
         written. If the backup is the record, restore it (hoso restore); if the ledger is, name \
         another directory"
    )]
    Older {
        /// Where the ledger ends.
        ends: Position,
        /// Where the backup ends.
        reaches: Position,
        /// When that was recorded.
        recorded_at: String,
        /// How far they agree, in words.
        agree: String,
    },
    /// It reaches as far, with other events.
    #[error(
        "at position {position} the ledger holds another event than the backup ({agree}): the ledger was \
         restored from an older backup and went on from there, or is another one. Nothing was written. \
         Name another directory for this ledger"
    )]
    Other {
        /// Where the backup ends.
        position: Position,
        /// How far they agree, in words.
        agree: String,
    },
}

/// Passes if the backup is a beginning of the ledger, whose head is given.
///
/// # Errors
/// [`NotTheSame`], or the ledger's.
pub(super) async fn require(
    backup: &Backup,
    ledger: &dyn Ledger,
    head: Option<&Head>,
) -> Result<()> {
    let Some(reaches) = backup.manifest.head else {
        return Ok(());
    };
    let ends = head.map_or(0, |head| head.position);
    if ends < reaches.position {
        return Err(NotTheSame::Older {
            ends,
            reaches: reaches.position,
            recorded_at: shown(reaches.recorded_at),
            agree: agree(backup, ledger).await,
        }
        .into());
    }
    let there = ledger.read_all(reaches.position - 1, 1).await?;
    let same = match there.into_iter().next() {
        Some(event) => event_digest(event)? == reaches.sha256,
        None => false,
    };
    if same {
        return Ok(());
    }
    Err(NotTheSame::Other {
        position: reaches.position,
        agree: agree(backup, ledger).await,
    }
    .into())
}

/// How far they agree, for the message; a backup that cannot be read does not hide the difference.
async fn agree(backup: &Backup, ledger: &dyn Ledger) -> String {
    match agree_up_to(backup, ledger).await {
        Ok(0) => "they have no event in common".to_owned(),
        Ok(position) => format!("they agree up to position {position}"),
        Err(error) => format!("how far they agree cannot be told: {error:#}"),
    }
}

async fn agree_up_to(backup: &Backup, ledger: &dyn Ledger) -> Result<Position> {
    let mut agree = 0;
    for page in backup.events() {
        let page = page?;
        let limit = u32::try_from(page.len())?;
        let held = ledger.read_all(agree, limit).await?;
        for (one, other) in page.iter().zip(&held) {
            if one != other {
                return Ok(agree);
            }
            agree = one.position;
        }
        if held.len() < page.len() {
            break;
        }
    }
    Ok(agree)
}
