//! `cumsum`: adds up columns along a reference column, over all rows or per group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, Problem, column, numbers, order_column, shape};
use crate::schema::TableSchema;

/// Adds up columns along a reference column, over all rows or per group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cumsum {
    /// The columns to add up, each with the name of its running sum.
    #[serde(default, rename = "toCumSum", alias = "to_cumsum", alias = "to_cum_sum")]
    pub to_cum_sum: Vec<(String, Option<String>)>,
    /// The one column to add up, as older pipelines name it.
    #[serde(default, alias = "value_column")]
    pub value_column: Option<String>,
    /// The name of the running sum of `valueColumn`.
    #[serde(default, alias = "new_column")]
    pub new_column: Option<String>,
    /// The column that gives the order.
    #[serde(alias = "reference_column")]
    pub reference_column: String,
    /// The columns whose values form the groups; without any, all rows are one.
    #[serde(default)]
    pub groupby: Option<Vec<String>>,
}

impl Cumsum {
    /// Each column to add up, and the name of its running sum.
    pub fn sums(&self) -> impl Iterator<Item = (&str, String)> {
        let listed = self.to_cum_sum.iter().map(|(column, name)| (column, name));
        listed.chain(self.value_column.iter().map(|column| (column, &self.new_column))).map(|(column, name)| {
            let name = name.as_ref().filter(|name| !name.is_empty());
            (column.as_str(), name.cloned().unwrap_or_else(|| format!("{column}_CUMSUM")))
        })
    }

    /// There is something to add up.
    pub fn check(&self) -> Result<(), &'static str> {
        let named = self.sums().next().is_some();
        if named { Ok(()) } else { Err("`toCumSum` is missing: the columns to add up, each with a new name") }
    }
}

impl Columns for Cumsum {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        self.check().map_err(Problem::new)?;
        order_column(&input, &self.reference_column, context)?;
        for group in self.groupby.iter().flatten() {
            column(&input, group)?;
        }
        let mut output = input.clone();
        for (source, name) in self.sums() {
            output = shape::with(output, &name, numbers(&input, source, "`cumsum`")?);
        }
        Ok(output)
    }

    fn flow(&self) -> Flow<'_> {
        let read = Flow::default().read(&self.reference_column).read_all(self.groupby.iter().flatten());
        self.sums().fold(read, |flow, (source, name)| flow.read(source).write(name))
    }
}
