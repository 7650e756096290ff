-- Before a show: what was checked, who wants to be reminded, what it looks like in lists.
ALTER TABLE shows ADD COLUMN face_item_id INTEGER;  -- an item of the run, for its cover; NULL: the first
ALTER TABLE shows ADD COLUMN checked_at INTEGER;    -- the crew looked at what the check says, and when
ALTER TABLE shows ADD COLUMN checked_by INTEGER;
ALTER TABLE shows ADD COLUMN changed_at INTEGER;    -- the plan was last changed

CREATE TABLE show_reservations (
    show_id INTEGER NOT NULL REFERENCES shows (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    at INTEGER NOT NULL,
    PRIMARY KEY (show_id, user_id)
);
CREATE INDEX show_reservations_by_user ON show_reservations (user_id, show_id);
