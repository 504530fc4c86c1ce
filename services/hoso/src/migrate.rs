//! `hoso migrate`: the database's schema and its roles, brought up to this program. Run once a
//! release, as the database's administrator, before the services.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use hoso_ledger::postgres::migrate::{self, Migration, MigrationState, ROLES};
use hoso_runtime::config::Secret;
use serde_json::{Value, json};

use crate::cli::{BadInput, DONE, FOUND_PROBLEMS};
use crate::input;
use crate::output::say;
use crate::store::{self, Data};

/// Longest password file, in bytes.
const PASSWORD_BYTES_MAX: usize = 1024;

/// Bring the database up to this program.
#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    #[command(subcommand)]
    command: Option<MigrateCommand>,
    /// Directory with a file a role (`hoso_registry`, …) that holds its password; roles without a
    /// file keep the one they have
    #[arg(long, value_name = "DIR", env = "HOSO_ROLE_PASSWORD_DIR")]
    role_passwords: Option<PathBuf>,
    #[command(flatten)]
    data: Data,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum MigrateCommand {
    /// Show every migration and whether the database has it; exit code 1 if one is missing
    Status,
}

/// Runs it.
///
/// # Errors
/// No database is named, it cannot be reached, or the role may not migrate it.
pub(crate) async fn run(args: MigrateArgs) -> Result<u8> {
    let config = store::settings(&args.data.layer())?;
    let Some(url) = config.database_url else {
        let text = "HOSO_DATABASE_URL is not set; an embedded ledger migrates itself";
        return Err(BadInput(text.to_owned()).into());
    };
    match args.command {
        Some(MigrateCommand::Status) => status(&url, args.json).await,
        None => apply(&url, args.role_passwords.as_deref(), args.json).await,
    }
}

async fn status(url: &Secret, as_json: bool) -> Result<u8> {
    let migrations = migrate::status(url.expose()).await?;
    report("migrations", &migrations, as_json, &[]);
    let all = migrations
        .iter()
        .all(|migration| migration.state == MigrationState::Applied);
    Ok(if all { DONE } else { FOUND_PROBLEMS })
}

async fn apply(url: &Secret, passwords: Option<&Path>, as_json: bool) -> Result<u8> {
    // Read before anything is changed.
    let passwords = match passwords {
        Some(directory) => read_passwords(directory)?,
        None => Vec::new(),
    };
    let applied = migrate::migrate(url.expose()).await?;
    for (role, password) in &passwords {
        migrate::set_role_password(url.expose(), role, password).await?;
    }
    let roles: Vec<_> = passwords.iter().map(|(role, _)| *role).collect();
    report("applied", &applied, as_json, &roles);
    Ok(DONE)
}

/// The password of every role that has a file.
fn read_passwords(directory: &Path) -> Result<Vec<(&'static str, String)>> {
    if !directory.is_dir() {
        let text = format!("--role-passwords {}: no directory", directory.display());
        return Err(BadInput(text).into());
    }
    let mut passwords = Vec::new();
    for (role, _) in ROLES {
        let file = directory.join(role);
        if !file.is_file() {
            continue;
        }
        let bytes = input::read(&file, PASSWORD_BYTES_MAX)?;
        let text = String::from_utf8(bytes).with_context(|| format!("{}", file.display()))?;
        let password = text.trim_end_matches(['\n', '\r']);
        if password.is_empty() {
            return Err(BadInput(format!("{}: an empty password", file.display())).into());
        }
        passwords.push((role, password.to_owned()));
    }
    Ok(passwords)
}

fn report(what: &str, migrations: &[Migration], as_json: bool, roles: &[&str]) {
    if as_json {
        let migrations: Vec<Value> = migrations.iter().map(as_value).collect();
        say!(
            "{}",
            json!({ what: migrations, "rolesWithPassword": roles })
        );
        return;
    }
    for migration in migrations {
        say!(
            "{:04} {:<40} {}",
            migration.version,
            migration.description,
            word(migration.state)
        );
    }
    if migrations.is_empty() {
        say!("nothing to apply");
    }
    for role in roles {
        say!("password set: {role}");
    }
}

fn as_value(migration: &Migration) -> Value {
    json!({
        "version": migration.version,
        "description": migration.description,
        "state": word(migration.state),
    })
}

fn word(state: MigrationState) -> &'static str {
    match state {
        MigrationState::Applied => "APPLIED",
        MigrationState::Pending => "PENDING",
        MigrationState::Unknown => "UNKNOWN",
    }
}
