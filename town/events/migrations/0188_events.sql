-- Matchmaking events: makers and agencies that meet by a schedule. What their states may be is in town/events/state.c.
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    title_zh TEXT NOT NULL CHECK (length(title_zh) BETWEEN 1 AND 40),
    title_en TEXT NOT NULL CHECK (length(title_en) BETWEEN 1 AND 80),
    about_zh TEXT NOT NULL CHECK (length(about_zh) <= 1000),
    about_en TEXT NOT NULL CHECK (length(about_en) <= 2000),
    state TEXT NOT NULL CHECK (state IN ('open', 'planned', 'published', 'running', 'done', 'cancelled')),
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL CHECK (ends_at > starts_at),
    slot_min INTEGER NOT NULL CHECK (slot_min BETWEEN 5 AND 120),
    slots INTEGER NOT NULL CHECK (slots BETWEEN 1 AND 48),
    break_after INTEGER NOT NULL CHECK (break_after >= 0), -- before this slot there is a break; 0: none
    break_min INTEGER NOT NULL CHECK (break_min BETWEEN 0 AND 240),
    tables_n INTEGER NOT NULL CHECK (tables_n BETWEEN 1 AND 100),
    space_id INTEGER REFERENCES venue_spaces (id), -- booked under the subject event:ID, or
    room TEXT NOT NULL CHECK (length(room) <= 40),  -- named freely
    deadline_at INTEGER NOT NULL, -- parties sign up and wish until then
    version INTEGER NOT NULL, -- of who takes part and what is wished: a preview is of one
    draft_version INTEGER, -- of which the preview is
    draft_worth INTEGER, -- its objective (schedule.h), and that of a greedy plan
    draft_greedy INTEGER,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    held_at INTEGER -- when it was done, with somebody there of both sides
) STRICT;
CREATE INDEX events_by_start ON events (starts_at, id);
CREATE INDEX events_by_state ON events (state, starts_at);

-- Append-only.
CREATE TABLE event_log (
    id INTEGER PRIMARY KEY,
    event_id INTEGER NOT NULL REFERENCES events (id),
    at INTEGER NOT NULL,
    actor_id INTEGER, -- NULL: by itself
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;
CREATE INDEX event_log_by_event ON event_log (event_id, id);

-- Who takes part.
CREATE TABLE event_parties (
    id INTEGER PRIMARY KEY,
    event_id INTEGER NOT NULL REFERENCES events (id),
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    side TEXT NOT NULL CHECK (side IN ('factory', 'agency')),
    state TEXT NOT NULL CHECK (state IN ('invited', 'declined', 'in', 'here', 'left')),
    most INTEGER NOT NULL CHECK (most BETWEEN 1 AND 48), -- meetings that it wants
    free_slots INTEGER NOT NULL CHECK (free_slots >= 0), -- bit s: is there in slot s
    feed_n INTEGER NOT NULL DEFAULT 0, -- counts up when the calendar's address is made anew
    arrived_at INTEGER, -- signed in at the door
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    UNIQUE (event_id, organisation_id)
) STRICT;
CREATE INDEX event_parties_by_organisation ON event_parties (organisation_id, event_id);

-- Append-only.
CREATE TABLE event_party_log (
    id INTEGER PRIMARY KEY,
    party_id INTEGER NOT NULL REFERENCES event_parties (id),
    at INTEGER NOT NULL,
    actor_id INTEGER,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;
CREATE INDEX event_party_log_by_party ON event_party_log (party_id, id);

-- What a maker shows; what an agency wants to see of it.
CREATE TABLE event_products (
    party_id INTEGER NOT NULL REFERENCES event_parties (id),
    product_id INTEGER NOT NULL REFERENCES products (id),
    PRIMARY KEY (party_id, product_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE event_product_wishes (
    party_id INTEGER NOT NULL REFERENCES event_parties (id),
    product_id INTEGER NOT NULL REFERENCES products (id),
    PRIMARY KEY (party_id, product_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_wishes (
    party_id INTEGER NOT NULL REFERENCES event_parties (id),
    other_id INTEGER NOT NULL REFERENCES event_parties (id),
    hearts INTEGER NOT NULL CHECK (hearts BETWEEN -1 AND 3), -- -1: not with them
    PRIMARY KEY (party_id, other_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_wishes_by_other ON event_wishes (other_id);

-- The preview, which is nobody's timetable yet.
CREATE TABLE event_drafts (
    event_id INTEGER NOT NULL REFERENCES events (id),
    slot INTEGER NOT NULL,
    table_n INTEGER NOT NULL,
    factory_id INTEGER NOT NULL REFERENCES event_parties (id),
    agency_id INTEGER NOT NULL REFERENCES event_parties (id),
    PRIMARY KEY (event_id, slot, table_n)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_meetings (
    id INTEGER PRIMARY KEY,
    event_id INTEGER NOT NULL REFERENCES events (id),
    slot INTEGER NOT NULL CHECK (slot >= 0),
    table_n INTEGER NOT NULL CHECK (table_n >= 1),
    factory_id INTEGER NOT NULL REFERENCES event_parties (id),
    agency_id INTEGER NOT NULL REFERENCES event_parties (id),
    state TEXT NOT NULL CHECK (state IN ('planned', 'met', 'missed', 'fallen')),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
-- The hard rules of a schedule, once more.
CREATE UNIQUE INDEX event_meetings_one_table ON event_meetings (event_id, slot, table_n) WHERE state <> 'fallen';
CREATE UNIQUE INDEX event_meetings_one_factory ON event_meetings (factory_id, slot) WHERE state <> 'fallen';
CREATE UNIQUE INDEX event_meetings_one_agency ON event_meetings (agency_id, slot) WHERE state <> 'fallen';
CREATE UNIQUE INDEX event_meetings_one_pair ON event_meetings (factory_id, agency_id) WHERE state <> 'fallen';
CREATE INDEX event_meetings_by_event ON event_meetings (event_id, slot);

-- Append-only.
CREATE TABLE event_meeting_log (
    id INTEGER PRIMARY KEY,
    meeting_id INTEGER NOT NULL REFERENCES event_meetings (id),
    at INTEGER NOT NULL,
    actor_id INTEGER,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;
CREATE INDEX event_meeting_log_by_meeting ON event_meeting_log (meeting_id, id);

-- What came of it, as each side says.
CREATE TABLE event_outcomes (
    meeting_id INTEGER NOT NULL REFERENCES event_meetings (id),
    side TEXT NOT NULL CHECK (side IN ('factory', 'agency')),
    outcome TEXT NOT NULL CHECK (outcome IN ('interested', 'sample', 'quote', 'no')),
    note TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor_id INTEGER NOT NULL,
    PRIMARY KEY (meeting_id, side)
) STRICT, WITHOUT ROWID;

-- What each side says 7 and 30 days later.
CREATE TABLE event_follow_ups (
    id INTEGER PRIMARY KEY,
    meeting_id INTEGER NOT NULL REFERENCES event_meetings (id),
    side TEXT NOT NULL CHECK (side IN ('factory', 'agency')),
    days INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    answer TEXT CHECK (answer IN ('talking', 'trying', 'selling', 'ended')), -- NULL: none yet
    note TEXT NOT NULL,
    answered_at INTEGER,
    actor_id INTEGER,
    UNIQUE (meeting_id, side, days),
    CHECK ((answer IS NULL) = (answered_at IS NULL))
) STRICT;
CREATE INDEX event_follow_ups_open ON event_follow_ups (due_at) WHERE answer IS NULL;
