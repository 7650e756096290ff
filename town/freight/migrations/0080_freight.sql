-- What sending costs (town/freight/freight.h): templates of a maker, their zones, and which province
-- lies in which.
CREATE TABLE freight_templates (
    id INTEGER PRIMARY KEY,
    factory_id INTEGER NOT NULL REFERENCES organisations (id),
    name TEXT NOT NULL,
    is_default INTEGER NOT NULL CHECK (is_default IN (0, 1)),
    free_fen INTEGER CHECK (free_fen > 0),       -- free from so much of goods
    free_pieces INTEGER CHECK (free_pieces > 0), -- or from so many pieces
    changed_at INTEGER NOT NULL,
    changed_by INTEGER NOT NULL
) STRICT;
CREATE INDEX freight_templates_by_factory ON freight_templates (factory_id, id);
CREATE UNIQUE INDEX freight_templates_default ON freight_templates (factory_id) WHERE is_default = 1;

-- Zone 0 is everywhere that is not named.
CREATE TABLE freight_zones (
    template_id INTEGER NOT NULL REFERENCES freight_templates (id),
    zone INTEGER NOT NULL CHECK (zone BETWEEN 0 AND 5),
    first_pieces INTEGER NOT NULL CHECK (first_pieces BETWEEN 1 AND 9999),
    first_fen INTEGER NOT NULL CHECK (first_fen BETWEEN 0 AND 1000000),
    next_pieces INTEGER NOT NULL CHECK (next_pieces BETWEEN 1 AND 9999),
    next_fen INTEGER NOT NULL CHECK (next_fen BETWEEN 0 AND 1000000),
    is_always INTEGER NOT NULL CHECK (is_always IN (0, 1)), -- charged where others are free
    PRIMARY KEY (template_id, zone)
) STRICT, WITHOUT ROWID;

CREATE TABLE freight_places (
    template_id INTEGER NOT NULL REFERENCES freight_templates (id),
    province INTEGER NOT NULL CHECK (province BETWEEN 11 AND 99),
    zone INTEGER CHECK (zone BETWEEN 1 AND 5), -- NULL: nothing is sent there
    PRIMARY KEY (template_id, province)
) STRICT, WITHOUT ROWID;

-- Products that are not sent by their maker's default.
CREATE TABLE freight_products (
    product_id INTEGER PRIMARY KEY REFERENCES products (id),
    template_id INTEGER NOT NULL REFERENCES freight_templates (id)
) STRICT;
CREATE INDEX freight_products_by_template ON freight_products (template_id);
