//! The name a person signs in with, in its one canonical form.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// A user's name: NFKC, lower case, so that look-alike spellings are the same name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct UserName(String);

/// Longest name, in characters.
const LONGEST: usize = 128;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UserNameError {
    #[error("a user name is 1 to {LONGEST} characters long")]
    Length,
    #[error(
        "a user name starts with a letter or a digit and holds letters, digits and `.` `_` `-` `+` `@` only; found `{}`",
        .0.escape_default()
    )]
    Character(char),
}

impl UserName {
    /// Reads a name as typed: surrounding spaces go, `Ｊａｎｅ` and `JANE` become `jane`.
    pub fn parse(text: &str) -> Result<Self, UserNameError> {
        let canonical = Self::canonical(text);
        let length = canonical.chars().count();
        if length == 0 || length > LONGEST {
            return Err(UserNameError::Length);
        }
        for (index, character) in canonical.chars().enumerate() {
            let punctuation = index > 0 && matches!(character, '.' | '_' | '-' | '+' | '@');
            if !character.is_alphanumeric() && !punctuation {
                return Err(UserNameError::Character(character));
            }
        }
        Ok(Self(canonical))
    }

    /// The canonical form of any text, a valid name or not; only its beginning when it is very long.
    #[must_use]
    pub fn canonical(text: &str) -> String {
        let beginning: String = text.trim().chars().take(4 * LONGEST).collect();
        // Lowering can leave a decomposed letter behind (`İ`), hence the second normalisation.
        beginning.nfkc().collect::<String>().to_lowercase().nfkc().take(2 * LONGEST).collect()
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn from_stored(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_one_name() {
        for spelling in ["jane", "JANE", "  Jane ", "Ｊａｎｅ"] {
            assert_eq!(UserName::parse(spelling).unwrap().as_str(), "jane", "{spelling}");
        }
        assert_eq!(UserName::parse("E\u{301}lise").unwrap(), UserName::parse("Élise").unwrap());
    }

    #[test]
    fn names_that_could_mislead_are_refused() {
        for name in ["", "   ", "jane doe", "jane\n", "a\nb", "-rf", "@x", "a/b", "a\u{202e}b", "a\0b", "a<b"] {
            let read = UserName::parse(name);
            assert_eq!(read.is_err(), name != "jane\n", "{name:?} gave {read:?}");
        }
        assert_eq!(UserName::parse(&"a".repeat(129)), Err(UserNameError::Length));
        assert!(UserName::parse(&"a".repeat(128)).is_ok());
        assert!(UserName::parse("jane.doe+test@example.org").is_ok());
    }

    #[test]
    fn a_very_long_text_is_canonical_in_bounded_space() {
        assert!(UserName::canonical(&"ﷺ".repeat(1_000_000)).chars().count() <= 256);
    }
}
