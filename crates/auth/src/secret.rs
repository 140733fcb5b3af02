//! The instance's secret: given by the operator in production, made once in the data folder in development.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aracari_store::files;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::token::keyed_with;

mod strength;

const FILE_NAME: &str = "secret";

/// How an instance runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// On one's own machine: the secret is made when there is none.
    #[default]
    Development,
    /// For others: nothing is made up, nothing weak is accepted.
    Production,
}

/// Why an instance must not start; each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error(
        "production needs `ARACARI_SECRET`; make one with `openssl rand -base64 48` and keep it outside the configuration"
    )]
    Missing,
    #[error("`ARACARI_SECRET` has {0} bytes, at least 32 are needed; make one with `openssl rand -base64 48`")]
    Short(usize),
    #[error("`ARACARI_SECRET` {0}; make one with `openssl rand -base64 48`")]
    Weak(&'static str),
    #[error("the secret in `{0}` is damaged; delete the file to make another (everybody will have to sign in again)")]
    Damaged(PathBuf),
    #[error("the secret in `{path}` cannot be kept: {error}")]
    File { path: PathBuf, error: io::Error },
}

/// The key behind every session; printing it shows nothing.
#[derive(Clone)]
pub struct Secret(SecretString);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// Takes the operator's secret, or in development the data folder's own; refuses anything weak.
    pub fn load(mode: Mode, given: Option<&str>, data_directory: &Path) -> Result<Self, SecretError> {
        match (mode, given.filter(|text| !text.is_empty())) {
            (_, Some(text)) => Self::parse(text),
            (Mode::Production, None) => Err(SecretError::Missing),
            (Mode::Development, None) => Self::kept_in(data_directory),
        }
    }

    fn parse(text: &str) -> Result<Self, SecretError> {
        let trimmed = text.trim();
        if trimmed.len() < strength::FEWEST_BYTES {
            return Err(SecretError::Short(trimmed.len()));
        }
        match strength::weakness(trimmed) {
            Some(weakness) => Err(SecretError::Weak(weakness)),
            None => Ok(Self(SecretString::from(trimmed))),
        }
    }

    fn kept_in(data_directory: &Path) -> Result<Self, SecretError> {
        let path = data_directory.join(FILE_NAME);
        let text =
            read_or_make(data_directory, &path).map_err(|error| SecretError::File { path: path.clone(), error })?;
        Self::parse(&text).map_err(|_| SecretError::Damaged(path))
    }

    /// A MAC keyed for one purpose only, so that what is made for one never passes for another.
    pub(crate) fn keyed(&self, purpose: &str) -> Hmac<Sha256> {
        let mut mac = keyed_with(self.0.expose_secret().as_bytes());
        mac.update(b"aracari/1/");
        mac.update(purpose.as_bytes());
        keyed_with(&mac.finalize().into_bytes())
    }
}

fn read_or_make(data_directory: &Path, path: &Path) -> io::Result<String> {
    files::prepare_directory(data_directory)?;
    match std::fs::read_to_string(path) {
        Ok(text) => {
            files::prepare_file(path)?;
            Ok(text)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(data_directory, path),
        Err(error) => Err(error),
    }
}

/// Writes a whole file beside and links it into place: a crash leaves none or all of it, and of two processes one wins.
fn make(data_directory: &Path, path: &Path) -> io::Result<String> {
    let text = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 48]>());
    let beside = data_directory.join(format!(".{FILE_NAME}-{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 9]>())));
    files::prepare_file(&beside)?;
    let mut file = File::options().write(true).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&beside, path);
    std::fs::remove_file(&beside)?;
    match linked {
        Ok(()) => File::open(data_directory)?.sync_all()?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    std::fs::read_to_string(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "Yx1u7vC0m3kq9TtWcZpB5hR8sLgDfN2aEoJiQwKzXeU";

    fn load(mode: Mode, given: Option<&str>, folder: &Path) -> Result<Secret, SecretError> {
        Secret::load(mode, given, folder)
    }

    #[test]
    fn attack_1_production_refuses_to_start_without_a_strong_secret() {
        let folder = tempfile::tempdir().unwrap();
        // A development secret left in the folder does not count either.
        load(Mode::Development, None, folder.path()).unwrap();
        for missing in [None, Some("")] {
            assert!(matches!(load(Mode::Production, missing, folder.path()), Err(SecretError::Missing)), "{missing:?}");
        }
        assert!(matches!(load(Mode::Production, Some("short"), folder.path()), Err(SecretError::Short(5))));
        let padded = format!("x{}", " ".repeat(40));
        assert!(matches!(load(Mode::Production, Some(&padded), folder.path()), Err(SecretError::Short(1))));
        load(Mode::Production, Some(GOOD), folder.path()).unwrap();
    }

    #[test]
    fn a_development_secret_is_made_once_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let first = load(Mode::Development, None, &data).unwrap();
        let again = load(Mode::Development, None, &data).unwrap();
        assert_eq!(first.0.expose_secret(), again.0.expose_secret());
        let other = load(Mode::Development, None, &folder.path().join("other")).unwrap();
        assert_ne!(first.0.expose_secret(), other.0.expose_secret());
        let names: Vec<_> = std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["secret"], "nothing else is left behind");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&data), 0o700);
            assert_eq!(mode(&data.join("secret")), 0o600);
        }
    }

    #[test]
    fn two_processes_that_start_at_once_share_one_secret() {
        let folder = tempfile::tempdir().unwrap();
        let secrets: Vec<String> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| load(Mode::Development, None, folder.path()).unwrap().0.expose_secret().to_owned())
                })
                .collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(secrets.iter().all(|secret| *secret == secrets[0]));
    }

    #[test]
    fn a_damaged_secret_is_reported_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), "").unwrap();
        assert!(matches!(load(Mode::Development, None, folder.path()), Err(SecretError::Damaged(_))));
    }

    #[test]
    fn attack_34_a_secret_is_never_printed() {
        let folder = tempfile::tempdir().unwrap();
        let secret = load(Mode::Production, Some(GOOD), folder.path()).unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        let weak = "changeme-canary-canary-canary-canary-0123";
        let refusal = load(Mode::Production, Some(weak), folder.path()).unwrap_err();
        assert!(!format!("{refusal} {refusal:?}").contains("canary"));
    }

    #[test]
    fn keys_differ_by_purpose_and_secret() {
        let folder = tempfile::tempdir().unwrap();
        let secret = load(Mode::Production, Some(GOOD), folder.path()).unwrap();
        let tag = |secret: &Secret, purpose| secret.keyed(purpose).finalize().into_bytes();
        assert_eq!(tag(&secret, "a"), tag(&secret.clone(), "a"));
        assert_ne!(tag(&secret, "a"), tag(&secret, "b"));
        let other = load(Mode::Development, None, folder.path()).unwrap();
        assert_ne!(tag(&secret, "a"), tag(&other, "a"));
    }
}
