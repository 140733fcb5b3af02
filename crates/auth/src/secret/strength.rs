//! Recognises secrets that somebody could guess.

/// Fewest bytes of a secret.
pub(super) const FEWEST_BYTES: usize = 32;
/// Fewest different characters; 32 random hexadecimal digits have 14 on average, and one in twenty million has fewer than 8.
const FEWEST_DIFFERENT: usize = 8;
/// Fewest bits by the frequency of characters; 32 random hexadecimal digits reach about 115.
const FEWEST_BITS: f64 = 90.0;

/// Words of examples and defaults, ours and others'; one random secret in a million holds one by chance.
const KNOWN: [&str; 17] = [
    "changeme",
    "change-me",
    "change_me",
    "changethis",
    "change-this",
    "change_this",
    "password",
    "passw0rd",
    "qwerty",
    "letmein",
    "example",
    "default",
    "mysecret",
    "my-secret",
    "supersecret",
    "aracari",
    "replace-",
];

/// Says what is wrong with a secret, for the operator; nothing when nothing is.
pub(super) fn weakness(secret: &str) -> Option<&'static str> {
    let lower = secret.to_lowercase();
    if KNOWN.iter().any(|word| lower.contains(word)) {
        return Some("is a known example or default");
    }
    let bytes = secret.as_bytes();
    if is_repetition(bytes) {
        return Some("repeats itself");
    }
    if is_sequence(bytes) {
        return Some("follows the alphabet");
    }
    let counts = counts(bytes);
    if counts.len() < FEWEST_DIFFERENT || bits(&counts, bytes.len()) < FEWEST_BITS {
        return Some("uses too few different characters");
    }
    None
}

/// True when a block of at most half the length repeats to the end.
fn is_repetition(bytes: &[u8]) -> bool {
    (1..=bytes.len() / 2).any(|period| bytes.iter().zip(&bytes[period..]).all(|(left, right)| left == right))
}

/// True when most characters are the neighbour of the one before, as in `abcdef…`, `987654…` or `aaaa…`.
fn is_sequence(bytes: &[u8]) -> bool {
    let neighbours = bytes.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) <= 1).count();
    neighbours * 2 > bytes.len()
}

fn counts(bytes: &[u8]) -> Vec<usize> {
    let mut all = [0_usize; 256];
    for byte in bytes {
        all[usize::from(*byte)] += 1;
    }
    all.into_iter().filter(|count| *count > 0).collect()
}

/// Shannon's entropy of the characters' frequencies, times the length.
#[expect(clippy::cast_precision_loss, reason = "a secret is far shorter than 2^52 bytes")]
fn bits(counts: &[usize], length: usize) -> f64 {
    let length = length as f64;
    counts.iter().map(|count| *count as f64).map(|count| count * (length / count).log2()).sum()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn attack_1_weak_secrets_are_recognised() {
        for (secret, expected) in [
            ("changeme-changeme-changeme-changeme", "is a known example or default"),
            ("CHANGEME-Yx1u7vC0m3kq9TtWcZpB5hR8sLgDfN", "is a known example or default"),
            ("replace-with-48-random-bytes-Yx1u7vC0m3k", "is a known example or default"),
            ("this-is-my-secret-for-the-whole-team-2026", "is a known example or default"),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "repeats itself"),
            ("Yx1u7vC0m3kq9TtWYx1u7vC0m3kq9TtW", "repeats itself"),
            ("Yx1u7vC0m3kqYx1u7vC0m3kqYx1u7vC0", "repeats itself"),
            ("abcdefghijklmnopqrstuvwxyz0123456789", "follows the alphabet"),
            ("aaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbcdefghij", "follows the alphabet"),
            ("acacgcaacgcgacggacacggcaacgcaccgagcaagcccgga", "uses too few different characters"),
        ] {
            assert_eq!(weakness(secret), Some(expected), "{secret}");
        }
    }

    #[test]
    fn random_secrets_of_the_recommended_kinds_are_accepted() {
        for _ in 0..500 {
            let bytes: [u8; 48] = rand::random();
            let hexadecimal: String = bytes[..16].iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
            assert_eq!(weakness(&STANDARD.encode(bytes)), None);
            assert_eq!(weakness(&hexadecimal), None, "{hexadecimal}");
        }
    }
}
