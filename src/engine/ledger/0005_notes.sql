-- What people say beside the figures. A note that was withdrawn stays, so that the same file
-- imported again does not bring it back. `file` is the archived file that it came in.
CREATE TABLE notes (
    note_id TEXT NOT NULL PRIMARY KEY,
    note TEXT NOT NULL,
    file TEXT NOT NULL,
    imported_at TEXT NOT NULL,
    withdrawn_at TEXT
) STRICT, WITHOUT ROWID;
