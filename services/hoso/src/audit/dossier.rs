//! Bundles of one dossier: its path out of the sealed log, each event with a proof of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use futures::StreamExt as _;
use hoso_audit::{Archive, Keys, leaf_of};
use hoso_domain::decider::StoredDecider as _;
use hoso_domain::dossier::Dossier;
use hoso_domain::ids::{DossierId, RoundId};
use hoso_ledger::{Position, RecordedEvent, SharedLedger, StreamName, pages};
use hoso_proof::{LogIdentity, TreeHead, tree, verify};
use hoso_runtime::Runtime;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::bundle::{self, AboutDossier, Packer, ProvedLine};
use super::export::{self, ExportArgs};
use super::rotations;
use super::round::has_round;
use super::{PlaceArgs, archive, keys, told};
use crate::backup::line::{Digest, EventLine};
use crate::backup::{documents_in, of_the_disk};
use crate::cli::{BadInput, DONE};
use crate::erased::Erased;
use crate::folds::{Folded, Folder};
use crate::output::say;
use crate::store;

/// The sealed log: every dossier's path by what the events say, not by the index beside them.
pub(super) struct Paths {
    runtime: Runtime,
    archive: Archive,
    keys: Keys,
    signer: LogIdentity,
    note: String,
    head: TreeHead,
    folded: Folded,
    places: BTreeMap<DossierId, BTreeSet<Position>>,
    erased: Erased,
}

/// What is in a dossier's bundle.
pub(super) struct Packed {
    /// Events of the path.
    pub(super) events: usize,
    /// Documents that they name.
    pub(super) documents: usize,
}

/// `hoso audit export --dossier`.
///
/// # Errors
/// Nothing is sealed, the log has no such dossier or is not what was sealed, or the disk's.
pub(super) async fn run(args: &ExportArgs, dossier: &DossierId) -> Result<u8> {
    let paths = Paths::read(&args.place, args.newest).await?;
    let packed = Box::pin(paths.pack(dossier, &args.output)).await;
    let head = paths.close().await;
    let Packed { events, documents } = packed?;
    if args.place.json {
        let root = hex::encode(head.root);
        say!(
            "{}",
            json!({
                "dossier": dossier,
                "events": events,
                "documents": documents,
                "size": head.size,
                "root": root,
            })
        );
    } else {
        let file = args.output.display();
        say!("{file}: {events} events of {dossier}, {documents} documents");
    }
    Ok(DONE)
}

impl Paths {
    /// Folds the log up to a checkpoint.
    ///
    /// # Errors
    /// Nothing is sealed, or the ledger cannot be read.
    pub(super) async fn read(place: &PlaceArgs, newest: bool) -> Result<Self> {
        let config = place.settings()?;
        let (keys, archive) = (keys(&config)?, archive(&config));
        let runtime = store::open_to_read(&config).await?;
        let begun = Box::pin(begin(&runtime, &archive, &keys, newest)).await;
        let Begun {
            signer,
            note,
            head,
            folded,
            places,
            erased,
        } = match begun {
            Ok(begun) => begun,
            Err(error) => {
                runtime.ledger.close().await;
                return Err(error);
            }
        };
        Ok(Self {
            runtime,
            archive,
            keys,
            signer,
            note,
            head,
            folded,
            places,
            erased,
        })
    }

    /// What is signed for.
    pub(super) const fn head(&self) -> TreeHead {
        self.head
    }

    /// The dossiers of a round.
    ///
    /// # Errors
    /// The log has no such round.
    pub(super) fn of_round(&self, round: &RoundId) -> Result<Vec<String>> {
        if !has_round(round, &self.folded) {
            return Err(BadInput(format!("--round {round}: the log has no such round")).into());
        }
        let mut dossiers = Vec::new();
        for (stream, fold) in &self.folded.streams {
            if stream.category() == Dossier::CATEGORY
                && fold.row(stream)?.listing.round.as_ref() == Some(round)
            {
                dossiers.push(stream.id().to_owned());
            }
        }
        Ok(dossiers)
    }

    /// Writes a dossier's bundle: under its name when it is whole, or not at all.
    ///
    /// # Errors
    /// The log has no such dossier, an event is not the one that was sealed, a document is missing, or
    /// the disk's.
    pub(super) async fn pack(&self, dossier: &DossierId, to: &Path) -> Result<Packed> {
        let stream = StreamName::new(Dossier::CATEGORY, dossier.as_str());
        let places = self.places.get(dossier);
        let places = places.filter(|_| self.folded.streams.contains_key(&stream));
        let Some(places) = places else {
            let what = format!("--dossier {dossier}: the sealed log has no such dossier");
            return Err(BadInput(what).into());
        };
        let directory = to.parent().filter(|p| !p.as_os_str().is_empty());
        let mut file = NamedTempFile::new_in(directory.unwrap_or(Path::new(".")))
            .with_context(|| format!("{} cannot be written", to.display()))?;
        let mut packer = Packer::new(file.as_file_mut());
        let about = AboutDossier {
            format: bundle::DOSSIER_FORMAT.to_owned(),
            dossier: dossier.clone(),
        };
        let about = format!("{}\n", serde_json::to_string(&about)?);
        let key = format!("{}\n", self.signer.key());
        packer.file(bundle::ABOUT, about.as_bytes())?;
        packer.file(bundle::KEY, key.as_bytes())?;
        packer.file(bundle::CHECKPOINT, self.note.as_bytes())?;
        packer.begin(bundle::EVENTS)?;
        let (mut documents, mut path) = (BTreeSet::new(), Erased::default());
        for position in places {
            let event = self.event(*position).await?;
            path.note(&event);
            documents_in(&serde_json::from_str(&event.data)?, &mut documents);
            packer.write(&self.line(event)?)?;
        }
        // Only what the path itself shows as erased can be left out of it.
        documents.retain(|digest| !(path.path_shows(digest) && self.erased.shows(digest)));
        for digest in &documents {
            let name = digest.to_string();
            let bytes = self.runtime.documents.get(&name).await;
            let Some(bytes) = bytes.map_err(of_the_disk)? else {
                bail!("document {name} is named by an event and is not in the store");
            };
            packer.file(&format!("{}{name}", bundle::DOCUMENTS), &bytes)?;
        }
        packer.end()?;
        file.as_file_mut().flush()?;
        file.as_file().sync_all()?;
        file.persist(to).map_err(|error| error.error)?;
        Ok(Packed {
            events: places.len(),
            documents: documents.len(),
        })
    }

    /// Closes the ledger; what was signed for.
    pub(super) async fn close(self) -> TreeHead {
        self.runtime.ledger.close().await;
        self.head
    }

    async fn event(&self, position: Position) -> Result<RecordedEvent> {
        let after = position.saturating_sub(1);
        let page = self.runtime.ledger.read_all(after, 1).await?;
        let event = page.into_iter().next();
        let event = event.filter(|event| event.position == position);
        event.with_context(|| format!("the event at position {position} is gone"))
    }

    /// The line of an event, if it is the one that was sealed: better now than at the auditor's.
    fn line(&self, event: RecordedEvent) -> Result<Vec<u8>> {
        let position = event.position;
        let index = position.saturating_sub(1);
        let salt = self.keys.salt(position);
        let leaf = leaf_of(&event, &salt).encode()?;
        let hashes = tree::prove_inclusion(&self.archive, self.head, index)
            .map_err(|error| told(error.into()))?;
        if verify::inclusion(self.head, index, &leaf, &hashes).is_err() {
            bail!("the event at position {position} is not the one that was sealed");
        }
        let line = ProvedLine {
            salt: Digest(*salt.as_bytes()),
            proof: hashes.into_iter().map(Digest).collect(),
            event: EventLine::from(event),
        };
        let mut line = serde_json::to_vec(&line)?;
        line.push(b'\n');
        Ok(line)
    }
}

/// The checkpoint that bundles are of, the key that signed it, and the log up to there.
struct Begun {
    signer: LogIdentity,
    note: String,
    head: TreeHead,
    folded: Folded,
    places: BTreeMap<DossierId, BTreeSet<Position>>,
    erased: Erased,
}

/// Reads the log up to a checkpoint.
async fn begin(runtime: &Runtime, archive: &Archive, keys: &Keys, newest: bool) -> Result<Begun> {
    let history = rotations::of_ledger(&runtime.ledger, keys.log()).await?;
    let (note, checkpoint) = export::chosen(archive, &history, newest)?;
    let head = checkpoint.head();
    let (folded, places, erased) = fold(SharedLedger::clone(&runtime.ledger), head.size).await?;
    Ok(Begun {
        signer: history.at(head.size).log.clone(),
        note,
        head,
        folded,
        places,
        erased,
    })
}

async fn fold(
    ledger: SharedLedger,
    size: u64,
) -> Result<(Folded, BTreeMap<DossierId, BTreeSet<Position>>, Erased)> {
    let mut places = BTreeMap::<DossierId, BTreeSet<Position>>::new();
    let (mut folder, mut erased) = (Folder::default(), Erased::default());
    let mut pages = Box::pin(pages(ledger, 0, size));
    while let Some(page) = pages.next().await {
        let page = page?;
        for event in &page {
            erased.note(event);
        }
        for (dossier, position) in folder.page(&page) {
            places.entry(dossier).or_default().insert(position);
        }
    }
    let (log, last) = folder.end();
    for (dossier, position) in last {
        places.entry(dossier).or_default().insert(position);
    }
    Ok((log, places, erased))
}

/// Whether a text in the data is the dossier's id, wherever it stands.
pub(super) fn names(data: &Value, dossier: &DossierId) -> bool {
    match data {
        Value::String(text) => text == dossier.as_str(),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name == dossier.as_str() || names(value, dossier)),
        Value::Array(values) => values.iter().any(|value| names(value, dossier)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
