//! `waterfall`: explains the way from one milestone to another by the changes of its parts.

use aracari_app::steps::waterfall::Waterfall;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Waterfall, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`waterfall` is not built yet"))
}
