//! What a request tells of its visitor.
