//! Dates said as a distance from another date or from today, as in "one month until the first of December".

use chrono::{DateTime, Days, Months, Utc};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::value::Value;

/// A date some units of the calendar after another one, or before it.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RelativeDate {
    /// Today when absent.
    #[serde(default)]
    date: Option<Value>,
    /// `from` and `after` count forwards, `until` and `before` backwards.
    operator: Direction,
    quantity: Quantity,
    duration: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Direction {
    From,
    After,
    Until,
    Before,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Unit {
    Year,
    Quarter,
    Month,
    Week,
    Day,
}

/// A number, which may be spelled as a text.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Quantity {
    Number(i64),
    Text(String),
}

impl RelativeDate {
    /// True when the keys of a map are those of a relative date.
    pub(crate) fn is_written_as(entries: &Map<String, Json>) -> bool {
        ["operator", "quantity", "duration"].iter().all(|key| entries.contains_key(*key))
    }

    /// True when it is told from today, so that it is another date tomorrow.
    pub(crate) fn moves(entries: &Map<String, Json>) -> bool {
        Self::is_written_as(entries) && entries.get("date").is_none_or(Json::is_null)
    }

    /// The date that is meant; months that are too short end on their last day.
    pub(crate) fn value(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
        let date = match &self.date {
            None | Some(Value::Null) => now.date_naive().and_hms_opt(0, 0, 0).unwrap_or_default().and_utc(),
            Some(Value::Date(date)) => *date,
            Some(Value::Text(text)) => Value::parse_date(text)
                .ok_or_else(|| format!("`{text}` is no date; write it as 2024-12-31 or 2024-12-31T23:59:59Z"))?,
            Some(other) => return Err(format!("`{other}` is no date")),
        };
        let quantity = match &self.quantity {
            Quantity::Number(number) => *number,
            Quantity::Text(text) => {
                text.trim().parse().map_err(|_| format!("the quantity `{text}` is no whole number"))?
            }
        };
        let distance = match self.operator {
            Direction::From | Direction::After => quantity,
            Direction::Until | Direction::Before => quantity.saturating_neg(),
        };
        self.moved(date, distance).ok_or_else(|| "this date is too far away".to_owned())
    }

    fn moved(&self, date: DateTime<Utc>, distance: i64) -> Option<DateTime<Utc>> {
        let units = |factor: u64| distance.unsigned_abs().checked_mul(factor);
        let months = |factor| Some(Months::new(u32::try_from(units(factor)?).ok()?));
        let days = |factor| Some(Days::new(units(factor)?));
        let by_months =
            |count| if distance < 0 { date.checked_sub_months(count) } else { date.checked_add_months(count) };
        let by_days = |count| if distance < 0 { date.checked_sub_days(count) } else { date.checked_add_days(count) };
        match self.duration {
            Unit::Year => by_months(months(12)?),
            Unit::Quarter => by_months(months(3)?),
            Unit::Month => by_months(months(1)?),
            Unit::Week => by_days(days(7)?),
            Unit::Day => by_days(days(1)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn date(json: Json) -> Result<Value, String> {
        serde_json::from_value::<Value>(json).map_err(|error| error.to_string())
    }

    #[test]
    fn units_are_those_of_the_calendar() {
        for (operator, quantity, duration, expected) in [
            ("from", json!(1), "month", "2024-02-29T10:00:00"),
            ("from", json!("1"), "quarter", "2024-04-30T10:00:00"),
            ("until", json!(1), "month", "2023-12-31T10:00:00"),
            ("before", json!(2), "week", "2024-01-17T10:00:00"),
            ("after", json!(1), "day", "2024-02-01T10:00:00"),
            ("until", json!(-1), "year", "2025-01-31T10:00:00"),
        ] {
            let written = json!({"date": "2024-01-31T10:00:00", "operator": operator, "quantity": quantity,
                "duration": duration});
            let expected = Value::parse_date(expected).map(Value::Date).unwrap();
            assert_eq!(date(written), Ok(expected), "{operator} {quantity} {duration}");
        }
    }

    #[test]
    fn without_a_date_it_is_told_from_today() {
        let written = json!({"operator": "until", "quantity": 0, "duration": "day"});
        let today = Utc::now().date_naive().and_hms_opt(0, 0, 0).unwrap().and_utc();
        assert_eq!(date(written.clone()), Ok(Value::Date(today)));
        let told_on = |date: Json| {
            let mut condition =
                json!([{"name": "filter", "condition": {"column": "d", "operator": "from", "value": written}}]);
            condition[0]["condition"]["value"]["date"] = date;
            crate::template::has_variables(&condition)
        };
        assert!(told_on(json!(null)), "it is read again for each question");
        assert!(!told_on(json!("2024-01-31")));
    }

    #[test]
    fn mistakes_are_named() {
        let relative = |key: &str, value: Json| {
            let mut written = json!({"date": "2024-01-31", "operator": "from", "quantity": 1, "duration": "day"});
            written[key] = value;
            date(written).unwrap_err()
        };
        assert!(relative("date", json!("soon")).contains("`soon` is no date"));
        assert!(relative("quantity", json!("many")).contains("`many`"));
        assert!(relative("quantity", json!(i64::MAX)).contains("too far"));
        assert!(relative("quantity", json!(i64::MIN)).contains("too far"));
        assert!(relative("duration", json!("hour")).contains("hour"));
        assert!(relative("operator", json!("near")).contains("near"));
        assert!(relative("colour", json!(1)).contains("colour"));
    }
}
