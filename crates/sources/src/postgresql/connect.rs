//! Connections: a pool, its secret, encryption, and the end of work that nobody waits for.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use aracari_app::{Postgresql, SecretReference, Tls};
use deadpool_postgres::{Client, Connect, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime};
use futures::FutureExt;
use futures::future::BoxFuture;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, UnixStream};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::transport::Transport;
use super::wire::{Beneath, Limited};
use crate::files::confine::confined;

const CONNECT_TIME: Duration = Duration::from_secs(5);

/// A connection that nobody speaks on is asked whether it is still there, so that nothing between forgets it.
const KEEP_ALIVE: Duration = Duration::from_mins(1);

/// Where systems keep the certificates that they trust.
const SYSTEM_CERTIFICATES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

pub(super) struct Connections {
    pool: Pool,
    server: Arc<Server>,
}

/// Nothing of the configuration, which holds the secret.
impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("address", &self.server.address()).finish_non_exhaustive()
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
        let server = Arc::new(Server { host: settings.host.clone(), port: settings.port, tls });
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_connect(config, Connector(Arc::clone(&server)), recycling))
            .max_size(settings.pool_size as usize)
            .runtime(Runtime::Tokio1)
            .create_timeout(Some(CONNECT_TIME))
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { pool, server })
    }

    pub(super) async fn get(&self) -> Result<Connection, String> {
        match self.pool.get().await {
            Ok(client) => Ok(Connection { client: Some(client), server: Arc::clone(&self.server) }),
            Err(PoolError::Backend(error)) => {
                let reason = error.as_db_error().map_or_else(|| chain(&error), |error| error.message().to_owned());
                Err(format!("no connection to `{}`: {reason}", self.server.address()))
            }
            Err(PoolError::Timeout(_)) => {
                let seconds = CONNECT_TIME.as_secs();
                Err(format!("no connection to `{}` within {seconds} s", self.server.address()))
            }
            Err(error) => Err(format!("no connection to `{}`: {error}", self.server.address())),
        }
    }
}

type Encryption = <MakeRustlsConnect as MakeTlsConnect<Transport>>::TlsConnect;

/// A database server.
struct Server {
    /// A name, an address, or the folder of a socket.
    host: String,
    port: u16,
    tls: MakeRustlsConnect,
}

impl Server {
    fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The host without the brackets that keep an address apart from a port.
    fn name(&self) -> &str {
        self.host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&self.host)
    }

    async fn reach(&self) -> io::Result<Transport> {
        if self.host.starts_with('/') {
            let socket = Path::new(&self.host).join(format!(".s.PGSQL.{}", self.port));
            return Ok(Transport::Unix(UnixStream::connect(socket).await?));
        }
        let stream = TcpStream::connect((self.name(), self.port)).await?;
        stream.set_nodelay(true)?;
        SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEP_ALIVE))?;
        Ok(Transport::Tcp(stream))
    }

    fn tls(&self) -> Encryption {
        let Ok(tls) = MakeTlsConnect::<Transport>::make_tls_connect(&mut self.tls.clone(), self.name());
        tls
    }
}

/// Connects as the library would, and keeps an eye on how long the messages are.
struct Connector(Arc<Server>);

type Connected = Result<(tokio_postgres::Client, JoinHandle<()>), tokio_postgres::Error>;

impl Connect for Connector {
    fn connect(&self, config: &tokio_postgres::Config) -> BoxFuture<'_, Connected> {
        let config = config.clone();
        async move {
            // The library alone can make its errors: it meets this one when it begins to speak.
            let stream = self.0.reach().await.unwrap_or_else(Transport::None);
            let before = usize::from(config.get_ssl_mode() != SslMode::Disable);
            let (client, connection) = config.connect_raw(Limited::new(stream, before), Beneath(self.0.tls())).await?;
            let speaking = tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::warn!(reason = chain(&error), "a connection to a database ended");
                }
            });
            Ok((client, speaking))
        }
        .boxed()
    }
}

/// A connection at work. Dropped before [`Connection::end`], it stops the database's work and is not used again.
pub(super) struct Connection {
    client: Option<Client>,
    server: Arc<Server>,
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
        let (token, server) = (client.cancel_token(), Arc::clone(&self.server));
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                let cancel = async {
                    let Ok(stream) = server.reach().await else { return };
                    let _ = token.cancel_query_raw(stream, server.tls()).await;
                };
                let _ = tokio::time::timeout(CONNECT_TIME, cancel).await;
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
