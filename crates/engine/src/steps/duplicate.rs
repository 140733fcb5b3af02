//! `duplicate`: copies a column under another name.

use aracari_app::steps::duplicate::Duplicate;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Duplicate, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`duplicate` is not built yet"))
}
