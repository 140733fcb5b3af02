//! `uppercase`: turns a text column to upper case.

use aracari_app::steps::uppercase::Uppercase;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Uppercase, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`uppercase` is not built yet"))
}
