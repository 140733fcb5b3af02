//! `aracari serve`: loads the apps, starts the server and keeps it until a signal stops it.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use aracari_auth::{Authenticator, Secret};
use aracari_engine::{Engine, EngineSettings};
use aracari_server::{Apps, Limits, Mode, Parts, Running, Schemas, Settings, TlsFiles};
use aracari_sources::Sources;
use aracari_store::{SqliteStore, Store};
use secrecy::SecretString;

use crate::settings::{self, FileSettings, LogFormat, ModeSetting};

/// Serve apps: each folder holds one app's files, read again whenever they change.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folders of apps
    #[arg(value_name = "DIR", env = "ARACARI_APPS", value_delimiter = ':')]
    apps: Vec<PathBuf>,
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS", env = "ARACARI_LISTEN")]
    listen: Option<SocketAddr>,
    /// Folder of the instance's own data [default: .aracari]
    #[arg(long, value_name = "DIR", env = "ARACARI_DATA")]
    data: Option<PathBuf>,
    /// `development` on this machine only, `production` for others [default: development]
    #[arg(long, env = "ARACARI_MODE")]
    mode: Option<ModeSetting>,
    /// Path below which everything is served, such as `/analytics`
    #[arg(long, value_name = "PATH", env = "ARACARI_BASE_PATH")]
    base_path: Option<String>,
    /// Certificate chain, PEM
    #[arg(long, value_name = "FILE", env = "ARACARI_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key of the certificate, PEM
    #[arg(long, value_name = "FILE", env = "ARACARI_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Address or network of a proxy whose forwarded headers are believed; may be repeated
    #[arg(long = "trusted-proxy", value_name = "CIDR", env = "ARACARI_TRUSTED_PROXIES", value_delimiter = ',')]
    trusted_proxies: Vec<String>,
    /// Origin of a client on another host; may be repeated
    #[arg(long = "allow-origin", value_name = "URL", env = "ARACARI_ALLOW_ORIGINS", value_delimiter = ',')]
    allow_origins: Vec<String>,
    /// How log lines look [default: text in development, json in production]
    #[arg(long, env = "ARACARI_LOG_FORMAT")]
    log_format: Option<LogFormat>,
    /// File of settings [default: aracari.toml]
    #[arg(long, value_name = "FILE", env = "ARACARI_CONFIG")]
    config: Option<PathBuf>,
}

/// Everything that `serve` needs, resolved once.
struct Resolved {
    settings: Settings,
    engine: EngineSettings,
    apps: Vec<PathBuf>,
    data: PathBuf,
    log_format: LogFormat,
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let resolved = resolve(arguments)?;
    resolved.settings.check()?;
    start_log(resolved.log_format);
    // A second provider would be a second call; the first one stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(resolved))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(resolved: Resolved) -> anyhow::Result<()> {
    let Resolved { settings, engine, apps: folders, data, .. } = resolved;
    let secret = load_secret(settings.mode, &data)?;
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&data).await.context("the store cannot be opened")?);
    let authenticator = Authenticator::new(store.clone(), &secret, aracari_auth::Settings::default())?;
    let no_users = store.list_users().await?.is_empty();

    let catalog = Arc::new(Sources::default());
    let schemas: Schemas = catalog.clone();
    let loading = schemas.clone();
    let apps = tokio::task::spawn_blocking(move || Apps::load(&folders, &loading)).await??;
    let engine =
        Engine::new(catalog, engine).map_err(|error| anyhow::anyhow!("the query engine cannot start: {error}"))?;
    let parts = Parts { settings: settings.clone(), apps, engine, authenticator, store };
    let introduction = introduce(&parts.apps, no_users);
    let running = aracari_server::start(parts, schemas).await?;
    let address = settings.address(running.address());
    // Without a standard output the log alone tells.
    let _ = writeln!(std::io::stdout(), "Aracari serves at {address}\n{introduction}");
    tracing::info!(address, "serving");
    finish(running).await
}

/// Serves until the first signal, then lets running requests finish; a second signal ends the process at once.
async fn finish(running: Running) -> anyhow::Result<()> {
    let stop = running.stop();
    tokio::spawn(async move {
        wait_for_signal().await;
        stop.now();
        wait_for_signal().await;
        std::process::exit(130);
    });
    Ok(running.finish().await?)
}

async fn wait_for_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// What a person in front of the terminal wants to know next.
fn introduce(apps: &Apps, no_users: bool) -> String {
    let mut lines = Vec::new();
    if apps.is_empty() {
        lines.push("No app: an app is a folder of YAML files; start with `aracari serve DIR`.".to_owned());
    }
    for live in apps.iter() {
        let snapshot = live.snapshot();
        let mistakes = snapshot.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
        lines.push(match mistakes {
            0 => format!("  app `{}` from {}", snapshot.id, live.folder.display()),
            _ => format!(
                "  app `{}` from {} has {mistakes} mistake{}, see `aracari check {}`",
                snapshot.id,
                live.folder.display(),
                if mistakes == 1 { "" } else { "s" },
                live.folder.display()
            ),
        });
    }
    lines.push(if no_users {
        "Nobody can sign in yet: add a person with `aracari user add NAME --role admin`.".to_owned()
    } else {
        "Sign in with a name of `aracari user list`; a lost password: `aracari user reset-password NAME`.".to_owned()
    });
    lines.join("\n")
}

fn load_secret(mode: Mode, data: &std::path::Path) -> anyhow::Result<Secret> {
    let auth_mode = match mode {
        Mode::Development => aracari_auth::Mode::Development,
        Mode::Production => aracari_auth::Mode::Production,
    };
    let given = std::env::var("ARACARI_SECRET").ok();
    Ok(Secret::load(auth_mode, given.as_deref(), data)?)
}

fn resolve(arguments: Arguments) -> anyhow::Result<Resolved> {
    let file = settings::read_file(arguments.config.as_deref())?;
    let mode = match arguments.mode.or(file.mode) {
        Some(ModeSetting::Production) => Mode::Production,
        Some(ModeSetting::Development) | None => Mode::Development,
    };
    let default_format = if mode == Mode::Production { LogFormat::Json } else { LogFormat::Text };
    let defaults = Settings::default();
    let settings = Settings {
        mode,
        listen: arguments.listen.or(file.listen).unwrap_or(defaults.listen),
        base_path: base_path(arguments.base_path.as_deref().or(file.base_path.as_deref())),
        tls: tls_files(&arguments, &file)?,
        trusted_proxies: trusted_proxies(non_empty(&arguments.trusted_proxies, file.trusted_proxies.as_ref()))?,
        allow_origins: non_empty(&arguments.allow_origins, file.allow_origins.as_ref()).to_vec(),
        metrics_token: std::env::var("ARACARI_METRICS_TOKEN")
            .ok()
            .filter(|token| !token.is_empty())
            .map(SecretString::from),
        limits: Limits {
            concurrent_requests: file.limits.concurrent_requests.unwrap_or(defaults.limits.concurrent_requests),
            ..defaults.limits
        },
    };
    Ok(Resolved {
        settings,
        engine: engine_settings(&file),
        apps: non_empty(&arguments.apps, file.apps.as_ref()).to_vec(),
        data: settings::data_folder(arguments.data, &file),
        log_format: arguments.log_format.or(file.log_format).unwrap_or(default_format),
    })
}

/// What the flags or the environment say; what the file says when they say nothing.
fn non_empty<'a, T>(given: &'a [T], file: Option<&'a Vec<T>>) -> &'a [T] {
    match file {
        Some(values) if given.is_empty() => values,
        _ => given,
    }
}

/// `/` is no base path at all, and a trailing slash says nothing.
fn base_path(text: Option<&str>) -> String {
    text.unwrap_or_default().trim_end_matches('/').to_owned()
}

fn tls_files(arguments: &Arguments, file: &FileSettings) -> anyhow::Result<Option<TlsFiles>> {
    let certificate = arguments.tls_cert.as_ref().or(file.tls_cert.as_ref());
    let key = arguments.tls_key.as_ref().or(file.tls_key.as_ref());
    match (certificate, key) {
        (Some(certificate), Some(key)) => Ok(Some(TlsFiles { certificate: certificate.clone(), key: key.clone() })),
        (None, None) => Ok(None),
        _ => anyhow::bail!("`tls-cert` and `tls-key` belong together"),
    }
}

fn trusted_proxies(texts: &[String]) -> anyhow::Result<Vec<ipnet::IpNet>> {
    let parse = |text: &String| {
        text.parse::<ipnet::IpNet>().or_else(|_| text.parse::<std::net::IpAddr>().map(ipnet::IpNet::from)).map_err(
            |_| {
                anyhow::anyhow!("`{text}` is not an address or a network\nhint: write it as `10.0.0.5` or `10.0.0.0/8`")
            },
        )
    };
    texts.iter().map(parse).collect()
}

fn engine_settings(file: &FileSettings) -> EngineSettings {
    let mut engine = EngineSettings::default();
    let limits = &file.limits;
    if let Some(megabytes) = limits.memory_mb {
        engine.memory_bytes = megabytes * 1024 * 1024;
    }
    if let Some(megabytes) = limits.cache_mb {
        engine.cache_bytes = megabytes * 1024 * 1024;
    }
    if let Some(seconds) = limits.query_seconds {
        engine.time_limit = Duration::from_secs(seconds);
    }
    if let Some(rows) = limits.query_rows {
        engine.max_rows = rows;
    }
    if let Some(queries) = limits.concurrent_queries {
        engine.concurrency = queries;
    }
    engine
}

/// `ARACARI_LOG` chooses what is logged, in the syntax of `RUST_LOG`.
fn start_log(format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("ARACARI_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,aracari=info,aracari_server=info"));
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    match format {
        LogFormat::Json => builder.json().flatten_event(true).init(),
        LogFormat::Text => builder.compact().init(),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    /// Resolves a command line with a file of settings beside it.
    fn resolved(flags: &[&str], file: &str) -> anyhow::Result<Resolved> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("aracari.toml");
        std::fs::write(&path, file)?;
        let config = path.to_string_lossy().into_owned();
        let line = ["serve", "--config", &config].into_iter().chain(flags.iter().copied());
        resolve(Line::try_parse_from(line)?.arguments)
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let file = "listen = '127.0.0.1:9000'\nmode = 'production'\nbase-path = '/from-file/'\napps = ['a', 'b']\n[limits]\nquery-seconds = 7";
        let from_file = resolved(&[], file).unwrap();
        assert_eq!(from_file.settings.listen.port(), 9000);
        assert_eq!(from_file.settings.mode, Mode::Production);
        assert_eq!(from_file.settings.base_path, "/from-file");
        assert_eq!(from_file.apps, [PathBuf::from("a"), PathBuf::from("b")]);
        assert_eq!(from_file.engine.time_limit, Duration::from_secs(7));
        assert_eq!(from_file.log_format, LogFormat::Json, "production logs for machines");

        let flags = ["c", "--listen", "127.0.0.1:9001", "--mode", "development", "--base-path", "/"];
        let from_flags = resolved(&flags, file).unwrap();
        assert_eq!(from_flags.settings.listen.port(), 9001);
        assert_eq!(from_flags.settings.mode, Mode::Development);
        assert_eq!(from_flags.settings.base_path, "");
        assert_eq!(from_flags.apps, [PathBuf::from("c")]);

        let default = resolved(&[], "").unwrap();
        assert_eq!(default.settings.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(default.data, PathBuf::from(".aracari"));
        assert_eq!(default.settings.mode, Mode::Development);
    }

    #[test]
    fn a_mistake_in_the_file_is_named() {
        for (file, word) in [
            ("lisen = '127.0.0.1:1'", "lisen"),
            ("listen = 'everywhere'", "listen"),
            ("[limits]\nmemory = 1", "memory"),
            ("trusted-proxies = ['proxy.example.com']", "proxy.example.com"),
            ("tls-cert = 'cert.pem'", "belong together"),
        ] {
            let error = format!("{:#}", resolved(&[], file).err().unwrap());
            assert!(error.contains(word), "{file}: {error}");
        }
    }
}
