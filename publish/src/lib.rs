//! Writes releases and commits them atomically.
