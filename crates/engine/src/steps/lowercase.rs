//! `lowercase`: turns a text column to lower case.

use aracari_app::steps::lowercase::Lowercase;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Lowercase, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`lowercase` is not built yet"))
}
