-- The flash sale that a line was bought in, if any (town/offers).
ALTER TABLE order_lines ADD COLUMN flash_id INTEGER;
