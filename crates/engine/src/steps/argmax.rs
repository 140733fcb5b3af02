//! `argmax`: keeps the rows with the largest value of a column, over all rows or per group.

use aracari_app::steps::argmax::Argmax;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Argmax, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`argmax` is not built yet"))
}
