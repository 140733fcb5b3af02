//! What the parser's complaints most often come from, and what mends it.

use super::Span;

/// A complaint in words for people: where, what, and what to do.
pub(super) type Explained = (Span, String, Option<String>);

/// What is probably meant by a complaint of the parser about the text at a place.
pub(super) fn explain(complaint: &str, lines: &[&str], at: Span) -> Explained {
    tab(complaint, lines, at)
        .or_else(|| inner_quote(complaint, lines, at))
        .or_else(|| formula(lines, at))
        .or_else(|| colon(complaint, lines, at))
        .unwrap_or_else(|| {
            let hint = usual(complaint, line(lines, at.line));
            (at, format!("this is not valid YAML: {complaint}"), hint.map(str::to_owned))
        })
}

/// A variable that stands without quotes: the braces begin a map in a map. `at` is the second brace.
pub(super) fn variable(lines: &[&str], at: Span) -> Option<Explained> {
    let written: String = line(lines, at.line).chars().skip(at.column.checked_sub(2)?).collect();
    let inside = written.strip_prefix("{{")?.split_once("}}")?.0;
    let variable = format!("{{{{{inside}}}}}");
    let span = Span { column: at.column - 1, length: variable.chars().count(), ..at };
    Some((span, format!("the variable `{variable}` stands without quotes"), Some(format!("write \"{variable}\""))))
}

/// The key and the value of `name:domain`, which is one word.
pub(crate) fn without_blank(text: &str) -> Option<(&str, &str)> {
    let (key, value) = text.split_once(':')?;
    let mut letters = key.chars();
    let is_key = letters.next().is_some_and(char::is_alphabetic)
        && letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'));
    let is_value = !value.starts_with(|first: char| first.is_whitespace() || matches!(first, ':' | '/'));
    (is_key && is_value && !value.is_empty()).then_some((key, value))
}

/// What to write instead of `name:domain`.
pub(crate) fn with_blank(key: &str, value: &str) -> String {
    format!("a colon needs a blank after it: `{key}: {value}`")
}

fn line<'a>(lines: &[&'a str], number: usize) -> &'a str {
    number.checked_sub(1).and_then(|index| lines.get(index)).copied().unwrap_or_default()
}

/// A line that is indented with a tab; the parser stumbles over it when it comes to the line after, or while the text of
/// the line before goes on.
fn tab(complaint: &str, lines: &[&str], at: Span) -> Option<Explained> {
    let after = complaint.contains("tab").then_some(at.line + 1);
    let mut around = [at.line.checked_sub(1), Some(at.line), after].into_iter().flatten();
    let (number, (before, length)) = around.find_map(|number| Some((number, indented_by_tab(line(lines, number))?)))?;
    let span = Span { line: number, column: before + 1, length, ..at };
    let message = "this line is indented with a tab, which YAML does not take".to_owned();
    Some((span, message, Some("indent with spaces".to_owned())))
}

/// Where the indentation of a line holds a tab, and how much of it there is from there.
fn indented_by_tab(line: &str) -> Option<(usize, usize)> {
    let indentation: Vec<char> = line.chars().take_while(|character| character.is_whitespace()).collect();
    let before = indentation.iter().position(|character| *character == '\t')?;
    Some((before, indentation.len() - before))
}

/// `'l'eau'`: a quote in a text that stands between such quotes ends it.
fn inner_quote(complaint: &str, lines: &[&str], at: Span) -> Option<Explained> {
    if !complaint.contains("trailing content after double-quoted scalar") {
        return None;
    }
    let letters: Vec<char> = line(lines, at.line).chars().collect();
    let closing = at.column.checked_sub(2)?;
    let quote = letters.get(closing).copied().filter(|sign| matches!(sign, '"' | '\''))?;
    let begins = |index: &usize| index.checked_sub(1).is_none_or(|before| " [{,:".contains(letters[before]));
    let opening = (0..closing).rev().filter(|index| letters[*index] == quote).find(begins)?;
    let end = letters.iter().rposition(|letter| *letter == quote).filter(|end| *end > closing).unwrap_or(letters.len());
    let text: String = letters[opening + 1..end].iter().collect();
    let message = "a text between quotes ends at the next one, and more stands after it".to_owned();
    let (written, other) = match quote {
        '\'' => (text.replace('\'', "''"), '"'),
        _ => (text.replace('"', "\\\""), '\''),
    };
    let or = if text.contains([other, '\\']) { String::new() } else { format!(" or `{other}{text}{other}`") };
    let span = Span { column: closing + 1, length: 1, ..at };
    Some((span, message, Some(format!("write `{quote}{written}{quote}`{or}"))))
}

/// `[amount] * 2`: a formula that begins with a bracket is read as a list.
fn formula(lines: &[&str], at: Span) -> Option<Explained> {
    let letters: Vec<char> = line(lines, at.line).chars().collect();
    let (before, after) = letters.split_at_checked(at.column.checked_sub(1)?)?;
    let rest: String = after.iter().collect();
    let is_operator = rest.starts_with(['+', '-', '*', '/', '%', '<', '>', '=', '!'])
        || rest.starts_with("and ")
        || rest.starts_with("or ");
    let closing = before.iter().rposition(|letter| !letter.is_whitespace()).filter(|index| before[*index] == ']')?;
    let opening = before[..closing].iter().rposition(|letter| *letter == '[').filter(|_| is_operator)?;
    let text: String = letters[opening..].iter().take_while(|letter| !matches!(letter, ',' | '}' | '#')).collect();
    let text = text.trim_end();
    let quote = if text.contains('"') { '\'' } else { '"' };
    let span = Span { column: opening + 1, length: text.chars().count(), ..at };
    let message = "what begins with a bracket is a list, and more stands after its end".to_owned();
    Some((span, message, Some(format!("write a formula between quotes: `{quote}{text}{quote}`"))))
}

/// `name:domain`, on this line or on the one before it: the key comes to an end without a value.
fn colon(complaint: &str, lines: &[&str], at: Span) -> Option<Explained> {
    if !complaint.contains("mapping values are not allowed") && !complaint.contains("simple key expect ':'") {
        return None;
    }
    let is_empty = |number: &usize| {
        let written = line(lines, *number).trim_start();
        written.is_empty() || written.starts_with('#')
    };
    let before = (1..at.line).rev().find(|number| !is_empty(number));
    [Some(at.line), before].into_iter().flatten().find_map(|number| {
        let written = line(lines, number);
        let text = written.trim_start_matches([' ', '-']).trim_end();
        let (key, value) = without_blank(text)?;
        let column = written.chars().take_while(|letter| matches!(letter, ' ' | '-')).count() + 1;
        let span = Span { line: number, column, length: text.chars().count(), ..at };
        Some((span, format!("`{text}` is one text, without a key"), Some(with_blank(key, value))))
    })
}

fn usual(complaint: &str, line: &str) -> Option<&'static str> {
    if has_plain_colon(line) {
        Some("write a text that holds a colon between quotes")
    } else if complaint.contains("mapping values are not allowed") || complaint.contains("block") {
        Some("this line, or the one before it, is not indented like those beside it")
    } else if complaint.contains("flow") {
        Some(
            "close each `{` and `[`, put a comma between items, and write a text that holds one of these between quotes",
        )
    } else {
        None
    }
}

/// True for `title: Routes: which are busiest?`: the text after the first colon holds another one.
fn has_plain_colon(line: &str) -> bool {
    let Some((key, text)) = line.split_once(": ") else { return false };
    !key.contains(['{', '[']) && !text.trim_start().starts_with(['"', '\'', '{', '[', '|', '>']) && text.contains(": ")
}
