//! Persistence of ezqr: the traits, their stores and the contract suite.
