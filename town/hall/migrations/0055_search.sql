-- What is searched (town/hall/search.h): one row a product that is on show.

-- What goods are counted by: each mix of values that there is.
CREATE TABLE hall_groups (
    id INTEGER PRIMARY KEY,
    kind_id INTEGER NOT NULL,
    band INTEGER NOT NULL,                -- of prices: hall_bands
    certificates INTEGER NOT NULL,        -- bits: a facet's values
    markets INTEGER NOT NULL,
    UNIQUE (kind_id, band, certificates, markets)
);

CREATE TABLE hall_docs (
    product_id INTEGER PRIMARY KEY REFERENCES products (id),
    organisation_id INTEGER NOT NULL,
    kind_id INTEGER NOT NULL,
    price_fen INTEGER NOT NULL,
    band INTEGER NOT NULL,
    certificates INTEGER NOT NULL,
    markets INTEGER NOT NULL,
    group_id INTEGER NOT NULL,
    sold INTEGER NOT NULL,            -- pieces, some seconds ago
    title_zh TEXT NOT NULL,           -- folded
    title_en TEXT NOT NULL
);
CREATE INDEX hall_docs_by_group ON hall_docs (group_id, price_fen, organisation_id);
CREATE INDEX hall_docs_by_price ON hall_docs (price_fen, product_id);

-- The tokens of search_text.h, sorted, with a blank between.
CREATE TABLE hall_texts (
    product_id INTEGER PRIMARY KEY REFERENCES products (id),
    words TEXT NOT NULL
);
CREATE VIRTUAL TABLE hall_index USING fts5 (
    words, content = 'hall_texts', content_rowid = 'product_id', detail = none, columnsize = 0,
    prefix = '2 3 4 5 6', tokenize = "ascii tokenchars '^~.'"
);
CREATE VIRTUAL TABLE hall_index_tokens USING fts5vocab (hall_index, row);
-- Words whose spelling may be mistaken; those that no product has any more do no harm.
CREATE TABLE hall_spellings (word TEXT PRIMARY KEY);

-- The version of the rules by which the rows above were made.
CREATE TABLE hall_search_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
);
