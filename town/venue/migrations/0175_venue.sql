-- The base's spaces and their bookings (see venue.h). Days are numbers of the town's days (town/day.h); steps are half
-- hours of a day, 0 to 48.

CREATE TABLE venue_floors (
    id INTEGER PRIMARY KEY,
    position INTEGER NOT NULL,
    name_zh TEXT NOT NULL CHECK (length(name_zh) BETWEEN 1 AND 40),
    name_en TEXT NOT NULL CHECK (length(name_en) BETWEEN 1 AND 80)
) STRICT;

CREATE TABLE venue_spaces (
    id INTEGER PRIMARY KEY,
    floor_id INTEGER NOT NULL REFERENCES venue_floors (id),
    code TEXT NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 16), -- on its door
    kind TEXT NOT NULL CHECK (kind IN ('hall', 'live_room', 'classroom', 'provider_desk', 'factory_live_room')),
    name_zh TEXT NOT NULL CHECK (length(name_zh) BETWEEN 1 AND 40),
    name_en TEXT NOT NULL CHECK (length(name_en) BETWEEN 1 AND 80),
    area_dm2 INTEGER NOT NULL CHECK (area_dm2 > 0), -- square decimetres: exact
    seats INTEGER NOT NULL DEFAULT 0 CHECK (seats >= 0),
    equipment TEXT NOT NULL DEFAULT '', -- tags with a blank before, between and after: " lights fibre "
    price_fen INTEGER NOT NULL DEFAULT 0 CHECK (price_fen >= 0), -- an hour
    who_may TEXT NOT NULL CHECK (who_may IN ('member', 'factory', 'base')),
    organisation_id INTEGER REFERENCES organisations (id), -- of 'factory': whose
    needs_word INTEGER NOT NULL DEFAULT 0 CHECK (needs_word IN (0, 1)), -- the base says yes first
    door_token TEXT NOT NULL UNIQUE, -- in the address on its door
    is_open INTEGER NOT NULL DEFAULT 1 CHECK (is_open IN (0, 1)), -- in use at all
    created_at INTEGER NOT NULL,
    CHECK ((who_may = 'factory') = (organisation_id IS NOT NULL))
) STRICT;
CREATE INDEX venue_spaces_by_floor ON venue_spaces (floor_id, code);

-- A weekday without a row is a day off. weekday: 1 Monday to 7 Sunday.
CREATE TABLE venue_hours (
    space_id INTEGER NOT NULL REFERENCES venue_spaces (id),
    weekday INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    from_step INTEGER NOT NULL CHECK (from_step BETWEEN 0 AND 47),
    until_step INTEGER NOT NULL CHECK (until_step BETWEEN 1 AND 48),
    PRIMARY KEY (space_id, weekday),
    CHECK (from_step < until_step)
) STRICT;

CREATE TABLE venue_closures (
    id INTEGER PRIMARY KEY,
    space_id INTEGER REFERENCES venue_spaces (id), -- NULL: all of them
    from_day INTEGER NOT NULL,
    until_day INTEGER NOT NULL, -- the last
    from_step INTEGER NOT NULL CHECK (from_step BETWEEN 0 AND 47), -- of each of the days
    until_step INTEGER NOT NULL CHECK (until_step BETWEEN 1 AND 48),
    reason_zh TEXT NOT NULL CHECK (length(reason_zh) BETWEEN 1 AND 100),
    reason_en TEXT NOT NULL CHECK (length(reason_en) BETWEEN 1 AND 100),
    by_id INTEGER NOT NULL REFERENCES users (id),
    at INTEGER NOT NULL,
    lifted_at INTEGER,
    lifted_by INTEGER REFERENCES users (id),
    CHECK (from_day <= until_day AND from_step < until_step)
) STRICT;
CREATE INDEX venue_closures_by_day ON venue_closures (until_day) WHERE lifted_at IS NULL;

-- Versions; the newest whose first day has come is in force. Never changed.
CREATE TABLE venue_rules (
    id INTEGER PRIMARY KEY,
    first_day INTEGER NOT NULL,
    longest_min INTEGER NOT NULL CHECK (longest_min BETWEEN 30 AND 1440),
    ahead_days INTEGER NOT NULL CHECK (ahead_days BETWEEN 1 AND 400),
    open_most INTEGER NOT NULL CHECK (open_most BETWEEN 1 AND 100), -- bookings of a person to come; a series is one
    weeks_most INTEGER NOT NULL CHECK (weeks_most BETWEEN 1 AND 26),
    reconfirm_h INTEGER NOT NULL CHECK (reconfirm_h >= 0), -- asked so long before; 0: never
    release_h INTEGER NOT NULL CHECK (release_h >= 0),     -- without a yes it is released so long before
    early_min INTEGER NOT NULL CHECK (early_min BETWEEN 0 AND 120), -- one may check in so long before
    late_min INTEGER NOT NULL CHECK (late_min BETWEEN 5 AND 120),   -- and so long after the beginning
    cancel_h INTEGER NOT NULL CHECK (cancel_h >= 0),       -- cancelled later, it counts as missed
    miss_most INTEGER NOT NULL CHECK (miss_most >= 1),     -- so many missed
    miss_days INTEGER NOT NULL CHECK (miss_days >= 1),     -- within so many days
    block_days INTEGER NOT NULL CHECK (block_days >= 0),   -- keep one from booking for so long
    offer_min INTEGER NOT NULL CHECK (offer_min >= 5),     -- what is freed is kept so long for who waits
    by_id INTEGER REFERENCES users (id),
    at INTEGER NOT NULL,
    CHECK (release_h <= reconfirm_h)
) STRICT;
CREATE INDEX venue_rules_by_day ON venue_rules (first_day, id);
INSERT INTO venue_rules (first_day, longest_min, ahead_days, open_most, weeks_most, reconfirm_h, release_h, early_min,
    late_min, cancel_h, miss_most, miss_days, block_days, offer_min, at)
VALUES (0, 480, 60, 6, 26, 24, 4, 15, 15, 4, 3, 30, 14, 60, 0);

CREATE TABLE venue_series (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    weeks INTEGER NOT NULL CHECK (weeks BETWEEN 2 AND 26),
    made_at INTEGER NOT NULL
) STRICT;

CREATE TABLE venue_bookings (
    id INTEGER PRIMARY KEY,
    space_id INTEGER NOT NULL REFERENCES venue_spaces (id),
    day INTEGER NOT NULL,
    from_step INTEGER NOT NULL CHECK (from_step BETWEEN 0 AND 47),
    until_step INTEGER NOT NULL CHECK (until_step BETWEEN 1 AND 48),
    held_until INTEGER NOT NULL, -- its cells are from_step to here; from_step: none
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    subject TEXT NOT NULL DEFAULT '', -- 'show:17', or none: a person's own
    title_zh TEXT NOT NULL DEFAULT '',
    title_en TEXT NOT NULL DEFAULT '',
    series_id INTEGER REFERENCES venue_series (id),
    price_fen INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER, -- what comes next of itself (state.c); NULL: nothing
    is_sure INTEGER NOT NULL DEFAULT 0 CHECK (is_sure IN (0, 1)), -- said yes, or need not
    is_missed INTEGER NOT NULL DEFAULT 0 CHECK (is_missed IN (0, 1)), -- counts against who had it
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    CHECK (from_step < until_step AND held_until BETWEEN from_step AND until_step)
) STRICT;
CREATE INDEX venue_bookings_held ON venue_bookings (day, space_id, from_step, held_until, state)
    WHERE held_until > from_step;
CREATE INDEX venue_bookings_by_space ON venue_bookings (space_id, day);
CREATE INDEX venue_bookings_by_user ON venue_bookings (user_id, starts_at);
CREATE INDEX venue_bookings_due ON venue_bookings (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX venue_bookings_waiting ON venue_bookings (space_id, day, id) WHERE state = 'waitlisted';
CREATE UNIQUE INDEX venue_bookings_subject ON venue_bookings (subject)
    WHERE subject <> '' AND state IN ('asked', 'pending', 'confirmed', 'checked_in');

-- Where it was and what happened, append-only. A move has the new place.
CREATE TABLE venue_events (
    id INTEGER PRIMARY KEY,
    booking_id INTEGER NOT NULL REFERENCES venue_bookings (id),
    at INTEGER NOT NULL,
    actor_id INTEGER REFERENCES users (id), -- NULL: of itself
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    space_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    from_step INTEGER NOT NULL,
    until_step INTEGER NOT NULL,
    note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX venue_events_by_booking ON venue_events (booking_id, id);

-- Addresses of calendars; the token itself is shown once.
CREATE TABLE venue_feeds (
    id INTEGER PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    space_id INTEGER REFERENCES venue_spaces (id), -- of a space, or else of the person who made it
    user_id INTEGER NOT NULL REFERENCES users (id),
    made_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX venue_feeds_by_user ON venue_feeds (user_id);
