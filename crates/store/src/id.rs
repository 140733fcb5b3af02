//! Random identifiers, never used twice: what was granted to a deleted user never applies to a later one.

use std::fmt;

use rand::RngExt;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 26 characters of 5 bits: 130 bits.
const LENGTH: usize = 26;

fn random_text() -> String {
    let mut random = rand::rng();
    (0..LENGTH).map(|_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())])).collect()
}

macro_rules! identifier {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// A new one, from 130 random bits.
            #[must_use]
            pub fn random() -> Self {
                Self(random_text())
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            pub(crate) fn from_stored(text: String) -> Self {
                Self(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier! {
    /// Names a user for ever, whatever happens to the user's name.
    UserId
}
identifier! {
    /// Names a session in logs and audit events; it opens nothing.
    SessionId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_long_and_differ() {
        let first = UserId::random();
        assert_eq!(first.as_str().len(), 26);
        assert_ne!(first, UserId::random());
    }
}
