//! `ifthenelse`: computes a column by cases.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::FormulaText;
use crate::condition::Condition;
use crate::infer::{Columns, Context, Flow, Inferred, comparisons::condition, formulas, shape, unite};
use crate::schema::{ColumnType, TableSchema};

/// Computes a column by cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ifthenelse {
    /// What the new column is called; a column of this name is replaced.
    #[serde(alias = "new_column")]
    pub new_column: String,
    /// What decides between `then` and `else`.
    #[serde(rename = "if", alias = "condition")]
    pub condition: Condition,
    /// A formula: `'text'` is a text, `text` a column.
    pub then: FormulaText,
    /// What holds when the condition does not: a formula, or a further case with `if`, `then` and `else`.
    #[serde(rename = "else", alias = "else_value")]
    pub otherwise: Otherwise,
}

/// What holds when the condition does not: a formula or a further case.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Otherwise {
    Case(Box<Case>),
    Formula(FormulaText),
}

/// A map with a condition is a case, so that a mistake in it is told of the case.
impl<'de> Deserialize<'de> for Otherwise {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = serde_json::Value::deserialize(deserializer)?;
        let is_case = ["if", "condition"].iter().any(|key| written.get(key).is_some());
        let read = if is_case {
            serde_json::from_value(written).map(|case| Self::Case(Box::new(case)))
        } else {
            serde_json::from_value(written).map(Self::Formula)
        };
        read.map_err(de::Error::custom)
    }
}

/// A further case of an if-then-else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, from = "WrittenCase")]
pub struct Case {
    /// What decides between `then` and `else`.
    #[serde(rename = "if", alias = "condition")]
    pub condition: Condition,
    /// A formula.
    pub then: FormulaText,
    /// A formula, or a further case.
    #[serde(rename = "else", alias = "else_value")]
    pub otherwise: Otherwise,
}

/// A further case as it may be written: with the name of the step, too.
#[derive(Deserialize, JsonSchema)]
#[serde(rename = "Case", deny_unknown_fields)]
struct WrittenCase {
    #[serde(default, rename = "name")]
    _name: Option<CaseName>,
    #[serde(rename = "if", alias = "condition")]
    condition: Condition,
    then: FormulaText,
    #[serde(rename = "else", alias = "else_value")]
    otherwise: Otherwise,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum CaseName {
    Ifthenelse,
}

impl From<WrittenCase> for Case {
    fn from(written: WrittenCase) -> Self {
        Self { condition: written.condition, then: written.then, otherwise: written.otherwise }
    }
}

impl Columns for Ifthenelse {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        let kind = of_case((&self.condition, &self.then, &self.otherwise), &input, &[], context);
        Ok(shape::with(input, &self.new_column, kind.unwrap_or(ColumnType::Unknown)))
    }

    fn flow(&self) -> Flow<'_> {
        let mut flow = Flow::default().read_condition(&self.condition).read_formula(&self.then);
        let mut rest = &self.otherwise;
        while let Otherwise::Case(case) = rest {
            flow = flow.read_condition(&case.condition).read_formula(&case.then);
            rest = &case.otherwise;
        }
        if let Otherwise::Formula(last) = rest {
            flow = flow.read_formula(last);
        }
        flow.write(&self.new_column)
    }
}

/// The type of all branches together; none where all of them are null. `keys` lead to the case.
fn of_case(
    (test, then, otherwise): (&Condition, &FormulaText, &Otherwise),
    schema: &TableSchema,
    keys: &[&str],
    context: &Context<'_>,
) -> Option<ColumnType> {
    let under = |key| [keys, &[key]].concat();
    let branch = |text, key| formulas::of_branch(text, schema, &under(key), context);
    condition(schema, test, &under("if"), context);
    let first = branch(then, "then");
    let rest = match otherwise {
        Otherwise::Formula(text) => branch(text, "else"),
        Otherwise::Case(case) => {
            of_case((&case.condition, &case.then, &case.otherwise), schema, &under("else"), context)
        }
    };
    match (first, rest) {
        (Some(first), Some(rest)) => Some(unite(first, rest)),
        (known, None) | (None, known) => known,
    }
}

#[cfg(test)]
mod tests {
    use super::Ifthenelse;
    use serde_json::{Value, json};

    #[test]
    fn a_mistake_in_a_further_case_is_told_as_such() {
        let with = |case: Value| {
            let step = json!({"newColumn": "c", "if": {"column": "a", "value": 1}, "then": "1", "else": case});
            serde_json::from_value::<Ifthenelse>(step).unwrap_err().to_string()
        };
        let condition = json!({"column": "a", "operator": "near", "value": 1});
        assert!(with(json!({"if": condition, "then": "1", "else": "2"})).contains("`near`"));
        let nested =
            json!({"and": [{"column": "a", "value": {"operator": "from", "quantity": "x", "duration": "day"}}]});
        assert!(with(json!({"if": nested, "then": "1", "else": "2"})).contains("`x` is no whole number"));
        assert!(with(json!({"if": {"column": "a", "value": 1}, "then": "1", "els": "2"})).contains("`els`"));
        assert!(
            with(json!({"name": "filter", "if": {"column": "a", "value": 1}, "then": "1", "else": "2"}))
                .contains("`filter`")
        );
    }
}
