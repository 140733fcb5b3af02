//! `addmissingdates`: adds a row for each missing date between the first and the last, over all rows or per group.

use aracari_app::steps::addmissingdates::Addmissingdates;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Addmissingdates, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`addmissingdates` is not built yet"))
}
