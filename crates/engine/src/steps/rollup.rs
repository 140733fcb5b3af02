//! `rollup`: aggregates along a hierarchy of columns, each level as rows of its own.

use aracari_app::steps::rollup::Rollup;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Rollup, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`rollup` is not built yet"))
}
