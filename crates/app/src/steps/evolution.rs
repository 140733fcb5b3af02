//! `evolution`: compares each value with that of an earlier date.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, column, dates_or_texts, numbers, shape};
use crate::schema::{ColumnType, TableSchema};

/// Compares each value with that of an earlier date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evolution {
    /// The column of dates; one of texts becomes dates, as by `todate`.
    #[serde(alias = "date_col")]
    pub date_col: String,
    /// The column of values to compare.
    #[serde(alias = "value_col")]
    pub value_col: String,
    /// Which earlier row a row is compared with.
    #[serde(alias = "evolution_type")]
    pub evolution_type: EvolutionType,
    /// The difference itself, or as a share of the earlier value.
    #[serde(alias = "evolution_format")]
    pub evolution_format: EvolutionFormat,
    /// The columns that tell apart the rows of one date.
    #[serde(default, alias = "index_columns")]
    pub index_columns: Vec<String>,
    /// What the new column is called; by default the value's name with `_EVOL_ABS` or `_EVOL_PCT`.
    #[serde(default, alias = "new_column")]
    pub new_column: Option<String>,
}

/// Which earlier date a value is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum EvolutionType {
    VsLastYear,
    VsLastMonth,
    VsLastWeek,
    VsLastDay,
}

/// A difference, or a share of the earlier value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EvolutionFormat {
    Abs,
    Pct,
}

impl Evolution {
    /// The name of the evolution.
    #[must_use]
    pub fn new_name(&self) -> String {
        let suffix = match self.evolution_format {
            EvolutionFormat::Abs => "ABS",
            EvolutionFormat::Pct => "PCT",
        };
        self.new_column.clone().unwrap_or_else(|| format!("{}_EVOL_{suffix}", self.value_col))
    }
}

impl Columns for Evolution {
    /// Texts are read as dates, as by `todate`.
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        dates_or_texts(&input, &self.date_col, context)?;
        let kind = match (self.evolution_format, numbers(&input, &self.value_col, "`evolution`")?) {
            (EvolutionFormat::Abs, kind) => kind,
            (EvolutionFormat::Pct, _) => ColumnType::Float,
        };
        for name in &self.index_columns {
            column(&input, name)?;
        }
        let dated = shape::with(input, &self.date_col, ColumnType::Date);
        Ok(shape::with(dated, &self.new_name(), kind))
    }

    fn flow(&self) -> Flow<'_> {
        let read = Flow::default().read(&self.date_col).read(&self.value_col).read_all(&self.index_columns);
        read.write(self.new_name())
    }
}
