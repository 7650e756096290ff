-- What buyers ask for of an order afterwards.
CREATE TABLE claims (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    buyer_id INTEGER NOT NULL,
    factory_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('refund', 'return', 'exchange')),
    reason TEXT NOT NULL
        CHECK (reason IN ('no_reason', 'quality', 'damaged', 'wrong', 'missing', 'late')),
    status TEXT NOT NULL,
    freight_fen INTEGER NOT NULL CHECK (freight_fen >= 0), -- asked for, of the order's freight
    refund_fen INTEGER CHECK (refund_fen >= 0),            -- what went back; NULL: nothing yet
    rest_ms INTEGER NOT NULL CHECK (rest_ms >= 0), -- what the order's clock had left when it stopped
    due_at INTEGER,                                -- what happens by itself then; NULL: nothing
    opened_at INTEGER NOT NULL,
    ended_at INTEGER,
    back_carrier TEXT NOT NULL DEFAULT '', -- the goods' way back, as the buyer says
    back_number TEXT NOT NULL DEFAULT '',
    anew_carrier TEXT NOT NULL DEFAULT '', -- the way of those sent anew
    anew_number TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX claims_by_order ON claims (order_id, id);
CREATE INDEX claims_by_factory ON claims (factory_id, ended_at, id);
CREATE INDEX claims_by_due ON claims (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX claims_disputed ON claims (id) WHERE status = 'disputed';

CREATE TABLE claim_lines (
    claim_id INTEGER NOT NULL REFERENCES claims (id),
    line INTEGER NOT NULL, -- of the order
    pieces INTEGER NOT NULL CHECK (pieces > 0),
    amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0), -- asked for
    PRIMARY KEY (claim_id, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE claim_events (
    id INTEGER PRIMARY KEY,
    claim_id INTEGER NOT NULL REFERENCES claims (id),
    event TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    actor_id INTEGER,
    actor_as TEXT NOT NULL,
    at INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX claim_events_by_claim ON claim_events (claim_id, id);

-- What the parties and the base write to each other about it; may name people.
CREATE TABLE claim_notes (
    id INTEGER PRIMARY KEY,
    claim_id INTEGER NOT NULL REFERENCES claims (id),
    user_id INTEGER NOT NULL,
    actor_as TEXT NOT NULL,
    at INTEGER NOT NULL,
    words BLOB NOT NULL -- sealed for "claim_notes.words"
) STRICT;
CREATE INDEX claim_notes_by_claim ON claim_notes (claim_id, id);
