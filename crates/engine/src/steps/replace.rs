//! `replace`: replaces values of a column by others.

use aracari_app::steps::replace::Replace;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Replace, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`replace` is not built yet"))
}
