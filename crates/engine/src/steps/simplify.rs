//! `simplify`: draws shapes with fewer points.

use aracari_app::steps::simplify::Simplify;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Simplify, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`simplify` is not built yet"))
}
