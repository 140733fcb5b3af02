//! A table under construction: the plan, its visible columns, and what its row order is.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aracari_app::infer::suggest;
use aracari_app::schema::ColumnType;
use arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema};
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{
    Expr, ExprFunctionExt, ExprSchemable, Filter, LogicalPlan, LogicalPlanBuilder, Projection, SortExpr, cast,
};

use crate::column_type::{canonical_type, column_type, field_type};
use crate::error::{EngineError, STEP_INPUT};
use crate::functions;
use crate::geometry;

/// A plan with more columns takes longer to make than to run.
pub(crate) const MAX_COLUMNS: usize = 10_000;

/// More keys than these are made one: the planner goes through all other orders that follow from that of many, and makes
/// one condition after the other a level deeper.
const MAX_KEYS: usize = 32;

/// Hidden columns start with this character, which no visible name may start with.
pub(crate) const HIDDEN: char = '\u{1}';

/// Gives out names of hidden columns, each once a plan.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(Arc<AtomicUsize>);

impl Names {
    pub(crate) fn next(&self) -> String {
        format!("{HIDDEN}{}", self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// A hidden column that the rows are ordered by; nulls come last either way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrderKey {
    pub(crate) column: String,
    pub(crate) ascending: bool,
}

fn kind_of(data_type: &DataType) -> Result<ColumnType, EngineError> {
    column_type(data_type).ok_or_else(|| EngineError::invalid(format!("cannot compute with {data_type}")))
}

fn check_width(columns: usize) -> Result<(), EngineError> {
    if columns <= MAX_COLUMNS {
        return Ok(());
    }
    Err(EngineError::invalid(format!(
        "there would be {columns} columns, and at most {MAX_COLUMNS} can be worked with; `select` those that are needed \
         before"
    )))
}

/// Columns are identifiers as they stand, never parsed as SQL.
pub(crate) fn column(name: &str) -> Expr {
    Expr::Column(Column::from_name(name))
}

/// A step's input and output.
///
/// Plans run in one partition, so rows keep the order in which they stream. Where a step decides the order, it is kept
/// as hidden columns in `order` and applied once, at the end or where a step needs it: the planner may drop a sort
/// that stands in the middle.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    plan: LogicalPlan,
    columns: Vec<String>,
    order: Vec<OrderKey>,
    /// The rows stream in this order already, and rows with equal keys are told apart only by where they stream.
    loose: bool,
    denied: BTreeSet<String>,
    /// Columns that steps may read here and that the reader may not see in the end.
    restricted: BTreeSet<String>,
    /// The reader's choices are among the values of the steps: restricted columns may not decide which rows stay, or one
    /// could be told from the other.
    chosen: bool,
    names: Names,
}

impl Table {
    /// A table over a scan; the columns are brought to canonical types, others than those are left out.
    pub(crate) fn scan(plan: LogicalPlan, names: Names) -> Result<Self, EngineError> {
        let mut columns = Vec::new();
        let mut expressions = Vec::new();
        for field in plan.schema().fields() {
            let Some(kind) = field_type(field) else { continue };
            if field.name().starts_with(HIDDEN) {
                continue;
            }
            let canonical = canonical_type(kind);
            let plain = column(field.name());
            let expression = match kind {
                _ if *field.data_type() == canonical => plain,
                ColumnType::Date if !matches!(field.data_type(), DataType::Dictionary(..)) => {
                    functions::date_of(plain, field.data_type())
                }
                _ => cast(plain, canonical),
            };
            expressions.push(expression.alias(field.name()));
            columns.push(field.name().clone());
        }
        check_width(columns.len())?;
        let projected = project(plan, expressions)?;
        let (denied, restricted) = (BTreeSet::new(), BTreeSet::new());
        Ok(Self { plan: projected, columns, order: Vec::new(), loose: false, denied, restricted, chosen: false, names })
    }

    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    pub(crate) fn order(&self) -> &[OrderKey] {
        &self.order
    }

    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|known| known == name)
    }

    /// The visible column of this name, as an expression.
    pub(crate) fn column(&self, name: &str) -> Result<Expr, EngineError> {
        if self.has(name) {
            return Ok(column(name));
        }
        if self.denied.contains(name) {
            return Err(EngineError::NotPermittedColumn { column: name.to_owned() });
        }
        let suggestion = suggest(name, self.columns.iter().map(String::as_str)).map(str::to_owned);
        Err(EngineError::UnknownColumn { column: name.to_owned(), context: STEP_INPUT.into(), suggestion })
    }

    /// The visible column and its type.
    pub(crate) fn typed(&self, name: &str) -> Result<(Expr, ColumnType), EngineError> {
        let expression = self.column(name)?;
        let kind = self.type_of(&expression)?;
        Ok((expression, kind))
    }

    /// The visible column as texts.
    pub(crate) fn text(&self, name: &str) -> Result<Expr, EngineError> {
        match self.typed(name)? {
            (_, ColumnType::Geometry) => Err(EngineError::invalid(format!("`{name}` holds shapes, not texts"))),
            (expression, kind) => Ok(crate::functions::text_of(expression, kind)),
        }
    }

    /// The type that an expression over this table has.
    pub(crate) fn type_of(&self, expression: &Expr) -> Result<ColumnType, EngineError> {
        kind_of(&expression.get_type(self.plan.schema().as_ref())?)
    }

    /// Replaces the visible columns; the hidden ones that carry the order stay.
    pub(crate) fn project(self, columns: Vec<(String, Expr)>) -> Result<Self, EngineError> {
        check_width(columns.len())?;
        let schema = self.plan.schema();
        let types: HashMap<&str, &DataType> =
            schema.fields().iter().map(|field| (field.name().as_str(), field.data_type())).collect();
        let mut names: Vec<String> = Vec::with_capacity(columns.len());
        let mut known = HashSet::with_capacity(columns.len());
        let mut expressions = Vec::with_capacity(columns.len() + self.order.len());
        for (name, expression) in columns {
            if name.is_empty() || name.starts_with(HIDDEN) {
                return Err(EngineError::invalid("a column needs a name that can be shown"));
            }
            if !known.insert(name.clone()) {
                return Err(EngineError::invalid(format!("two columns would be called `{name}`")));
            }
            let data_type = match &expression {
                Expr::Column(column) if types.contains_key(column.name()) => types[column.name()].clone(),
                other => other.get_type(schema.as_ref())?,
            };
            let canonical = canonical_type(kind_of(&data_type)?);
            let bare = matches!(&expression, Expr::Column(known) if known.name == name);
            let typed = if data_type == canonical { expression } else { cast(expression, canonical) };
            expressions.push(if bare { typed } else { typed.alias(&name) });
            names.push(name);
        }
        expressions.extend(self.order.iter().map(|key| column(&key.column)));
        let plan = project(self.plan, expressions)?;
        Ok(Self { plan, columns: names, ..self })
    }

    /// Every visible column as it is.
    pub(crate) fn all(&self) -> Vec<(String, Expr)> {
        self.columns.iter().map(|name| (name.clone(), column(name))).collect()
    }

    /// Adds a column, or puts another in its place.
    pub(crate) fn with_columns(self, added: Vec<(String, Expr)>) -> Result<Self, EngineError> {
        let mut columns = self.all();
        for (name, expression) in added {
            match columns.iter_mut().find(|(known, _)| *known == name) {
                Some(place) => place.1 = expression,
                None => columns.push((name, expression)),
            }
        }
        self.project(columns)
    }

    pub(crate) fn filter(self, predicate: Expr) -> Result<Self, EngineError> {
        let predicate = resolved(predicate, self.plan.schema())?;
        let plan = LogicalPlan::Filter(Filter::try_new(predicate, Arc::new(self.plan))?);
        Ok(Self { plan, ..self })
    }

    /// The rows that have a value for each of these.
    pub(crate) fn with_values(self, of: &[Expr]) -> Result<Self, EngineError> {
        if of.len() > MAX_KEYS {
            return self.filter(functions::all_present(of.to_vec()));
        }
        match of.iter().cloned().map(Expr::is_not_null).reduce(Expr::and) {
            Some(present) => self.filter(present),
            None => Ok(self),
        }
    }

    /// The columns that the reader may not see in the end.
    pub(crate) fn restricted(&self) -> &BTreeSet<String> {
        &self.restricted
    }

    /// Says which columns the reader may not see in the end.
    pub(crate) fn restrict(self, restricted: BTreeSet<String>) -> Self {
        Self { restricted, ..self }
    }

    /// Says whether the reader's choices are among the values of the steps that follow.
    pub(crate) fn chosen_by_reader(self, chosen: bool) -> Self {
        Self { chosen, ..self }
    }

    /// Refuses that rows are chosen by what the reader may not see, where the reader has a say in it.
    pub(crate) fn check_choice(&self, by: &Expr) -> Result<(), EngineError> {
        let read = by.column_refs();
        match read.into_iter().find(|column| self.chosen && self.restricted.contains(&column.name)) {
            Some(column) => Err(EngineError::NotPermittedColumn { column: column.name.clone() }),
            None => Ok(()),
        }
    }

    /// Forgets the restricted columns; asking for one later is an error of its own.
    pub(crate) fn without_restricted(mut self) -> Result<Self, EngineError> {
        self.chosen = false;
        let hidden = std::mem::take(&mut self.restricted);
        self.denied.extend(hidden.iter().cloned());
        if !self.columns.iter().any(|name| hidden.contains(name)) {
            return Ok(self);
        }
        let kept: Vec<_> = self.all().into_iter().filter(|(name, _)| !hidden.contains(name)).collect();
        self.project(kept)
    }

    pub(crate) fn denied(&self) -> &BTreeSet<String> {
        &self.denied
    }

    pub(crate) fn with_denied(mut self, denied: &BTreeSet<String>) -> Self {
        self.denied.extend(denied.iter().cloned());
        self
    }

    /// Another plan with the same columns and hidden ones, such as a limited one.
    pub(crate) fn replace(
        self,
        build: impl FnOnce(LogicalPlanBuilder) -> Result<LogicalPlanBuilder, EngineError>,
    ) -> Result<Self, EngineError> {
        let plan = build(LogicalPlanBuilder::from(self.plan))?.build()?;
        Ok(Self { plan, ..self })
    }

    /// A plan that a step made itself.
    pub(crate) fn from_parts(plan: LogicalPlan, columns: Vec<String>, order: Vec<OrderKey>, like: &Self) -> Self {
        let (denied, restricted) = (like.denied.clone(), like.restricted.clone());
        let (chosen, names) = (like.chosen, like.names.clone());
        Self { plan, columns, order, loose: false, denied, restricted, chosen, names }
    }

    pub(crate) fn plan(&self) -> &LogicalPlan {
        &self.plan
    }

    /// The order as sort expressions.
    pub(crate) fn sort_expressions(&self) -> Vec<SortExpr> {
        self.order.iter().map(|key| column(&key.column).sort(key.ascending, false)).collect()
    }

    /// True when the order of the rows is the order in which they stream.
    pub(crate) fn streams_in_order(&self) -> bool {
        self.order.is_empty() || self.loose
    }

    /// Says that rows with equal order keys stream in their right order.
    pub(crate) fn loosely_ordered(mut self) -> Self {
        self.loose = true;
        self
    }

    /// The same rows in no order.
    pub(crate) fn unordered(self) -> Self {
        Self { order: Vec::new(), loose: false, ..self }
    }

    /// Makes the row order explicit, so that a step may shuffle the rows.
    pub(crate) fn with_explicit_order(self) -> Result<Self, EngineError> {
        if self.loose {
            return self.with_position();
        }
        if !self.order.is_empty() {
            return Ok(self);
        }
        let name = self.names.next();
        let plan = LogicalPlanBuilder::from(self.plan).window([row_number().alias(&name)])?.build()?;
        Ok(Self { plan, order: vec![OrderKey { column: name, ascending: true }], ..self })
    }

    /// Makes the row order one hidden column of positions.
    pub(crate) fn with_position(self) -> Result<Self, EngineError> {
        if self.order.is_empty() {
            return self.with_explicit_order();
        }
        let name = self.names.next();
        let position = row_number().order_by(self.sort_expressions()).build()?.alias(&name);
        let plan = LogicalPlanBuilder::from(self.plan).window([position])?.build()?;
        let order = vec![OrderKey { column: name, ascending: true }];
        let numbered = Self { plan, order, loose: false, ..self };
        let columns = numbered.all();
        numbered.project(columns)
    }

    /// Puts these keys before the present order.
    pub(crate) fn ordered_by(self, keys: Vec<(Expr, bool)>) -> Result<Self, EngineError> {
        let stable = self.with_explicit_order()?;
        stable.ordered_anew(keys, true)
    }

    /// Orders by these keys; with `keep`, equal keys keep the present order.
    pub(crate) fn ordered_anew(self, keys: Vec<(Expr, bool)>, keep: bool) -> Result<Self, EngineError> {
        let mut by = Vec::with_capacity(keys.len());
        for (expression, ascending) in keys {
            let kind = self.type_of(&expression)?;
            by.push((functions::one_zero(expression, kind), ascending));
        }
        let mut order = if keep { self.order.clone() } else { Vec::new() };
        if by.len() + order.len() > MAX_KEYS {
            by.extend(order.drain(..).map(|key| (column(&key.column), key.ascending)));
            by = vec![(functions::as_one_key(by), true)];
        }
        let mut expressions: Vec<Expr> = self.columns.iter().map(|name| column(name)).collect();
        let mut first = Vec::with_capacity(by.len());
        for (key, ascending) in by {
            let name = self.names.next();
            expressions.push(key.alias(&name));
            first.push(OrderKey { column: name, ascending });
        }
        expressions.extend(order.iter().map(|key| column(&key.column)));
        order.splice(..0, first);
        let plan = project(self.plan, expressions)?;
        Ok(Self { plan, order, loose: false, ..self })
    }

    /// The finished plan: rows in order, visible columns only, at most `limit` rows.
    pub(crate) fn finish(self, limit: Option<usize>) -> Result<LogicalPlan, EngineError> {
        let sort = self.sort_expressions();
        let mut visible: Vec<Expr> = Vec::with_capacity(self.columns.len());
        for name in &self.columns {
            let shape = self.type_of(&column(name))? == ColumnType::Geometry;
            let mark = || column(name).alias_with_metadata(name, Some(geometry::metadata()));
            visible.push(if shape { mark() } else { column(name) });
        }
        let mut builder = LogicalPlanBuilder::from(self.plan);
        if !sort.is_empty() {
            builder = builder.sort(sort)?;
        }
        if limit.is_some() {
            builder = builder.limit(0, limit)?;
        }
        project(builder.build()?, visible)
    }
}

/// A projection whose columns are those of the input, without the library's search for each in the whole plan below.
fn project(plan: LogicalPlan, expressions: Vec<Expr>) -> Result<LogicalPlan, EngineError> {
    let expressions =
        expressions.into_iter().map(|made| resolved(made, plan.schema())).collect::<Result<Vec<_>, _>>()?;
    Ok(LogicalPlan::Projection(Projection::try_new(expressions, Arc::new(plan))?))
}

fn resolved(expression: Expr, schema: &DFSchema) -> Result<Expr, EngineError> {
    let resolved = expression.transform(|inner| match inner {
        Expr::Column(found) if found.relation.is_none() => {
            let column = Column::from(schema.qualified_field_with_unqualified_name(&found.name)?);
            Ok(Transformed::yes(Expr::Column(column)))
        }
        other => Ok(Transformed::no(other)),
    })?;
    Ok(resolved.data)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use serde_json::{Value, json};

    fn wide(columns: usize) -> arrow::array::RecordBatch {
        let columns: serde_json::Map<String, Value> =
            (0..columns).map(|number| (format!("c{number}"), json!([number]))).collect();
        table(Value::Object(columns))
    }

    #[test]
    fn a_table_has_so_many_columns_at_most() {
        let begun = std::time::Instant::now();
        let text = |name: &str| json!({"name": "text", "text": 1, "newColumn": name});
        for (columns, steps) in [(1_000, 1), (1_000, 10), (3_000, 1)] {
            let steps: Vec<Value> = (0..steps).map(|_| text("new")).collect();
            assert_eq!(run(wide(columns), json!(steps))["new"], json!([1]));
        }
        let message = failure(wide(10_000), json!([text("new")]));
        assert!(message.contains("there would be 10001 columns"), "{message}");
        assert!(begun.elapsed() < std::time::Duration::from_mins(1), "{:?}", begun.elapsed());
    }
}
