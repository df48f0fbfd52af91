//! Queries and answers.
