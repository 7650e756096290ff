-- Numbers that a carrier is asked for, one at a time for an order.
CREATE TABLE waybill_asks (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    carrier TEXT NOT NULL REFERENCES carriers (code),
    status TEXT NOT NULL CHECK (status IN ('asked', 'got', 'refused')),
    further INTEGER NOT NULL CHECK (further IN (0, 1)),
    asked_at INTEGER NOT NULL,
    asked_by INTEGER NOT NULL,
    due_at INTEGER, -- NULL: over
    tries INTEGER NOT NULL DEFAULT 0,
    number TEXT,
    said TEXT NOT NULL DEFAULT '', -- why not: a carrier's words, or a key of the locales
    CHECK ((status = 'asked') = (due_at IS NOT NULL)),
    CHECK ((status = 'got') = (number IS NOT NULL))
) STRICT;
CREATE INDEX waybill_asks_by_order ON waybill_asks (order_id, id);
CREATE UNIQUE INDEX waybill_asks_open ON waybill_asks (order_id) WHERE status = 'asked';
CREATE INDEX waybill_asks_due ON waybill_asks (due_at) WHERE due_at IS NOT NULL;

-- Where parcels are is asked for, too, until they have arrived.
ALTER TABLE parcels ADD COLUMN trace_due_at INTEGER;
ALTER TABLE parcels ADD COLUMN trace_tries INTEGER NOT NULL DEFAULT 0;
CREATE INDEX parcels_trace_due ON parcels (trace_due_at) WHERE trace_due_at IS NOT NULL;
