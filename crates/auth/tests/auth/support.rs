//! An instance without HTTP: a store, an authenticator, and people in it.

use std::sync::Arc;
use std::time::Duration;

use aracari_auth::{
    Accounts, Authenticator, Context, Limits, Mode, Secret, Settings, SignIn, SignInError, SignedIn, ThrottleSettings,
};
use aracari_store::{NewUser, SqliteStore, Store, UserName};
use secrecy::SecretString;
use tempfile::TempDir;

pub(crate) const WRONG: &str = "not the password at all";

pub(crate) struct Instance {
    pub(crate) folder: TempDir,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) accounts: Accounts,
}

impl Instance {
    pub(crate) async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    /// Never slows anybody down.
    pub(crate) async fn patient() -> Self {
        let limits = Limits { free: u32::MAX, leak: Duration::from_secs(1), longest: Duration::from_secs(1) };
        let throttle = ThrottleSettings { account: limits, address: limits, capacity: 1000 };
        Self::with(Settings { throttle }).await
    }

    async fn with(settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path()).await.unwrap());
        let secret = Secret::load(Mode::Development, None, folder.path()).unwrap();
        let authenticator = Arc::new(Authenticator::new(Arc::clone(&store), &secret, settings).unwrap());
        let accounts = Accounts::new(Arc::clone(&store), "test").unwrap();
        Self { folder, store, authenticator, accounts }
    }

    /// Adds a person and gives the password.
    pub(crate) async fn add(&self, person: &str) -> SecretString {
        self.accounts.create(NewUser::named(name(person))).await.unwrap().1
    }

    pub(crate) async fn sign_in(&self, person: &str, password: &SecretString) -> Result<SignedIn, SignInError> {
        self.sign_in_again(person, password, None).await
    }

    /// Signs in with a request that carries a token already.
    pub(crate) async fn sign_in_again(
        &self,
        person: &str,
        password: &SecretString,
        previous_token: Option<&str>,
    ) -> Result<SignedIn, SignInError> {
        let context = Context { address: "192.0.2.7".parse().ok(), request_id: Some("request-1") };
        self.authenticator.sign_in(SignIn { name: person, password, previous_token, context }).await
    }

    pub(crate) async fn knows(&self, token: &str) -> bool {
        self.authenticator.authenticate(token).await.unwrap().is_some()
    }

    /// Everything in the data folder, as bytes on the disk.
    pub(crate) fn disk(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        files.flat_map(|path| std::fs::read(path).unwrap()).collect()
    }
}

pub(crate) fn name(text: &str) -> UserName {
    UserName::parse(text).unwrap()
}

pub(crate) fn wrong() -> SecretString {
    SecretString::from(WRONG)
}

pub(crate) fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
