//! `rank`: ranks rows by a column, over all rows or per group.

use aracari_app::steps::rank::Rank;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Rank, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`rank` is not built yet"))
}
