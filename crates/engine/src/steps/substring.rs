//! `substring`: takes a part of a text column, by positions.

use aracari_app::steps::substring::Substring;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Substring, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`substring` is not built yet"))
}
