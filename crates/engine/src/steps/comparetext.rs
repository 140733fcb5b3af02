//! `comparetext`: compares two text columns: 0 where they are equal, else the sign of their order.

use aracari_app::steps::comparetext::Comparetext;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Comparetext, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`comparetext` is not built yet"))
}
