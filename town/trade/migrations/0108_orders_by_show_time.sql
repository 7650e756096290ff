-- A desk compares the last ten minutes of its show with the ten before, every few seconds.
CREATE INDEX orders_by_show_time ON orders (show_id, placed_at) WHERE show_id IS NOT NULL;
