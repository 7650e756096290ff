-- Recordings of shows: how long each is kept, and the clips that are cut of them.

-- A row a show, from its first picture on, or from its end when nothing was recorded: messages and
-- events are kept with it. Who held it back, and why, stands beside it while it lasts.
CREATE TABLE recordings (
    show_id INTEGER PRIMARY KEY REFERENCES shows (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'kept', 'removing', 'removed')),
    segments INTEGER NOT NULL DEFAULT 0,
    duration_ms INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    gaps INTEGER NOT NULL DEFAULT 0, -- how often the picture goes on after one
    has_cover INTEGER NOT NULL DEFAULT 0 CHECK (has_cover IN (0, 1)),
    ended_at INTEGER,                -- of the show
    due_at INTEGER,                  -- until then nothing of it may be removed
    closed_at INTEGER,               -- its files were looked through after the show's end
    files_gone INTEGER NOT NULL DEFAULT 0 CHECK (files_gone IN (0, 1)),
    removed_at INTEGER,
    held_at INTEGER,
    held_by INTEGER,
    held_why TEXT,
    CHECK ((ended_at IS NULL) = (due_at IS NULL)),
    CHECK ((state = 'open') = (ended_at IS NULL)),
    CHECK ((held_at IS NULL) = (held_by IS NULL)),
    CHECK ((held_at IS NULL) = (held_why IS NULL)),
    CHECK ((state = 'removed') = (removed_at IS NOT NULL))
) STRICT;
CREATE INDEX recordings_due ON recordings (due_at) WHERE state = 'kept' AND held_at IS NULL;
CREATE INDEX recordings_removing ON recordings (show_id) WHERE state = 'removing';
CREATE INDEX recordings_unclosed ON recordings (show_id) WHERE closed_at IS NULL;

CREATE TABLE recording_events (
    id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL,
    event TEXT NOT NULL,
    from_state TEXT, -- NULL: there was none
    to_state TEXT NOT NULL,
    actor_id INTEGER, -- NULL: the clock
    why TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX recording_events_by_show ON recording_events (show_id, id);

CREATE TRIGGER recording_events_never_change BEFORE UPDATE ON recording_events
BEGIN
    SELECT RAISE(ABORT, 'events of recordings are never changed');
END;

CREATE TRIGGER recording_events_never_go BEFORE DELETE ON recording_events
BEGIN
    SELECT RAISE(ABORT, 'events of recordings are never deleted');
END;

-- What was shown of a product, from its card to the next. cut_at: it was looked for in the
-- recording; duration_ms 0: nothing of it is there.
CREATE TABLE clips (
    id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL REFERENCES shows (id),
    item_id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER, -- NULL: being shown
    cut_at INTEGER,
    first_segment INTEGER NOT NULL DEFAULT 0,
    last_segment INTEGER NOT NULL DEFAULT 0,
    at_ms INTEGER NOT NULL DEFAULT 0, -- where it begins in the replay
    duration_ms INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    has_thumb INTEGER NOT NULL DEFAULT 0 CHECK (has_thumb IN (0, 1)),
    CHECK (until_at IS NULL OR until_at >= from_at),
    CHECK (cut_at IS NULL OR until_at IS NOT NULL),
    CHECK (first_segment <= last_segment)
) STRICT;
CREATE INDEX clips_by_show ON clips (show_id, id);
CREATE INDEX clips_by_product ON clips (product_id, id) WHERE duration_ms > 0;
CREATE INDEX clips_uncut ON clips (id) WHERE cut_at IS NULL;
CREATE UNIQUE INDEX clips_showing ON clips (show_id) WHERE until_at IS NULL;

-- How far the crew's log (show_events) was followed.
CREATE TABLE replay_cursor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    event_id INTEGER NOT NULL
) STRICT;
INSERT INTO replay_cursor (id, event_id) VALUES (1, 0);
