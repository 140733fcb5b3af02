//! `customsql`: one read-only SQL query over the rows so far.

use aracari_app::steps::customsql::Customsql;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Customsql, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`customsql` is not built yet"))
}
