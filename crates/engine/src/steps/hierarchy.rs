//! `hierarchy`: unites shapes upwards along a hierarchy of columns, each level added as rows.

use aracari_app::steps::hierarchy::Hierarchy;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Hierarchy, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`hierarchy` is not built yet"))
}
