//! One line of the audit log: who did or was refused what, on what, from where.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::id::UserId;

/// How an audited act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Allowed,
    Denied,
    Failed,
}

impl Outcome {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Allowed, Self::Denied, Self::Failed].into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// Something done or refused; every text is cleaned when it enters, so that no line can be forged.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AuditEvent {
    pub at: DateTime<Utc>,
    /// What was asked, dotted by entity: `session.sign_in`, `user.create`, `app.query`.
    pub action: &'static str,
    pub outcome: Outcome,
    /// Who, as the name that was given; absent for an anonymous caller.
    pub actor: Option<String>,
    /// Who, once known.
    pub actor_id: Option<UserId>,
    /// The tenant; one instance is one tenant today.
    pub tenant: &'static str,
    /// On what: `user:jane`, `app:flights`.
    pub object: Option<String>,
    pub address: Option<String>,
    pub request_id: Option<String>,
    /// Further facts, never a secret.
    pub details: BTreeMap<&'static str, String>,
}

impl AuditEvent {
    #[must_use]
    pub fn new(action: &'static str, outcome: Outcome) -> Self {
        Self {
            at: Utc::now(),
            action,
            outcome,
            actor: None,
            actor_id: None,
            tenant: "instance",
            object: None,
            address: None,
            request_id: None,
            details: BTreeMap::new(),
        }
    }

    #[must_use]
    pub fn actor(mut self, name: &str) -> Self {
        self.actor = Some(clean_text(name));
        self
    }

    #[must_use]
    pub fn actor_id(mut self, id: &UserId) -> Self {
        self.actor_id = Some(id.clone());
        self
    }

    #[must_use]
    pub fn object(mut self, object: &str) -> Self {
        self.object = Some(clean_text(object));
        self
    }

    #[must_use]
    pub fn address(mut self, address: Option<std::net::IpAddr>) -> Self {
        self.address = address.map(|ip| ip.to_string());
        self
    }

    #[must_use]
    pub fn request_id(mut self, request_id: Option<&str>) -> Self {
        self.request_id = request_id.map(clean_text);
        self
    }

    #[must_use]
    pub fn detail(mut self, key: &'static str, value: &str) -> Self {
        self.details.insert(key, clean_text(value));
        self
    }
}

/// An event as read back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StoredAuditEvent {
    /// Grows by one with each event; a gap shows a removal.
    pub sequence: i64,
    pub at: DateTime<Utc>,
    pub action: String,
    pub outcome: Outcome,
    pub actor: Option<String>,
    pub actor_id: Option<UserId>,
    pub tenant: String,
    pub object: Option<String>,
    pub address: Option<String>,
    pub request_id: Option<String>,
    pub details: BTreeMap<String, String>,
}

/// Longest text of one field, in characters.
const LONGEST: usize = 256;

/// Makes a text from outside safe in one line: line breaks, controls and direction marks are escaped, long texts cut.
#[must_use]
pub fn clean_text(text: &str) -> String {
    let mut clean = String::with_capacity(text.len().min(LONGEST));
    for (index, character) in text.chars().enumerate() {
        if index == LONGEST {
            clean.push('…');
            break;
        }
        if character == '\\' {
            clean.push_str("\\\\");
        } else if character.is_control() || is_invisible(character) {
            clean.extend(character.escape_default());
        } else {
            clean.push(character);
        }
    }
    clean
}

/// Line separators, zero-width characters and direction marks, which change how a line reads.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_51_no_text_can_forge_a_line() {
        let forged = AuditEvent::new("session.sign_in", Outcome::Denied)
            .actor("jane\n2026-01-01 session.sign_in allowed admin")
            .object("app:x\r\n\u{2028}\u{85}\u{202e}\0")
            .detail("reason", "a\\nb");
        assert_eq!(forged.actor.as_deref(), Some("jane\\n2026-01-01 session.sign_in allowed admin"));
        assert_eq!(forged.object.as_deref(), Some("app:x\\r\\n\\u{2028}\\u{85}\\u{202e}\\u{0}"));
        assert_eq!(forged.details["reason"], "a\\\\nb", "an escape that was typed differs from one that was made");
    }

    #[test]
    fn attack_51_a_long_text_is_cut() {
        assert_eq!(clean_text(&"x".repeat(1_000_000)).chars().count(), 257);
    }
}
