//! Connections: a pool, its secret, encryption, and the end of work that nobody waits for.

use std::error::Error;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aracari_app::{Postgresql, SecretReference, Tls};
use deadpool_postgres::{Client, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::Handle;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::files::confine::confined;

const CONNECT_TIME: Duration = Duration::from_secs(5);

/// Where systems keep the certificates that they trust.
const SYSTEM_CERTIFICATES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

pub(super) struct Connections {
    pool: Pool,
    tls: MakeRustlsConnect,
    address: String,
}

/// Nothing of the configuration, which holds the secret.
impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Connections {
    /// A pool that connects when it is asked to.
    pub(super) fn new(settings: &Postgresql, folder: &Path) -> Result<Self, String> {
        let mut config = tokio_postgres::Config::new();
        config
            .host(&settings.host)
            .port(settings.port)
            .dbname(&settings.database)
            .user(&settings.user)
            .application_name("aracari")
            .connect_timeout(CONNECT_TIME)
            .ssl_mode(match settings.tls {
                Tls::Require => SslMode::Require,
                Tls::Prefer => SslMode::Prefer,
                Tls::Disable => SslMode::Disable,
            });
        if let Some(reference) = &settings.password {
            config.password(secret(reference, folder)?);
        }
        let tls = match settings.tls {
            Tls::Disable => encryption(RootCertStore::empty())?,
            Tls::Require | Tls::Prefer => encryption(trusted(settings.tls_ca.as_deref(), folder)?)?,
        };
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_config(config, tls.clone(), recycling))
            .max_size(settings.pool_size as usize)
            .runtime(Runtime::Tokio1)
            .create_timeout(Some(CONNECT_TIME))
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { pool, tls, address: format!("{}:{}", settings.host, settings.port) })
    }

    pub(super) async fn get(&self) -> Result<Connection, String> {
        match self.pool.get().await {
            Ok(client) => Ok(Connection { client: Some(client), tls: self.tls.clone() }),
            Err(PoolError::Backend(error)) => {
                let reason = error.as_db_error().map_or_else(|| chain(&error), |error| error.message().to_owned());
                Err(format!("no connection to `{}`: {reason}", self.address))
            }
            Err(PoolError::Timeout(_)) => {
                let seconds = CONNECT_TIME.as_secs();
                Err(format!("no connection to `{}` within {seconds} s", self.address))
            }
            Err(error) => Err(format!("no connection to `{}`: {error}", self.address)),
        }
    }
}

/// A connection at work. Dropped before [`Connection::end`], it stops the database's work and is not used again.
pub(super) struct Connection {
    client: Option<Client>,
    tls: MakeRustlsConnect,
}

impl Connection {
    #[expect(clippy::expect_used, reason = "the client is there until the connection is used up")]
    pub(super) fn client(&self) -> &tokio_postgres::Client {
        self.client.as_ref().expect("a connection has a client")
    }

    /// Ends the transaction and gives the connection back.
    pub(super) async fn end(mut self) {
        if let Some(client) = &self.client
            && client.batch_execute("ROLLBACK").await.is_ok()
        {
            drop(self.client.take());
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        let client = Object::take(client);
        let (token, tls) = (client.cancel_token(), self.tls.clone());
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                let _ = tokio::time::timeout(CONNECT_TIME, token.cancel_query(tls)).await;
                drop(client);
            });
        }
    }
}

/// The secret itself; a reason never holds it.
fn secret(reference: &SecretReference, folder: &Path) -> Result<String, String> {
    match reference {
        SecretReference::Environment(secret) => std::env::var(&secret.env)
            .map_err(|_| format!("the environment variable `{}` of its password is not set", secret.env)),
        SecretReference::File(secret) => {
            let text = std::fs::read_to_string(folder.join(&secret.file)).map_err(|error| {
                format!("the file `{}` of its password cannot be read: {}", secret.file, error.kind())
            })?;
            let line = text.strip_suffix('\n').unwrap_or(&text);
            Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
        }
    }
}

fn trusted(own: Option<&str>, folder: &Path) -> Result<RootCertStore, String> {
    let path = match own {
        Some(path) => confined(folder, path).map_err(|reason| format!("`tls_ca`: {reason}"))?,
        None => SYSTEM_CERTIFICATES
            .iter()
            .map(Path::new)
            .find(|path| path.is_file())
            .ok_or("this machine has no list of trusted certificates; name one with `tls_ca`")?
            .to_owned(),
    };
    let unreadable = |error: &dyn fmt::Display| format!("the certificates cannot be read: {error}");
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(&path).map_err(|error| unreadable(&error))? {
        let certificate = certificate.map_err(|error| unreadable(&error))?;
        // A system's list may hold what this library takes for none.
        let _ = roots.add(certificate);
    }
    if roots.is_empty() { Err("there is no certificate in `tls_ca`".to_owned()) } else { Ok(roots) }
}

fn encryption(roots: RootCertStore) -> Result<MakeRustlsConnect, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// An error with what caused it.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.extend([": ", &inner.to_string()]);
        cause = inner.source();
    }
    text
}
