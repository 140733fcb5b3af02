//! `argmin`: keeps the rows with the smallest value of a column, over all rows or per group.

use aracari_app::steps::argmin::Argmin;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Argmin, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`argmin` is not built yet"))
}
