-- Quotes for more than there is in stock: agreed, then made by a day, then kept for the order.
ALTER TABLE quote_tiers RENAME TO former_tiers;
ALTER TABLE quote_events RENAME TO former_events;
ALTER TABLE quotes RENAME TO former_quotes;
DROP INDEX quotes_by_factory;
DROP INDEX quotes_by_asker;
DROP INDEX quotes_by_sku;
DROP INDEX quotes_until;
DROP INDEX quotes_by_order;
DROP INDEX quote_events_by;
DROP TRIGGER quote_events_never_change;
DROP TRIGGER quote_events_never_go;

CREATE TABLE quotes (
    id INTEGER PRIMARY KEY,
    factory_id INTEGER NOT NULL REFERENCES organisations (id),
    sku_id INTEGER NOT NULL REFERENCES skus (id),
    asker_id INTEGER NOT NULL REFERENCES users (id),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    want_fen INTEGER CHECK (want_fen > 0), -- what the asker would pay for a piece
    status TEXT NOT NULL CHECK (status IN ('asked', 'quoted', 'countered', 'making', 'accepted', 'ordered', 'declined',
        'withdrawn', 'expired')),
    lead_days INTEGER,
    until_at INTEGER,     -- of a quoted one: its price is good so long; of an accepted one: its pieces are kept so long
    price_fen INTEGER,    -- agreed
    order_id INTEGER REFERENCES orders (id),
    asked_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    due_day INTEGER,      -- of the town (town/day.h): by then its pieces are to be made
    CHECK ((price_fen IS NOT NULL) = (status IN ('making', 'accepted', 'ordered'))),
    CHECK ((due_day IS NOT NULL) = (status = 'making'))
) STRICT;
INSERT INTO quotes (id, factory_id, sku_id, asker_id, quantity, want_fen, status, lead_days, until_at, price_fen, order_id,
    asked_at, changed_at)
SELECT id, factory_id, sku_id, asker_id, quantity, want_fen, status, lead_days, until_at, price_fen, order_id, asked_at,
    changed_at FROM former_quotes;
CREATE INDEX quotes_by_factory ON quotes (factory_id, status, id);
CREATE INDEX quotes_by_asker ON quotes (asker_id, id);
CREATE INDEX quotes_by_sku ON quotes (sku_id) WHERE status = 'accepted';
CREATE INDEX quotes_until ON quotes (until_at) WHERE status IN ('quoted', 'accepted');
CREATE INDEX quotes_by_order ON quotes (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX quotes_made ON quotes (sku_id, due_day) WHERE status = 'making';

CREATE TABLE quote_tiers (
    quote_id INTEGER NOT NULL REFERENCES quotes (id),
    least INTEGER NOT NULL CHECK (least > 0), -- from so many pieces on
    price_fen INTEGER NOT NULL CHECK (price_fen > 0),
    PRIMARY KEY (quote_id, least)
) STRICT;
INSERT INTO quote_tiers (quote_id, least, price_fen) SELECT quote_id, least, price_fen FROM former_tiers;

CREATE TABLE quote_events (
    id INTEGER PRIMARY KEY,
    quote_id INTEGER NOT NULL REFERENCES quotes (id),
    at INTEGER NOT NULL,
    actor_id INTEGER, -- NULL: the system
    event TEXT NOT NULL,
    to_state TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    price_fen INTEGER,
    note TEXT
) STRICT;
INSERT INTO quote_events (id, quote_id, at, actor_id, event, to_state, quantity, price_fen, note)
SELECT id, quote_id, at, actor_id, event, to_state, quantity, price_fen, note FROM former_events;
CREATE INDEX quote_events_by ON quote_events (quote_id, id);
CREATE TRIGGER quote_events_never_change BEFORE UPDATE ON quote_events
BEGIN
    SELECT RAISE(ABORT, 'what happened to a quote is never changed');
END;
CREATE TRIGGER quote_events_never_go BEFORE DELETE ON quote_events
BEGIN
    SELECT RAISE(ABORT, 'what happened to a quote is never deleted');
END;
DROP TABLE former_tiers;
DROP TABLE former_events;
DROP TABLE former_quotes;
