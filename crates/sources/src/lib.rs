//! Sources: tables behind the engine, one module a connector.
