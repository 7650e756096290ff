-- How many pieces of a SKU one buyer may have, ever: what was cancelled, lapsed or sent back does
-- not count.
CREATE TABLE sku_limits (
    sku_id INTEGER PRIMARY KEY REFERENCES skus (id),
    per_buyer INTEGER NOT NULL CHECK (per_buyer BETWEEN 1 AND 9999),
    changed_at INTEGER NOT NULL,
    changed_by INTEGER NOT NULL
) STRICT;
