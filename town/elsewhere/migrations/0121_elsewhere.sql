-- Shows that run on other platforms, and the result sheets that those export
-- (town/elsewhere/elsewhere.h).
CREATE TABLE elsewhere_shows (
    id INTEGER PRIMARY KEY,
    platform TEXT NOT NULL CHECK (platform IN ('taobao', 'douyin', 'other')),
    title_zh TEXT NOT NULL CHECK (length(title_zh) BETWEEN 1 AND 60),
    title_en TEXT NOT NULL CHECK (length(title_en) BETWEEN 1 AND 120),
    room TEXT NOT NULL CHECK (length(room) BETWEEN 1 AND 40), -- the platform's name of the room
    link TEXT NOT NULL,
    host_id INTEGER NOT NULL REFERENCES users (id),
    starts_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'reported', 'dropped')),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX elsewhere_shows_by_start ON elsewhere_shows (starts_at, id);
CREATE INDEX elsewhere_shows_by_host ON elsewhere_shows (host_id, starts_at);

CREATE TABLE elsewhere_items (
    show_id INTEGER NOT NULL REFERENCES elsewhere_shows (id),
    position INTEGER NOT NULL,
    sku_id INTEGER NOT NULL REFERENCES skus (id),
    price_fen INTEGER NOT NULL CHECK (price_fen > 0),
    PRIMARY KEY (show_id, sku_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX elsewhere_items_by_sku ON elsewhere_items (sku_id);

-- A file that was brought. What it says is kept as it was written, line by line.
CREATE TABLE elsewhere_sheets (
    id INTEGER PRIMARY KEY,
    platform TEXT NOT NULL CHECK (platform IN ('taobao', 'douyin', 'other')),
    sha256 BLOB NOT NULL, -- of the file: the same one again is the same sheet
    filename TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    made_at INTEGER NOT NULL,
    taken_at INTEGER -- NULL: a preview
) STRICT;
CREATE INDEX elsewhere_sheets_by_hash ON elsewhere_sheets (sha256);

CREATE TABLE elsewhere_lines (
    sheet_id INTEGER NOT NULL REFERENCES elsewhere_sheets (id),
    row_number INTEGER NOT NULL,
    room_text TEXT NOT NULL,
    start_text TEXT NOT NULL,
    amount_text TEXT NOT NULL,
    pieces_text TEXT NOT NULL,
    orders_text TEXT NOT NULL,
    viewers_text TEXT NOT NULL,
    peak_text TEXT NOT NULL,
    PRIMARY KEY (sheet_id, row_number)
) STRICT, WITHOUT ROWID;

-- What counts: of each show the newest. Former ones stay, with when they counted.
CREATE TABLE elsewhere_results (
    sheet_id INTEGER NOT NULL REFERENCES elsewhere_sheets (id),
    row_number INTEGER NOT NULL,
    show_id INTEGER NOT NULL REFERENCES elsewhere_shows (id),
    started_at INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),
    pieces INTEGER NOT NULL CHECK (pieces >= 0),
    orders INTEGER CHECK (orders >= 0),
    viewers INTEGER CHECK (viewers >= 0),
    peak INTEGER CHECK (peak >= 0),
    counted_at INTEGER NOT NULL,
    replaced_at INTEGER,
    PRIMARY KEY (sheet_id, row_number)
) STRICT, WITHOUT ROWID;
CREATE INDEX elsewhere_results_by_show ON elsewhere_results (show_id, counted_at);
CREATE UNIQUE INDEX elsewhere_results_one ON elsewhere_results (show_id) WHERE replaced_at IS NULL;

-- Who did what to a show, and when: append-only.
CREATE TABLE elsewhere_events (
    id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL REFERENCES elsewhere_shows (id),
    at INTEGER NOT NULL,
    actor_id INTEGER NOT NULL REFERENCES users (id),
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    sheet_id INTEGER REFERENCES elsewhere_sheets (id)
) STRICT;
CREATE INDEX elsewhere_events_by_show ON elsewhere_events (show_id, id);
