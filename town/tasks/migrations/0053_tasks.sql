-- Long work in the background (town/tasks/tasks.h). Rows are pruned some time after their end.
CREATE TABLE tasks (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,              -- "hall.import": what registered itself as that
    user_id INTEGER NOT NULL REFERENCES users (id),
    organisation_id INTEGER REFERENCES organisations (id), -- whose members see it too
    subject TEXT NOT NULL,           -- what it is about, for people: a file's name
    input TEXT NOT NULL,             -- the kind's own
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    done INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0, -- 0: not known yet
    step TEXT NOT NULL DEFAULT '',   -- locales: what it is doing
    message TEXT NOT NULL DEFAULT '', -- locales: what it came to, with message_n for {n}
    message_n INTEGER NOT NULL DEFAULT 0,
    result TEXT NOT NULL DEFAULT '', -- a path of this site
    wants_cancel INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0, -- how often it was taken up
    owner TEXT NOT NULL DEFAULT '',  -- the process that runs it
    lease_until INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    CHECK ((ended_at IS NULL) = (state IN ('waiting', 'running')))
);
CREATE INDEX tasks_by_state ON tasks (state, id);
CREATE INDEX tasks_by_user ON tasks (user_id, id);
CREATE INDEX tasks_by_organisation ON tasks (organisation_id, id);
CREATE INDEX tasks_by_end ON tasks (ended_at);
