//! `aracari client`: writes the static client, for a web server or CDN on another origin.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use aracari_server::assets::client_files;

/// The file that tells a folder with a client from any other.
const MARKER: &str = "config.json";

/// Write the static client, ready for any web server: it speaks to the API at the given address.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The folder to write into: new, empty, or holding an earlier client.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Where the API answers, such as `https://analytics.example.org`; allow the client's origin there with `--allow-origin`.
    #[arg(long, value_name = "URL")]
    api: String,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let api = arguments.api.trim_end_matches('/');
    let valid = (api.starts_with("https://") || api.starts_with("http://"))
        && api.chars().all(|character| character.is_ascii_graphic() && !"\"'<>;,\\".contains(character));
    ensure!(valid, "`--api {api}` is not an address: write it as `https://host` or `https://host/path`");
    ensure!(is_free(&arguments.out)?, "`{}` holds other files: choose a new folder", arguments.out.display());

    let mut count = 0;
    for (path, content) in client_files() {
        let target = arguments.out.join(path.as_ref());
        let compressed = target.extension().is_some_and(|extension| extension == "br" || extension == "gz");
        if compressed && path.starts_with("index.html") {
            continue;
        }
        if path == "index.html" {
            let page = String::from_utf8(content.into_owned()).context("the client's page is not UTF-8")?;
            write(&target, with_policy(&page, api).as_bytes())?;
        } else if !path.starts_with(MARKER) {
            write(&target, &content)?;
        }
        count += 1;
    }
    ensure!(count > 1, "this binary was built without the client: run `make client`, then build it again");
    let configuration = serde_json::json!({ "api": api });
    write(&arguments.out.join(MARKER), format!("{configuration}\n").as_bytes())?;
    writeln!(
        std::io::stdout(),
        "Wrote the client ({count} files) to {} for the API at {api}",
        arguments.out.display()
    )?;
    Ok(ExitCode::SUCCESS)
}

/// True for a folder that is missing, empty, or holds an earlier client.
fn is_free(folder: &Path) -> anyhow::Result<bool> {
    if !folder.exists() {
        return Ok(true);
    }
    let mut entries = std::fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    Ok(entries.next().is_none() || folder.join(MARKER).is_file())
}

/// The page with a content policy of its own: a plain static server sends none.
fn with_policy(page: &str, api: &str) -> String {
    let origin: String = api.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: {origin}; font-src 'self'; \
         connect-src 'self' {origin}; manifest-src 'self'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
    );
    page.replacen(
        "<head>",
        &format!("<head>\n    <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\" />"),
        1,
    )
}

/// Writes a file whole or not at all.
fn write(target: &Path, content: &[u8]) -> anyhow::Result<()> {
    let folder = target.parent().context("a file without a folder")?;
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    let partial = target.with_extension("part");
    std::fs::write(&partial, content)
        .and_then(|()| std::fs::rename(&partial, target))
        .with_context(|| format!("cannot write `{}`", target.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_carries_a_policy_for_its_api_alone() {
        let page = with_policy("<html><head><title>x</title></head></html>", "https://analytics.example.org/base");

        assert!(page.contains("connect-src 'self' https://analytics.example.org;"), "{page}");
        assert!(page.starts_with("<html><head>\n    <meta http-equiv"), "{page}");
    }

    #[test]
    fn a_folder_with_other_files_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("thesis.doc"), "x").unwrap();

        let refused = run(Arguments { out: folder.path().to_owned(), api: "https://analytics.example.org".to_owned() })
            .unwrap_err();

        assert!(refused.to_string().contains("holds other files"), "{refused}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_api_that_would_change_the_page_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for api in ["javascript:alert(1)", "https://x\"><script>", "analytics.example.org", "https://a; script-src *"] {
            assert!(run(Arguments { out: folder.path().join("client"), api: api.to_owned() }).is_err(), "{api}");
        }
    }
}
