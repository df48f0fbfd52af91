//! Scans added up in memory.
