//! `evolution`: compares each value with that of an earlier date.

use aracari_app::steps::evolution::Evolution;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Evolution, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`evolution` is not built yet"))
}
