//! `hoso config show`: the settings in force, and where each comes from.

use anyhow::Result;
use clap::{Args, Subcommand};
use comfy_table::{Table, presets::NOTHING};
use serde_json::json;

use crate::cli::DONE;
use crate::output::say;
use crate::store::{self, Data};

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show every setting and where it comes from; secrets are not shown
    Show(Show),
}

/// Show them.
#[derive(Debug, Args)]
pub(crate) struct Show {
    #[command(flatten)]
    data: Data,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Shows them.
///
/// # Errors
/// A setting is wrong: it is named.
pub(crate) fn run(command: &ConfigCommand) -> Result<u8> {
    let ConfigCommand::Show(show) = command;
    let config = store::settings(&show.data.layer())?;
    if show.json {
        say!("{}", json!({ "settings": config.show() }));
        return Ok(DONE);
    }
    let mut table = Table::new();
    table.load_style(NOTHING);
    for setting in config.show() {
        table.add_row([setting.setting, &setting.value, &setting.origin]);
    }
    say!("{table}");
    Ok(DONE)
}
