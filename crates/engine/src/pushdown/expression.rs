//! Expressions as a database writes them: those that mean the same there, and no others.

use aracari_app::schema::ColumnType;
use arrow::datatypes::DataType;
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Expr, ExprSchemable, Operator};

use super::select::{Output, kind_of};
use crate::exact::{is_exact, operators};
use crate::functions::{DIVIDE, JOIN, ONE_ZERO};
use crate::sql::{Dialect, Parameter, Summary};

/// Longer lists are compared here.
const MAX_LIST: usize = 1_000;

/// What expressions refer to.
pub(super) struct Scope<'a> {
    schema: &'a DFSchema,
    outputs: &'a [Output],
    dialect: &'a dyn Dialect,
    parameters: Vec<Parameter>,
}

/// An expression in the database's words, with all parameters up to it.
pub(super) struct Written {
    sql: String,
    kind: ColumnType,
    parameters: Vec<Parameter>,
    most: usize,
}

impl Written {
    /// The text and its type; the parameters are put in place of the ones before.
    pub(super) fn into_parts(self, parameters: &mut Vec<Parameter>) -> Option<(String, ColumnType)> {
        if self.parameters.len() > self.most {
            return None;
        }
        *parameters = self.parameters;
        Some((self.sql, self.kind))
    }
}

type Piece = (String, ColumnType);

/// A value made comparable with others of its type.
pub(super) fn comparable(dialect: &dyn Dialect, sql: String, kind: ColumnType, ordered: bool) -> String {
    if kind == ColumnType::Text { dialect.text(&sql, ordered) } else { sql }
}

/// True for an aggregate whose answer is the same in whatever order the rows come.
pub(super) fn is_independent_of_order(expression: &Expr) -> bool {
    let Expr::AggregateFunction(function) = expression.clone().unalias() else { return false };
    matches!(function.func.name(), "count" | "sum" | "avg" | "min" | "max")
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        schema: &'a DFSchema,
        outputs: &'a [Output],
        dialect: &'a dyn Dialect,
        parameters: Vec<Parameter>,
    ) -> Self {
        Self { schema, outputs, dialect, parameters }
    }

    fn written(self, (sql, kind): Piece) -> Written {
        Written { sql, kind, most: self.dialect.max_parameters(), parameters: self.parameters }
    }

    pub(super) fn scalar(mut self, expression: &Expr) -> Option<Written> {
        let piece = self.piece(expression)?;
        Some(self.written(piece))
    }

    /// An aggregate: counts, sums, averages, least and greatest.
    pub(super) fn summary(mut self, expression: &Expr) -> Option<Written> {
        let Expr::AggregateFunction(function) = expression.clone().unalias() else { return None };
        let params = &function.params;
        if params.filter.is_some() || !params.order_by.is_empty() || params.null_treatment.is_some() {
            return None;
        }
        let [argument] = params.args.as_slice() else { return None };
        let name = function.func.name();
        let summary = match (name, params.distinct) {
            ("count", false) => Summary::Count,
            ("count", true) => Summary::CountDistinct,
            ("sum", false) => Summary::Sum,
            ("avg", false) => Summary::Avg,
            ("min", _) => Summary::Min,
            ("max", _) => Summary::Max,
            _ => return None,
        };
        if let (Summary::Count, Expr::Literal(value, _)) = (summary, argument)
            && !value.is_null()
        {
            return Some(self.written(("count(*)".to_owned(), ColumnType::Integer)));
        }
        let (sql, kind) = self.piece(argument)?;
        let ordered = matches!(summary, Summary::Min | Summary::Max);
        let out = match summary {
            Summary::Count | Summary::CountDistinct => ColumnType::Integer,
            Summary::Avg => ColumnType::Float,
            Summary::Sum | Summary::Min | Summary::Max => kind,
        };
        let text = self.dialect.summary(summary, &comparable(self.dialect, sql, kind, ordered), kind)?;
        Some(self.written((text, out)))
    }

    fn piece(&mut self, expression: &Expr) -> Option<Piece> {
        let boolean = |sql: String| Some((sql, ColumnType::Boolean));
        match expression {
            Expr::Alias(alias) => self.piece(&alias.expr),
            Expr::Column(column) => match self.outputs.get(self.schema.maybe_index_of_column(column)?)? {
                Output::Value { sql, kind } if *kind != ColumnType::Unknown => Some((sql.clone(), *kind)),
                _ => None,
            },
            Expr::Literal(value, _) => self.literal(value),
            Expr::BinaryExpr(binary) => self.binary(&binary.left, binary.op, &binary.right),
            Expr::Not(inner) => boolean(format!("(NOT {})", self.truth(inner)?)),
            Expr::IsNull(inner) => boolean(format!("({} IS NULL)", self.piece(inner)?.0)),
            Expr::IsNotNull(inner) => boolean(format!("({} IS NOT NULL)", self.piece(inner)?.0)),
            Expr::IsTrue(inner) => boolean(format!("({} IS TRUE)", self.truth(inner)?)),
            Expr::IsFalse(inner) => boolean(format!("({} IS FALSE)", self.truth(inner)?)),
            Expr::IsNotTrue(inner) => boolean(format!("({} IS NOT TRUE)", self.truth(inner)?)),
            Expr::IsNotFalse(inner) => boolean(format!("({} IS NOT FALSE)", self.truth(inner)?)),
            Expr::InList(list) if list.list.len() <= MAX_LIST => {
                let (sql, kind) = self.piece(&list.expr)?;
                let mut items = Vec::with_capacity(list.list.len());
                for item in &list.list {
                    let (item, own) = self.piece(item)?;
                    if own != kind {
                        return None;
                    }
                    items.push(item);
                }
                let not = if list.negated { "NOT " } else { "" };
                boolean(format!("({} {not}IN ({}))", comparable(self.dialect, sql, kind, false), items.join(", ")))
            }
            Expr::Case(case) if case.expr.is_none() => {
                let mut sql = "CASE".to_owned();
                let mut kind = None;
                for (condition, value) in &case.when_then_expr {
                    let condition = self.truth(condition)?;
                    let (value, own) = self.piece(value)?;
                    if *kind.get_or_insert(own) != own {
                        return None;
                    }
                    sql.extend([" WHEN ", &condition, " THEN ", &value]);
                }
                if let Some(otherwise) = &case.else_expr {
                    let (value, own) = self.piece(otherwise)?;
                    if kind != Some(own) {
                        return None;
                    }
                    sql.extend([" ELSE ", &value]);
                }
                Some((format!("({sql} END)"), kind?))
            }
            Expr::Cast(cast) => {
                let (sql, from) = self.piece(&cast.expr)?;
                let to = kind_of(cast.field.data_type())?;
                if from == to && *cast.field.data_type() != DataType::UInt64 {
                    return Some((sql, to));
                }
                Some((self.dialect.cast(&sql, from, to)?, to))
            }
            Expr::ScalarFunction(function) => self.called(function, expression),
            _ => None,
        }
    }

    fn called(&mut self, function: &ScalarFunction, whole: &Expr) -> Option<Piece> {
        match function.name() {
            "coalesce" => {
                let mut kind = None;
                let mut items = Vec::with_capacity(function.args.len());
                for argument in &function.args {
                    let (sql, own) = self.piece(argument)?;
                    if *kind.get_or_insert(own) != own {
                        return None;
                    }
                    items.push(sql);
                }
                match items.as_slice() {
                    [only] => Some((only.clone(), kind?)),
                    _ => Some((format!("coalesce({})", items.join(", ")), kind?)),
                }
            }
            "nullif" => {
                let [value, none] = function.args.as_slice() else { return None };
                let ((value, kind), (none, other)) = (self.piece(value)?, self.piece(none)?);
                (kind == other).then(|| (format!("nullif({value}, {none})"), kind))
            }
            JOIN => {
                let [left, right] = function.args.as_slice() else { return None };
                let ((left, kind), (right, other)) = (self.piece(left)?, self.piece(right)?);
                let both = kind == other;
                both.then(|| self.dialect.arithmetic(&left, Operator::StringConcat, &right, kind))?
                    .map(|sql| (sql, kind))
            }
            DIVIDE => {
                let [dividend, divisor] = function.args.as_slice() else { return None };
                let ((dividend, kind), (divisor, _)) = (self.piece(dividend)?, self.piece(divisor)?);
                let (zero, _) = self.literal(&ScalarValue::Float64(Some(0.0)))?;
                let divisor = format!("nullif({divisor}, {zero})");
                Some((self.dialect.arithmetic(&dividend, Operator::Divide, &divisor, kind)?, kind))
            }
            _ if is_exact(&function.func) => {
                let (first, others) = function.args.split_first()?;
                let mut parts = operators(&function.func).zip(others);
                let first = self.piece(first)?;
                parts.try_fold(first, |whole, (operator, integer)| {
                    let integer = self.piece(integer)?;
                    self.joined(whole, operator, integer)
                })
            }
            // Databases know one zero.
            ONE_ZERO => self.piece(function.args.first()?),
            name => {
                let [argument] = function.args.as_slice() else { return None };
                let (sql, kind) = self.piece(argument)?;
                if kind != ColumnType::Date {
                    return None;
                }
                let out = kind_of(&whole.get_type(self.schema).ok()?)?;
                Some((self.dialect.function(name, &sql)?, out))
            }
        }
    }

    fn truth(&mut self, expression: &Expr) -> Option<String> {
        let (sql, kind) = self.piece(expression)?;
        (kind == ColumnType::Boolean).then_some(sql)
    }

    fn binary(&mut self, left: &Expr, operator: Operator, right: &Expr) -> Option<Piece> {
        match operator {
            Operator::And => return Some((self.logical(left, "AND", right)?, ColumnType::Boolean)),
            Operator::Or => return Some((self.logical(left, "OR", right)?, ColumnType::Boolean)),
            _ => {}
        }
        let (left, right) = (self.piece(left)?, self.piece(right)?);
        self.joined(left, operator, right)
    }

    fn joined(&self, (left, kind): Piece, operator: Operator, (right, other): Piece) -> Option<Piece> {
        if kind != other {
            return None;
        }
        let word = match operator {
            Operator::Eq => "=",
            Operator::NotEq => "<>",
            Operator::Lt => "<",
            Operator::LtEq => "<=",
            Operator::Gt => ">",
            Operator::GtEq => ">=",
            Operator::IsNotDistinctFrom | Operator::IsDistinctFrom => {
                let left = comparable(self.dialect, left, kind, false);
                let same = self.dialect.same(&left, &right);
                let not = if operator == Operator::IsDistinctFrom { "NOT " } else { "" };
                return Some((format!("({not}{same})"), ColumnType::Boolean));
            }
            _ => return Some((self.dialect.arithmetic(&left, operator, &right, kind)?, kind)),
        };
        let ordered = !matches!(operator, Operator::Eq | Operator::NotEq);
        let left = comparable(self.dialect, left, kind, ordered);
        Some((format!("({left} {word} {right})"), ColumnType::Boolean))
    }

    fn logical(&mut self, left: &Expr, word: &str, right: &Expr) -> Option<String> {
        Some(format!("({} {word} {})", self.truth(left)?, self.truth(right)?))
    }

    fn literal(&mut self, value: &ScalarValue) -> Option<Piece> {
        let kind = kind_of(&value.data_type())?;
        if value.is_null() {
            return Some((self.dialect.null(kind), kind));
        }
        let parameter = match value {
            ScalarValue::Boolean(Some(value)) => Parameter::Boolean(*value),
            ScalarValue::Int64(Some(value)) => Parameter::Integer(*value),
            ScalarValue::UInt64(Some(value)) => Parameter::Integer(i64::try_from(*value).ok()?),
            ScalarValue::Float64(Some(value)) if value.is_finite() => Parameter::Float(value + 0.0),
            ScalarValue::Utf8(Some(text)) | ScalarValue::LargeUtf8(Some(text)) | ScalarValue::Utf8View(Some(text))
                if !text.contains('\0') =>
            {
                Parameter::Text(text.clone())
            }
            ScalarValue::TimestampMicrosecond(Some(micros), _) => Parameter::Date(*micros),
            _ => return None,
        };
        self.parameters.push(parameter);
        Some((self.dialect.parameter(self.parameters.len(), kind), kind))
    }
}
