-- Samples on their way between a factory and who wants to try or show its goods.
CREATE TABLE samples (
    id INTEGER PRIMARY KEY,
    factory_id INTEGER NOT NULL REFERENCES organisations (id),
    sku_id INTEGER NOT NULL REFERENCES skus (id),
    asker_id INTEGER NOT NULL REFERENCES users (id),
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 5),
    days INTEGER NOT NULL CHECK (days BETWEEN 1 AND 60), -- so long it is wanted
    why TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('asked', 'refused', 'cancelled', 'granted', 'shipped', 'received', 'overdue',
        'returning', 'returned', 'kept', 'written_off', 'reviewed')),
    asked_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    due_at INTEGER,      -- of one that is out: when it is to be back
    carrier TEXT,
    number TEXT,
    stars INTEGER CHECK (stars BETWEEN 1 AND 5),
    words TEXT,
    CHECK ((due_at IS NOT NULL) = (status IN ('shipped', 'received', 'overdue', 'returning'))),
    CHECK ((status = 'reviewed') = (stars IS NOT NULL))
) STRICT;
CREATE INDEX samples_by_factory ON samples (factory_id, status, id);
CREATE INDEX samples_by_asker ON samples (asker_id, status, id);
CREATE INDEX samples_due ON samples (due_at) WHERE status IN ('shipped', 'received');
CREATE INDEX samples_by_sku ON samples (sku_id);
-- The same is asked for once at a time.
CREATE UNIQUE INDEX samples_open ON samples (asker_id, sku_id) WHERE status IN ('asked', 'granted');

CREATE TABLE sample_events (
    id INTEGER PRIMARY KEY,
    sample_id INTEGER NOT NULL REFERENCES samples (id),
    at INTEGER NOT NULL,
    actor_id INTEGER, -- NULL: the system
    event TEXT NOT NULL,
    to_state TEXT NOT NULL,
    note TEXT
) STRICT;
CREATE INDEX sample_events_by ON sample_events (sample_id, id);
CREATE TRIGGER sample_events_never_change BEFORE UPDATE ON sample_events
BEGIN
    SELECT RAISE(ABORT, 'what happened to a sample is never changed');
END;
CREATE TRIGGER sample_events_never_go BEFORE DELETE ON sample_events
BEGIN
    SELECT RAISE(ABORT, 'what happened to a sample is never deleted');
END;
