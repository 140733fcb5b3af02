//! `replacetext`: replaces a piece of text wherever it stands in a column.

use aracari_app::steps::replacetext::Replacetext;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Replacetext, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`replacetext` is not built yet"))
}
