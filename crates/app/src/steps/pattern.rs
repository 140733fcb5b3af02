//! Patterns of dates, as in Python's `strftime` and `strptime`.

use chrono::format::{Item, StrftimeItems};

/// Longer patterns would write more than a date.
const MAX_CHARACTERS: usize = 200;

/// What is wrong with a pattern.
#[must_use]
pub fn mistake(pattern: &str) -> Option<String> {
    let characters = pattern.chars().count();
    if characters > MAX_CHARACTERS {
        return Some(format!("a pattern for dates has at most {MAX_CHARACTERS} characters, and this one {characters}"));
    }
    let mut parts = 0;
    for item in StrftimeItems::new(pattern) {
        match item {
            Item::Error => return Some(format!("`{pattern}` is no pattern for dates, such as `%d/%m/%Y`")),
            Item::Numeric(..) | Item::Fixed(_) => parts += 1,
            _ => {}
        }
    }
    (parts == 0).then(|| format!("the pattern `{pattern}` holds no part of a date; write it as in `%d/%m/%Y`"))
}

#[cfg(test)]
mod tests {
    use super::mistake;

    #[test]
    fn a_pattern_holds_parts_of_a_date() {
        for right in ["%Y", "%d/%m/%y", "%-d %B", "100 %% %H:%M:%S.%f", "%c"] {
            assert_eq!(mistake(right), None, "{right}");
        }
        for (wrong, words) in [("%Q", "no pattern"), ("%", "no pattern"), ("dd/mm/yyyy", "no part"), ("", "no part")] {
            assert!(mistake(wrong).is_some_and(|message| message.contains(words)), "{wrong}");
        }
        assert!(mistake(&"%A".repeat(1_000)).is_some_and(|message| message.contains("at most 200 characters")));
    }
}
