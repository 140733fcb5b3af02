//! `convert`: changes the type of columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, Problem, column, describe, shape};
use crate::schema::{ColumnType, TableSchema};

/// Changes the type of columns; what cannot be converted becomes null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Convert {
    /// The columns to convert.
    pub columns: Vec<String>,
    /// The type that they get.
    #[serde(alias = "data_type")]
    pub data_type: ConvertType,
}

/// The type that a column is converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConvertType {
    Integer,
    Float,
    Text,
    Date,
    Boolean,
}

impl Columns for Convert {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        let target = self.data_type.column_type();
        self.columns.iter().try_fold(input, |schema, name| {
            let kind = column(&schema, name)?;
            let impossible = matches!(
                (kind, target),
                (ColumnType::Geometry, _)
                    | (ColumnType::Boolean, ColumnType::Date)
                    | (ColumnType::Date, ColumnType::Boolean)
            );
            if impossible {
                let (from, to) = (describe(kind), describe(target));
                return Err(Problem::new(format!("`{name}` holds {from}, which cannot become {to}")));
            }
            Ok(shape::with(schema, name, target))
        })
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read_all(&self.columns)
    }
}

impl ConvertType {
    /// The type of the converted column.
    #[must_use]
    pub fn column_type(self) -> ColumnType {
        match self {
            Self::Integer => ColumnType::Integer,
            Self::Float => ColumnType::Float,
            Self::Text => ColumnType::Text,
            Self::Date => ColumnType::Date,
            Self::Boolean => ColumnType::Boolean,
        }
    }
}
