-- When one of the base has read a talk, and what for: only where the sides asked it to settle a dispute.
CREATE TABLE talk_openings (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    user_id INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX talk_openings_by_order ON talk_openings (order_id, id);

CREATE TRIGGER talk_openings_never_change BEFORE UPDATE ON talk_openings
BEGIN
    SELECT RAISE(ABORT, 'openings of talks are never changed');
END;

CREATE TRIGGER talk_openings_never_go BEFORE DELETE ON talk_openings
BEGIN
    SELECT RAISE(ABORT, 'openings of talks are never deleted');
END;
