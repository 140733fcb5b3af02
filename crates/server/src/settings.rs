//! What the server needs to know to start: plain, resolved values, and the rules they must keep together.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;

/// How an instance runs: `Development` on one's own machine, `Production` for everything that others can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Development,
    Production,
}

/// The certificate chain and the private key, both PEM files.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Bounds on what one client can ask of the server; engine limits are the engine's own settings.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Largest JSON body, bytes.
    pub body_bytes: usize,
    /// Most blocks in one request for answers.
    pub blocks: usize,
    /// Most requests to the interface that run at the same time; the next is told to come back.
    pub concurrent_requests: usize,
    /// Most requests from one address that run at the same time without a session; the next wait for them.
    pub anonymous_requests: usize,
    /// Most bodies of one person that arrive at the same time; the next wait for them.
    pub bodies_of_one: usize,
    /// Most bodies without a session from one address that arrive at the same time; the next wait for them.
    pub bodies_of_address: usize,
    /// Most event streams open at the same time.
    pub event_streams: usize,
    /// Most event streams of one person open at the same time.
    pub event_streams_of_one: usize,
    /// Longest time a request's body may take to arrive.
    pub body_time: Duration,
    /// Longest time from a request's body to its response's head.
    pub request_time: Duration,
    /// Most connections open at the same time; the next are closed.
    pub connections: usize,
    /// Longest time a client may leave what it was sent unread.
    pub write_time: Duration,
    /// Longest time a connection may take to send a request's head.
    pub header_time: Duration,
    /// How long running requests may go on after a signal to stop.
    pub shutdown_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            blocks: 64,
            concurrent_requests: 512,
            anonymous_requests: 32,
            bodies_of_one: 32,
            bodies_of_address: 1024,
            event_streams: 1024,
            event_streams_of_one: 16,
            body_time: Duration::from_secs(10),
            request_time: Duration::from_mins(1),
            connections: 4096,
            write_time: Duration::from_secs(30),
            header_time: Duration::from_secs(10),
            shutdown_time: Duration::from_secs(10),
        }
    }
}

/// Everything the server was told, after flags, environment and file were merged.
#[derive(Debug, Clone)]
pub struct Settings {
    pub mode: Mode,
    pub listen: SocketAddr,
    /// Empty, or a path with a leading and without a trailing slash, such as `/analytics`.
    pub base_path: String,
    pub tls: Option<TlsFiles>,
    /// Only a peer within one of these may say whom it forwards for, by which scheme and to which host.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins of clients on other hosts; they authenticate with bearer tokens only.
    pub allow_origins: Vec<String>,
    /// Lets a collector read `/metrics`; in development mode this machine needs none.
    pub metrics_token: Option<SecretString>,
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::Development,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            base_path: String::new(),
            tls: None,
            trusted_proxies: Vec::new(),
            allow_origins: Vec::new(),
            metrics_token: None,
            limits: Limits::default(),
        }
    }
}

/// Why the server will not start with these settings.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SettingsError {
    #[error(
        "development mode listens on loopback addresses only, not on `{0}`\n\
         hint: listen on `127.0.0.1`, or start with `--mode production`"
    )]
    DevelopmentInPublic(IpAddr),
    #[error(
        "production mode on `{0}` needs TLS\n\
         hint: give `--tls-cert` and `--tls-key`, or name the proxy in front of the server with `--trusted-proxy`"
    )]
    ProductionWithoutTls(IpAddr),
    #[error("`{0}` is not a base path\nhint: write it as `/analytics`: letters, digits, `-`, `_` and single slashes")]
    BasePath(String),
    #[error("`{0}` is not an origin\nhint: write it as `https://analytics.example.com`, without a path")]
    Origin(String),
    #[error("`--trusted-proxy {0}` would believe everybody\nhint: name the proxy's own address or network")]
    TrustsEverybody(IpNet),
    #[error("a metrics token needs at least 16 characters")]
    WeakMetricsToken,
}

impl Settings {
    /// Refuses combinations that would leave sign-ins or data unprotected.
    pub fn check(&self) -> Result<(), SettingsError> {
        let address = self.listen.ip();
        let public = !address.is_loopback();
        if public && self.mode == Mode::Development {
            return Err(SettingsError::DevelopmentInPublic(address));
        }
        if public && self.tls.is_none() && self.trusted_proxies.is_empty() {
            return Err(SettingsError::ProductionWithoutTls(address));
        }
        if let Some(everybody) = self.trusted_proxies.iter().find(|network| network.prefix_len() == 0) {
            return Err(SettingsError::TrustsEverybody(*everybody));
        }
        if !is_base_path(&self.base_path) {
            return Err(SettingsError::BasePath(self.base_path.clone()));
        }
        if let Some(mistake) = self.allow_origins.iter().find(|origin| !is_origin(origin)) {
            return Err(SettingsError::Origin(mistake.clone()));
        }
        let weak_token =
            self.metrics_token.as_ref().is_some_and(|token| secrecy::ExposeSecret::expose_secret(token).len() < 16);
        if weak_token {
            return Err(SettingsError::WeakMetricsToken);
        }
        Ok(())
    }

    /// Where a browser on this machine finds the instance, with the port that was really bound.
    #[must_use]
    pub fn address(&self, bound: SocketAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let base = &self.base_path;
        format!("{scheme}://{bound}{base}/")
    }
}

fn is_base_path(path: &str) -> bool {
    path.is_empty()
        || path.strip_prefix('/').is_some_and(|rest| {
            rest.split('/')
                .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'))
        })
}

/// True for exactly what a browser sends as `Origin`: scheme, host, port when it is not the scheme's own.
fn is_origin(text: &str) -> bool {
    url::Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(mode: Mode) -> Settings {
        Settings { mode, listen: SocketAddr::from(([0, 0, 0, 0], 8080)), ..Settings::default() }
    }

    #[test]
    fn attack_03_development_mode_is_refused_on_an_address_that_others_can_reach() {
        assert!(matches!(public(Mode::Development).check(), Err(SettingsError::DevelopmentInPublic(_))));
        assert_eq!(Settings::default().check(), Ok(()));
    }

    #[test]
    fn production_in_public_needs_tls_or_a_named_proxy() {
        let plain = public(Mode::Production);
        assert!(matches!(plain.check(), Err(SettingsError::ProductionWithoutTls(_))));

        let mut behind_proxy = plain.clone();
        behind_proxy.trusted_proxies = vec!["10.0.0.5/32".parse().unwrap()];
        assert_eq!(behind_proxy.check(), Ok(()));

        let mut with_tls = plain;
        with_tls.tls = Some(TlsFiles { certificate: "cert.pem".into(), key: "key.pem".into() });
        assert_eq!(with_tls.check(), Ok(()));
    }

    #[test]
    fn trusting_every_address_is_refused() {
        let mut settings = public(Mode::Production);
        settings.trusted_proxies = vec!["0.0.0.0/0".parse().unwrap()];
        assert!(matches!(settings.check(), Err(SettingsError::TrustsEverybody(_))));
    }

    #[test]
    fn base_paths_and_origins_are_written_in_one_way_only() {
        for path in ["", "/analytics", "/a/b-c_1"] {
            assert!(is_base_path(path), "{path}");
        }
        for path in ["/", "analytics", "/a/", "/a//b", "/../a", "/a?b", "/é"] {
            assert!(!is_base_path(path), "{path}");
        }
        for origin in ["https://a.example.com", "http://localhost:5173"] {
            assert!(is_origin(origin), "{origin}");
        }
        for origin in ["null", "*", "https://a.example.com/", "https://a.example.com:443", "a.example.com", "file:///x"]
        {
            assert!(!is_origin(origin), "{origin}");
        }
    }
}
