//! `cumsum`: adds up columns along a reference column, over all rows or per group.

use aracari_app::steps::cumsum::Cumsum;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Cumsum, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`cumsum` is not built yet"))
}
