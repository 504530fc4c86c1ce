//! `hoso audit export`: a bundle of the log up to the newest checkpoint.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use futures::StreamExt as _;
use hoso_audit::{Archive, Keys, leaf_of};
use hoso_domain::ids::{DossierId, RoundId};
use hoso_ledger::{RecordedEvent, SharedLedger, pages};
use hoso_proof::{InclusionFile, KeyHistory, SignedCheckpoint, TreeHead, frontier, tree, verify};
use hoso_runtime::Runtime;
use serde_json::json;
use tempfile::NamedTempFile;

use super::acts::{Acts, sides};
use super::bundle::{self, About, GROUP, Packer, SealedLine};
use super::dossier;
use super::rotations::{self, Rotations};
use super::round::{Documents, Named, has_round};
use super::schemas::SCHEMAS;
use super::{PlaceArgs, archive, keys, told};
use crate::backup::line::{Digest, EventLine};
use crate::backup::of_the_disk;
use crate::cli::{BadInput, DONE};
use crate::folds::{Folded, Folder};
use crate::output::say;
use crate::store;

/// Which bundle.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The round whose documents go into it; events are all in it
    #[arg(long, value_name = "ROUND", required_unless_present = "dossier")]
    round: Option<RoundId>,
    /// Only this dossier: every event of its path with its proof, and the documents they name
    #[arg(long, value_name = "DOSSIER", conflicts_with = "round")]
    dossier: Option<DossierId>,
    /// The file; it holds everything in the log (names sealed) and the round's documents, and is the
    /// owner's to read
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: PathBuf,
    /// Take the newest checkpoint, also where a witnessed one is there and older
    #[arg(long)]
    pub(super) newest: bool,
    #[command(flatten)]
    pub(super) place: PlaceArgs,
}

/// What goes into the bundle, and what of it was seen.
struct Export<'f> {
    packer: Packer<'f>,
    archive: Archive,
    keys: Keys,
    /// The keys of the whole log, whatever of it goes into the bundle.
    history: KeyHistory,
    note: String,
    head: TreeHead,
    tile: Vec<u8>,
    folder: Folder,
    named: Named,
    acts: Acts,
    rotations: Rotations,
}

/// How much of what is in the bundle.
struct Exported {
    documents: usize,
    checkpoints: usize,
    proofs: usize,
}

/// Writes the bundle: under its name when it is whole, or not at all.
///
/// # Errors
/// Nothing is sealed, the ledger is not what was sealed, a document is missing, or the disk's.
pub(super) async fn run(args: ExportArgs) -> Result<u8> {
    match (&args.round, &args.dossier) {
        (Some(round), None) => Box::pin(whole(&args, round)).await,
        (None, Some(dossier)) => Box::pin(dossier::run(&args, dossier)).await,
        // The command line is refused before.
        _ => Err(BadInput("--round or --dossier, one of them".to_owned()).into()),
    }
}

async fn whole(args: &ExportArgs, round: &RoundId) -> Result<u8> {
    let config = args.place.settings()?;
    let (keys, archive) = (keys(&config)?, archive(&config));
    let directory = args.output.parent().filter(|p| !p.as_os_str().is_empty());
    let mut file = NamedTempFile::new_in(directory.unwrap_or(Path::new(".")))
        .with_context(|| format!("{} cannot be written", args.output.display()))?;
    let runtime = store::open_to_read(&config).await?;
    let exported = Box::pin(export(args, round, &runtime, (archive, keys), &mut file)).await;
    runtime.ledger.close().await;
    let (head, exported) = exported?;
    file.as_file_mut().flush()?;
    file.as_file().sync_all()?;
    file.persist(&args.output).map_err(|error| error.error)?;
    told_of(args, head, &exported);
    Ok(DONE)
}

async fn export(
    args: &ExportArgs,
    round: &RoundId,
    runtime: &Runtime,
    (archive, keys): (Archive, Keys),
    file: &mut NamedTempFile,
) -> Result<(TreeHead, Exported)> {
    let history = rotations::of_ledger(&runtime.ledger, keys.log()).await?;
    let (note, checkpoint) = chosen(&archive, &history, args.newest)?;
    let head = checkpoint.head();
    let export = Export {
        packer: Packer::new(file.as_file_mut()),
        archive,
        keys,
        note,
        history,
        head,
        tile: Vec::new(),
        folder: Folder::default(),
        named: Named::default(),
        acts: Acts::of(round),
        rotations: Rotations::default(),
    };
    let exported = Box::pin(export.run(runtime, round)).await?;
    Ok((head, exported))
}

fn told_of(args: &ExportArgs, head: TreeHead, exported: &Exported) {
    let Exported {
        documents,
        checkpoints,
        proofs,
    } = exported;
    if args.place.json {
        say!(
            "{}",
            json!({
                "events": head.size,
                "documents": documents,
                "checkpoints": checkpoints,
                "proofs": proofs,
                "root": hex::encode(head.root),
            })
        );
    } else {
        let (file, size) = (args.output.display(), head.size);
        say!(
            "{file}: {size} events, {documents} documents, {checkpoints} older checkpoints, {proofs} \
             proofs"
        );
    }
}

/// The checkpoint that the bundle is of: the newest that enough witnesses cosigned, else the newest.
///
/// # Errors
/// Nothing is sealed, or the archive's checkpoint is not the log's.
pub(super) fn chosen(
    archive: &Archive,
    keys: &KeyHistory,
    newest: bool,
) -> Result<(String, SignedCheckpoint)> {
    let note = archive.checkpoint().map_err(told)?;
    let checkpoint = keys.open(note.as_bytes())?;
    let witnessed = archive.witnessed().map_err(told)?;
    let Some(witnessed) = witnessed.filter(|_| !newest) else {
        return Ok((note, checkpoint));
    };
    let opened = keys.open(witnessed.as_bytes())?;
    let lag = checkpoint.head().size.saturating_sub(opened.head().size);
    if lag > 0 {
        eprintln!(
            "hoso: the last {lag} events are not witnessed yet and not in the bundle; with --newest \
             they are, and the bundle has no witness"
        );
    }
    Ok((witnessed, opened))
}

impl Export<'_> {
    /// Writes all of it.
    async fn run(mut self, runtime: &Runtime, round: &RoundId) -> Result<Exported> {
        let about = About {
            format: bundle::FORMAT.to_owned(),
            round: round.clone(),
        };
        let about = format!("{}\n", serde_json::to_string(&about)?);
        let signer = self.history.at(self.head.size).log.clone();
        let key = format!("{}\n", signer.key());
        self.packer.file(bundle::ABOUT, about.as_bytes())?;
        self.packer.file(bundle::KEY, key.as_bytes())?;
        self.packer.file(bundle::CHECKPOINT, self.note.as_bytes())?;
        for (name, text) in SCHEMAS {
            let name = format!("{}{name}", bundle::SCHEMAS);
            self.packer.file(&name, text.as_bytes())?;
        }
        self.events(SharedLedger::clone(&runtime.ledger)).await?;
        self.level(bundle::LEAF_HASHES, 0, self.head.size)?;
        self.level(bundle::GROUP_HASHES, 1, self.head.size / GROUP)?;
        let keys = self.rotations.history(&signer);
        let keys = keys.map_err(|wrong| anyhow!("position {}: {}", wrong.position, wrong.what))?;
        let keys = rotations::written(&keys);
        self.packer.file(bundle::KEYS, keys.as_bytes())?;
        let checkpoints = self.checkpoints()?;
        let proofs = self.proofs(runtime).await?;
        let documents = self.documents(runtime, round).await?;
        self.packer.end()?;
        Ok(Exported {
            documents,
            checkpoints,
            proofs,
        })
    }

    async fn documents(&mut self, runtime: &Runtime, round: &RoundId) -> Result<usize> {
        let (folded, _) = std::mem::take(&mut self.folder).end();
        let documents = documents(round, &folded, &self.named)?;
        let mut packed = 0;
        for digest in documents.keys() {
            if self.named.shows_erased(digest) {
                continue;
            }
            packed += 1;
            let name = digest.to_string();
            let bytes = runtime.documents.get(&name).await.map_err(of_the_disk)?;
            let Some(bytes) = bytes else {
                bail!("document {name} is named by an event and is not in the store");
            };
            let name = format!("{}{name}", bundle::DOCUMENTS);
            self.packer.file(&name, &bytes)?;
        }
        Ok(packed)
    }

    /// Older checkpoints on either side of each act, and those that handed the log over, with the cosignatures that they have.
    fn checkpoints(&mut self) -> Result<usize> {
        let sizes = self.archive.sizes(self.head.size).map_err(told)?;
        let mut sizes: BTreeSet<u64> = self
            .acts
            .between(&sizes)
            .into_iter()
            // A key was handed over under the first checkpoint that has its rotation.
            .chain(
                self.rotations
                    .positions()
                    .filter_map(|p| sides(&sizes, p).1),
            )
            .collect();
        sizes.remove(&self.head.size);
        for size in &sizes {
            let note = self.archive.checkpoint_of(*size).map_err(told)?;
            let older = self.history.open(note.as_bytes())?.head();
            let root = tree::root_at(&self.archive, self.head, *size);
            if older.size != *size || root.map_err(|error| told(error.into()))? != older.root {
                bail!("the checkpoint of {size} events is another log's: it was forked");
            }
            let name = bundle::checkpoint_file(*size);
            self.packer.file(&name, note.as_bytes())?;
        }
        Ok(sizes.len())
    }

    /// A proof of each act under the bundle's checkpoint.
    async fn proofs(&mut self, runtime: &Runtime) -> Result<usize> {
        for act in self.acts.all() {
            let position = act.position;
            let index = position.saturating_sub(1);
            let event = runtime.ledger.read_all(index, 1).await?.into_iter().next();
            let event = event.filter(|event| event.position == position);
            let event = event.with_context(|| format!("position {position} is gone"))?;
            let leaf = leaf_of(&event, &self.keys.salt(position)).encode()?;
            let hashes = tree::prove_inclusion(&self.archive, self.head, index)
                .map_err(|error| told(error.into()))?;
            verify::inclusion(self.head, index, &leaf, &hashes)?;
            let proof = InclusionFile {
                leaf,
                index,
                hashes,
                checkpoint: self.note.clone(),
            };
            let name = bundle::proof_file(position);
            self.packer.file(&name, proof.encode().as_bytes())?;
        }
        Ok(self.acts.all().len())
    }

    async fn events(&mut self, ledger: SharedLedger) -> Result<()> {
        self.packer.begin(bundle::EVENTS)?;
        let mut pages = Box::pin(pages(ledger, 0, self.head.size));
        while let Some(page) = pages.next().await {
            let page = page?;
            self.folder.page(&page);
            for event in page {
                self.named.note(&event);
                self.acts.note(&event);
                self.rotations.note(&event);
                self.event(event)?;
            }
        }
        Ok(())
    }

    /// Writes an event, if it is the one that was sealed: better now than at the auditor's.
    fn event(&mut self, event: RecordedEvent) -> Result<()> {
        let position = event.position;
        let index = position.saturating_sub(1);
        if index.is_multiple_of(GROUP) {
            let width = (self.head.size - index).min(GROUP);
            let width = u16::try_from(width)?;
            self.tile = self.archive.hashes(0, index / GROUP, width).map_err(told)?;
        }
        let salt = self.keys.salt(position);
        let leaf = leaf_of(&event, &salt).encode()?;
        let at = usize::try_from(index % GROUP)? * 32;
        let sealed = self.tile.get(at..at + 32);
        if sealed != Some(frontier::leaf_hash(&leaf).as_slice()) {
            bail!("the event at position {position} is not the one that was sealed");
        }
        let line = SealedLine {
            salt: Digest(*salt.as_bytes()),
            event: EventLine::from(event),
        };
        let mut line = serde_json::to_vec(&line)?;
        line.push(b'\n');
        self.packer.write(&line)
    }

    fn level(&mut self, name: &str, level: u8, hashes: u64) -> Result<()> {
        self.packer.begin(name)?;
        let mut written = 0;
        while written < hashes {
            let width = (hashes - written).min(GROUP);
            let tile = self
                .archive
                .hashes(level, written / GROUP, u16::try_from(width)?)
                .map_err(told)?;
            self.packer.write(&tile)?;
            written += width;
        }
        Ok(())
    }
}

fn documents(round: &RoundId, folded: &Folded, named: &Named) -> Result<Documents> {
    if !has_round(round, folded) {
        return Err(BadInput(format!("--round {round}: the log has no such round")).into());
    }
    named.of(round, folded)
}
