//! The columns of a table or query of SQLite. A column may hold values of any type there, so all of them are looked at.

use aracari_app::Relation;
use aracari_app::schema::ColumnType;
use aracari_engine::sql::SqlColumn;
use rusqlite::{Connection, Row};

use crate::database::{Description, ansi_quoted, parse_name, usable};

const DAY: &str = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]";
const CLOCK: &str = "[0-9][0-9]:[0-9][0-9]:[0-9][0-9]";

/// What of a column's declaration counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Declared {
    Boolean,
    Date,
    Integer,
    Float,
    Text,
    Nothing,
}

/// Which values a column holds.
#[expect(clippy::struct_excessive_bools, reason = "each is a finding of its own, all of one query")]
struct Found {
    integers: bool,
    floats: bool,
    texts: bool,
    blobs: bool,
    /// Every integer is 0 or 1.
    is_flag: bool,
    /// Every text is a date as SQLite's functions write them.
    is_date: bool,
}

pub(super) fn describe(connection: &Connection, relation: &Relation) -> Result<Description, String> {
    let failed = |error: rusqlite::Error| error.to_string();
    let (from, position, declared) = match relation {
        Relation::Table(name) => table(connection, name)?,
        Relation::Query(query) => {
            // By itself it has to be one statement; only then it can stand between parentheses.
            let alone = connection.prepare(query).map_err(failed)?;
            if !alone.readonly() || alone.column_count() == 0 || alone.parameter_count() > 0 {
                return Err("expected one query that gives rows, such as SELECT, without parameters".to_owned());
            }
            let names = alone.column_names().into_iter().map(|name| (name.to_owned(), String::new())).collect();
            (format!("({query}\n) AS query"), None, names)
        }
    };
    let looks: Vec<String> = declared.iter().map(|(name, _)| look(&ansi_quoted(name))).collect();
    if looks.is_empty() {
        return Err("it has no column that can be read".to_owned());
    }
    let mut columns = Vec::with_capacity(declared.len());
    // A statement has at most two thousand columns.
    for (names, looks) in declared.chunks(100).zip(looks.chunks(100)) {
        let text = format!("SELECT {} FROM {from}", looks.join(", "));
        let found: Vec<Found> = connection
            .query_row(&text, [], |row| (0..names.len()).map(|index| found(row, index * 6)).collect())
            .map_err(failed)?;
        columns.extend(names.iter().zip(&found).filter_map(|((name, written), found)| column(name, written, found)));
    }
    Ok(Description { from, columns: usable(columns)?, position })
}

type Described = (String, Option<String>, Vec<(String, String)>);

/// What stands behind FROM, what orders the rows, and the columns with their declared types.
fn table(connection: &Connection, name: &str) -> Result<Described, String> {
    let failed = |error: rusqlite::Error| error.to_string();
    let mut parts = parse_name(name, 2)?;
    let table = parts.pop().unwrap_or_default();
    if parts.pop().is_some_and(|schema| schema != "main") {
        return Err("tables of SQLite have no schema but `main`".to_owned());
    }
    let listed: Option<(String, bool)> = connection
        .prepare("SELECT type, wr FROM pragma_table_list WHERE schema = 'main' AND name = ?1")
        .and_then(|mut statement| {
            statement.query_map([&table], |row| Ok((row.get(0)?, row.get(1)?)))?.next().transpose()
        })
        .map_err(failed)?;
    let Some((kind, without_rowid)) = listed.filter(|_| !table.to_ascii_lowercase().starts_with("sqlite_")) else {
        return Err(format!("there is no table `{table}`"));
    };
    let columns: Vec<(String, String)> = connection
        .prepare("SELECT name, type FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid")
        .and_then(|mut statement| statement.query_map([&table], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
        .map_err(failed)?;
    let has_own = columns.iter().any(|(name, _)| name.eq_ignore_ascii_case("_rowid_"));
    let position = (kind == "table" && !without_rowid && !has_own).then(|| "_rowid_".to_owned());
    Ok((format!("main.{}", ansi_quoted(&table)), position, columns))
}

/// Six questions about all values of a column.
fn look(column: &str) -> String {
    let rest = format!("rtrim(substr({column}, 20), 'Z')");
    let is_date = format!(
        "({column} GLOB '{DAY}' OR ({column} GLOB '{DAY}[ T]{CLOCK}*' AND length(substr({column}, 20)) <= 8 AND \
         ({rest} = '' OR ({rest} GLOB '.[0-9]*' AND {rest} NOT GLOB '.*[^0-9]*' AND length({rest}) <= 7)))) \
         AND unixepoch(substr({column}, 1, 19)) IS NOT NULL"
    );
    format!(
        "coalesce(max(typeof({column}) = 'integer'), 0), coalesce(max(typeof({column}) = 'real'), 0), \
         coalesce(max(typeof({column}) = 'text'), 0), coalesce(max(typeof({column}) = 'blob'), 0), \
         coalesce(max({column} NOT IN (0, 1)), 0) = 0, coalesce(min(iif({column} IS NULL, NULL, {is_date})), 0) = 1"
    )
}

fn found(row: &Row<'_>, first: usize) -> rusqlite::Result<Found> {
    Ok(Found {
        integers: row.get(first)?,
        floats: row.get(first + 1)?,
        texts: row.get(first + 2)?,
        blobs: row.get(first + 3)?,
        is_flag: row.get(first + 4)?,
        is_date: row.get(first + 5)?,
    })
}

/// By the rules of SQLite for what a declared type means, and the names that people give to dates and booleans.
fn declaration(written: &str) -> Declared {
    let upper = written.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| upper.contains(word));
    if has(&["BOOL"]) {
        Declared::Boolean
    } else if has(&["DATE", "TIMESTAMP"]) {
        Declared::Date
    } else if has(&["INT"]) {
        Declared::Integer
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        Declared::Text
    } else if has(&["REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL"]) {
        Declared::Float
    } else {
        Declared::Nothing
    }
}

/// The column as questions see it; bytes cannot be asked about.
fn column(name: &str, written: &str, found: &Found) -> Option<SqlColumn> {
    if found.blobs {
        return None;
    }
    let plain = ansi_quoted(name);
    let declared = declaration(written);
    let as_text = || if declared == Declared::Text { plain.clone() } else { format!("CAST({plain} AS TEXT)") };
    let as_date = || {
        let fraction = format!("substr(rtrim(substr({plain}, 21), 'Z') || '000000', 1, 6)");
        format!("(unixepoch(substr({plain}, 1, 19)) * 1000000 + CAST({fraction} AS INTEGER))")
    };
    let is_empty = !(found.integers || found.floats || found.texts);
    let (kind, expression) = match declared {
        Declared::Boolean if !found.texts && !found.floats && found.is_flag => (ColumnType::Boolean, plain),
        Declared::Date if is_empty || (found.texts && !found.integers && !found.floats && found.is_date) => {
            (ColumnType::Date, as_date())
        }
        _ if found.texts => (ColumnType::Text, as_text()),
        Declared::Float => (ColumnType::Float, format!("CAST({plain} AS REAL)")),
        _ if found.floats => (ColumnType::Float, format!("CAST({plain} AS REAL)")),
        _ if found.integers || declared == Declared::Integer => (ColumnType::Integer, plain),
        _ => (ColumnType::Text, as_text()),
    };
    Some(SqlColumn { name: name.to_owned(), kind, expression })
}
