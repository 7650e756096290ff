-- Who has read where an order goes, when and what for: before that it is masked.
CREATE TABLE receiver_openings (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    factory_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    is_maker INTEGER NOT NULL CHECK (is_maker IN (0, 1)), -- one of the maker's, or of the base
    purpose TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX receiver_openings_by_order ON receiver_openings (order_id, id);
CREATE INDEX receiver_openings_by_factory ON receiver_openings (factory_id, id);

CREATE TRIGGER receiver_openings_never_change BEFORE UPDATE ON receiver_openings
BEGIN
    SELECT RAISE(ABORT, 'openings of receivers are never changed');
END;

CREATE TRIGGER receiver_openings_never_go BEFORE DELETE ON receiver_openings
BEGIN
    SELECT RAISE(ABORT, 'openings of receivers are never deleted');
END;
