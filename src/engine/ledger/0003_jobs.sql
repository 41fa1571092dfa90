-- Runs and their jobs. Moments that are compared are milliseconds since 1970, in UTC.
CREATE TABLE runs (
    run INTEGER PRIMARY KEY AUTOINCREMENT,
    started_ms INTEGER NOT NULL,
    finished_ms INTEGER
) STRICT;

CREATE TABLE jobs (
    job INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES runs (run),
    sweep TEXT,
    source TEXT,
    kind TEXT NOT NULL,
    -- The order of the kinds within a run.
    step INTEGER NOT NULL,
    key TEXT NOT NULL,
    task TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    -- Leases that expired since the last verdict.
    vanished INTEGER NOT NULL,
    not_before_ms INTEGER NOT NULL,
    worker TEXT,
    token INTEGER,
    lease_until_ms INTEGER,
    failure TEXT,
    result TEXT,
    note TEXT,
    created_ms INTEGER NOT NULL,
    finished_ms INTEGER
) STRICT;

-- The same work never waits twice.
CREATE UNIQUE INDEX one_open_job ON jobs (key) WHERE state IN ('ready', 'running');
CREATE UNIQUE INDEX one_running_release ON jobs (kind)
    WHERE kind = 'release' AND state = 'running';
CREATE INDEX jobs_in_turn ON jobs (run, step, job) WHERE state = 'ready';
CREATE INDEX jobs_of_run ON jobs (run);
CREATE INDEX jobs_by_state ON jobs (state);
CREATE INDEX dead_jobs ON jobs (key) WHERE state = 'dead';

-- The token of the latest lease. Before there were jobs, sweeps counted them.
CREATE TABLE fencing (
    token INTEGER NOT NULL
) STRICT;
INSERT INTO fencing (token) SELECT coalesce(max(token), 0) FROM sweeps;

CREATE TABLE outbox (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    delivered_ms INTEGER
) STRICT;
CREATE INDEX outbox_waiting ON outbox (sequence) WHERE delivered_ms IS NULL;

CREATE TABLE hosts (
    host TEXT NOT NULL PRIMARY KEY,
    next_turn_ms INTEGER NOT NULL,
    paused_until_ms INTEGER
) STRICT, WITHOUT ROWID;

ALTER TABLE sweeps ADD COLUMN run INTEGER;
ALTER TABLE slots ADD COLUMN run INTEGER;
-- The version of the event's shape.
ALTER TABLE events ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
