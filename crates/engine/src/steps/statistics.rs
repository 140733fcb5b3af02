//! `statistics`: describes the distribution of a column, over all rows or per group.

use aracari_app::steps::statistics::Statistics;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Statistics, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`statistics` is not built yet"))
}
