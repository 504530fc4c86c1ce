//! One place settings come from, all of them optional and still texts.

use std::fmt;
use std::fs;

use serde::Deserialize;

use super::ConfigError;

/// Settings from one place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// The TOML file; not in the file itself.
    #[serde(skip)]
    pub config: Option<String>,
    /// Directory of the embedded store.
    pub data: Option<String>,
    /// Address served.
    pub listen: Option<String>,
    /// PostgreSQL.
    pub database_url: Option<String>,
    /// NATS.
    pub nats_url: Option<String>,
    /// The seed of this process's key for NATS.
    pub nats_seed: Option<String>,
    /// Log filter.
    pub log: Option<String>,
    /// `auto`, `pretty` or `json`.
    pub log_format: Option<String>,
    /// File outside the data directory in which the last event seen is noted.
    pub mark: Option<String>,
    /// Directory of the archive of what is sealed.
    pub audit: Option<String>,
    /// Directory of the sealer's secrets.
    pub audit_keys: Option<String>,
    /// File that says which witnesses are asked for cosignatures.
    pub audit_policy: Option<String>,
    /// Name of a log that is begun.
    pub audit_origin: Option<String>,
    /// Directory of the persons' keys.
    pub person_keys: Option<String>,
}

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line.
    Flag,
    /// A `HOSO_*` variable.
    Environment,
    /// The TOML file.
    File(String),
    /// Nobody said otherwise.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Environment => f.write_str("environment"),
            Self::File(path) => f.write_str(path),
            Self::Default => f.write_str("default"),
        }
    }
}

impl Layer {
    /// From `HOSO_*` variables; a secret may stand in a file that `HOSO_*_FILE` names.
    ///
    /// # Errors
    /// A secret is given twice, or its file cannot be read.
    pub(super) fn from_env(env: &impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        Ok(Self {
            config: env("HOSO_CONFIG"),
            data: env("HOSO_DATA"),
            listen: env("HOSO_LISTEN"),
            database_url: secret(env, "HOSO_DATABASE_URL")?,
            nats_url: secret(env, "HOSO_NATS_URL")?,
            nats_seed: secret(env, "HOSO_NATS_SEED")?,
            log: env("HOSO_LOG"),
            log_format: env("HOSO_LOG_FORMAT"),
            mark: env("HOSO_MARK"),
            audit: env("HOSO_AUDIT"),
            audit_keys: env("HOSO_AUDIT_KEYS"),
            audit_policy: env("HOSO_AUDIT_POLICY"),
            audit_origin: env("HOSO_AUDIT_ORIGIN"),
            person_keys: env("HOSO_PERSON_KEYS"),
        })
    }

    /// From a TOML file.
    ///
    /// # Errors
    /// The file cannot be read, is malformed, or has a setting that does not exist.
    pub(super) fn from_file(path: &str) -> Result<Self, ConfigError> {
        let text = read(path)?;
        toml::from_str(&text).map_err(|error| ConfigError::Toml {
            path: path.to_owned(),
            reason: error.to_string(),
        })
    }
}

fn secret(
    env: &impl Fn(&str) -> Option<String>,
    name: &str,
) -> Result<Option<String>, ConfigError> {
    let in_file = format!("{name}_FILE");
    match (env(name), env(&in_file)) {
        (Some(_), Some(_)) => Err(ConfigError::Twice {
            first: name.to_owned(),
            second: in_file,
        }),
        (value @ Some(_), None) => Ok(value),
        (None, Some(path)) => Ok(Some(read(&path)?.trim_end().to_owned())),
        (None, None) => Ok(None),
    }
}

fn read(path: &str) -> Result<String, ConfigError> {
    fs::read_to_string(path).map_err(|source| ConfigError::File {
        path: path.to_owned(),
        source,
    })
}
