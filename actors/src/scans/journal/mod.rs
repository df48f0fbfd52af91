//! The journal: what a worker writes before it answers.
