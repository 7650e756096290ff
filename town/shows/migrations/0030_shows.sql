-- Shows: a host, products in an order, one card that is being shown, talk beside it.

CREATE TABLE shows (
    id INTEGER PRIMARY KEY,
    title_zh TEXT NOT NULL CHECK (length(title_zh) BETWEEN 1 AND 60),
    title_en TEXT NOT NULL CHECK (length(title_en) BETWEEN 1 AND 120),
    room_zh TEXT NOT NULL,
    room_en TEXT NOT NULL,
    host_id INTEGER NOT NULL REFERENCES users (id),
    status TEXT NOT NULL CHECK (status IN ('planned', 'live', 'ended')),
    starts_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    key_hash BLOB NOT NULL,   -- SHA-256 of the stream key, what publishers are checked against
    key_sealed BLOB NOT NULL, -- the key itself, sealed, to be shown to the crew
    card_item_id INTEGER,     -- a show_items row of this show, or nothing is being shown
    card_at INTEGER,
    created_at INTEGER NOT NULL
);
CREATE INDEX shows_by_status ON shows (status, starts_at);

CREATE TABLE show_items (
    id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL REFERENCES shows (id),
    position INTEGER NOT NULL,
    sku_id INTEGER NOT NULL REFERENCES skus (id),
    price_fen INTEGER NOT NULL CHECK (price_fen > 0),
    is_on_shelf INTEGER NOT NULL DEFAULT 1 CHECK (is_on_shelf IN (0, 1)),
    note_zh TEXT NOT NULL DEFAULT '',
    note_en TEXT NOT NULL DEFAULT '',
    UNIQUE (show_id, sku_id)
);
CREATE INDEX show_items_by_show ON show_items (show_id, position);
CREATE INDEX show_items_by_sku ON show_items (sku_id);

CREATE TABLE show_messages (
    id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL REFERENCES shows (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    name TEXT NOT NULL, -- as shown then
    is_crew INTEGER NOT NULL CHECK (is_crew IN (0, 1)),
    body TEXT NOT NULL,
    sent_at INTEGER NOT NULL
);
CREATE INDEX show_messages_by_show ON show_messages (show_id, id);
CREATE INDEX show_messages_by_user ON show_messages (user_id, sent_at);

-- Who did what to a show, and when: append-only.
CREATE TABLE show_events (
    id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL REFERENCES shows (id),
    at INTEGER NOT NULL,
    actor_id INTEGER, -- NULL: the system
    kind TEXT NOT NULL,
    item_id INTEGER,
    value INTEGER
);
CREATE INDEX show_events_by_show ON show_events (show_id, id);
