//! An app's own files: logos and pictures beneath its `assets` folder.

use std::path::{Path as FilePath, PathBuf};

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::assets;
use crate::error::{Code, Problem, ProblemResponse};
use crate::extract::{PathNames, VisibleApp};

const FOLDER: &str = "assets";
const LARGEST_BYTES: u64 = 8 * 1024 * 1024;

/// The only kinds of files that are handed out; a browser runs none of them.
const KINDS: [(&str, &str); 8] = [
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("webp", "image/webp"),
    ("avif", "image/avif"),
    ("gif", "image/gif"),
    ("woff2", "font/woff2"),
];

/// Opened by itself, a picture is a document: it may neither run nor load anything.
const SANDBOX: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox");

/// Gives a picture or font of an app.
#[utoipa::path(get, path = "/apps/{app}/assets/{path}", tag = "apps",
    params(("app" = String, Path, description = "The app's id"), ("path" = String, Path, description = "The file beneath `assets`")),
    responses(
        (status = 200, description = "The file", content_type = "image/*", body = Vec<u8>),
        (status = 304, description = "Unchanged since the tag in `If-None-Match`"),
        (status = 401, description = "Nobody is signed in", body = ProblemResponse),
        (status = 404, description = "No such app or file, or not for this person", body = ProblemResponse),
        (status = 413, description = "The file is too large to be handed out", body = ProblemResponse)))]
pub(crate) async fn get_app_asset(
    visible: VisibleApp,
    names: PathNames,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = names.get("path");
    let relative = confined(asked).ok_or_else(Problem::not_found)?;
    let content_type = content_type(&relative).ok_or_else(Problem::not_found)?;
    let root = visible.app.folder.join(FOLDER);
    let content = tokio::task::spawn_blocking(move || read(&root, &relative))
        .await
        .map_err(|error| Problem::internal(&error))??;

    let etag = assets::etag_of(&content);
    let mut response = if assets::matches_etag(&headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        content.into_response()
    };
    let response_headers = response.headers_mut();
    response_headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response_headers.insert(header::ETAG, etag);
    response_headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response_headers.insert(header::VARY, HeaderValue::from_static("Authorization, Cookie"));
    response_headers.insert(header::CONTENT_SECURITY_POLICY, SANDBOX);
    Ok(response)
}

/// A path of plain names only: nothing that a file system or a decoder could read in another way.
fn confined(path: &str) -> Option<PathBuf> {
    let plain = |name: &str| {
        !name.is_empty()
            && !name.starts_with('.')
            && !name.ends_with('.')
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' '))
    };
    path.split('/').all(plain).then(|| PathBuf::from(path))
}

fn content_type(path: &FilePath) -> Option<&'static str> {
    let extension = path.extension()?.to_str()?;
    KINDS.iter().find(|(known, _)| *known == extension).map(|(_, content_type)| *content_type)
}

/// Follows links only as far as they stay inside the folder.
fn read(root: &FilePath, relative: &FilePath) -> Result<Vec<u8>, Problem> {
    let missing = |_: std::io::Error| Problem::not_found();
    let real_root = root.canonicalize().map_err(missing)?;
    let real_path = real_root.join(relative).canonicalize().map_err(missing)?;
    if !real_path.starts_with(&real_root) {
        return Err(Problem::not_found());
    }
    let metadata = real_path.metadata().map_err(missing)?;
    if !metadata.is_file() {
        return Err(Problem::not_found());
    }
    if metadata.len() > LARGEST_BYTES {
        return Err(Problem::new(Code::TooLarge, "The file is too large to be handed out."));
    }
    std::fs::read(real_path).map_err(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_38_only_plain_names_are_paths() {
        for path in ["logo.svg", "pictures/map 1.png", "été/a_b-c.svg"] {
            assert!(confined(path).is_some(), "{path}");
        }
        for path in [
            "",
            "..",
            "../app.yaml",
            "a/../../app.yaml",
            "/etc/passwd",
            "a//b.svg",
            "./a.svg",
            "a/.",
            "a\\b.svg",
            "C:a.svg",
            "a.svg\0",
            "%2e%2e/app.yaml",
            ".hidden.svg",
            "a.svg.",
            "a;x.svg",
            "a.svg?x",
            "~/a.svg",
            "a\n.svg",
        ] {
            assert!(confined(path).is_none(), "{path:?}");
        }
    }

    #[test]
    fn attack_38_only_pictures_and_fonts_are_handed_out() {
        for name in
            ["page.html", "app.yaml", "run.js", "style.css", "data.csv", "noextension", "logo.svg.html", "a.SVG"]
        {
            assert_eq!(content_type(FilePath::new(name)), None, "{name}");
        }
        assert_eq!(content_type(FilePath::new("logo.svg")), Some("image/svg+xml"));
    }
}
