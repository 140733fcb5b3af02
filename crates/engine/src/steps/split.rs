//! `split`: cuts a text column at a delimiter, each part into a new column.

use aracari_app::steps::split::Split;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Split, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`split` is not built yet"))
}
