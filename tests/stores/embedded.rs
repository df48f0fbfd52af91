//! What the embedded store promises beyond the contract.
