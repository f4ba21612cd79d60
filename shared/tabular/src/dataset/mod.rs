//! Data sets: a typed table read from an upload, and what its columns mean.

pub mod append;
mod cell;
mod date_columns;
pub mod dates;
pub mod defect;
mod expressed;
pub mod hash;
mod identifiers;
pub mod labelled;
mod pixels;
pub mod read;
mod references;
mod reread;
mod roles;
pub mod schema;
pub mod selection;
pub mod split;
pub mod table;
pub mod target;
mod target_column;
mod uninformative;
pub mod write;

pub use cell::present;
pub use defect::{Defect, Rejection};
pub use hash::HashOrder;
pub use labelled::Labelled;
pub use read::{Block, Blocks, Item, ItemType, RawTable, ReadError, Row, Source, csv, read};
pub use reread::Unread;
pub use schema::{Field, Kind, Schema, Task};
pub use table::{Categories, CategoryEncoder, Column, MISSING, Table, Values};
pub use target::MAX_CLASSES;
pub use target::Target;
