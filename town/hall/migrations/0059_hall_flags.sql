-- Words in titles and texts that the base should look at (words.h). A flag is open until the word is
-- gone, or until somebody of the base has let it stand, with the reason.
CREATE TABLE product_flags (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES products (id),
    field TEXT NOT NULL,
    word TEXT NOT NULL,
    rule TEXT NOT NULL,              -- locales: hall.rule_RULE
    at INTEGER NOT NULL,
    cleared_at INTEGER,
    cleared_by INTEGER REFERENCES users (id),
    note TEXT NOT NULL DEFAULT '',
    UNIQUE (product_id, field, word)
);
CREATE INDEX product_flags_open ON product_flags (id) WHERE cleared_at IS NULL;
