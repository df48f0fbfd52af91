//! What is told of scans: totals and breakdowns by any zone.
