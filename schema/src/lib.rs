//! The vocabulary of ezqr: ids, units, domain and wire types, problems and DDL.
