//! What a password must be, and making one.

use aracari_store::UserName;
use rand::RngExt;

/// Fewest characters of a password that is set.
const SHORTEST: usize = 12;
/// Most characters of a password that is set.
const LONGEST: usize = 256;
/// No `0`, `1`, `i`, `l`, `o`, `u`: nothing to mistake when read aloud or copied by hand.
const ALPHABET: &[u8; 30] = b"23456789abcdefghjkmnpqrstvwxyz";
const GROUPS: usize = 4;
const GROUP: usize = 5;

/// Beginnings that every guessing list holds, in lower case without digits and punctuation at the ends.
const COMMON: [&str; 12] = [
    "password",
    "passwordpassword",
    "motdepasse",
    "qwertyuiop",
    "azertyuiop",
    "changeme",
    "letmein",
    "iloveyou",
    "administrator",
    "welcome",
    "aracari",
    "abcdefghijkl",
];

/// A rule that a password breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRule {
    #[error("a password has at least {SHORTEST} characters")]
    TooShort,
    #[error("a password has at most {LONGEST} characters")]
    TooLong,
    #[error("a password must not be the user's name")]
    IsName,
    #[error("this password is too easy to guess")]
    Guessable,
}

/// Says which rule a new password breaks.
pub fn check_password(password: &str, name: &UserName) -> Result<(), PasswordRule> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(PasswordRule::TooShort);
    }
    if length > LONGEST {
        return Err(PasswordRule::TooLong);
    }
    let canonical = UserName::canonical(password);
    let edge = |character: char| !character.is_alphabetic();
    let core = canonical.trim_matches(edge);
    if canonical == name.as_str() || core == name.as_str().trim_matches(edge) && !core.is_empty() {
        return Err(PasswordRule::IsName);
    }
    let mut different: Vec<char> = canonical.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < 5 || COMMON.contains(&core) || canonical.starts_with("123456789") {
        return Err(PasswordRule::Guessable);
    }
    Ok(())
}

/// A random password of 98 bits that can be read aloud, such as `k7mqp-4xtrw-9hzdn-c3vfb`.
#[must_use]
pub fn generate_password() -> String {
    let mut random = rand::rng();
    let mut password = String::with_capacity(GROUPS * (GROUP + 1));
    for position in 0..GROUPS * GROUP {
        if position > 0 && position % GROUP == 0 {
            password.push('-');
        }
        password.push(char::from(ALPHABET[random.random_range(0..ALPHABET.len())]));
    }
    password
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(password: &str) -> Result<(), PasswordRule> {
        check_password(password, &UserName::parse("jane.doe.of.delta").unwrap())
    }

    #[test]
    fn each_rule_is_kept() {
        assert_eq!(check("elevenchars"), Err(PasswordRule::TooShort));
        assert_eq!(check("twelve chars"), Ok(()));
        assert_eq!(check("élèvé-ïßø-12"), Ok(()), "characters count, not bytes");
        assert_eq!(check(&"long word ".repeat(26)), Err(PasswordRule::TooLong));
        for name in ["jane.doe.of.delta", "JANE.DOE.OF.DELTA", "Jane.Doe.Of.Delta1!", "Ｊａｎｅ.doe.of.delta"] {
            assert_eq!(check(name), Err(PasswordRule::IsName), "{name}");
        }
        for guessable in ["aaaaaaaaaaaaaaa", "abababababababab", "password1234", "PASSWORD!!!!2026", "1234567890123"] {
            assert_eq!(check(guessable), Err(PasswordRule::Guessable), "{guessable}");
        }
    }

    #[test]
    fn generated_passwords_keep_the_rules_and_hold_eighty_bits() {
        let password = generate_password();
        assert_eq!(check(&password), Ok(()));
        assert_ne!(password, generate_password());
        let letters = password.chars().filter(|character| *character != '-').count();
        assert!(f64::from(u32::try_from(letters).unwrap()) * 30_f64.log2() >= 80.0);
        assert!(password.split('-').all(|group| group.len() == 5), "{password}");
    }
}
