//! The binary as a process on a free port, stopped when dropped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::Client;

/// A running `aracari serve`; killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    binary: PathBuf,
    data: PathBuf,
    address: String,
    log: PathBuf,
    /// From the start of the process to the first ready answer.
    pub ready_after: Duration,
}

/// A sign-in that the binary created and printed once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    pub name: String,
    pub password: String,
}

/// Runs a command of the binary and gives what it printed; fails when it exits with an error.
///
/// # Errors
/// The command could not be started or failed.
pub fn run(binary: &Path, arguments: &[&str]) -> Result<String> {
    let output =
        Command::new(binary).args(arguments).stdin(Stdio::null()).output().context("cannot start the binary")?;
    ensure!(
        output.status.success(),
        "{arguments:?} failed: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// Creates the users of a file; gives the printed sign-ins.
///
/// # Errors
/// The command failed.
pub fn add_users(binary: &Path, data: &Path, file: &Path) -> Result<Vec<SignIn>> {
    let printed = run(binary, &["user", "add", "--from", &file.to_string_lossy(), "--data", &data.to_string_lossy()])?;
    let known: Vec<SignIn> = printed
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let (name, password) = (words.next()?, words.next_back()?);
            (password.len() >= 16).then(|| SignIn { name: name.to_owned(), password: password.to_owned() })
        })
        .collect();
    Ok(known)
}

impl Process {
    /// Starts `aracari serve` over app folders on a free port and waits until it is ready.
    ///
    /// # Errors
    /// The process ended or was not ready within 20 seconds; the error holds its log.
    pub async fn start(binary: &Path, apps: &[&Path], data: &Path, extra: &[&str]) -> Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        Self::start_on(binary, apps, data, port, extra).await
    }

    /// Like [`Process::start`], on a given port.
    ///
    /// # Errors
    /// As for [`Process::start`].
    pub async fn start_on(binary: &Path, apps: &[&Path], data: &Path, port: u16, extra: &[&str]) -> Result<Self> {
        let address = format!("127.0.0.1:{port}");
        let log = data.with_extension(format!("{port}.log"));
        let file = std::fs::File::create(&log)?;
        let begun = Instant::now();
        let child = Command::new(binary)
            .arg("serve")
            .args(apps)
            .args(["--listen", &address, "--data"])
            .arg(data)
            .args(extra)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .context("cannot start the binary")?;
        let mut process =
            Self { child, binary: binary.to_owned(), data: data.to_owned(), address, log, ready_after: Duration::ZERO };
        let client = process.client();
        while begun.elapsed() < Duration::from_secs(20) {
            if client.is_ready().await {
                process.ready_after = begun.elapsed();
                return Ok(process);
            }
            if let Some(status) = process.child.try_wait()? {
                bail!("the server ended with {status}:\n{}", process.log());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        bail!("the server was not ready in 20 s:\n{}", process.log())
    }

    /// The address that the server listens on, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// A client that is not signed in.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.url())
    }

    /// A client signed in with a bearer token.
    ///
    /// # Errors
    /// The sign-in was refused.
    pub async fn sign_in(&self, sign_in: &SignIn) -> Result<Client> {
        let mut client = self.client();
        client.sign_in(&sign_in.name, &sign_in.password).await?;
        Ok(client)
    }

    /// Everything that the server logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Runs a `user` command on the same data folder.
    ///
    /// # Errors
    /// The command failed.
    pub fn user(&self, arguments: &[&str]) -> Result<String> {
        let data = self.data.to_string_lossy().into_owned();
        let mut all = vec!["user"];
        all.extend(arguments);
        all.extend(["--data", &data]);
        run(&self.binary, &all)
    }

    /// Ends the process at once, as a crash would.
    ///
    /// # Errors
    /// The process could not be ended.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Resident memory in bytes, where the system tells it.
    #[must_use]
    pub fn resident_bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
