//! Formats of numbers, dates and texts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Text;

/// How a value is written: the name of a format, or its details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Format {
    Name(FormatName),
    Details(FormatDetails),
}

/// The formats that have a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FormatName {
    Integer,
    Decimal,
    Decimal1,
    Decimal2,
    Percent,
    Percent1,
    Compact,
    DurationMinutes,
    Date,
    Month,
    Year,
    Weekday,
    Hour,
    Text,
}

/// A format in its long form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FormatDetails {
    pub style: FormatStyle,
    /// Digits after the decimal sign.
    #[schemars(range(max = 10))]
    pub decimals: Option<u8>,
    /// A currency code such as `EUR`.
    #[schemars(length(min = 3, max = 3))]
    pub currency: Option<String>,
    /// A word after the number, such as `min`.
    pub unit: Option<Text>,
}

/// The families of formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FormatStyle {
    Decimal,
    Percent,
    Currency,
    Compact,
    Date,
}
