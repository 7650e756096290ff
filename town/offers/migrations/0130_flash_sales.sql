-- Flash sales: so many pieces of an item at a lower price for a short time. The pieces lie in an account of their own
-- in the SKU's book, role "flash:ID", while the sale runs.
CREATE TABLE flash_sales (
    id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL REFERENCES shows (id),
    item_id INTEGER NOT NULL REFERENCES show_items (id),
    sku_id INTEGER NOT NULL REFERENCES skus (id),
    price_fen INTEGER NOT NULL CHECK (price_fen > 0),
    pieces INTEGER NOT NULL CHECK (pieces > 0),
    per_buyer INTEGER NOT NULL CHECK (per_buyer > 0),
    seconds INTEGER NOT NULL CHECK (seconds > 0),
    status TEXT NOT NULL CHECK (status IN ('planned', 'running', 'ended', 'dropped')),
    account INTEGER,    -- of the ledger, once it has run
    planned_at INTEGER NOT NULL,
    started_at INTEGER,
    ends_at INTEGER,    -- nobody has its price from then on
    ended_at INTEGER,
    swept INTEGER NOT NULL DEFAULT 0 CHECK (swept IN (0, 1)) -- nothing can come back into its account any more
);
CREATE INDEX flash_sales_by_show ON flash_sales (show_id, id);
CREATE UNIQUE INDEX flash_sales_running ON flash_sales (show_id, sku_id) WHERE status = 'running';
CREATE INDEX flash_sales_unswept ON flash_sales (id) WHERE swept = 0 AND status IN ('running', 'ended');
