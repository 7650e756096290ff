-- What a buyer has put aside, until it is ordered or taken out. Nothing is held for it.
CREATE TABLE cart_lines (
    user_id INTEGER NOT NULL REFERENCES users (id),
    sku_id INTEGER NOT NULL REFERENCES skus (id),
    show_id INTEGER, -- the live show it was put in from, if any: its price counts while it sells it
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 9999),
    is_picked INTEGER NOT NULL DEFAULT 1 CHECK (is_picked IN (0, 1)), -- to be ordered next
    added_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, sku_id)
) STRICT, WITHOUT ROWID;
