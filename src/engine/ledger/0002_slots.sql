-- Since when each source has the schedule that it has, and what became of its slots. A
-- slot that was to run and is not finished was interrupted: it runs again.
CREATE TABLE watches (
    source TEXT NOT NULL PRIMARY KEY,
    times TEXT NOT NULL,
    since TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE slots (
    source TEXT NOT NULL,
    slot TEXT NOT NULL,
    action TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    finished_at TEXT,
    PRIMARY KEY (source, slot)
) STRICT, WITHOUT ROWID;
