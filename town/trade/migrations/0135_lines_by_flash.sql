-- What a flash sale sold, for its show's report.
CREATE INDEX order_lines_by_flash ON order_lines (flash_id) WHERE flash_id IS NOT NULL;
