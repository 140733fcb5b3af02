//! `pivot`: turns the values of a column into columns.

use aracari_app::steps::pivot::Pivot;

use crate::error::EngineError;
use crate::steps::Datasets;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Pivot, _table: Table, _datasets: &dyn Datasets) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`pivot` is not built yet"))
}
