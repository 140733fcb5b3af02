//! What a statement may take of the machine, and what it may ask of SQLite: the queries of a source are written by the
//! authors of apps.

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;

/// The most bytes of one value. What searches in a text cannot be stopped in the middle of it.
const MAX_VALUE_BYTES: i32 = 2 << 20;

/// A pattern of LIKE or GLOB is tried at every place of a text.
const MAX_PATTERN_BYTES: i32 = 1_000;

/// The memory of all statements that run in this process.
const MEMORY_BYTES: i64 = 256 << 20;

/// What may be asked about a file: its tables and their columns.
const PRAGMAS: [&str; 4] = ["table_list", "table_info", "table_xinfo", "data_version"];

/// Functions that reach out of the file, where this SQLite has them.
const REFUSED: [&str; 5] = ["load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"];

/// What is said of a statement that needs more memory.
pub(super) fn no_room() -> String {
    format!("its statements need more than the {} MB of memory that they may use together", MEMORY_BYTES >> 20)
}

/// Sets the bounds of a connection; its own settings are made before.
pub(super) fn set(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row(&format!("PRAGMA hard_heap_limit = {MEMORY_BYTES}"), [], |_| Ok(()))?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, MAX_PATTERN_BYTES)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    connection.authorizer(Some(permitted))
}

fn permitted(asked: AuthContext<'_>) -> Authorization {
    let is_in = |known: &[&str], name: &str| known.iter().any(|known| known.eq_ignore_ascii_case(name));
    match asked.action {
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => Authorization::Deny,
        AuthAction::Pragma { pragma_name, .. } if !is_in(&PRAGMAS, pragma_name) => Authorization::Deny,
        AuthAction::Function { function_name } if is_in(&REFUSED, function_name) => Authorization::Deny,
        _ => Authorization::Allow,
    }
}
