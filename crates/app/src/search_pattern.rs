//! Patterns that texts are searched with: regular expressions within limits.

/// How many bytes a pattern may have.
pub const MAX_PATTERN: usize = 1_000;
/// How many bytes a pattern may take once it is prepared.
const MAX_PREPARED: usize = 1 << 20;

/// Refuses patterns that are none, and those that are too large to search with; the error says why.
pub fn check(pattern: &str) -> Result<(), String> {
    if pattern.len() > MAX_PATTERN {
        return Err(format!("a pattern may have {MAX_PATTERN} characters, this one has {}", pattern.len()));
    }
    let prepared = regex::RegexBuilder::new(pattern).size_limit(MAX_PREPARED).build();
    prepared.map(drop).map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => format!("the pattern `{pattern}` is too large: repeat less in it"),
        // The last line says what is wrong; those before draw where.
        other => {
            let drawn = other.to_string();
            let reason = drawn.lines().next_back().unwrap_or_default().trim_start_matches("error: ").to_owned();
            format!("`{pattern}` is no pattern that can be searched for: {reason}")
        }
    })
}
