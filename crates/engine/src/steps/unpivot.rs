//! `unpivot`: turns columns into rows of name and value.

use aracari_app::steps::unpivot::Unpivot;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Unpivot, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`unpivot` is not built yet"))
}
