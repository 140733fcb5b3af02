//! Argon2id with OWASP's parameters, on threads of its own and never more at once than there are cores.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aracari_store::PasswordHash;
use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::error::AuthError;

/// 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Passwords that wait for a core, each; beyond that a sign-in is told to come back.
const WAITING_PER_CORE: usize = 16;
/// No more bytes of a password than this are looked at.
const LONGEST: usize = 1024;

/// Hashes and verifies passwords.
#[derive(Debug, Clone)]
pub struct Hasher {
    permits: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    most_waiting: usize,
    /// What is verified when there is no hash, so that the work is the same.
    stand_in: PasswordHash,
}

/// What a verification came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verified {
    Yes,
    No,
    Busy,
}

impl Hasher {
    pub fn new() -> Result<Self, AuthError> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let stand_in = stand_in();
        phc::PasswordHash::new(stand_in.expose()).map_err(hashing_error)?;
        Ok(Self {
            permits: Arc::new(Semaphore::new(cores)),
            waiting: Arc::default(),
            most_waiting: cores * WAITING_PER_CORE,
            stand_in,
        })
    }

    /// Hashes a password with a fresh salt.
    pub async fn hash(&self, password: &SecretString) -> Result<PasswordHash, AuthError> {
        let password = password.clone();
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(hashing_error)?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            hash_now(password.expose_secret())
        })
        .await
        .map_err(hashing_error)?
    }

    /// Compares a password with a hash; without one it does the same work and says no.
    pub(crate) async fn verify(
        &self,
        password: &SecretString,
        hash: Option<PasswordHash>,
    ) -> Result<Verified, AuthError> {
        let Some(_place) = Place::take(&self.waiting, self.most_waiting) else {
            return Ok(Verified::Busy);
        };
        let password = password.clone();
        let known = hash.is_some();
        let compared = hash.unwrap_or_else(|| self.stand_in.clone());
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(hashing_error)?;
        let matches = tokio::task::spawn_blocking(move || {
            // The permit lives as long as the work, also when the caller has gone.
            let _permit = permit;
            verify_now(password.expose_secret(), &compared)
        })
        .await
        .map_err(hashing_error)?;
        Ok(if matches && known { Verified::Yes } else { Verified::No })
    }
}

/// A counted place in the queue, given back when dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, most: usize) -> Option<Self> {
        if waiting.fetch_add(1, Ordering::AcqRel) >= most {
            waiting.fetch_sub(1, Ordering::AcqRel);
            return None;
        }
        Some(Self(waiting))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn argon2() -> Result<Argon2<'static>, AuthError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(hashing_error)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of no password: today's parameters, a random salt and a random result.
fn stand_in() -> PasswordHash {
    let salt = STANDARD_NO_PAD.encode(rand::random::<[u8; 16]>());
    let result = STANDARD_NO_PAD.encode(rand::random::<[u8; 32]>());
    PasswordHash::from_phc(format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${result}"))
}

fn hash_now(password: &str) -> Result<PasswordHash, AuthError> {
    let hash: phc::PasswordHash = argon2()?.hash_password(bounded(password)).map_err(hashing_error)?;
    Ok(PasswordHash::from_phc(hash.to_string()))
}

fn verify_now(password: &str, hash: &PasswordHash) -> bool {
    let (Ok(argon2), Ok(parsed)) = (argon2(), phc::PasswordHash::new(hash.expose())) else {
        tracing::error!("a stored password hash cannot be read");
        return false;
    };
    argon2.verify_password(bounded(password), &parsed).is_ok()
}

fn bounded(password: &str) -> &[u8] {
    let bytes = password.as_bytes();
    &bytes[..bytes.len().min(LONGEST)]
}

fn hashing_error(error: impl std::fmt::Display) -> AuthError {
    AuthError::Hashing(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stand_in_asks_for_the_same_work_as_a_real_hash() {
        let real = hash_now("a long phrase of mine").unwrap();
        let stand_in = stand_in();
        let work = |hash: &PasswordHash| hash.expose().rsplitn(3, '$').last().map(str::to_owned);
        assert_eq!(work(&real), work(&stand_in));
        assert_eq!(real.expose().len(), stand_in.expose().len());
        assert!(!verify_now("a long phrase of mine", &stand_in));
        assert!(verify_now("a long phrase of mine", &real));
    }
}
