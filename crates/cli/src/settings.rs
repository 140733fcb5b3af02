//! Settings: flags, then `ARACARI_*` environment variables, then `aracari.toml`, resolved once into plain structs.
//!
//! Flags and environment variables are clap's; this file reads `aracari.toml` and fills what they left open.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;

/// The file that is read when no other is named; it may be absent.
const DEFAULT_FILE: &str = "aracari.toml";

/// Where the instance keeps its own data when nothing says otherwise.
const DEFAULT_DATA: &str = ".aracari";

/// What `aracari.toml` may say. Every key is optional, an unknown one is a mistake.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct FileSettings {
    pub apps: Option<Vec<PathBuf>>,
    pub listen: Option<SocketAddr>,
    pub data: Option<PathBuf>,
    pub mode: Option<ModeSetting>,
    pub base_path: Option<String>,
    pub tls_cert: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub trusted_proxies: Option<Vec<String>>,
    pub allow_origins: Option<Vec<String>>,
    pub log_format: Option<LogFormat>,
    #[serde(default)]
    pub limits: LimitSettings,
}

/// How much one question may take; the `[limits]` table of `aracari.toml`.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct LimitSettings {
    pub memory_mb: Option<usize>,
    pub cache_mb: Option<usize>,
    pub query_seconds: Option<u64>,
    pub query_rows: Option<u64>,
    pub concurrent_queries: Option<usize>,
    pub concurrent_requests: Option<usize>,
}

/// How the instance runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ModeSetting {
    Development,
    Production,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// Reads `aracari.toml`, or the file that `named` gives, which must then exist.
pub(crate) fn read_file(named: Option<&Path>) -> anyhow::Result<FileSettings> {
    let path = named.unwrap_or(Path::new(DEFAULT_FILE));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
            return Ok(FileSettings::default());
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    };
    toml::from_str(&text).with_context(|| format!("mistake in `{}`", path.display()))
}

/// The folder of the instance's own data: the flag or environment variable, then the file, then `.aracari`.
pub(crate) fn data_folder(flag: Option<PathBuf>, file: &FileSettings) -> PathBuf {
    flag.or_else(|| file.data.clone()).unwrap_or_else(|| PathBuf::from(DEFAULT_DATA))
}
