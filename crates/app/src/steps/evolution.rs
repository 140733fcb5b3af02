//! `evolution`: compares each value with that of an earlier date.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

/// Compares each value with that of an earlier date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evolution {
    #[serde(alias = "date_col")]
    pub date_col: String,
    #[serde(alias = "value_col")]
    pub value_col: String,
    #[serde(alias = "evolution_type")]
    pub evolution_type: EvolutionType,
    #[serde(alias = "evolution_format")]
    pub evolution_format: EvolutionFormat,
    #[serde(default, alias = "index_columns")]
    pub index_columns: Vec<String>,
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

impl Columns for Evolution {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.date_col).read(&self.value_col).read_all(&self.index_columns)
    }
}
