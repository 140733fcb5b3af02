//! Private files and folders: what the instance writes is readable by its own account only.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

/// Makes the folder (mode 0700) unless it exists; a folder that exists keeps its mode.
pub fn prepare_directory(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes the file (mode 0600) unless it exists, and takes away other accounts' rights when it does.
pub fn prepare_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    restrict(&file)
}

#[cfg(unix)]
#[expect(clippy::verbose_bit_mask, reason = "permissions are read as an octal mask")]
fn restrict(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if file.metadata()?.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    file.set_permissions(fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn restrict(_: &fs::File) -> io::Result<()> {
    Ok(())
}

/// Warns of a data folder that others can enter.
#[cfg(unix)]
pub(crate) fn warn_when_open(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let open = fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0);
    if open {
        tracing::warn!(path = %path.display(), "the data folder can be entered by other accounts; `chmod 700` closes it");
    }
}

#[cfg(not(unix))]
pub(crate) fn warn_when_open(_: &Path) {}
