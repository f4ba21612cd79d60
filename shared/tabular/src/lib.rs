//! Tables: their reading, what a team says about them, and the features made from them.

pub mod boolean;
pub mod dataset;
pub mod date;
pub mod expression;
pub mod features;
pub mod json;
pub mod nearest;
pub mod order;
pub mod plain;
pub mod plural;
pub mod spec;
