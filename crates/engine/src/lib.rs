//! The query engine: steps to one plan, permissions, cache, limits.
