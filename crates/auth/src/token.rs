//! Session tokens: random, shown once to their owner, kept only as a keyed digest.

use std::fmt;

use aracari_store::TokenDigest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::secret::Secret;

const BYTES: usize = 32;
/// 32 bytes in base64url without padding.
const CHARACTERS: usize = 43;

/// The credential of a session; printing it shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl SessionToken {
    pub(crate) fn random() -> Self {
        Self(URL_SAFE_NO_PAD.encode(rand::random::<[u8; BYTES]>()))
    }

    /// The token itself, for the cookie or the answer that delivers it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// Turns tokens into the digests under which sessions are stored.
#[derive(Clone)]
pub(crate) struct TokenDigester {
    keyed: Hmac<Sha256>,
}

impl TokenDigester {
    pub(crate) fn new(secret: &Secret) -> Self {
        Self { keyed: secret.keyed("session-token") }
    }

    pub(crate) fn digest(&self, token: &SessionToken) -> TokenDigest {
        self.digest_bytes(token.expose())
    }

    /// The digest of a text that may be a token; nothing when it cannot be one.
    pub(crate) fn digest_presented(&self, text: &str) -> Option<TokenDigest> {
        let possible = text.len() == CHARACTERS
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        possible.then(|| self.digest_bytes(text))
    }

    fn digest_bytes(&self, text: &str) -> TokenDigest {
        let mut mac = self.keyed.clone();
        mac.update(text.as_bytes());
        TokenDigest(mac.finalize().into_bytes().into())
    }
}

/// A MAC keyed with any number of bytes.
pub(crate) fn keyed_with(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of every length; the empty default stands in for an error that cannot be.
    Hmac::<Sha256>::new_from_slice(key)
        .unwrap_or_else(|_| Hmac::<Sha256>::new(&hmac::digest::Key::<Hmac<Sha256>>::default()))
}
