//! What is wrong with a query, in words that its author knows.

use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;

use crate::error::EngineError;
use crate::table::Table;
use crate::words::ours;

/// Functions of other databases, or such as are left out, and what is written here.
const INSTEAD: [(&[&str], &str); 12] = [
    (
        &[
            "now",
            "current_date",
            "current_time",
            "current_timestamp",
            "today",
            "getdate",
            "sysdate",
            "random",
            "rand",
            "uuid",
        ],
        "an answer depends on the rows alone; compare dates with today in a `filter` step, which knows relative dates",
    ),
    (
        &["year", "quarter", "month", "week", "day", "hour", "minute", "dayofweek", "weekday"],
        "write `date_part('month', date)`",
    ),
    (&["strftime", "date_format", "format_date", "format"], "write `to_char(date, '%Y-%m-%d')`"),
    (&["date_diff", "datediff", "timestampdiff"], "the step `duration` takes the time between two dates"),
    (&["str_to_date", "strptime", "parse_date"], "write `to_timestamp(text, '%d/%m/%Y')`"),
    (&["ifnull", "isnull", "zeroifnull"], "write `coalesce(value, 0)`"),
    (&["iif", "if", "decode"], "write `CASE WHEN … THEN … ELSE … END`"),
    (&["len"], "write `length(text)`"),
    (&["group_concat", "listagg", "array_to_string"], "write `string_agg(text, ', ')`"),
    (&["charindex", "locate", "instr"], "write `strpos(text, part)`"),
    (&["repeat", "lpad", "rpad"], "texts that grow are made by the steps on text"),
    (&["safe_cast", "convert"], "write `try_cast(value AS DOUBLE)`"),
];

/// What went wrong, in the words of the step.
pub(super) fn explained(error: &DataFusionError, table: &Table) -> EngineError {
    let refused = |reason: String| EngineError::invalid(reason);
    let twice = |name: &str| {
        refused(format!("`{name}` is the name of two columns; write the table before it, or rename one with AS"))
    };
    let root = error.find_root();
    if let DataFusionError::External(inner) = root
        && let Some(EngineError::Invalid { message }) = inner.downcast_ref::<EngineError>()
    {
        return refused(message.clone());
    }
    let DataFusionError::SchemaError(schema, _) = root else {
        // Its authors ask for a report of what they take for a mistake of theirs.
        let message = root.message();
        return refused(in_our_words(message.split("\nThis issue was likely caused").next().unwrap_or_default()));
    };
    let field = match schema.as_ref() {
        SchemaError::FieldNotFound { field, .. } => field,
        SchemaError::AmbiguousReference { field } => return twice(&field.name),
        SchemaError::DuplicateQualifiedField { name, .. } | SchemaError::DuplicateUnqualifiedField { name } => {
            return twice(name);
        }
    };
    match (table.column(&field.name), &field.relation) {
        (Err(refused @ EngineError::NotPermittedColumn { .. }), _) => refused,
        (Ok(_), Some(relation)) => refused(format!("there is no `{relation}` with a column `{}` here", field.name)),
        _ => {
            let known = table.columns().iter().map(String::as_str);
            let hint = match aracari_app::infer::suggest(&field.name, known) {
                Some(similar) => format!("; did you mean \"{similar}\"?"),
                None => String::new(),
            };
            refused(format!("there is no column `{}` here{hint}", field.name))
        }
    }
}

/// A message of the library.
fn in_our_words(message: &str) -> String {
    let between = |start: &str, end: &str| {
        message.split_once(start).and_then(|(_, rest)| rest.split_once(end)).map(|(name, _)| name)
    };
    if let Some(name) = between("Invalid function '", "'") {
        let lower = name.to_lowercase();
        if let Some((_, write)) = INSTEAD.iter().find(|(names, _)| names.contains(&lower.as_str())) {
            return format!("there is no function `{name}` here: {write}");
        }
        let similar = between("Did you mean '", "'");
        let hint = similar.map_or_else(String::new, |similar| format!("; did you mean `{similar}`?"));
        return format!("there is no function `{name}` here{hint}");
    }
    if let Some(name) =
        between("Function '", "'").filter(|_| message.contains("signature") || message.contains("received"))
    {
        let given = between("(DataType: ", ").").map(ours);
        return match given {
            Some(given) => format!(
                "`{name}` does not take a {given}; `try_cast(… AS DOUBLE)` makes a number of a text, and null where it is none"
            ),
            None => {
                format!("`{name}` does not take what it is given; look at the number and the types of its arguments")
            }
        };
    }
    if message.starts_with("Substring without for/from") {
        return "`substring` needs to know where it begins and ends: `substring(text, 1, 3)`".to_owned();
    }
    if let Some(types) = message
        .strip_prefix("Cannot coerce arithmetic expression ")
        .and_then(|rest| rest.strip_suffix(" to valid types"))
    {
        return format!("{} cannot be computed: cast one side, such as `try_cast(text AS DOUBLE)`", ours(types));
    }
    ours(message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::steps::testing::{failure, run, table};

    #[test]
    fn mistakes_are_told_in_words_of_the_step() {
        for (query, told) in [
            ("SELECT now() AS n FROM input", "there is no function `now` here: an answer depends on the rows alone"),
            ("SELECT month(day) AS n FROM input", "write `date_part('month', date)`"),
            ("SELECT strftime(day, '%Y') AS n FROM input", "write `to_char(date, '%Y-%m-%d')`"),
            ("SELECT lenght(t) AS n FROM input", "there is no function `lenght` here; did you mean `length`?"),
            ("SELECT sum(t) AS n FROM input", "`sum` does not take a text; `try_cast(… AS DOUBLE)` makes a number"),
            ("SELECT avg(day) AS n FROM input", "`avg` does not take a date"),
            ("SELECT substring(t) AS n FROM input", "`substring(text, 1, 3)`"),
            ("SELECT t + 1 AS n FROM input", "text + integer cannot be computed: cast one side"),
        ] {
            let input = table(json!({"t": ["a"], "day": ["2024-01-31T00:00:00Z"]}));
            let error = failure(input, json!([{"name": "customsql", "query": query}]));
            assert!(error.contains(told), "{query}: {error}");
        }
    }

    #[test]
    fn what_is_advised_works() {
        let query = "SELECT date_part('month', day) AS m, to_char(day, '%Y-%m-%d') AS d, coalesce(v, 0) AS v, \
                     length(t) AS l, strpos(t, 'b') AS s, try_cast(t AS DOUBLE) AS n, to_timestamp('31/01/2024', '%d/%m/%Y') AS p \
                     FROM input";
        let input = table(json!({"t": ["ab"], "day": ["2024-01-31T00:00:00Z"], "v": [1]}));
        let answer = run(input, json!([{"name": "customsql", "query": query}]));
        let expected = json!({"m": [1], "d": ["2024-01-31"], "v": [1], "l": [2], "s": [2], "n": [null], "p": ["2024-01-31T00:00:00Z"]});
        assert_eq!(answer, expected);
    }
}
