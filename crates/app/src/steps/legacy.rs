//! Older spellings of the step language: one column where a list stands today.

/// The list, or what stands in its place in the older spelling.
pub(super) fn one_or_many(
    (list_key, list): (&str, Option<Vec<String>>),
    (single_key, single): (&str, Option<String>),
) -> Result<Vec<String>, String> {
    match (list, single) {
        (Some(list), None) => Ok(list),
        (None, Some(single)) => Ok(vec![single]),
        (None, None) => Err(format!("the key `{list_key}` is missing")),
        (Some(_), Some(_)) => Err(format!("`{single_key}` is the older spelling of `{list_key}`: keep one of them")),
    }
}
