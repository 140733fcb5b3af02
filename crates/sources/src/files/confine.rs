//! Paths that cannot leave the app's folder.

use std::path::{Component, Path, PathBuf};

/// The real path of `table` beneath `folder`, or a sentence that says what is wrong with it.
///
/// Refused: absolute paths, `..`, drive letters, backslashes, NUL, hidden files, and links that lead out.
pub(crate) fn confined(folder: &Path, table: &str) -> Result<PathBuf, String> {
    if table.is_empty() || table.len() > 512 || table.contains(['\0', '\\', ':']) {
        return Err("expected a path like `data/table.parquet`".into());
    }
    for component in Path::new(table).components() {
        match component {
            Component::Normal(name) if !name.to_string_lossy().starts_with('.') => {}
            Component::Normal(_) => return Err("hidden files are not tables".into()),
            _ => return Err("the path may not leave the app's folder".into()),
        }
    }
    let root = folder.canonicalize().map_err(|_| "the app's folder cannot be read".to_owned())?;
    let path = root.join(table).canonicalize().map_err(|_| "there is no such file".to_owned())?;
    if !path.starts_with(&root) {
        return Err("the path may not leave the app's folder".into());
    }
    if !path.is_file() {
        return Err("this is not a file".into());
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn nothing_outside_the_folder_is_a_table() {
        let outside = tempfile::tempdir().unwrap();
        let app = outside.path().join("app");
        fs::create_dir_all(app.join("data/.git")).unwrap();
        for file in ["secret.csv", "app/data/a.csv", "app/data/.git/b.csv", "app/%2e%2e.csv"] {
            fs::write(outside.path().join(file), "x\n1\n").unwrap();
        }
        std::os::unix::fs::symlink(outside.path().join("secret.csv"), app.join("data/link.csv")).unwrap();
        std::os::unix::fs::symlink(outside.path(), app.join("data/up")).unwrap();
        std::os::unix::fs::symlink(app.join("data/a.csv"), app.join("data/inner.csv")).unwrap();

        assert!(confined(&app, "data/a.csv").is_ok());
        assert!(confined(&app, "data/inner.csv").is_ok(), "a link within the folder is fine");
        let absolute = outside.path().join("secret.csv");
        for table in [
            "../secret.csv",
            "data/../../secret.csv",
            "data/link.csv",
            "data/up/secret.csv",
            "%2e%2e/secret.csv",
            "..%2fsecret.csv",
            "..\\secret.csv",
            "data\\a.csv",
            "C:/secret.csv",
            "file:///etc/passwd",
            "data/a.csv\0.parquet",
            "..\u{0}/secret.csv",
            "",
            ".",
            "..",
            "/",
            "data",
            "data/",
            "data/.git/b.csv",
            "\u{ff0e}\u{ff0e}/secret.csv",
            "..%c0%af../secret.csv",
            "/etc/passwd",
            "~/secret.csv",
            absolute.to_str().unwrap(),
            "./../secret.csv",
            &format!("{}a.csv", "data/".repeat(200)),
        ] {
            assert!(confined(&app, table).is_err(), "{table:?}");
        }
    }
}
