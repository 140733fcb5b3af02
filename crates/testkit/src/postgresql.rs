//! A private PostgreSQL server: on a free port of this machine, in a temporary folder, gone with the test.

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tempfile::TempDir;

use crate::certificates::Certificate;

const START_TIME: Duration = Duration::from_secs(30);

/// Stops the server when its input ends, which it does however the test ends.
const KEEPER: &str = r#""$@" >log 2>&1 & server=$!; cat >/dev/null; kill -QUIT $server; wait $server"#;

/// A running server with one database, `postgres`, and one user, `postgres`.
#[derive(Debug)]
pub struct PostgresqlServer {
    keeper: Child,
    port: u16,
    programs: PathBuf,
    folder: TempDir,
}

impl PostgresqlServer {
    pub const PASSWORD: &str = "a-password-that-never-shows";

    /// A new server; `None`, said on standard output, where PostgreSQL is not installed.
    pub fn start() -> anyhow::Result<Option<Self>> {
        Self::start_with(None)
    }

    /// A new server that offers TLS with this certificate.
    pub fn start_encrypted(certificate: &Certificate) -> anyhow::Result<Option<Self>> {
        Self::start_with(Some(certificate))
    }

    #[expect(clippy::print_stdout, reason = "what is left out is said where the tests' results are")]
    fn start_with(certificate: Option<&Certificate>) -> anyhow::Result<Option<Self>> {
        let Some(programs) = programs() else {
            println!("Left out: there is no PostgreSQL server here; install the package postgresql.");
            return Ok(None);
        };
        let folder = tempfile::Builder::new().prefix("aracari-postgresql").tempdir()?;
        let data = folder.path().join("data");
        fs::create_dir(&data)?;
        fs::write(folder.path().join("password"), Self::PASSWORD)?;
        let account = Account::find()?;
        for path in [&data, &folder.path().join("password"), folder.path()] {
            account.own(path)?;
        }
        let made = account
            .command(&programs.join("initdb"))
            .current_dir(&data)
            .args(["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
            .arg("--pwfile=../password")
            .args(["-D", "."])
            .output()
            .context("initdb cannot be run")?;
        if !made.status.success() {
            bail!("initdb failed: {}", String::from_utf8_lossy(&made.stderr));
        }
        if let Some(Certificate { certificate, key }) = certificate {
            for (name, text) in [("server.crt", certificate), ("server.key", key)] {
                account.write_secret(&data.join(name), text)?;
            }
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let keeper = account
            .command(Path::new("/bin/sh"))
            .current_dir(&data)
            .args(["-c", KEEPER, "keeper"])
            .arg(programs.join("postgres"))
            .args(["-D", ".", "-k", "..", "-h", "127.0.0.1", "-p", &port.to_string()])
            .args(["-c", if certificate.is_some() { "ssl=on" } else { "ssl=off" }])
            .args(["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=64MB"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("the server cannot be started")?;
        let server = Self { keeper, port, programs, folder };
        server.wait_until_ready()?;
        Ok(Some(server))
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// A file that holds the password.
    pub fn password_file(&self) -> PathBuf {
        self.folder.path().join("password")
    }

    /// Runs statements, and commands of `psql` such as `\copy`; what was printed comes back.
    pub fn psql(&self, script: &str) -> anyhow::Result<String> {
        let mut child = Command::new(self.programs.join("psql"))
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "postgres", "-d", "postgres"])
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"])
            .env("PGPASSWORD", Self::PASSWORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("psql cannot be run")?;
        if let Some(input) = &mut child.stdin {
            input.write_all(script.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!("psql failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn wait_until_ready(&self) -> anyhow::Result<()> {
        let started = Instant::now();
        while started.elapsed() < START_TIME {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() && self.psql("SELECT 1").is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(self.folder.path().join("data/log")).unwrap_or_default();
        bail!("the server did not start: {log}")
    }
}

impl Drop for PostgresqlServer {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// The folder of the newest server's programs.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .chain(std::env::var_os("PATH").iter().flat_map(std::env::split_paths))
        .filter(|folder| ["initdb", "postgres", "psql"].iter().all(|name| folder.join(name).exists()))
        .collect();
    found.sort_by_key(|folder| {
        let version = folder.parent().and_then(Path::file_name).and_then(|name| name.to_str()?.parse::<u32>().ok());
        std::cmp::Reverse(version)
    });
    found.into_iter().next()
}

/// Who runs the server: it refuses to run as root.
#[derive(Debug, Clone, Copy)]
struct Account {
    other: Option<(u32, u32)>,
}

impl Account {
    fn find() -> anyhow::Result<Self> {
        if id(&["-u"])? != 0 {
            return Ok(Self { other: None });
        }
        let other = (id(&["-u", "postgres"])?, id(&["-g", "postgres"])?);
        Ok(Self { other: Some(other) })
    }

    fn own(self, path: &Path) -> anyhow::Result<()> {
        let Some((user, group)) = self.other else { return Ok(()) };
        Ok(std::os::unix::fs::chown(path, Some(user), Some(group))?)
    }

    /// A file that nobody else may read.
    fn write_secret(self, path: &Path, text: &str) -> anyhow::Result<()> {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())?;
        self.own(path)
    }

    fn command(self, program: &Path) -> Command {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new(program);
        if let Some((user, group)) = self.other {
            command.uid(user).gid(group);
        }
        command
    }
}

fn id(arguments: &[&str]) -> anyhow::Result<u32> {
    let output = Command::new("id").args(arguments).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse()?)
}
