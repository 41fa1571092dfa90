-- Times are RFC 3339 text in UTC; hashes are 64 hexadecimal digits; the rest is JSON.
CREATE TABLE sweeps (
    token INTEGER PRIMARY KEY AUTOINCREMENT,
    sweep TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    outcome TEXT
) STRICT;

CREATE TABLE answers (
    source TEXT NOT NULL,
    role TEXT NOT NULL,
    source_indicator TEXT NOT NULL,
    part INTEGER NOT NULL,
    hash TEXT NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (source, role, source_indicator, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE series (
    indicator_id TEXT NOT NULL PRIMARY KEY,
    accepted TEXT,
    held TEXT,
    failure TEXT,
    checked_at TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    event TEXT NOT NULL
) STRICT;

-- The territorial division of each source, and since when it has been this one.
CREATE TABLE divisions (
    source TEXT NOT NULL PRIMARY KEY,
    division TEXT NOT NULL,
    since TEXT NOT NULL
) STRICT, WITHOUT ROWID;
