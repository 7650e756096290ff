-- Other platforms that a show is pushed on to (town/relay/relay.h).
CREATE TABLE relay_targets (
    id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL REFERENCES shows (id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    url TEXT NOT NULL,        -- up to the app: never with the key in it
    key_sealed BLOB NOT NULL, -- the stream's name with what lets us publish
    state TEXT NOT NULL CHECK (state IN ('off', 'on', 'gone')),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX relay_targets_by_show ON relay_targets (show_id, id);
CREATE INDEX relay_targets_on ON relay_targets (id) WHERE state = 'on';

-- Who did what to a target, and when: append-only.
CREATE TABLE relay_events (
    id INTEGER PRIMARY KEY,
    target_id INTEGER NOT NULL REFERENCES relay_targets (id),
    at INTEGER NOT NULL,
    actor_id INTEGER NOT NULL REFERENCES users (id),
    event TEXT NOT NULL,
    state TEXT NOT NULL
) STRICT;
CREATE INDEX relay_events_by_target ON relay_events (target_id, id);
