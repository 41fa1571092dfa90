//! The program: the engine, the commands, the server.
