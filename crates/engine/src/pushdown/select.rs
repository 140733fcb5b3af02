//! One statement under construction: what it stands for of the plan, and its clauses.

use std::sync::Arc;

use aracari_app::schema::ColumnType;
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::{Column, DFSchema, DFSchemaRef, Result};
use datafusion::logical_expr::{
    Aggregate, Expr, FetchType, Limit, LogicalPlan, LogicalPlanBuilder, Projection, SkipType, Sort, SortExpr, Window,
    WindowFunctionDefinition, cast,
};

use super::expression::{self, Scope};
use super::{scan_of, tells_rows_apart};
use crate::column_type::canonical_type;
use crate::operators::TopGroups;
use crate::sql::{Parameter, SqlRows, SqlSource, SqlTable, Statement};

/// An expression whose text is longer runs here: columns made of columns are written out in full.
const MAX_EXPRESSION: usize = 8_000;

/// What stands behind a column.
#[derive(Debug, Clone)]
pub(super) enum Output {
    Value {
        sql: String,
        kind: ColumnType,
    },
    /// The number of the row when the rows are ordered so.
    Number(Vec<String>),
}

#[derive(Debug, Clone)]
pub(super) struct Select {
    source: Arc<dyn SqlSource>,
    /// The columns of the part of the plan that this stands for.
    schema: DFSchemaRef,
    outputs: Vec<Output>,
    from: String,
    filters: Vec<String>,
    /// What rows are grouped by, once they are.
    groups: Option<Vec<String>>,
    having: Vec<String>,
    /// What is sorted by; rows that are equal in it come in stored order.
    order: Vec<String>,
    position: Option<String>,
    /// Rows to leave out and to keep at most.
    limit: Option<(usize, Option<usize>)>,
    /// Some value depends on which rows there are: no row may be left out below it.
    windowed: bool,
    parameters: Vec<Parameter>,
}

impl Select {
    /// The columns of a table at these places.
    pub(super) fn scan(table: &SqlTable, columns: &[usize], schema: Option<DFSchemaRef>) -> Result<Self> {
        let outputs = columns
            .iter()
            .map(|index| Output::Value {
                sql: table.expressions[*index].clone(),
                kind: kind_of(table.schema.field(*index).data_type()).unwrap_or(ColumnType::Unknown),
            })
            .collect();
        let schema = match schema {
            Some(schema) => schema,
            None => Arc::new(DFSchema::try_from(table.schema.project(columns)?)?),
        };
        Ok(Self {
            source: Arc::clone(&table.source),
            schema,
            outputs,
            from: table.from.clone(),
            filters: Vec::new(),
            groups: None,
            having: Vec::new(),
            order: Vec::new(),
            position: table.position.clone(),
            limit: None,
            windowed: false,
            parameters: Vec::new(),
        })
    }

    /// The statement for the node above, where the database can do what it does.
    pub(super) fn with(self, plan: &LogicalPlan) -> Option<Self> {
        let wider = match plan {
            LogicalPlan::Projection(projection) => self.project(projection),
            LogicalPlan::Aggregate(aggregate) => self.aggregate(aggregate),
            LogicalPlan::Sort(sort) => self.sort(sort),
            LogicalPlan::Limit(limit) => self.limit(limit),
            LogicalPlan::Window(window) => self.window(window),
            LogicalPlan::Filter(filter) => self.filter(&filter.predicate),
            LogicalPlan::SubqueryAlias(_) => Some(self),
            LogicalPlan::Extension(extension) => {
                let top = extension.node.as_any().downcast_ref::<TopGroups>()?;
                top.spelled_out().ok()?.iter().try_fold(self, Self::with)
            }
            _ => None,
        }?;
        Some(Self { schema: Arc::clone(plan.schema()), ..wider })
    }

    pub(super) fn filter(self, condition: &Expr) -> Option<Self> {
        if self.limit.is_some() {
            return None;
        }
        let mut below = if self.depends_on_rows() { self.nested()? } else { self };
        let (sql, kind) = below.scalar(condition)?;
        if kind != ColumnType::Boolean {
            return None;
        }
        if below.groups.is_some() { &mut below.having } else { &mut below.filters }.push(sql);
        Some(below)
    }

    fn project(mut self, projection: &Projection) -> Option<Self> {
        // Of rows that are all summed up to one, something has to be said that is a summary.
        let is_total = self.groups.as_ref().is_some_and(Vec::is_empty);
        if is_total && projection.expr.iter().all(|expression| expression.column_refs().is_empty()) {
            return None;
        }
        let mut outputs = Vec::with_capacity(projection.expr.len());
        for expression in &projection.expr {
            let output = match expression.clone().unalias() {
                Expr::Column(column) => self.outputs.get(self.schema.maybe_index_of_column(&column)?)?.clone(),
                other => {
                    let (sql, kind) = self.scalar(&other)?;
                    Output::Value { sql, kind }
                }
            };
            outputs.push(output);
        }
        Some(Self { outputs, ..self })
    }

    fn aggregate(self, aggregate: &Aggregate) -> Option<Self> {
        if self.limit.is_some() || !self.order.is_empty() {
            return None;
        }
        let mut below = if self.groups.is_some() || self.windowed { self.nested()? } else { self };
        let mut outputs = Vec::new();
        let mut groups = Vec::new();
        for key in &aggregate.group_expr {
            let (sql, kind) = below.scalar(key)?;
            let sql = below.comparable(sql, kind, false);
            // The same text again is found by the database to be the key, so it may be shown.
            groups.push(sql.clone());
            outputs.push(Output::Value { sql, kind });
        }
        for expression in &aggregate.aggr_expr {
            let (sql, kind) = below.scope().summary(expression)?.into_parts(&mut below.parameters)?;
            outputs.push(Output::Value { sql, kind });
        }
        let position = below.position.take().filter(|_| !groups.is_empty()).map(|position| format!("min({position})"));
        Some(Self { outputs, groups: Some(groups), position, ..below })
    }

    fn sort(self, sort: &Sort) -> Option<Self> {
        let mut sorted = self;
        let mut order = sorted.keys(&sort.expr)?;
        if sorted.limit.is_some() {
            // The rows that were kept are in this order already.
            return (sort.fetch.is_none() && sorted.order == order).then_some(sorted);
        }
        let position = sorted.position.take().filter(|_| !tells_rows_apart(&sort.expr, &sort.input));
        order.append(&mut sorted.order);
        let limit = sort.fetch.map(|rows| (0, Some(rows)));
        Some(Self { order, position, limit, ..sorted })
    }

    fn limit(self, limit: &Limit) -> Option<Self> {
        let (Ok(SkipType::Literal(skip)), Ok(FetchType::Literal(fetch))) =
            (limit.get_skip_type(), limit.get_fetch_type())
        else {
            return None;
        };
        // A sort has often been told already how many rows are wanted.
        let limit = match self.limit {
            None => (skip, fetch),
            Some((0, Some(known))) => {
                (skip, Some(fetch.map_or(known.saturating_sub(skip), |rows| rows.min(known.saturating_sub(skip)))))
            }
            Some(_) => return None,
        };
        Some(Self { limit: Some(limit), ..self })
    }

    /// Row numbers: over all rows, and from 1 in each group of rows.
    fn window(self, window: &Window) -> Option<Self> {
        if self.limit.is_some() || self.groups.is_some() {
            return None;
        }
        let mut below = self;
        for expression in &window.window_expr {
            let Expr::WindowFunction(function) = expression.clone().unalias() else { return None };
            let WindowFunctionDefinition::WindowUDF(kind) = &function.fun else { return None };
            let params = &function.params;
            if kind.name() != "row_number" || params.filter.is_some() || params.distinct {
                return None;
            }
            let mut order = below.keys(&params.order_by)?;
            order.extend(below.order.iter().cloned());
            order.extend(below.position.clone());
            if params.partition_by.is_empty() {
                below.outputs.push(Output::Number(order));
                continue;
            }
            let mut groups = Vec::new();
            for key in &params.partition_by {
                let (sql, kind) = below.scalar(key)?;
                groups.push(below.comparable(sql, kind, false));
            }
            let order = if order.is_empty() { String::new() } else { format!(" ORDER BY {}", order.join(", ")) };
            let sql = format!("row_number() OVER (PARTITION BY {}{order})", groups.join(", "));
            below.outputs.push(Output::Value { sql, kind: ColumnType::Integer });
            below.windowed = true;
        }
        Some(below)
    }

    fn depends_on_rows(&self) -> bool {
        self.windowed || self.outputs.iter().any(|output| matches!(output, Output::Number(_)))
    }

    /// The same rows as a table of another statement.
    fn nested(self) -> Option<Self> {
        if self.limit.is_some() || !self.order.is_empty() {
            return None;
        }
        let names = self.names();
        let mut items = self.items(&names);
        items.extend(self.position.iter().map(|position| format!("{position} AS position")));
        let from = format!("({}) AS inside", self.text(&items, false));
        let outputs = self.outputs.iter().zip(&names).map(|(output, name)| Output::Value {
            sql: format!("inside.{}", quoted(name)),
            kind: match output {
                Output::Value { kind, .. } => *kind,
                Output::Number(_) => ColumnType::Integer,
            },
        });
        Some(Self {
            outputs: outputs.collect(),
            from,
            filters: Vec::new(),
            groups: None,
            having: Vec::new(),
            position: self.position.as_ref().map(|_| "inside.position".to_owned()),
            windowed: false,
            ..self
        })
    }

    fn scope(&self) -> Scope<'_> {
        Scope::new(&self.schema, &self.outputs, self.source.dialect(), self.parameters.clone())
    }

    fn scalar(&mut self, expression: &Expr) -> Option<(String, ColumnType)> {
        let (sql, kind) = self.scope().scalar(expression)?.into_parts(&mut self.parameters)?;
        (sql.len() <= MAX_EXPRESSION).then_some((sql, kind))
    }

    fn comparable(&self, sql: String, kind: ColumnType, ordered: bool) -> String {
        expression::comparable(self.source.dialect(), sql, kind, ordered)
    }

    /// What is sorted by, in words.
    fn keys(&mut self, keys: &[SortExpr]) -> Option<Vec<String>> {
        let mut order = Vec::new();
        for key in keys {
            if let Expr::Column(column) = &key.expr
                && let Output::Number(numbered) = self.outputs.get(self.schema.maybe_index_of_column(column)?)?
            {
                if !key.asc {
                    return None;
                }
                order.extend(numbered.iter().cloned());
                continue;
            }
            let (sql, kind) = self.scalar(&key.expr)?;
            let direction = if key.asc { "ASC" } else { "DESC" };
            let nulls = if key.nulls_first { "FIRST" } else { "LAST" };
            order.push(format!("{} {direction} NULLS {nulls}", self.comparable(sql, kind, true)));
        }
        Some(order)
    }

    /// Names that every database takes: the column's own where it is plain, else its place.
    ///
    /// Behind ORDER BY a name alone is what the statement gives under it, where it gives something, and not the column of
    /// the table: what is sorted by is no name of something else.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::with_capacity(self.outputs.len());
        for (index, (field, output)) in self.schema.fields().iter().zip(&self.outputs).enumerate() {
            let name = field.name();
            let is_column = matches!(output, Output::Value { sql, .. } if *sql == quoted(name));
            let plain = (is_column || !self.sorts_by(name))
                && name.len() <= 60
                && name.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
                && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
                && name != "position"
                && !names.contains(name);
            let mut placed = format!("C{}", index + 1);
            while self.sorts_by(&placed) {
                placed.push('_');
            }
            names.push(if plain { name.clone() } else { placed });
        }
        names
    }

    /// True where rows are sorted by a column of the table of this name, in whatever letters.
    fn sorts_by(&self, name: &str) -> bool {
        let name = quoted(name).to_ascii_lowercase();
        self.order.iter().chain(&self.position).any(|key| key.to_ascii_lowercase().starts_with(&name))
    }

    fn items(&self, names: &[String]) -> Vec<String> {
        let item = |(output, name): (&Output, &String)| {
            let sql = match output {
                Output::Value { sql, .. } => sql.clone(),
                Output::Number(order) if order.is_empty() => "row_number() OVER ()".to_owned(),
                Output::Number(order) => format!("row_number() OVER (ORDER BY {})", order.join(", ")),
            };
            format!("{sql} AS {}", quoted(name))
        };
        self.outputs.iter().zip(names).map(item).collect()
    }

    fn text(&self, items: &[String], ordered: bool) -> String {
        let items = if items.is_empty() { "1".to_owned() } else { items.join(", ") };
        let mut text = format!("SELECT {items} FROM {}", self.from);
        let mut clause = |keyword: &str, parts: &[String], between: &str| {
            if !parts.is_empty() {
                text.extend([" ", keyword, " ", &parts.join(between)]);
            }
        };
        clause("WHERE", &self.filters, " AND ");
        clause("GROUP BY", self.groups.as_deref().unwrap_or_default(), ", ");
        clause("HAVING", &self.having, " AND ");
        if ordered || !self.order.is_empty() || self.limit.is_some() {
            let order: Vec<String> = self.order.iter().chain(&self.position).cloned().collect();
            clause("ORDER BY", &order, ", ");
        }
        match self.limit {
            Some((0, Some(rows))) => format!("{text} LIMIT {rows}"),
            Some((skip, Some(rows))) => format!("{text} LIMIT {rows} OFFSET {skip}"),
            // One of the databases knows no OFFSET alone.
            Some((skip, None)) => format!("{text} LIMIT {} OFFSET {skip}", i64::MAX),
            None => text,
        }
    }

    /// The rows of the finished statement, in canonical types.
    pub(super) fn rows(&self, ordered: bool) -> SqlRows {
        let names = self.names();
        let dialect = self.source.dialect();
        let mut typed = self.clone();
        let mut fields = Vec::new();
        for ((output, name), known) in typed.outputs.iter_mut().zip(&names).zip(self.schema.fields()) {
            let kind = match output {
                Output::Value { sql, kind } => {
                    *sql = dialect.output(sql, *kind);
                    *kind
                }
                Output::Number(_) => ColumnType::Integer,
            };
            // What is above may rely on it that a value is there.
            fields.push(Field::new(name, canonical_type(kind), known.is_nullable()));
        }
        let mut items = typed.items(&names);
        if items.is_empty() {
            // Rows without columns are counted all the same.
            let one = dialect.output("1", ColumnType::Integer);
            items.push(format!("{one} AS {}", quoted("C1")));
            fields.push(Field::new("C1", DataType::Int64, true));
        }
        let statement = Statement { text: typed.text(&items, ordered), parameters: self.parameters.clone() };
        SqlRows { source: Arc::clone(&self.source), schema: Arc::new(Schema::new(fields)), statement }
    }

    /// The statement in place of the part of the plan that it stands for.
    pub(super) fn plan(self, ordered: bool) -> Result<LogicalPlan> {
        let scan = scan_of(self.rows(ordered))?;
        let mut columns = Vec::with_capacity(self.outputs.len());
        for ((qualifier, field), (source, known)) in self.schema.iter().zip(scan.schema().iter()) {
            let plain = Expr::Column(Column::new(source.cloned(), known.name()));
            let is_same = known.data_type() == field.data_type();
            let typed = if is_same { plain } else { cast(plain, field.data_type().clone()) };
            columns.push(typed.alias_qualified(qualifier.cloned(), field.name()));
        }
        LogicalPlanBuilder::from(scan).project(columns)?.build()
    }
}

/// Names of [`Select::names`] need no escape.
fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// How the engine sees a type that statements can hold.
pub(super) fn kind_of(data_type: &DataType) -> Option<ColumnType> {
    match data_type {
        DataType::Boolean => Some(ColumnType::Boolean),
        DataType::Int64 | DataType::UInt64 => Some(ColumnType::Integer),
        DataType::Float64 => Some(ColumnType::Float),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(ColumnType::Text),
        date if *date == crate::column_type::date_type() => Some(ColumnType::Date),
        _ => None,
    }
}
