//! `movingaverage`: averages a column over a window of rows.

use aracari_app::steps::movingaverage::Movingaverage;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Movingaverage, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`movingaverage` is not built yet"))
}
