//! `duration`: measures the time between two dates.

use aracari_app::steps::duration::Duration;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Duration, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`duration` is not built yet"))
}
