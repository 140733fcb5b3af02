//! The two spellings of a step's keys: the one that the reference shows, and that of older pipelines.

/// Keys whose other spelling is not the first one in snake case.
const IRREGULAR: [(&str, &str); 5] = [
    ("toCumSum", "to_cumsum"),
    ("strCol1", "str_col_1"),
    ("strCol2", "str_col_2"),
    ("if", "condition"),
    ("else", "else_value"),
];

/// The other spelling of a key; none where there is but one.
pub(crate) fn other_spelling(key: &str) -> Option<String> {
    if let Some((_, other)) = IRREGULAR.iter().find(|(first, _)| *first == key) {
        return Some((*other).to_owned());
    }
    key.contains(|letter: char| letter.is_ascii_uppercase()).then(|| snake_case(key))
}

fn snake_case(key: &str) -> String {
    let mut snake = String::with_capacity(key.len() + 2);
    for character in key.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}
