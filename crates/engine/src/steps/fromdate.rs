//! `fromdate`: writes a date as a text, by a pattern.

use aracari_app::steps::fromdate::Fromdate;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Fromdate, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`fromdate` is not built yet"))
}
