//! The HTTP edge of ezqr and its command line.
