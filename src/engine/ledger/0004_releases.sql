-- The releases that were recorded, and whose announcement was set going. A release that was
-- committed and is not here lost its worker in between.
CREATE TABLE releases (
    release INTEGER NOT NULL PRIMARY KEY,
    manifest TEXT NOT NULL,
    recorded_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
