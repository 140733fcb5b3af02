//! `dissolve`: unites the shapes of each group into one.

use aracari_app::steps::dissolve::Dissolve;

use crate::error::EngineError;
use crate::table::Table;

#[expect(clippy::needless_pass_by_value, reason = "not built yet")]
pub(super) fn compile(_step: &Dissolve, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid("`dissolve` is not built yet"))
}
