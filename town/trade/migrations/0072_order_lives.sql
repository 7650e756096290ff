-- The whole life of an order: packed, shipped, received, closed, refunded; what it is made of
-- (goods, freight, discount) and what of it went back; orders that were placed together.
ALTER TABLE order_lines RENAME TO former_lines;
ALTER TABLE order_receivers RENAME TO former_receivers;
ALTER TABLE order_events RENAME TO former_events;
ALTER TABLE orders RENAME TO former_orders;
DROP INDEX orders_by_buyer;
DROP INDEX orders_by_factory;
DROP INDEX orders_by_show;
DROP INDEX orders_waiting;
DROP INDEX orders_unpaid;
DROP INDEX orders_paid;
DROP INDEX order_events_by_order;
DROP TRIGGER order_events_never_change;
DROP TRIGGER order_events_never_go;

CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    checkout_id INTEGER NOT NULL, -- the first of those that were placed together and are paid together
    buyer_id INTEGER NOT NULL,
    factory_id INTEGER NOT NULL,  -- the organisation that sells and ships
    show_id INTEGER,              -- the live show that its first line was bought in, if any
    status TEXT NOT NULL CHECK (status IN ('placed', 'paid', 'packed', 'shipped', 'received',
        'closed', 'refunded', 'cancelled', 'expired')),
    province INTEGER NOT NULL DEFAULT 0, -- where it goes (town/region.h); 0: not known
    goods_fen INTEGER NOT NULL CHECK (goods_fen >= 0),
    freight_fen INTEGER NOT NULL DEFAULT 0 CHECK (freight_fen >= 0),
    discount_fen INTEGER NOT NULL DEFAULT 0 CHECK (discount_fen BETWEEN 0 AND goods_fen),
    total_fen INTEGER NOT NULL CHECK (total_fen = goods_fen + freight_fen - discount_fen),
    refunded_fen INTEGER NOT NULL DEFAULT 0 CHECK (refunded_fen BETWEEN 0 AND total_fen),
    freight_refunded_fen INTEGER NOT NULL DEFAULT 0
        CHECK (freight_refunded_fen BETWEEN 0 AND freight_fen), -- of those
    placed_at INTEGER NOT NULL,
    hold_until INTEGER NOT NULL, -- the stock is kept for the buyer until then
    paid_at INTEGER,
    packed_at INTEGER,
    shipped_at INTEGER,
    received_at INTEGER,
    closed_at INTEGER,
    auto_at INTEGER, -- when the clock takes the next step by itself
    CHECK ((status IN ('placed', 'cancelled', 'expired')) = (paid_at IS NULL))
) STRICT;
INSERT INTO orders (id, checkout_id, buyer_id, factory_id, show_id, status, goods_fen, total_fen,
                    placed_at, hold_until, paid_at)
SELECT id, id, buyer_id, factory_id, show_id, status, total_fen, total_fen, placed_at, hold_until,
       paid_at
FROM former_orders;

CREATE INDEX orders_by_buyer ON orders (buyer_id, id);
CREATE INDEX orders_by_factory ON orders (factory_id, id);
CREATE INDEX orders_by_factory_status ON orders (factory_id, status, id);
CREATE INDEX orders_by_checkout ON orders (checkout_id, id);
CREATE INDEX orders_by_show ON orders (show_id, id) WHERE show_id IS NOT NULL;
CREATE INDEX orders_waiting ON orders (hold_until) WHERE status = 'placed';
CREATE INDEX orders_by_clock ON orders (auto_at) WHERE auto_at IS NOT NULL;
-- What a buyer has ordered lately and not paid: asked before each order (ORDER_UNPAID_MAX).
CREATE INDEX orders_unpaid ON orders (buyer_id, placed_at) WHERE paid_at IS NULL;
-- What was paid until a moment: figures count it for each day.
CREATE INDEX orders_paid ON orders (paid_at, total_fen) WHERE paid_at IS NOT NULL;

-- Price and names as they were when the order was placed.
CREATE TABLE order_lines (
    order_id INTEGER NOT NULL REFERENCES orders (id),
    line INTEGER NOT NULL CHECK (line >= 1),
    sku_id INTEGER NOT NULL,
    show_id INTEGER, -- the live show it was bought in, if any
    product_slug TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    title_en TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    price_fen INTEGER NOT NULL CHECK (price_fen >= 0),
    discount_fen INTEGER NOT NULL DEFAULT 0
        CHECK (discount_fen BETWEEN 0 AND quantity * price_fen), -- of the line as a whole
    refunded_fen INTEGER NOT NULL DEFAULT 0
        CHECK (refunded_fen BETWEEN 0 AND quantity * price_fen - discount_fen),
    returned INTEGER NOT NULL DEFAULT 0 CHECK (returned BETWEEN 0 AND quantity), -- pieces
    hold BLOB NOT NULL CHECK (length(hold) = 16), -- id of the ledger's pending transfer
    PRIMARY KEY (order_id, line),
    UNIQUE (order_id, sku_id)
) STRICT, WITHOUT ROWID;
INSERT INTO order_lines (order_id, line, sku_id, show_id, product_slug, title_zh, title_en, name_zh,
                         name_en, quantity, price_fen, hold)
SELECT l.order_id, l.line, l.sku_id, o.show_id, l.product_slug, l.title_zh, l.title_en, l.name_zh,
       l.name_en, l.quantity, l.price_fen, l.hold
FROM former_lines l JOIN former_orders o ON o.id = l.order_id;

CREATE TABLE order_receivers (
    order_id INTEGER PRIMARY KEY REFERENCES orders (id),
    name BLOB NOT NULL,
    phone BLOB NOT NULL,
    address BLOB NOT NULL
) STRICT;
INSERT INTO order_receivers (order_id, name, phone, address)
SELECT order_id, name, phone, address FROM former_receivers;

CREATE TABLE order_events (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    event TEXT NOT NULL,
    from_state TEXT, -- NULL for the first
    to_state TEXT NOT NULL,
    actor_id INTEGER, -- the user, or NULL for the system
    actor_as TEXT NOT NULL,
    at INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL DEFAULT 0, -- of a refund
    note TEXT NOT NULL DEFAULT ''          -- why, in words
) STRICT;
INSERT INTO order_events (id, order_id, event, from_state, to_state, actor_id, actor_as, at)
SELECT id, order_id, event, from_state, to_state, actor_id, actor_as, at FROM former_events;

CREATE INDEX order_events_by_order ON order_events (order_id, id);

DROP TABLE former_lines;
DROP TABLE former_receivers;
DROP TABLE former_events;
DROP TABLE former_orders;

CREATE TRIGGER order_events_never_change BEFORE UPDATE ON order_events
BEGIN
    SELECT RAISE(ABORT, 'order events are never changed');
END;

CREATE TRIGGER order_events_never_go BEFORE DELETE ON order_events
BEGIN
    SELECT RAISE(ABORT, 'order events are never deleted');
END;
