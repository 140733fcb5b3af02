//! Sources: defaults put in, durations read.

use std::net::IpAddr;
use std::time::Duration;

use super::Compiler;
use super::datasets::is_relative;
use crate::config;
use crate::source::{Postgresql, SecretReference, Source, SourceKind, Tls};
use crate::yaml::Node;

const STATEMENT_TIMEOUT: Duration = Duration::from_secs(30);
const REFRESH: Duration = Duration::from_mins(1);
const LONGEST: Duration = Duration::from_hours(24);

impl Compiler<'_> {
    pub(super) fn sources(&mut self) {
        let draft = self.draft;
        for (id, item) in &draft.sources {
            let Some(settings) = &item.settings else { continue };
            let Some(kind) = self.source_kind(settings, &item.node) else { continue };
            self.sources.insert(id.clone(), Source { id: id.clone(), kind, folder: self.folder.clone() });
        }
    }

    fn source_kind(&mut self, settings: &config::Source, node: &Node) -> Option<SourceKind> {
        match settings {
            config::Source::Files(files) => Some(SourceKind::Files { csv: files.csv.clone() }),
            config::Source::Sqlite(sqlite) => {
                self.inside_folder(&sqlite.path, "path", node)?;
                Some(SourceKind::Sqlite { path: sqlite.path.clone() })
            }
            config::Source::Postgresql(settings) => {
                if let Some(path) = &settings.tls_ca {
                    self.inside_folder(path, "tls_ca", node)?;
                }
                if let Some(SecretReference::Environment(secret)) = &settings.password
                    && secret.env.starts_with("ARACARI_")
                {
                    let message = format!("`{}` is a setting of the server, and no secret of a source", secret.env);
                    let place = node.span_at(&["password", "env"]);
                    self.report.error("bad_value", place, message, Some("give it a name of its own".to_owned()));
                    return None;
                }
                let timeout =
                    self.duration(settings.statement_timeout.as_deref(), STATEMENT_TIMEOUT, "statement_timeout", node);
                let refresh = self.duration(settings.refresh.as_deref(), REFRESH, "refresh", node);
                let default_tls = if is_this_machine(&settings.host) { Tls::Disable } else { Tls::Require };
                Some(SourceKind::Postgresql(Box::new(Postgresql {
                    host: settings.host.clone(),
                    port: settings.port.unwrap_or(5432),
                    database: settings.database.clone(),
                    user: settings.user.clone(),
                    password: settings.password.clone(),
                    tls: settings.tls.unwrap_or(default_tls),
                    tls_ca: settings.tls_ca.clone(),
                    schema: settings.schema.clone().unwrap_or_else(|| "public".to_owned()),
                    pool_size: settings.pool_size.unwrap_or(8),
                    statement_timeout: timeout?,
                    refresh: refresh?,
                })))
            }
        }
    }

    fn inside_folder(&mut self, path: &str, key: &str, node: &Node) -> Option<()> {
        if is_relative(path) {
            return Some(());
        }
        let message = format!("`{path}` is not a path inside the app's folder");
        let hint = Some("write it relative to the app's folder, with `/` and without `..`".to_owned());
        self.report.error("bad_path", node.span_at(&[key]), message, hint);
        None
    }

    fn duration(&mut self, written: Option<&str>, default: Duration, key: &str, node: &Node) -> Option<Duration> {
        let Some(text) = written else { return Some(default) };
        if let Some(duration) = parse_duration(text).filter(|duration| *duration <= LONGEST) {
            return Some(duration);
        }
        let message = format!("`{text}` is no duration of at most a day");
        let hint = Some("write a number and `s`, `m` or `h`, such as `90s` or `5m`".to_owned());
        self.report.error("bad_value", node.span_at(&[key]), message, hint);
        None
    }
}

/// `90s`, `5m`, `2h`.
fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(Duration::from_secs(number.parse::<u64>().ok()?.checked_mul(seconds)?))
}

fn is_this_machine(host: &str) -> bool {
    // A path is a socket of this machine.
    host == "localhost" || host.starts_with('/') || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_a_number_and_a_unit() {
        for (text, seconds) in [("0s", Some(0)), ("90s", Some(90)), ("5m", Some(300)), ("2h", Some(7200))] {
            assert_eq!(parse_duration(text).map(|duration| duration.as_secs()), seconds, "{text}");
        }
        for text in ["", "s", "60", "-1s", "1.5h", "1d", "1 s", "99999999999999999999s", "9999999999999999999h", "1é"]
        {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn only_this_machine_needs_no_encryption() {
        for (host, expected) in [
            ("localhost", true),
            ("127.0.0.1", true),
            ("::1", true),
            ("/run/postgresql", true),
            ("10.0.0.1", false),
            ("localhost.example", false),
        ] {
            assert_eq!(is_this_machine(host), expected, "{host}");
        }
    }
}
