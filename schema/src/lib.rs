//! The vocabulary of ezqr: ids, units, domain and wire types, problems and DDL.

#![forbid(unsafe_code)]

mod error_correction;

pub use error_correction::ErrorCorrection;
