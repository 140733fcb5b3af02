//! Listens, serves until told to stop, and stops without cutting off running requests.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use tokio_util::sync::CancellationToken;

use crate::connections::Bounded;
use crate::live::Schemas;
use crate::settings::{SettingsError, TlsFiles};
use crate::state::{Parts, Server};
use crate::watch::FileWatcher;
use crate::{openapi, router};

/// How often expired sessions are removed.
const CLEAN_UP: Duration = Duration::from_hours(1);

/// How often the other end of a quiet connection is asked whether it lives, and how long it may take to say so.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
const KEEP_ALIVE_ANSWER: Duration = Duration::from_secs(10);

/// Why the server did not start or ended badly.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(
        "cannot listen on `{address}`: {error}\nhint: another program may listen there; choose another with `--listen`"
    )]
    Listen { address: SocketAddr, error: std::io::Error },
    #[error("the certificate or its key cannot be used: {0}")]
    Tls(std::io::Error),
    #[error("the server failed: {0}")]
    Io(#[from] std::io::Error),
    #[error("files cannot be watched: {0}")]
    Watch(#[from] notify::Error),
}

/// Tells a running server to stop.
#[derive(Debug, Clone)]
pub struct Stop {
    stopping: CancellationToken,
}

impl Stop {
    pub fn now(&self) {
        self.stopping.cancel();
    }
}

/// A server that listens; await [`Running::finish`] to serve to the end.
pub struct Running {
    server: Arc<Server>,
    address: SocketAddr,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
    _watcher: FileWatcher,
}

impl Running {
    /// The address that was really bound.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    #[must_use]
    pub fn stop(&self) -> Stop {
        Stop { stopping: self.server.stopping.clone() }
    }

    /// Serves until it is told to stop and running requests are finished, or their time is up.
    pub async fn finish(self) -> Result<(), ServeError> {
        let served = self.serving.await.map_err(std::io::Error::other)?;
        self.server.decisions.flush().await;
        self.server.store.close().await;
        Ok(served?)
    }
}

/// Checks the settings, listens, and begins to serve and to watch the apps' files.
pub async fn start(parts: Parts, schemas: Schemas) -> Result<Running, ServeError> {
    parts.settings.check()?;
    let watcher = FileWatcher::start(&parts.apps, schemas)?;
    let openapi = openapi::document_bytes(&parts.settings.base_path);
    let server = Arc::new(Server::new(parts, openapi));
    let listen = server.settings.listen;
    let listener = TcpListener::bind(listen).map_err(|error| ServeError::Listen { address: listen, error })?;
    let address = listener.local_addr()?;
    let tls = match &server.settings.tls {
        Some(files) => Some(read_certificate(files).await?),
        None => None,
    };
    spawn_housekeeping(&server);
    let handle = Handle::new();
    tokio::spawn(stop_gracefully(server.clone(), handle.clone()));
    let serving = tokio::spawn(serve(listener, tls, handle, server.clone()));
    Ok(Running { server, address, serving, _watcher: watcher })
}

async fn read_certificate(files: &TlsFiles) -> Result<RustlsConfig, ServeError> {
    RustlsConfig::from_pem_file(&files.certificate, &files.key).await.map_err(ServeError::Tls)
}

/// Bounds what a connection may cost before a handler sees anything of it.
macro_rules! bound {
    ($builder:expr, $header_time:expr) => {{
        let builder = $builder;
        builder.http1().header_read_timeout($header_time).max_buf_size(64 * 1024);
        let http2 = &mut builder.http2();
        http2.max_concurrent_streams(128).max_header_list_size(32 * 1024);
        http2.keep_alive_interval(KEEP_ALIVE).keep_alive_timeout(KEEP_ALIVE_ANSWER);
    }};
}

async fn serve(
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    handle: Handle<SocketAddr>,
    server: Arc<Server>,
) -> std::io::Result<()> {
    let service = router::build(&server).into_make_service_with_connect_info::<SocketAddr>();
    let header_time = server.settings.limits.header_time;
    let bounded = Bounded::new(&server.settings.limits);
    match tls {
        Some(certificate) => {
            let listening = axum_server::from_tcp_rustls(listener, certificate)?.handle(handle);
            let mut listening = listening.map(|acceptor| acceptor.acceptor(bounded));
            bound!(listening.http_builder(), header_time);
            listening.first_request_timeout(header_time).serve(service).await
        }
        None => {
            let mut listening = axum_server::from_tcp(listener)?.handle(handle).acceptor(bounded);
            bound!(listening.http_builder(), header_time);
            listening.first_request_timeout(header_time).serve(service).await
        }
    }
}

/// Waits for the signal to stop, lets running requests finish, and cuts off what is still open after the time for it.
async fn stop_gracefully(server: Arc<Server>, handle: Handle<SocketAddr>) {
    server.stopping.cancelled().await;
    let longest = server.settings.limits.shutdown_time;
    tracing::info!(connections = handle.connection_count(), "stopping");
    handle.graceful_shutdown(Some(longest));
}

fn spawn_housekeeping(server: &Arc<Server>) {
    let stopping = server.stopping.clone();
    let metrics = server.metrics.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = stopping.cancelled() => {}
            () = metrics.keep_up() => {}
        }
    });
    let cleaner = server.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = cleaner.stopping.cancelled() => return,
                () = tokio::time::sleep(CLEAN_UP) => {}
            }
            if let Err(error) = cleaner.authenticator.clean_up().await {
                tracing::warn!(error = %error, "expired sessions could not be removed");
            }
        }
    });
}
