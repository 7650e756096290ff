-- Who watched a show. Nothing here is about a person: a visit bears a random number that the window made for this
-- show alone, and no user and no address.

-- Windows that followed the show's room, in each ten seconds in which there were any.
CREATE TABLE audience_samples (
    show_id INTEGER NOT NULL REFERENCES shows (id),
    at INTEGER NOT NULL, -- where its ten seconds begin
    viewers INTEGER NOT NULL CHECK (viewers > 0),
    PRIMARY KEY (show_id, at)
);

CREATE TABLE audience_visits (
    id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL REFERENCES shows (id),
    visitor TEXT NOT NULL CHECK (length(visitor) = 32),
    is_member INTEGER NOT NULL CHECK (is_member IN (0, 1)),
    source TEXT NOT NULL CHECK (source IN ('home', 'hall', 'label', 'reservation', 'share', 'shows', 'town', 'link',
        'site', 'direct')),
    via TEXT,                    -- the word of a marked link, or the host that the visitor came from
    started_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL CHECK (seen_at >= started_at),
    stayed_ms INTEGER NOT NULL CHECK (stayed_ms >= 0), -- without the times that it was away
    CHECK (stayed_ms <= seen_at - started_at),
    UNIQUE (show_id, visitor)
);
CREATE INDEX audience_visits_by_start ON audience_visits (show_id, started_at);
CREATE INDEX audience_visits_by_seen ON audience_visits (show_id, seen_at);

-- Order sheets that a visit opened: of each item, from each place, the first time.
CREATE TABLE audience_opens (
    id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL REFERENCES shows (id),
    visit_id INTEGER NOT NULL REFERENCES audience_visits (id),
    item_id INTEGER NOT NULL REFERENCES show_items (id),
    origin TEXT NOT NULL CHECK (origin IN ('card', 'tray', 'flash')),
    at INTEGER NOT NULL,
    UNIQUE (visit_id, item_id, origin)
);
CREATE INDEX audience_opens_by_show ON audience_opens (show_id, at);
