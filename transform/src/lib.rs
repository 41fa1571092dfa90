//! Turns archived bytes into observations and tables: pure, without network, clock or async.
