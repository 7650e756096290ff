-- The first answer to each request that carried an idempotency key (see store/idem.h).
CREATE TABLE idempotency_keys (
    actor TEXT NOT NULL,        -- who asked: "user:17"
    operation TEXT NOT NULL,    -- what for: "trade.place_order"
    key TEXT NOT NULL,          -- chosen by the client
    request_hash BLOB NOT NULL CHECK (length(request_hash) = 32),
    result TEXT NOT NULL,       -- an error's stable name, or "ok"
    subject INTEGER NOT NULL,   -- what was made or touched: an order's id
    amount INTEGER NOT NULL,    -- what a refusal said about how much is left
    field TEXT,                 -- the field a refusal named
    message_key TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (actor, operation, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
