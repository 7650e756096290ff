-- What was paid until a moment: figures count it for each day.
CREATE INDEX orders_paid ON orders (paid_at, total_fen) WHERE paid_at IS NOT NULL;
