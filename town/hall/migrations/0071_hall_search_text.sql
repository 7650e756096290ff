-- What is searched stands in hall_docs since 0055.
ALTER TABLE products DROP COLUMN search_text;
