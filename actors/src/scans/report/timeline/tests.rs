//! Buckets against brute force.
