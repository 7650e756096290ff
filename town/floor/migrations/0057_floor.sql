-- The floor: halls, their zones and stands, which product stands where, and how often labels were
-- scanned. Places on a plan are in hundredths of the plan's own units.

CREATE TABLE floor_halls (
    id INTEGER PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE CHECK (number BETWEEN 1 AND 31), -- in addresses and on labels
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    plan_id INTEGER,                  -- floor_plans: the one in use, or none yet
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);

-- Every plan that a hall ever had, cleaned (svg.h): what was uploaded is kept nowhere.
CREATE TABLE floor_plans (
    id INTEGER PRIMARY KEY,
    hall_id INTEGER NOT NULL REFERENCES floor_halls (id),
    body TEXT NOT NULL,
    left_x INTEGER NOT NULL,
    top_y INTEGER NOT NULL,
    width INTEGER NOT NULL CHECK (width > 0),
    height INTEGER NOT NULL CHECK (height > 0),
    is_themed INTEGER NOT NULL CHECK (is_themed IN (0, 1)), -- takes its colours from the page
    added_at INTEGER NOT NULL
);

CREATE TABLE floor_zones (
    id INTEGER PRIMARY KEY,
    hall_id INTEGER NOT NULL REFERENCES floor_halls (id),
    code TEXT NOT NULL,               -- "A": stands A-01, A-02 … begin with it
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    UNIQUE (hall_id, code)
);

-- A stand that is gone keeps its row, for what was counted of it.
CREATE TABLE floor_stands (
    id INTEGER PRIMARY KEY,
    hall_id INTEGER NOT NULL REFERENCES floor_halls (id),
    zone_id INTEGER REFERENCES floor_zones (id),
    code TEXT NOT NULL,               -- "A-03"
    left_x INTEGER NOT NULL,
    top_y INTEGER NOT NULL,
    width INTEGER NOT NULL CHECK (width > 0),
    height INTEGER NOT NULL CHECK (height > 0),
    created_at INTEGER NOT NULL,
    removed_at INTEGER
);
CREATE UNIQUE INDEX floor_stands_by_code ON floor_stands (hall_id, code) WHERE removed_at IS NULL;

-- Which product stood where, and from when to when; ended_at NULL: it stands there. In one hall it
-- stands at one stand.
CREATE TABLE floor_placements (
    id INTEGER PRIMARY KEY,
    hall_id INTEGER NOT NULL REFERENCES floor_halls (id),
    stand_id INTEGER NOT NULL REFERENCES floor_stands (id),
    product_id INTEGER NOT NULL REFERENCES products (id),
    placed_at INTEGER NOT NULL,
    ended_at INTEGER
);
CREATE UNIQUE INDEX floor_placements_now ON floor_placements (product_id, hall_id)
    WHERE ended_at IS NULL;
CREATE INDEX floor_placements_by_stand ON floor_placements (stand_id, ended_at);

-- Who did what on the floor, and when: append-only. `detail`: what it was about, in words of the
-- plan ("A-03", "24"), for people to read.
CREATE TABLE floor_events (
    id INTEGER PRIMARY KEY,
    hall_id INTEGER NOT NULL REFERENCES floor_halls (id),
    at INTEGER NOT NULL,
    actor_id INTEGER REFERENCES users (id), -- NULL: the system
    event TEXT NOT NULL,              -- locales: floor.event_EVENT
    stand_id INTEGER REFERENCES floor_stands (id),
    from_stand_id INTEGER REFERENCES floor_stands (id), -- of a move
    product_id INTEGER REFERENCES products (id),
    detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX floor_events_by_hall ON floor_events (hall_id, id);
CREATE INDEX floor_events_by_stand ON floor_events (stand_id, id);
CREATE INDEX floor_events_by_product ON floor_events (product_id, id);

-- Scans of labels: a number for a product, a stand and a day, and nothing of who scanned (label.h).
CREATE TABLE floor_visits (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES products (id),
    stand_id INTEGER REFERENCES floor_stands (id), -- NULL: the label named no hall, or it stands nowhere
    day_at INTEGER NOT NULL,          -- the town's midnight with which the day began
    visits INTEGER NOT NULL CHECK (visits > 0)
);
CREATE UNIQUE INDEX floor_visits_once ON floor_visits (product_id, coalesce(stand_id, 0), day_at);
CREATE INDEX floor_visits_by_day ON floor_visits (day_at);

-- Sheets of labels that were made in the background: an object (store/objects.h), for who asked.
CREATE TABLE floor_sheets (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    organisation_id INTEGER,          -- 0 or NULL: of the base
    ask TEXT NOT NULL,                -- JSON: what was asked for (sheet.c)
    object TEXT,                      -- the PDF; NULL: not made yet
    labels INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
);
