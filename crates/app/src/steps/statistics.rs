//! `statistics`: describes the distribution of a column, over all rows or per group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, Problem, column, numbers, shape};
use crate::schema::{ColumnType, TableSchema};

/// Describes the distribution of a column, over all rows or per group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Statistics {
    /// The column of numbers.
    pub column: String,
    /// The columns whose values form the groups; without any, all rows are one.
    #[serde(default, alias = "groupby_columns")]
    pub groupby_columns: Vec<String>,
    /// The figures to compute.
    pub statistics: Vec<Statistic>,
    /// The quantiles to compute.
    pub quantiles: Vec<Quantile>,
}

/// A figure that describes a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Statistic {
    Count,
    Max,
    Min,
    Average,
    /// Of the population.
    Variance,
    /// Of the population.
    #[serde(rename = "standard deviation")]
    StandardDeviation,
}

/// The value below which `nth` of `order` equal parts of the rows lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quantile {
    /// What the column is called.
    #[serde(default)]
    pub label: Option<String>,
    /// Which of the parts, from 1.
    pub nth: u64,
    /// How many equal parts there are: 2 for the median, 4 for quartiles.
    pub order: u64,
}

impl Statistic {
    /// The name of the column that holds it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Max => "max",
            Self::Min => "min",
            Self::Average => "average",
            Self::Variance => "variance",
            Self::StandardDeviation => "standard deviation",
        }
    }

    fn kind(self, input: ColumnType) -> ColumnType {
        match self {
            Self::Count => ColumnType::Integer,
            Self::Max | Self::Min => input,
            Self::Average | Self::Variance | Self::StandardDeviation => ColumnType::Float,
        }
    }
}

impl Quantile {
    /// The name of the column that holds it.
    #[must_use]
    pub fn name(&self) -> String {
        let label = self.label.as_ref().filter(|label| !label.is_empty());
        label.cloned().unwrap_or_else(|| format!("{}-th {}-quantile", self.nth, self.order))
    }

    /// A quantile is a share from 0 to 1.
    pub fn check(&self) -> Result<(), String> {
        if self.order == 0 || self.nth > self.order {
            let (nth, order) = (self.nth, self.order);
            return Err(format!(
                "there is no {nth}-th {order}-quantile: `nth` goes from 0 to `order`, which is at least 1"
            ));
        }
        Ok(())
    }
}

impl Columns for Statistics {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        let mut output = shape::select(&self.groupby_columns, &input, context);
        let mut add = |name: String, kind: ColumnType| match output.columns.insert(name.clone(), kind) {
            None => Ok(()),
            Some(_) => Err(Problem::new(format!("two columns would be called `{name}`"))),
        };
        let kind = column(&input, &self.column)?;
        for statistic in &self.statistics {
            if matches!(statistic.kind(ColumnType::Unknown), ColumnType::Float) {
                numbers(&input, &self.column, "`statistics`")?;
            }
            add(statistic.label().to_owned(), statistic.kind(kind))?;
        }
        for quantile in &self.quantiles {
            numbers(&input, &self.column, "`statistics`")?;
            quantile.check().map_err(Problem::new)?;
            add(quantile.name(), ColumnType::Float)?;
        }
        if self.statistics.is_empty() && self.quantiles.is_empty() {
            return Err(Problem::new("`statistics` needs a statistic or a quantile to compute"));
        }
        Ok(output)
    }

    fn flow(&self) -> Flow<'_> {
        let read = Flow::default().read(&self.column).read_all(&self.groupby_columns);
        let named = self.statistics.iter().fold(read, |flow, statistic| flow.write(statistic.label()));
        self.quantiles.iter().fold(named, |flow, quantile| flow.write(quantile.name()))
    }
}
