-- Events for whoever must hear of changes, in the transaction of the change (see store/outbox.h).
CREATE TABLE outbox_events (
    id INTEGER PRIMARY KEY, -- rises in the order of commits
    subject TEXT NOT NULL CHECK (length(subject) BETWEEN 1 AND 128), -- "order:1042"
    kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),        -- "order.placed"
    body TEXT NOT NULL,                                              -- JSON; no personal data
    at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE outbox_consumers (
    name TEXT PRIMARY KEY,
    done INTEGER NOT NULL,        -- every event up to here is delivered, given up or held back
    owner TEXT NOT NULL,          -- the process that delivers
    lease_until INTEGER NOT NULL  -- and until when it may
) STRICT, WITHOUT ROWID;

-- Events held back: refused before, or behind one of their subject that was.
CREATE TABLE outbox_held (
    consumer TEXT NOT NULL REFERENCES outbox_consumers (name),
    event INTEGER NOT NULL REFERENCES outbox_events (id),
    subject TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_ms INTEGER NOT NULL, -- not before
    PRIMARY KEY (consumer, event)
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_held_by_subject ON outbox_held (consumer, subject, event);
CREATE INDEX outbox_held_by_event ON outbox_held (event);
