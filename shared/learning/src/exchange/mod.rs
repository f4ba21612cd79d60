//! Models of other libraries: XGBoost's and LightGBM's in, ours out to XGBoost.

mod export;
mod import;

pub use export::{ExportError, export};
pub use import::{ImportError, Imported, import};
