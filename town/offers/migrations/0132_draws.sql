-- Draws: pieces of an item that some of those who take part get for nothing, chosen by lot that anybody can check.
CREATE TABLE draws (
    id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL REFERENCES shows (id),
    item_id INTEGER NOT NULL REFERENCES show_items (id),
    sku_id INTEGER NOT NULL REFERENCES skus (id),
    prizes INTEGER NOT NULL CHECK (prizes > 0),
    value_fen INTEGER NOT NULL CHECK (value_fen > 0), -- of one: what it costs in the hall
    seconds INTEGER NOT NULL CHECK (seconds > 0),
    status TEXT NOT NULL CHECK (status IN ('planned', 'open', 'drawn', 'dropped')),
    account INTEGER,        -- of the ledger, once it was opened: the prizes
    seed_sealed BLOB,       -- chosen when it opens, published when it is drawn
    seed_hash TEXT,         -- SHA-256 of the seed, hex, published when it opens
    seed TEXT,              -- hex, once drawn
    entries INTEGER NOT NULL DEFAULT 0,
    entries_hash TEXT,      -- SHA-256 over all receipts in order, hex, once drawn
    planned_at INTEGER NOT NULL,
    opened_at INTEGER,
    closes_at INTEGER,
    drawn_at INTEGER
);
CREATE INDEX draws_by_show ON draws (show_id, id);
CREATE UNIQUE INDEX draws_open ON draws (show_id) WHERE status = 'open';
CREATE INDEX draws_due ON draws (closes_at) WHERE status = 'open';

CREATE TABLE draw_entries (
    draw_id INTEGER NOT NULL REFERENCES draws (id),
    number INTEGER NOT NULL CHECK (number > 0),
    user_id INTEGER NOT NULL REFERENCES users (id),
    receipt TEXT NOT NULL, -- what the list shows instead of a name
    at INTEGER NOT NULL,
    PRIMARY KEY (draw_id, number)
);
CREATE UNIQUE INDEX draw_entries_once ON draw_entries (draw_id, user_id);

CREATE TABLE draw_wins (
    id INTEGER PRIMARY KEY,
    draw_id INTEGER NOT NULL REFERENCES draws (id),
    number INTEGER NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    place INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('won', 'taken', 'lapsed')),
    until_at INTEGER NOT NULL, -- to say where it is sent
    order_id INTEGER
);
CREATE INDEX draw_wins_by_user ON draw_wins (user_id, id);
CREATE INDEX draw_wins_by_draw ON draw_wins (draw_id, place);
CREATE INDEX draw_wins_waiting ON draw_wins (until_at) WHERE status = 'won';
