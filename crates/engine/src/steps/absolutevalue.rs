//! `absolutevalue`: puts the absolute value of a column into a new one.

use aracari_app::steps::absolutevalue::Absolutevalue;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Absolutevalue, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`absolutevalue` is not built yet"))
}
