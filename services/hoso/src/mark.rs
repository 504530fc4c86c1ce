//! The mark: the last event that was seen acknowledged, noted outside the ledger, so that a ledger
//! that was restored from an older backup, or cut, is noticed at the next start.
//!
//! `hoso up` keeps it in `last-seen.json` in the data directory, and where the setting `mark` names
//! another file, there too: who brings back a whole data directory brings back the mark in it as
//! well. In full mode the relay keeps it, in the file that the setting names and nowhere else. It
//! is always at or behind what is durable, so it never gives a false alarm, and it may be lost
//! without harm. It guards against accidents, not against whoever can write both places.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use hoso_ledger::{Ledger, Position, SharedLedger};
use hoso_runtime::Clock;
use hoso_runtime::config::Config;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::backup::line::{Digest, event_digest};
use crate::backup::manifest::Head;
use crate::backup::shown;
use crate::cli::BadInput;
use crate::input;

/// The mark in the data directory.
const NAME: &str = "last-seen.json";
/// The format of the file; its digest is that of a backup's line in the same format.
const FORMAT: u32 = 1;
/// Bytes of a mark's file, at most.
const BYTES_MAX: usize = 4_096;
/// A mark is not written more often than this: it must cost nothing.
const WRITE_EVERY: Duration = Duration::from_secs(1);

/// What was seen last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Mark {
    format_version: u32,
    /// Place of the event.
    position: Position,
    /// SHA-256 of its line, as in a backup.
    sha256: Digest,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
    /// When the mark was written.
    written_at: DateTime<Utc>,
}

/// The places of the marks of one ledger.
#[derive(Debug, Clone)]
pub(crate) struct Marks {
    places: Vec<PathBuf>,
    /// How to go on without what is lost.
    go_on: &'static str,
}

/// Acknowledged events that the ledger does not have.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Loss {
    /// It ends before the mark.
    #[error(
        "the ledger ends at position {ends}, but Hoso had acknowledged events up to position {seen}, \
         recorded {recorded_at} (noted in {place})"
    )]
    Older {
        /// Where the ledger ends.
        ends: Position,
        /// What was acknowledged.
        seen: Position,
        /// When that was recorded.
        recorded_at: String,
        /// The mark's file.
        place: String,
    },
    /// It holds another event at the mark.
    #[error(
        "at position {seen} the ledger holds another event than the one Hoso had acknowledged there, \
         recorded {recorded_at} (noted in {place}); it ends at position {ends}"
    )]
    Other {
        /// Where the ledger ends.
        ends: Position,
        /// What was acknowledged.
        seen: Position,
        /// When that was recorded.
        recorded_at: String,
        /// The mark's file.
        place: String,
    },
    /// NATS has been given more than there would be.
    #[error(
        "the ledger ends at position {ends}, but the NATS stream was given events up to position \
         {seen}, all of them acknowledged"
    )]
    Stream {
        /// Where the ledger ends.
        ends: Position,
        /// The stream's last sequence.
        seen: Position,
    },
}

/// A start that was stopped because of a loss, and what to do.
#[derive(Debug, thiserror::Error)]
#[error(
    "{loss}. The ledger was restored from an older backup, or cut, or it is another one than the mark \
     is of. To get the events back, restore a backup that reaches further (hoso restore). If they are \
     lost for good, {go_on}"
)]
pub(crate) struct Stopped {
    loss: Loss,
    go_on: &'static str,
}

/// How to go on without what is lost, in embedded mode.
const GO_ON: &str = "`hoso up --accept-loss` goes on without them and forgets the mark";
/// The same in full mode.
const GO_ON_FULL: &str = "delete the mark's file and start the relay again";

impl Marks {
    /// The places that the settings name.
    pub(crate) fn of(config: &Config) -> Self {
        let own = config.data.join(NAME);
        Self::in_places(std::iter::once(own).chain(config.mark.clone()), config)
    }

    /// The place outside the data directory, for whoever has no data directory.
    pub(crate) fn elsewhere(config: &Config) -> Option<Self> {
        let named = config.mark.clone()?;
        Some(Self::in_places([named], config))
    }

    fn in_places(places: impl IntoIterator<Item = PathBuf>, config: &Config) -> Self {
        Self {
            places: places.into_iter().collect(),
            go_on: match config.database_url {
                Some(_) => GO_ON_FULL,
                None => GO_ON,
            },
        }
    }

    /// The first loss that a mark tells of, in a ledger that is there or in none.
    ///
    /// # Errors
    /// A mark cannot be read, or the ledger's.
    async fn loss(&self, ledger: Option<&dyn Ledger>) -> Result<Option<Loss>> {
        // The marks first: the ledger only grows meanwhile.
        let marks = self.read()?;
        if marks.is_empty() {
            return Ok(None);
        }
        let ends = match ledger {
            Some(ledger) => ledger.head().await?,
            None => 0,
        };
        for (place, mark) in marks {
            let there = match ledger {
                Some(ledger) => at(ledger, mark.position).await?,
                None => None,
            };
            if let Some(loss) = loss(&place, &mark, ends, there.map(|head| head.sha256)) {
                return Ok(Some(loss));
            }
        }
        Ok(None)
    }

    /// Stops a start on a ledger that lost what a mark tells of, or forgets the mark if that is
    /// accepted. Answers whether there was anything to accept.
    ///
    /// # Errors
    /// [`Stopped`]; a mark cannot be read, or the ledger's.
    pub(crate) async fn guard(&self, ledger: Option<&dyn Ledger>, accept: bool) -> Result<bool> {
        let Some(loss) = self.loss(ledger).await? else {
            return Ok(false);
        };
        if !accept {
            let go_on = self.go_on;
            return Err(Stopped { loss, go_on }.into());
        }
        tracing::warn!("going on without what was acknowledged, as asked: {loss}");
        self.forget()?;
        Ok(true)
    }

    /// The first loss if the ledger were to end at a backup's head. Whether a mark before the head
    /// is of the same log is known only once its event was read: those are answered too.
    ///
    /// # Errors
    /// A mark cannot be read.
    pub(crate) fn loss_at(&self, head: Option<&Head>) -> Result<(Option<Loss>, Vec<Expected>)> {
        let ends = head.map_or(0, |head| head.position);
        let mut expected = Vec::new();
        for (place, mark) in self.read()? {
            if ends < mark.position {
                return Ok((loss(&place, &mark, ends, None), Vec::new()));
            }
            expected.push(Expected { place, mark, ends });
        }
        Ok((None, expected))
    }

    /// Writes the ledger's last event down everywhere; nothing of an empty ledger.
    ///
    /// # Errors
    /// A place cannot be written, or the ledger's.
    pub(crate) async fn write(&self, ledger: &dyn Ledger, clock: &Clock) -> Result<Position> {
        let position = ledger.head().await?;
        let Some(head) = at(ledger, position).await? else {
            return Ok(position);
        };
        self.write_head(&head, clock)?;
        Ok(position)
    }

    /// Writes a last event down everywhere.
    ///
    /// # Errors
    /// A place cannot be written.
    pub(crate) fn write_head(&self, head: &Head, clock: &Clock) -> Result<()> {
        let mark = Mark {
            format_version: FORMAT,
            position: head.position,
            sha256: head.sha256,
            recorded_at: head.recorded_at,
            written_at: clock.now(),
        };
        let text = serde_json::to_string_pretty(&mark)? + "\n";
        for place in &self.places {
            replace(place, text.as_bytes())
                .with_context(|| format!("the mark {} cannot be written", place.display()))?;
        }
        Ok(())
    }

    /// Forgets what was seen.
    ///
    /// # Errors
    /// A place cannot be written.
    pub(crate) fn forget(&self) -> Result<()> {
        for place in &self.places {
            match fs::remove_file(place) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(error)
                        .with_context(|| format!("the mark {} cannot be reset", place.display()));
                }
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    /// Follows the ledger until told to stop, and writes down how far it has come, at most once a
    /// second. A place that cannot be written is told to the log, not to those who are served.
    pub(crate) async fn keep(self, ledger: SharedLedger, clock: Clock, stop: CancellationToken) {
        let mut head = ledger.watch_head();
        let mut written = 0;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                woken = head.wait_for(|head| *head > written) => {
                    if woken.is_err() {
                        return;
                    }
                }
            }
            match self.write(ledger.as_ref(), &clock).await {
                Ok(position) => written = position,
                Err(error) => tracing::error!("{error:#}; an older backup may go unnoticed"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(WRITE_EVERY) => {}
            }
        }
    }

    fn read(&self) -> Result<Vec<(PathBuf, Mark)>> {
        let mut marks = Vec::new();
        for place in &self.places {
            if place
                .try_exists()
                .with_context(|| format!("{}", place.display()))?
            {
                marks.push((place.clone(), read(place)?));
            }
        }
        Ok(marks)
    }
}

/// A mark before a backup's head, to be held against the backup's event there.
#[derive(Debug)]
pub(crate) struct Expected {
    place: PathBuf,
    mark: Mark,
    ends: Position,
}

impl Expected {
    /// Where the mark stands.
    pub(crate) fn position(&self) -> Position {
        self.mark.position
    }

    /// The loss, if the event there is another one.
    pub(crate) fn loss(&self, there: Digest) -> Option<Loss> {
        loss(&self.place, &self.mark, self.ends, Some(there))
    }
}

fn loss(place: &Path, mark: &Mark, ends: Position, there: Option<Digest>) -> Option<Loss> {
    let (seen, recorded_at) = (mark.position, shown(mark.recorded_at));
    let place = place.display().to_string();
    if ends < seen {
        return Some(Loss::Older {
            ends,
            seen,
            recorded_at,
            place,
        });
    }
    (there != Some(mark.sha256)).then_some(Loss::Other {
        ends,
        seen,
        recorded_at,
        place,
    })
}

/// The event at a position, as a mark knows it.
async fn at(ledger: &dyn Ledger, position: Position) -> Result<Option<Head>> {
    let Some(before) = position.checked_sub(1) else {
        return Ok(None);
    };
    let event = ledger.read_all(before, 1).await?.into_iter().next();
    let Some(event) = event.filter(|event| event.position == position) else {
        return Ok(None);
    };
    Ok(Some(Head {
        position,
        recorded_at: event.recorded_at,
        sha256: event_digest(event)?,
    }))
}

fn read(place: &Path) -> Result<Mark> {
    let bytes = input::read(place, BYTES_MAX)?;
    let wrong = |what: String| {
        BadInput(format!(
            "{} is no mark of Hoso ({what}); if it is damaged, delete it: the next start writes another",
            place.display()
        ))
    };
    let mark: Mark = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
    if mark.format_version != FORMAT {
        return Err(wrong(format!("format {}", mark.format_version)).into());
    }
    Ok(mark)
}

/// Replaces a file from one moment to the next: whoever reads it sees the old or the new one.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    let mut temp = tempfile::Builder::new()
        .prefix(".last-seen-")
        .tempfile_in(directory)?;
    temp.write_all(bytes)?;
    temp.as_file().sync_all()?;
    temp.persist(path).map_err(|error| error.error)?;
    File::open(directory)?.sync_all()
}
