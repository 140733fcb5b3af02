//! Random steps over the columns that there are. Not each of them can run: inference sorts out those that cannot.

use aracari_app::schema::{ColumnType, TableSchema};
use serde_json::{Value as Json, json};

/// Every step that is made here.
pub(super) const KINDS: [&str; 49] = [
    "absolutevalue",
    "addmissingdates",
    "aggregate",
    "append",
    "argmax",
    "argmin",
    "comparetext",
    "concatenate",
    "convert",
    "cumsum",
    "customsql",
    "dateextract",
    "dategranularity",
    "delete",
    "dissolve",
    "duplicate",
    "duration",
    "evolution",
    "fillna",
    "filter",
    "formula",
    "fromdate",
    "hierarchy",
    "ifthenelse",
    "join",
    "lowercase",
    "movingaverage",
    "percentage",
    "pivot",
    "rank",
    "rename",
    "replace",
    "replacetext",
    "rollup",
    "select",
    "simplify",
    "sort",
    "split",
    "statistics",
    "substring",
    "text",
    "todate",
    "top",
    "totals",
    "trim",
    "uniquegroups",
    "unpivot",
    "uppercase",
    "waterfall",
];

/// A stream of choices that a seed decides.
pub(super) struct Generator<'a> {
    state: u64,
    schema: &'a TableSchema,
    other: &'a TableSchema,
}

impl<'a> Generator<'a> {
    pub(super) fn new(seed: u64, schema: &'a TableSchema, other: &'a TableSchema) -> Self {
        Self { state: seed, schema, other }
    }

    /// The next number of a well-known mixing sequence.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap()
    }

    fn flip(&mut self) -> bool {
        self.below(2) == 0
    }

    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn column(&mut self) -> String {
        self.of(|_| true)
    }

    /// A column of a wanted kind, or any when there is none.
    fn of(&mut self, wanted: impl Fn(ColumnType) -> bool) -> String {
        let known = || self.schema.columns.iter();
        let mut fitting: Vec<String> =
            known().filter(|(_, kind)| wanted(**kind)).map(|(name, _)| name.clone()).collect();
        if fitting.is_empty() {
            fitting = known().map(|(name, _)| name.clone()).collect();
        }
        if fitting.is_empty() { "none".to_owned() } else { fitting.swap_remove(self.below(fitting.len())) }
    }

    fn number(&mut self) -> String {
        self.of(|kind| matches!(kind, ColumnType::Integer | ColumnType::Float))
    }

    fn text(&mut self) -> String {
        self.of(|kind| kind == ColumnType::Text)
    }

    fn date(&mut self) -> String {
        self.of(|kind| kind == ColumnType::Date)
    }

    /// Up to `most` different columns.
    fn columns(&mut self, most: usize) -> Vec<String> {
        let mut names: Vec<String> = self.schema.columns.keys().cloned().collect();
        let mut chosen = Vec::new();
        for _ in 0..=self.below(most) {
            if !names.is_empty() {
                let index = self.below(names.len());
                chosen.push(names.swap_remove(index));
            }
        }
        chosen
    }

    fn groups(&mut self) -> Vec<String> {
        if self.flip() { Vec::new() } else { self.columns(2) }
    }

    fn new_name(&mut self) -> String {
        self.one_of(&["new", "a", "b", "an other", "Ünïcode"]).to_owned()
    }

    fn value(&mut self) -> Json {
        match self.below(8) {
            0 => json!(null),
            1 => json!(self.flip()),
            2 | 3 => json!(self.below(6)),
            4 => json!(0.5),
            5 => json!("2020-01-15"),
            _ => json!(self.one_of(&["x", "y", "", "12", "Zoë"])),
        }
    }

    fn comparison(&mut self) -> Json {
        let column = self.column();
        let operator = self.one_of(&[
            "eq",
            "ne",
            "lt",
            "le",
            "gt",
            "ge",
            "in",
            "nin",
            "isnull",
            "notnull",
            "matches",
            "notmatches",
            "from",
            "until",
        ]);
        match operator {
            "in" | "nin" => json!({"column": column, "operator": operator, "value": [self.value(), self.value()]}),
            "isnull" | "notnull" => json!({"column": column, "operator": operator}),
            "matches" | "notmatches" => {
                json!({"column": column, "operator": operator, "value": self.one_of(&["x", "^1", "[a-z]+", "."])})
            }
            "from" | "until" => json!({"column": self.date(), "operator": operator, "value": "2019-12-01"}),
            _ => json!({"column": column, "operator": operator, "value": self.value()}),
        }
    }

    fn condition(&mut self) -> Json {
        match self.below(5) {
            0 => json!({"and": [self.comparison(), self.comparison()]}),
            1 => json!({"or": [self.comparison(), {"and": [self.comparison()]}]}),
            _ => self.comparison(),
        }
    }

    fn formula(&mut self) -> String {
        let (first, second) = (self.number(), self.number());
        let bracket = |name: &str| format!("[{name}]");
        let operator = self.one_of(&["+", "-", "*", "/", "%"]);
        let plain = self.one_of(&["1", "0", "2.5", "-3"]);
        match self.below(4) {
            0 => format!("{} {operator} {}", bracket(&first), bracket(&second)),
            1 => format!("({} {operator} {plain}) * 2", bracket(&first)),
            2 => format!("'text {plain}'"),
            _ => plain.to_owned(),
        }
    }

    fn aggregation(&mut self) -> Json {
        let function = self.one_of(&[
            "sum",
            "avg",
            "count",
            "min",
            "max",
            "first",
            "last",
            "count distinct",
            "count distinct including empty",
        ]);
        let column = if matches!(function, "sum" | "avg") { self.number() } else { self.column() };
        json!({"aggfunction": function, "columns": [column], "newcolumns": [self.one_of(&["agg", "b", "total"])]})
    }

    /// A query that says in which order its rows come.
    fn query(&mut self) -> Json {
        let quoted = |name: &String| format!("\"{}\"", name.replace('"', "\"\""));
        let mut columns = self.columns(3);
        let key = columns.first().map_or_else(|| "1".to_owned(), quoted);
        let listed = columns.iter().map(quoted).collect::<Vec<_>>().join(", ");
        let query = match self.below(3) {
            0 => format!("SELECT {listed} FROM input WHERE {key} IS NOT NULL ORDER BY {listed}"),
            1 => {
                columns.truncate(1);
                columns.push("rows".to_owned());
                format!("SELECT {key}, count(*) AS rows FROM input GROUP BY {key} ORDER BY {key}")
            }
            _ => {
                columns = vec!["one".to_owned()];
                "SELECT 1 AS one FROM input".to_owned()
            }
        };
        json!({"query": query, "columns": columns})
    }

    fn common(&mut self) -> (Json, Json) {
        let left = self.column();
        let right: Vec<&String> = self.other.columns.keys().collect();
        (json!(left), json!(right[self.below(right.len())]))
    }

    #[expect(clippy::too_many_lines, reason = "one line a step")]
    pub(super) fn step(mut self) -> Json {
        let me = &mut self;
        let name = me.one_of(&KINDS);
        let order = me.one_of(&["asc", "desc"]);
        let mut step = match name {
            "absolutevalue" => json!({"column": me.number(), "newColumn": me.new_name()}),
            "addmissingdates" => {
                json!({"datesColumn": me.date(), "datesGranularity": me.one_of(&["day", "week", "month", "year"]), "groups": me.groups()})
            }
            "aggregate" => {
                json!({"on": me.groups(), "aggregations": [me.aggregation()], "keepOriginalGranularity": me.flip(), "countNulls": me.flip()})
            }
            "append" => json!({"pipelines": ["other"]}),
            "argmax" | "argmin" => json!({"column": me.column(), "groups": me.groups()}),
            "comparetext" => json!({"newColumnName": me.new_name(), "strCol1": me.text(), "strCol2": me.text()}),
            "concatenate" => {
                json!({"columns": me.columns(3), "separator": me.one_of(&["", " - "]), "newColumnName": me.new_name()})
            }
            "convert" => {
                json!({"columns": me.columns(2), "dataType": me.one_of(&["integer", "float", "text", "date", "boolean"])})
            }
            "cumsum" => {
                json!({"toCumSum": [[me.number(), me.new_name()]], "referenceColumn": me.column(), "groupby": me.groups()})
            }
            "customsql" => me.query(),
            "dateextract" => {
                let part = me.one_of(&[
                    "year",
                    "week",
                    "isoWeek",
                    "dayOfYear",
                    "firstDayOfMonth",
                    "previousQuarter",
                    "milliseconds",
                ]);
                json!({"column": me.date(), "dateInfo": [part], "newColumns": [me.new_name()]})
            }
            "dategranularity" => {
                json!({"column": me.date(), "granularity": me.one_of(&["day", "isoWeek", "week", "month", "quarter", "year"])})
            }
            "delete" => json!({"columns": me.columns(2)}),
            "dissolve" => {
                json!({"groups": me.columns(2), "aggregations": [me.aggregation()], "includeNulls": me.flip()})
            }
            "duplicate" => json!({"column": me.column(), "newColumnName": me.new_name()}),
            "duration" => {
                json!({"newColumnName": me.new_name(), "startDateColumn": me.date(), "endDateColumn": me.date(), "durationIn": me.one_of(&["seconds", "minutes", "hours", "days"])})
            }
            "evolution" => {
                json!({"dateCol": me.date(), "valueCol": me.number(), "evolutionType": me.one_of(&["vsLastYear", "vsLastMonth", "vsLastWeek", "vsLastDay"]), "evolutionFormat": me.one_of(&["abs", "pct"]), "indexColumns": me.groups()})
            }
            "fillna" => json!({"columns": me.columns(1), "value": me.value()}),
            "filter" => json!({"condition": me.condition()}),
            "formula" => json!({"newColumn": me.new_name(), "formula": me.formula()}),
            "fromdate" => json!({"column": me.date(), "format": me.one_of(&["%Y-%m-%d", "%d %B %y", "week %V"])}),
            "hierarchy" => {
                json!({"hierarchyLevelColumn": me.new_name(), "hierarchy": me.columns(2), "includeNulls": me.flip()})
            }
            "ifthenelse" => {
                json!({"newColumn": me.new_name(), "if": me.condition(), "then": me.formula(), "else": {"if": me.condition(), "then": me.formula(), "else": me.formula()}})
            }
            "join" => {
                json!({"type": me.one_of(&["left", "inner", "left outer"]), "rightPipeline": "other", "on": [me.common()]})
            }
            "lowercase" | "uppercase" => json!({"column": me.text()}),
            "movingaverage" => {
                json!({"valueColumn": me.number(), "columnToSort": me.column(), "movingWindow": 1 + me.below(3), "groups": me.groups()})
            }
            "percentage" => json!({"column": me.number(), "group": me.groups()}),
            "pivot" => {
                json!({"index": me.columns(1), "columnToPivot": me.column(), "valueColumn": me.number(), "aggFunction": me.one_of(&["sum", "avg", "count", "min", "max"])})
            }
            "rank" => {
                json!({"valueCol": me.number(), "order": order, "method": me.one_of(&["standard", "dense"]), "groupby": me.groups()})
            }
            "rename" => json!({"toRename": [[me.column(), me.new_name()]]}),
            "replace" => json!({"searchColumn": me.column(), "toReplace": [[me.value(), me.value()]]}),
            "replacetext" => {
                json!({"searchColumn": me.text(), "oldStr": me.one_of(&["x", "-", "."]), "newStr": me.one_of(&["", "$1", "z"])})
            }
            "rollup" => json!({"hierarchy": me.columns(3), "aggregations": [me.aggregation()]}),
            "select" => json!({"columns": me.columns(4)}),
            "simplify" => json!({"tolerance": me.one_of(&[0.0, 0.5, 3.0])}),
            "sort" => {
                json!({"columns": [{"column": me.column(), "order": order}, {"column": me.column(), "order": "asc"}]})
            }
            "split" => {
                json!({"column": me.text(), "delimiter": me.one_of(&["-", " "]), "numberColsToKeep": 1 + me.below(3)})
            }
            "statistics" => {
                json!({"column": me.number(), "groupbyColumns": me.groups(), "statistics": ["count", "max", "min", "average", "variance", "standard deviation"], "quantiles": [{"nth": 1, "order": 2}, {"label": "p90", "nth": 9, "order": 10}]})
            }
            "substring" => {
                json!({"column": me.text(), "startIndex": me.one_of(&[1, 2, -2]), "endIndex": me.one_of(&[1, 3, -1])})
            }
            "text" => json!({"text": me.value(), "newColumn": me.new_name()}),
            "todate" => json!({"column": me.column(), "format": me.one_of(&[None, Some("%Y-%m-%d")])}),
            "top" => json!({"groups": me.groups(), "rankOn": me.number(), "sort": order, "limit": 1 + me.below(3)}),
            "totals" => {
                json!({"totalDimensions": [{"totalColumn": me.text(), "totalRowsLabel": "all"}], "aggregations": [me.aggregation()], "groups": me.groups()})
            }
            "trim" => json!({"columns": [me.text()]}),
            "uniquegroups" => json!({"on": me.columns(2)}),
            "unpivot" => {
                json!({"keep": me.columns(1), "unpivot": me.columns(2), "unpivotColumnName": "variable", "valueColumnName": "value", "dropna": me.flip()})
            }
            "waterfall" => {
                json!({"valueColumn": me.number(), "milestonesColumn": me.column(), "start": me.value(), "end": me.value(), "labelsColumn": me.text(), "sortBy": me.one_of(&["value", "label"]), "order": order, "groupby": me.groups(), "backfill": me.flip()})
            }
            other => panic!("no generator for {other}"),
        };
        step["name"] = json!(name);
        step
    }
}
