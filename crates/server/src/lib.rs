//! The REST server: sign-in, configuration, queries, the client's files.
