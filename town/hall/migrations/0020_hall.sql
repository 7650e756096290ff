-- The Youpin hall: kinds of goods, products with typed specifications, and what is sold of each
-- (SKUs). Makers are organisations (people). Stock is not here: it is in the ledger (stock.h).

CREATE TABLE kinds (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    position INTEGER NOT NULL
);

CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    kind_id INTEGER NOT NULL REFERENCES kinds (id),
    title_zh TEXT NOT NULL CHECK (length(title_zh) BETWEEN 1 AND 60),
    title_en TEXT NOT NULL CHECK (length(title_en) BETWEEN 1 AND 120),
    about_zh TEXT NOT NULL DEFAULT '',
    about_en TEXT NOT NULL DEFAULT '',
    model TEXT NOT NULL,              -- the maker's own type number
    shape INTEGER NOT NULL,           -- how it is drawn: see picture.h
    colour TEXT NOT NULL,             -- a colour way of picture.h
    price_fen INTEGER NOT NULL CHECK (price_fen > 0), -- lowest of its SKUs for sale
    search_text TEXT NOT NULL,        -- lower case: titles, model, kind, maker
    status TEXT NOT NULL CHECK (status IN ('draft', 'on', 'off')),
    created_at INTEGER NOT NULL
);
CREATE INDEX products_by_kind ON products (kind_id, status, id);
CREATE INDEX products_by_organisation ON products (organisation_id, status, id);
CREATE INDEX products_by_price ON products (status, price_fen);

-- One row a property. A count has a unit and may be in thousandths ('milli'); a word is a key of
-- locales/ under hall.word_.
CREATE TABLE product_specs (
    product_id INTEGER NOT NULL REFERENCES products (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,               -- locales: hall.spec_NAME
    kind TEXT NOT NULL CHECK (kind IN ('count', 'milli', 'word')),
    amount INTEGER,                   -- count, milli
    unit TEXT,                        -- "W", "L", "dB"
    word TEXT,
    PRIMARY KEY (product_id, name),
    CHECK ((kind = 'word') = (word IS NOT NULL) AND (kind <> 'word') = (amount IS NOT NULL))
);

CREATE TABLE skus (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES products (id),
    position INTEGER NOT NULL,
    code TEXT NOT NULL UNIQUE,
    name_zh TEXT NOT NULL DEFAULT '', -- colour, size; empty when there is only one
    name_en TEXT NOT NULL DEFAULT '',
    colour TEXT NOT NULL,
    price_fen INTEGER NOT NULL CHECK (price_fen > 0),
    list_price_fen INTEGER NOT NULL CHECK (list_price_fen >= price_fen),
    status TEXT NOT NULL CHECK (status IN ('on', 'off')),
    UNIQUE (product_id, position)
);
