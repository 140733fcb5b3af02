//! What runs for every row, over whole columns. This crate alone of ours is fully optimised in every profile, so loops that
//! are worth it stand here as functions of columns, not of rows and not generic.

pub mod calendar;
pub mod civil;
mod listed;
pub mod wide;

pub use listed::Listed;
