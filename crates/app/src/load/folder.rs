//! The files of an app's folder, read within limits; nothing outside of the folder is opened.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::report::Reporter;

const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;
const MAX_TOTAL_BYTES: u64 = 64 * 1024 * 1024;
const MAX_FILES: usize = 2_000;
const MAX_ENTRIES: usize = 50_000;
const MAX_FOLDER_DEPTH: usize = 16;
/// Folders of the app's root that hold no configuration.
const SKIPPED: [&str; 2] = ["data", "assets"];

/// One configuration file.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// Relative to the app's folder.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    /// The byte at which each line starts.
    line_starts: Vec<usize>,
}

impl SourceFile {
    pub(crate) fn new(path: PathBuf, text: String) -> Self {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(index, _)| index + 1)).collect();
        Self { path, text, line_starts }
    }

    /// A line of the file, counted from 1, without its end.
    pub(crate) fn line(&self, line: usize) -> &str {
        let Some(start) = line.checked_sub(1).and_then(|index| self.line_starts.get(index)) else { return "" };
        let rest = self.text.get(*start..).unwrap_or_default();
        rest.lines().next().unwrap_or_default()
    }
}

struct Walk<'a> {
    root: PathBuf,
    report: &'a mut Reporter,
    found: Vec<(PathBuf, PathBuf)>,
    entries: usize,
}

/// Reads every configuration file below `folder`, in the order of their paths.
pub(super) fn read(folder: &Path, report: &mut Reporter) {
    let root = match folder.canonicalize() {
        Ok(root) if root.is_dir() => root,
        Ok(_) => return report.file_error("not_a_folder", Path::new("."), "this is not a folder", None),
        Err(error) => {
            let message = format!("the app's folder cannot be read: {}", error.kind());
            return report.file_error("unreadable", Path::new("."), &message, None);
        }
    };
    if root.to_str().is_none() {
        let hint = Some("give the folder, and those it lies in, names in UTF-8");
        return report.file_error("bad_folder_name", Path::new("."), "the path of the app's folder is not UTF-8", hint);
    }
    let mut walk = Walk { root: root.clone(), report, found: Vec::new(), entries: 0 };
    walk.folder(&root, Path::new(""), 0);
    let mut found = walk.found;
    found.sort();
    if found.len() > MAX_FILES {
        let message = format!("an app has at most {MAX_FILES} configuration files, this one has {}", found.len());
        return report.file_error("too_many_files", Path::new("."), &message, None);
    }
    if found.is_empty() {
        let hint = Some("an app begins with a file `app.yaml` that holds `id` and `title`");
        return report.file_error("no_files", Path::new("."), "there is no `.yaml` file here", hint);
    }
    let mut total = 0;
    for (relative, absolute) in found {
        if let Some(text) = read_file(&relative, &absolute, report) {
            total += text.len() as u64;
            if total > MAX_TOTAL_BYTES {
                let message = format!("the files of an app hold at most {} MB together", MAX_TOTAL_BYTES / 1024 / 1024);
                return report.file_error("too_large", Path::new("."), &message, None);
            }
            report.add_file(SourceFile::new(relative, text));
        }
    }
}

impl Walk<'_> {
    fn folder(&mut self, absolute: &Path, relative: &Path, depth: usize) {
        if depth > MAX_FOLDER_DEPTH {
            let message = format!("folders are nested more than {MAX_FOLDER_DEPTH} levels deep");
            return self.report.file_error("too_deep", relative, &message, None);
        }
        let listing = match fs::read_dir(absolute) {
            Ok(listing) => listing,
            Err(error) => {
                let message = format!("the folder cannot be read: {}", error.kind());
                return self.report.file_error("unreadable", relative, &message, None);
            }
        };
        let mut entries: Vec<_> = listing.filter_map(Result::ok).collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            self.entries += 1;
            if self.entries > MAX_ENTRIES {
                if self.entries == MAX_ENTRIES + 1 {
                    let message = format!("more than {MAX_ENTRIES} files and folders");
                    self.report.file_error("too_many_files", relative, &message, Some("keep data below `data/`"));
                }
                return;
            }
            self.entry(&entry, relative, depth);
        }
    }

    fn entry(&mut self, entry: &fs::DirEntry, parent: &Path, depth: usize) {
        let name = entry.file_name();
        let Some(text) = name.to_str() else {
            return self.report.file_error("bad_file_name", &parent.join(&name), "the file's name is not UTF-8", None);
        };
        if text.starts_with('.') || (depth == 0 && SKIPPED.contains(&text)) {
            return;
        }
        let relative = parent.join(text);
        let Ok(kind) = entry.file_type() else { return };
        if kind.is_symlink() {
            return self.link(&entry.path(), &relative);
        }
        if kind.is_dir() {
            self.folder(&entry.path(), &relative, depth + 1);
        } else if is_yaml(&relative) {
            if kind.is_file() {
                self.found.push((relative, entry.path()));
            } else {
                self.report.file_error("not_a_file", &relative, "this is neither a file nor a folder", None);
            }
        }
    }

    /// A link is followed only to a file of the same folder.
    fn link(&mut self, absolute: &Path, relative: &Path) {
        let hint = Some("copy the file into the app's folder");
        match absolute.canonicalize() {
            Ok(target) if !target.starts_with(&self.root) => {
                let message = "this symbolic link leads out of the app's folder";
                self.report.file_error("link_outside", relative, message, hint);
            }
            Ok(target) if target.is_file() => {
                if is_yaml(relative) {
                    self.found.push((relative.to_path_buf(), target));
                }
            }
            Ok(_) => {
                self.report.file_error("link_to_folder", relative, "this symbolic link leads to a folder", hint);
            }
            Err(_) if is_yaml(relative) => {
                self.report.file_error("broken_link", relative, "this symbolic link leads nowhere", hint);
            }
            Err(_) => {}
        }
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn read_file(relative: &Path, absolute: &Path, report: &mut Reporter) -> Option<String> {
    let mut bytes = Vec::new();
    let outcome = File::open(absolute).and_then(|file| {
        let length = file.metadata()?.len();
        if length > MAX_FILE_BYTES {
            return Ok(length);
        }
        // The file may have grown since: never read more than the limit.
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map(|read| read as u64)
    });
    match outcome {
        Ok(length) if length > MAX_FILE_BYTES => {
            let limit = MAX_FILE_BYTES / 1024 / 1024;
            let message =
                format!("a configuration file holds at most {limit} MB, this one {} MB", length / 1024 / 1024);
            report.file_error("too_large", relative, &message, Some("keep data below `data/`"));
            None
        }
        Err(error) => {
            report.file_error("unreadable", relative, &format!("the file cannot be read: {}", error.kind()), None);
            None
        }
        Ok(_) => match String::from_utf8(bytes) {
            Ok(text) => Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let before = error.as_bytes().get(..valid).unwrap_or_default();
                let line = before.split(|byte| *byte == b'\n').count();
                let message = format!("the file is not UTF-8 (line {line})");
                report.file_error("not_utf8", relative, &message, Some("save the file in UTF-8"));
                None
            }
        },
    }
}
