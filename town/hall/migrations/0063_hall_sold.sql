-- What sold most, for the home page.
CREATE INDEX hall_docs_by_sold ON hall_docs (sold DESC, product_id);
