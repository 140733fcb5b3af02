//! Attack 34: canaries in every secret field never come out.

use std::marker::PhantomData;

use aracari_auth::{Context, Principal, SessionToken, SignIn};
use aracari_store::{Credentials, NewUser, PasswordHash, TokenDigest, User};
use secrecy::{ExposeSecret, SecretString};

use crate::support::{Instance, holds, name};

/// Tells at compile time whether a type can be serialised: the inherent constant, where it applies, comes first.
struct Probe<T>(PhantomData<T>);

trait Otherwise {
    const SERIALISES: bool = false;
}

impl<T> Otherwise for Probe<T> {}

impl<T: serde::Serialize> Probe<T> {
    const SERIALISES: bool = true;
}

#[test]
#[expect(clippy::assertions_on_constants, reason = "what the compiler found is what is tested")]
fn attack_34_what_holds_secrets_cannot_be_serialised() {
    assert!(Probe::<String>::SERIALISES, "the probe works");
    assert!(!Probe::<PasswordHash>::SERIALISES);
    assert!(!Probe::<Credentials>::SERIALISES);
    assert!(!Probe::<NewUser>::SERIALISES);
    assert!(!Probe::<TokenDigest>::SERIALISES);
    assert!(!Probe::<SessionToken>::SERIALISES);
    assert!(!Probe::<aracari_auth::Secret>::SERIALISES);
    assert!(!Probe::<User>::SERIALISES, "what a client may see of a user is chosen by the server");
    assert!(!Probe::<Principal>::SERIALISES);
}

#[tokio::test]
async fn attack_34_nothing_secret_is_printed_or_kept_in_clear() {
    let instance = Instance::start().await;
    let canary = SecretString::from("canary-4f1d a phrase");
    instance.accounts.create_with_password(NewUser::named(name("jane")), &canary).await.unwrap();
    let credentials = instance.store.credentials(&name("jane")).await.unwrap().unwrap();
    let hash = credentials.password_hash.clone().unwrap();
    let request =
        SignIn { name: "jane", password: &canary, previous_token: Some("canary-5e2a"), context: Context::default() };
    let shown_request = format!("{request:?}");
    let signed_in = instance.authenticator.sign_in(request).await.unwrap();
    let refusal = instance.sign_in("jane", &SecretString::from("canary-wrong")).await.unwrap_err();

    let shown = format!(
        "{shown_request} {credentials:?} {hash:?} {signed_in:?} {refusal:?} {refusal} {:?} {:?} {:?}",
        instance.authenticator, instance.accounts, instance.store
    );

    for secret in ["canary", "argon2", hash.expose(), signed_in.token.expose()] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.expose());
    assert!(!holds(&instance.disk(), canary.expose_secret()));
}
