//! Users, sessions and audit events, kept in SQLite.
