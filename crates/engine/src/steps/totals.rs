//! `totals`: adds rows with the totals of chosen dimensions.

use aracari_app::steps::totals::Totals;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Totals, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`totals` is not built yet"))
}
