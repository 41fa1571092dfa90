//! Fetches answers from the sources and keeps their bytes.
