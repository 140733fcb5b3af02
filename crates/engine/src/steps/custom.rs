//! `custom`: a native query of a MongoDB source, as it stands.

use aracari_app::steps::custom::Custom;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Custom, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`custom` is not built yet"))
}
