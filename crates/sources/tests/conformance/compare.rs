//! When two tables are the same: columns by name, numbers nearly, instants as instants, rows in order where it counts.

use std::cmp::Ordering;

use aracari_app::Value;
use serde_json::Value as Json;

/// How a case compares.
pub(crate) struct Rule {
    pub(crate) ordered: bool,
    /// Text columns that count as instants.
    pub(crate) implicit_dates: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Null,
    Number(f64),
    /// Microseconds since 1970.
    Instant(i64),
    Text(String),
}

struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

pub(crate) fn compare(expected: &Json, actual: &Json, rule: &Rule) -> Result<(), String> {
    let (mut expected, mut actual) = (table(expected, rule), table(actual, rule));
    for name in &expected.columns {
        if !actual.columns.contains(name) {
            return Err(format!("the column `{name}` is missing; there are {:?}", actual.columns));
        }
    }
    for name in &actual.columns {
        if !expected.columns.contains(name) {
            return Err(format!("the column `{name}` is one too many"));
        }
    }
    if expected.rows.len() != actual.rows.len() {
        return Err(format!("expected {} rows, got {}", expected.rows.len(), actual.rows.len()));
    }
    let places: Vec<usize> = expected
        .columns
        .iter()
        .map(|name| actual.columns.iter().position(|other| other == name).unwrap_or_default())
        .collect();
    for row in &mut actual.rows {
        *row = places.iter().map(|place| row[*place].clone()).collect();
    }
    if !rule.ordered {
        expected.rows.sort_by(|left, right| order(left, right));
        actual.rows.sort_by(|left, right| order(left, right));
    }
    for (number, (wanted, got)) in expected.rows.iter().zip(&actual.rows).enumerate() {
        for ((name, wanted), got) in expected.columns.iter().zip(wanted).zip(got) {
            if !same(wanted, got) {
                return Err(format!("row {}, `{name}`: expected {wanted:?}, got {got:?}", number + 1));
            }
        }
    }
    Ok(())
}

fn table(json: &Json, rule: &Rule) -> Table {
    let json = super::fixture::table(json);
    let json = if json["schema"] == "geojson" { json["data"].clone() } else { json };
    let mut columns = Vec::new();
    if let Some(features) = json.get("features").and_then(Json::as_array) {
        for feature in features {
            for name in feature["properties"].as_object().into_iter().flat_map(|properties| properties.keys()) {
                if !columns.contains(name) {
                    columns.push(name.clone());
                }
            }
        }
        let properties = columns.clone();
        columns.push("geometry".to_owned());
        let rows = features.iter().map(|feature| {
            let mut row: Vec<Cell> = properties.iter().map(|name| cell(&feature["properties"][name], None)).collect();
            row.push(cell(&feature["geometry"], None));
            row
        });
        return Table { rows: rows.collect(), columns };
    }
    let mut types = Vec::new();
    for field in json["schema"]["fields"].as_array().into_iter().flatten() {
        let name = field["name"].as_str().unwrap_or_default().to_owned();
        let implicit = rule.implicit_dates.contains(&name);
        types.push(if implicit { Some("datetime".to_owned()) } else { field["type"].as_str().map(str::to_owned) });
        columns.push(name);
    }
    let rows =
        json["data"].as_array().into_iter().flatten().map(|record| {
            columns.iter().zip(&types).map(|(name, kind)| cell(&record[name], kind.as_deref())).collect()
        });
    Table { rows: rows.collect(), columns }
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds of a date fit")]
fn cell(value: &Json, kind: Option<&str>) -> Cell {
    match (value, kind) {
        (Json::Null, _) => Cell::Null,
        (Json::String(text), Some("datetime" | "date")) => {
            date(text).map_or_else(|| Cell::Text(text.clone()), Cell::Instant)
        }
        (Json::Number(number), Some("datetime" | "date")) => {
            Cell::Instant(number.as_f64().unwrap_or_default() as i64 * 1000)
        }
        (Json::String(text), Some("number" | "integer")) => match text.parse::<f64>() {
            Ok(number) if number.is_nan() => Cell::Null,
            Ok(number) => Cell::Number(number),
            Err(_) => Cell::Text(text.clone()),
        },
        (Json::String(text), _) => Cell::Text(text.clone()),
        (Json::Bool(flag), _) => Cell::Number(f64::from(u8::from(*flag))),
        (Json::Number(number), _) => Cell::Number(number.as_f64().unwrap_or_default()),
        (Json::Object(_), _) if value.get("type").is_some() => Cell::Text(shape(value)),
        (other, _) => Cell::Text(other.to_string()),
    }
}

/// A geometry with its rings, directions and members in one order.
fn shape(geometry: &Json) -> String {
    let kind = geometry["type"].as_str().unwrap_or_default();
    let items = |json: &Json| json.as_array().cloned().unwrap_or_default();
    let sorted = |mut members: Vec<String>| {
        members.sort();
        members.join(";")
    };
    let coordinates = &geometry["coordinates"];
    let written = match kind {
        "GeometryCollection" => sorted(items(&geometry["geometries"]).iter().map(shape).collect()),
        "LineString" => line(coordinates),
        "MultiPoint" => sorted(items(coordinates).iter().map(position).collect()),
        "MultiLineString" => sorted(items(coordinates).iter().map(line).collect()),
        "Polygon" => sorted(items(coordinates).iter().map(ring).collect()),
        "MultiPolygon" => {
            sorted(items(coordinates).iter().map(|rings| sorted(items(rings).iter().map(ring).collect())).collect())
        }
        _ => position(coordinates),
    };
    format!("{kind}({written})")
}

fn position(json: &Json) -> String {
    let number = |index: usize| json[index].as_f64().unwrap_or_default();
    format!("{:?} {:?}", number(0), number(1))
}

fn line(json: &Json) -> String {
    let there: Vec<String> = json.as_array().into_iter().flatten().map(position).collect();
    let back: Vec<String> = there.iter().rev().cloned().collect();
    there.min(back).join(",")
}

fn ring(json: &Json) -> String {
    let mut there: Vec<String> = json.as_array().into_iter().flatten().map(position).collect();
    there.pop();
    let mut back: Vec<String> = there.iter().rev().cloned().collect();
    for way in [&mut there, &mut back] {
        let first = way.iter().enumerate().min_by(|one, other| one.1.cmp(other.1)).map_or(0, |(index, _)| index);
        way.rotate_left(first);
    }
    there.min(back).join(",")
}

fn date(text: &str) -> Option<i64> {
    let full = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.to_owned(),
    };
    Value::parse_date(&full).map(|date| date.timestamp_micros())
}

fn same(expected: &Cell, actual: &Cell) -> bool {
    match (expected, actual) {
        (Cell::Number(wanted), Cell::Number(got)) => (got - wanted).abs() <= 1e-8 + 1e-5 * wanted.abs(),
        (Cell::Instant(instant), Cell::Text(text)) | (Cell::Text(text), Cell::Instant(instant)) => {
            date(text) == Some(*instant)
        }
        _ => expected == actual,
    }
}

fn order(left: &[Cell], right: &[Cell]) -> Ordering {
    let key = |cell: &Cell| match cell {
        Cell::Number(number) => (1, format!("{number:+.4e}"), *number),
        Cell::Text(text) => (2, text.clone(), 0.0),
        #[expect(clippy::cast_precision_loss, reason = "only an order")]
        Cell::Instant(instant) => (3, String::new(), *instant as f64),
        Cell::Null => (9, String::new(), 0.0),
    };
    for (first, second) in left.iter().zip(right) {
        let (first, second) = (key(first), key(second));
        let found = first
            .0
            .cmp(&second.0)
            .then_with(|| if first.0 == 2 { first.1.cmp(&second.1) } else { first.2.total_cmp(&second.2) });
        if found != Ordering::Equal {
            return found;
        }
    }
    Ordering::Equal
}
