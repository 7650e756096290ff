-- What a factory can make of a SKU in a week, and what it has promised; and what desks ask for while they are on air.
CREATE TABLE supply_promises (
    sku_id INTEGER PRIMARY KEY REFERENCES skus (id),
    per_week INTEGER NOT NULL CHECK (per_week >= 0),
    day INTEGER,       -- of the town (town/day.h)
    pieces INTEGER CHECK (pieces > 0),
    version INTEGER NOT NULL, -- of the promise: one that is kept moves its pieces once
    changed_at INTEGER NOT NULL,
    changed_by INTEGER NOT NULL,
    CHECK ((day IS NULL) = (pieces IS NULL))
) STRICT;

CREATE TABLE restock_asks (
    id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL REFERENCES shows (id),
    sku_id INTEGER NOT NULL REFERENCES skus (id),
    factory_id INTEGER NOT NULL REFERENCES organisations (id),
    pieces INTEGER NOT NULL CHECK (pieces > 0),
    status TEXT NOT NULL CHECK (status IN ('asked', 'put', 'declined')),
    asked_at INTEGER NOT NULL,
    asked_by INTEGER NOT NULL REFERENCES users (id),
    answered_at INTEGER,
    answered_by INTEGER REFERENCES users (id),
    got INTEGER,
    CHECK ((status = 'asked') = (answered_at IS NULL)),
    CHECK ((status = 'put') = (got IS NOT NULL))
) STRICT;
CREATE INDEX restock_asks_by_show ON restock_asks (show_id, id);
CREATE UNIQUE INDEX restock_asks_open ON restock_asks (show_id, sku_id) WHERE status = 'asked';
