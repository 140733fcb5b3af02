//! What may be said of a user: texts that show well, attributes that permissions can use.

use aracari_app::Value;
use aracari_store::NewUser;

/// Longest display name or group, in characters.
const LONGEST: usize = 128;
/// Most values of one attribute, and most attributes or groups of one user.
const MOST: usize = 1000;

/// A rule that a new user breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileRule {
    #[error("a display name is 1 to {LONGEST} characters of plain text")]
    DisplayName,
    #[error("a group's name is 1 to {LONGEST} characters of plain text; found `{}`", .0.escape_debug())]
    Group(String),
    #[error("an attribute's name holds letters, digits, `_` and `-` and starts with a letter; found `{}`", .0.escape_debug())]
    AttributeName(String),
    #[error("the attribute `{0}` must be a text, a number, true, false or a list of these")]
    AttributeValue(String),
    #[error("`{}` is not a language such as `en` or `pt-BR`", .0.escape_debug())]
    Locale(String),
    #[error("a user has at most {MOST} groups, attributes and values of an attribute")]
    TooMany,
}

/// Says which rule a new user breaks.
pub fn check_profile(user: &NewUser) -> Result<(), ProfileRule> {
    if !is_plain(&user.display_name) {
        return Err(ProfileRule::DisplayName);
    }
    if user.groups.len() > MOST || user.attributes.len() > MOST {
        return Err(ProfileRule::TooMany);
    }
    if let Some(group) = user.groups.iter().find(|group| !is_plain(group)) {
        return Err(ProfileRule::Group(group.clone()));
    }
    for (name, value) in &user.attributes {
        check_attribute(name, value)?;
    }
    match &user.locale {
        Some(locale) if !is_locale(locale) => Err(ProfileRule::Locale(locale.clone())),
        _ => Ok(()),
    }
}

fn check_attribute(name: &str, value: &Value) -> Result<(), ProfileRule> {
    let follows = |character: char| character.is_ascii_alphanumeric() || character == '_' || character == '-';
    if !name.starts_with(|first: char| first.is_ascii_alphabetic())
        || !name.chars().all(follows)
        || name.len() > LONGEST
    {
        return Err(ProfileRule::AttributeName(name.to_owned()));
    }
    let allowed = match value {
        Value::List(items) if items.len() > MOST => return Err(ProfileRule::TooMany),
        Value::List(items) => items.iter().all(is_scalar),
        // Nothing: permissions that need it give no row.
        Value::Null => true,
        other => is_scalar(other),
    };
    if allowed { Ok(()) } else { Err(ProfileRule::AttributeValue(name.to_owned())) }
}

fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_))
}

/// Printable, not blank, and of one line.
fn is_plain(text: &str) -> bool {
    !text.trim().is_empty()
        && text.chars().count() <= LONGEST
        && aracari_store::clean_text(text) == text.replace('\\', "\\\\")
}

/// `en`, `fr`, `pt-BR`, `zh-Hant-TW`.
fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    let is_language = (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    is_language
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use aracari_store::UserName;

    use super::*;

    fn user() -> NewUser {
        NewUser::named(UserName::parse("jane").unwrap())
    }

    #[test]
    fn an_ordinary_user_is_accepted() {
        let values = [
            Value::Text("UA' OR '1'='1".into()),
            Value::Integer(3),
            Value::Boolean(true),
            Value::Null,
            Value::List(vec![]),
        ];
        for value in values {
            let attributes = [("carriers".to_owned(), value)].into();
            let groups = vec!["carrier-managers".to_owned(), "CN=Ops\\Team".to_owned()];
            let new = NewUser {
                display_name: "Élise O'Hara".into(),
                groups,
                attributes,
                locale: Some("pt-BR".into()),
                ..user()
            };
            assert_eq!(check_profile(&new), Ok(()));
        }
    }

    #[test]
    fn what_would_mislead_or_mean_nothing_is_refused() {
        for display_name in ["", "  ", "a\nb", "a\u{202e}b", &"x".repeat(129)] {
            let refused = check_profile(&NewUser { display_name: display_name.into(), ..user() });
            assert_eq!(refused, Err(ProfileRule::DisplayName), "{display_name:?}");
        }
        for value in [Value::All, Value::List(vec![Value::All]), Value::List(vec![Value::List(vec![])])] {
            let refused = check_profile(&NewUser { attributes: [("x".to_owned(), value.clone())].into(), ..user() });
            assert_eq!(refused, Err(ProfileRule::AttributeValue("x".into())), "{value:?}");
        }
        for name in ["", "1x", "a b", "{{x}}", "é"] {
            let refused = check_profile(&NewUser { attributes: [(name.to_owned(), Value::Null)].into(), ..user() });
            assert_eq!(refused, Err(ProfileRule::AttributeName(name.into())));
        }
        for locale in ["", "english", "EN", "en_US", "e", "en-"] {
            let refused = check_profile(&NewUser { locale: Some(locale.into()), ..user() });
            assert_eq!(refused, Err(ProfileRule::Locale(locale.into())));
        }
        let refused = check_profile(&NewUser { groups: vec![" ".into()], ..user() });
        assert_eq!(refused, Err(ProfileRule::Group(" ".into())));
    }
}
