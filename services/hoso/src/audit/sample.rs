//! `hoso audit sample`: dossiers of a round that a public seed draws, each with a bundle of its own.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use hoso_domain::ids::{DossierId, RoundId};
use hoso_proof::sample::{self, Drawn};
use serde_json::{Value, json};

use super::PlaceArgs;
use super::dossier::Paths;
use crate::cli::{BadInput, DONE};
use crate::output::say;

/// Which sample.
#[derive(Debug, Args)]
pub(crate) struct SampleArgs {
    /// The round whose dossiers are drawn from: all that the sealed log has of it
    #[arg(long, value_name = "ROUND")]
    round: RoundId,
    /// A text that nobody could choose once the dossiers were known, such as the numbers of a lottery
    /// drawn later: the same text draws the same dossiers
    #[arg(long, value_name = "TEXT")]
    seed: String,
    /// How many; all where there are no more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    count: u32,
    /// A new or empty directory for the bundles, one a dossier: `<dossier>.zip`
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Take the newest checkpoint, also where a witnessed one is there and older
    #[arg(long)]
    newest: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Draws, and writes the bundles.
///
/// # Errors
/// Nothing is sealed, there is no such round, the seed is no line, the directory is not empty, the log
/// is not what was sealed, or the disk's.
pub(super) async fn run(args: SampleArgs) -> Result<u8> {
    sample::ticket(&args.seed, "-").map_err(|error| BadInput(format!("--seed: {error}")))?;
    let shown = args.output.display();
    fs::create_dir_all(&args.output).with_context(|| format!("{shown} cannot be made"))?;
    let mut inside = fs::read_dir(&args.output).with_context(|| format!("{shown}"))?;
    if inside.next().is_some() {
        // What stands there would pass for a part of the sample.
        return Err(BadInput(format!("{shown}: is not empty")).into());
    }
    let paths = Paths::read(&args.place, args.newest).await?;
    let head = paths.head();
    let written = Box::pin(write(&paths, &args)).await;
    paths.close().await;
    let (of, drawn) = written?;
    if args.place.json {
        say!(
            "{}",
            json!({
                "round": args.round,
                "seed": args.seed,
                "dossiers": of,
                "size": head.size,
                "root": hex::encode(head.root),
                "drawn": drawn,
            })
        );
    } else {
        let count = drawn.len();
        say!(
            "{shown}: {count} of {of} dossiers, out of {} events",
            head.size
        );
    }
    Ok(DONE)
}

async fn write(paths: &Paths, args: &SampleArgs) -> Result<(usize, Vec<Value>)> {
    let all = paths.of_round(&args.round)?;
    let count = usize::try_from(args.count)?;
    let drawn = sample::draw(&args.seed, all.iter().map(String::as_str), count)?;
    let mut told = Vec::with_capacity(drawn.len());
    for Drawn { ticket, name } in drawn {
        let dossier = DossierId::try_from(name)?;
        let file = format!("{dossier}.zip");
        let packed = paths.pack(&dossier, &args.output.join(&file)).await?;
        if !args.place.json {
            say!("{ticket} {dossier}");
        }
        told.push(json!({
            "ticket": ticket,
            "dossier": dossier,
            "file": file,
            "events": packed.events,
            "documents": packed.documents,
        }));
    }
    Ok((all.len(), told))
}
