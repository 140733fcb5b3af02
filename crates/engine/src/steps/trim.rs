//! `trim`: removes the spaces around texts.

use aracari_app::steps::trim::Trim;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Trim, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`trim` is not built yet"))
}
