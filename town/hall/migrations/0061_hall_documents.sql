-- Papers of products, for whoever looks at one: manuals, drawings. The files are objects
-- (town/scan): a PDF as it came, a picture as it was drawn anew.
CREATE TABLE product_documents (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES products (id),
    name TEXT NOT NULL,               -- what the file was called
    object TEXT NOT NULL CHECK (length(object) = 64),
    bytes INTEGER NOT NULL,           -- as it was sent
    added_at INTEGER NOT NULL
);
CREATE INDEX product_documents_by_product ON product_documents (product_id);
