//! The table in `docs/sources.md` of what is pushed down where: it is what the engine does.

use std::fmt::Write;
use std::sync::Arc;

use aracari_app::Step;
use aracari_app::schema::ColumnType;
use aracari_engine::sql::{Dialect, SqlColumn, SqlSource, SqlTable, Statement};
use aracari_engine::standalone::Standalone;
use aracari_sources::{PostgresqlDialect, SqliteDialect};
use arrow::datatypes::SchemaRef;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::memory_pool::MemoryPool;
use datafusion::physical_plan::EmptyRecordBatchStream;
use serde_json::{Value as Json, json};

/// A database without rows.
struct Nothing(Box<dyn Dialect>);

impl std::fmt::Debug for Nothing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nothing")
    }
}

impl SqlSource for Nothing {
    fn id(&self) -> &'static str {
        "nothing"
    }

    fn dialect(&self) -> &dyn Dialect {
        self.0.as_ref()
    }

    fn rows(&self, _: &Statement, schema: SchemaRef, _: &Arc<dyn MemoryPool>) -> SendableRecordBatchStream {
        Box::pin(EmptyRecordBatchStream::new(schema))
    }
}

/// What people ask for, and a step that does it.
#[rustfmt::skip]
fn samples() -> Vec<(&'static str, Json)> {
    let aggregate = |function: &str, column: &str| {
        json!({"name": "aggregate", "on": ["t"], "aggregations": [{"aggfunction": function, "columns": [column], "newcolumns": ["x"]}]})
    };
    let filter = |operator: &str, column: &str, value: Json| {
        json!({"name": "filter", "condition": {"column": column, "operator": operator, "value": value}})
    };
    vec![
        ("`select`, `delete`, `rename`, `duplicate`", json!({"name": "rename", "toRename": [["t", "u"]]})),
        ("`filter` by `eq ne lt le gt ge in nin`", filter("ge", "t", json!("a"))),
        ("`filter` by `isnull notnull`, `and`, `or`", json!({"name": "filter", "condition": {"or": [{"column": "t", "operator": "isnull"}, {"column": "i", "value": 1}]}})),
        ("`filter` by `from until`", filter("from", "d", json!("2024-01-01"))),
        ("`filter` by `matches notmatches`", filter("matches", "t", json!("^a[bc]+$"))),
        ("`aggregate`: `count`, `count distinct`", aggregate("count distinct", "i")),
        ("`aggregate`: `sum`, `avg`", aggregate("sum", "f")),
        ("`aggregate`: `min`, `max`", aggregate("max", "t")),
        ("`aggregate`: `first`, `last`", aggregate("first", "i")),
        ("`uniquegroups`", json!({"name": "uniquegroups", "on": ["t", "i"]})),
        ("`sort`", json!({"name": "sort", "columns": [{"column": "t", "order": "desc"}]})),
        ("`top`", json!({"name": "top", "rankOn": "f", "sort": "desc", "limit": 5})),
        ("`top` in groups", json!({"name": "top", "groups": ["t"], "rankOn": "f", "sort": "desc", "limit": 5})),
        ("`formula` with `+ - *` and `/`", json!({"name": "formula", "newColumn": "x", "formula": "(f + i) * 2 / i"})),
        ("`formula` that compares", json!({"name": "formula", "newColumn": "x", "formula": "i > 2"})),
        ("`ifthenelse`", json!({"name": "ifthenelse", "newColumn": "x", "if": {"column": "i", "operator": "gt", "value": 1}, "then": 1, "else": 0})),
        ("`fillna`", json!({"name": "fillna", "columns": ["f"], "value": 0.5})),
        ("`concatenate`", json!({"name": "concatenate", "columns": ["t", "t"], "separator": "-", "newColumnName": "x"})),
        ("`dategranularity`: day, week, month, year", json!({"name": "dategranularity", "column": "d", "granularity": "month"})),
        ("`dategranularity`: quarter", json!({"name": "dategranularity", "column": "d", "granularity": "quarter"})),
        ("`dateextract`: year, quarter, month, day, weekday, hour, minutes, seconds", json!({"name": "dateextract", "column": "d", "dateInfo": ["year", "hour"], "newColumns": ["y", "h"]})),
        ("`dateextract`: weeks", json!({"name": "dateextract", "column": "d", "dateInfo": ["isoWeek"], "newColumns": ["w"]})),
        ("`lowercase`, `uppercase`, `trim`, `substring`, `split`, `replacetext`", json!({"name": "lowercase", "column": "t"})),
        ("`todate`, `fromdate`", json!({"name": "todate", "column": "t", "format": "%Y"})),
        ("`percentage`, `cumsum`, `rank`, `evolution`, `movingaverage`", json!({"name": "percentage", "column": "f", "newColumnName": "x"})),
        ("`join`", json!({"name": "join", "type": "left", "rightPipeline": "other", "on": [["t", "t"]]})),
        ("`append`", json!({"name": "append", "pipelines": ["other"]})),
    ]
}

fn is_pushed_down(dialect: Box<dyn Dialect>, step: &Json) -> bool {
    let columns =
        [("t", ColumnType::Text), ("i", ColumnType::Integer), ("f", ColumnType::Float), ("d", ColumnType::Date)];
    let columns = columns.map(|(name, kind)| SqlColumn { name: name.into(), kind, expression: name.into() }).to_vec();
    let table = Arc::new(SqlTable::new(Arc::new(Nothing(dialect)), "rows".into(), columns, Some("place".into())));
    let mut standalone = Standalone::new(16 << 20).unwrap();
    standalone.add_table("in", table.clone());
    standalone.add_table("other", table);
    let steps: Vec<Step> = serde_json::from_value(json!([{"name": "domain", "domain": "in"}, step])).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let explanation = runtime.block_on(standalone.explain(&steps)).unwrap_or_else(|error| panic!("{step}: {error}"));
    explanation.plan.lines().all(|line| ["Projection:", "TableScan:"].iter().any(|word| line.trim().starts_with(word)))
        && !explanation.plan.contains('(')
}

#[test]
fn the_guide_says_what_is_pushed_down() {
    let mut table = String::from("| step | PostgreSQL | SQLite |\n|---|---|---|\n");
    for (what, step) in samples() {
        let word = |dialect: Box<dyn Dialect>| if is_pushed_down(dialect, &step) { "yes" } else { "here" };
        let (postgresql, sqlite) = (word(Box::new(PostgresqlDialect)), word(Box::new(SqliteDialect)));
        writeln!(table, "| {what} | {postgresql} | {sqlite} |").unwrap();
    }
    let guide = include_str!("../../../../docs/sources.md");
    assert!(guide.contains(&table), "docs/sources.md should hold this table:\n{table}");
}
