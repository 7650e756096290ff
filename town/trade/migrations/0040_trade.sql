-- Orders. What is scarce about them (pieces, money) is in the ledger; a line names its hold there.
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    buyer_id INTEGER NOT NULL,
    factory_id INTEGER NOT NULL, -- the organisation that sells and ships
    show_id INTEGER,             -- the live show it was bought in, if any
    status TEXT NOT NULL CHECK (status IN ('placed', 'paid', 'cancelled', 'expired')),
    total_fen INTEGER NOT NULL CHECK (total_fen >= 0),
    placed_at INTEGER NOT NULL,
    hold_until INTEGER NOT NULL, -- the stock is kept for the buyer until then
    paid_at INTEGER,
    CHECK ((status = 'paid') = (paid_at IS NOT NULL))
) STRICT;

CREATE INDEX orders_by_buyer ON orders (buyer_id, id);
CREATE INDEX orders_by_factory ON orders (factory_id, id);
CREATE INDEX orders_by_show ON orders (show_id, id) WHERE show_id IS NOT NULL;
CREATE INDEX orders_waiting ON orders (hold_until) WHERE status = 'placed';

-- Price and names as they were when the order was placed.
CREATE TABLE order_lines (
    order_id INTEGER NOT NULL REFERENCES orders (id),
    line INTEGER NOT NULL CHECK (line >= 1),
    sku_id INTEGER NOT NULL,
    product_slug TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    title_en TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    price_fen INTEGER NOT NULL CHECK (price_fen >= 0),
    hold BLOB NOT NULL CHECK (length(hold) = 16), -- id of the ledger's pending transfer
    PRIMARY KEY (order_id, line),
    UNIQUE (order_id, sku_id)
) STRICT, WITHOUT ROWID;

-- Where to send it: personal data, sealed (store/seal.h), apart from the order so that it can be
-- removed when the law no longer wants it kept.
CREATE TABLE order_receivers (
    order_id INTEGER PRIMARY KEY REFERENCES orders (id),
    name BLOB NOT NULL,
    phone BLOB NOT NULL,
    address BLOB NOT NULL
) STRICT;

-- Every change of state, in the transaction that made it.
CREATE TABLE order_events (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    event TEXT NOT NULL,
    from_state TEXT, -- NULL for the first
    to_state TEXT NOT NULL,
    actor_id INTEGER, -- the user, or NULL for the system
    actor_as TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX order_events_by_order ON order_events (order_id, id);

CREATE TRIGGER order_events_never_change BEFORE UPDATE ON order_events
BEGIN
    SELECT RAISE(ABORT, 'order events are never changed');
END;

CREATE TRIGGER order_events_never_go BEFORE DELETE ON order_events
BEGIN
    SELECT RAISE(ABORT, 'order events are never deleted');
END;
