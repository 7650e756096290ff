ALTER TABLE quotes DROP CONSTRAINT quotes_status_check;
ALTER TABLE quotes DROP CONSTRAINT quotes_check;
ALTER TABLE quotes ADD COLUMN due_day BIGINT;
ALTER TABLE quotes ADD CONSTRAINT quotes_status_check CHECK (status IN ('asked', 'quoted', 'countered', 'making', 'accepted',
    'ordered', 'declined', 'withdrawn', 'expired'));
ALTER TABLE quotes ADD CHECK ((price_fen IS NOT NULL) = (status IN ('making', 'accepted', 'ordered')));
ALTER TABLE quotes ADD CHECK ((due_day IS NOT NULL) = (status = 'making'));
CREATE INDEX quotes_made ON quotes (sku_id, due_day) WHERE status = 'making';
