-- What a buyer thinks of a line of an order that arrived. Public, under a masked name, unless hidden.
CREATE TABLE ratings (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    line INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    factory_id INTEGER NOT NULL,
    buyer_id INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('shown', 'answered', 'hidden')),
    stars INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5),
    words TEXT NOT NULL, -- '': stars alone
    at INTEGER NOT NULL,
    answer TEXT,         -- the maker's; kept when the rating is hidden
    answered_at INTEGER,
    hidden_why TEXT,
    hidden_at INTEGER,
    UNIQUE (order_id, line),
    CHECK ((answer IS NULL) = (answered_at IS NULL)),
    CHECK ((hidden_why IS NULL) = (hidden_at IS NULL)),
    CHECK ((status = 'hidden') = (hidden_at IS NOT NULL))
) STRICT;
CREATE INDEX ratings_by_product ON ratings (product_id, id, stars) WHERE hidden_at IS NULL;
CREATE INDEX ratings_by_factory ON ratings (factory_id, status, id);
CREATE INDEX ratings_by_stars ON ratings (stars, id) WHERE hidden_at IS NULL;
CREATE INDEX ratings_hidden ON ratings (hidden_at) WHERE hidden_at IS NOT NULL;

CREATE TABLE rating_events (
    id INTEGER PRIMARY KEY,
    rating_id INTEGER NOT NULL REFERENCES ratings (id),
    event TEXT NOT NULL,
    from_state TEXT, -- NULL: there was none
    to_state TEXT NOT NULL,
    actor_id INTEGER NOT NULL,
    actor_as TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX rating_events_by_rating ON rating_events (rating_id, id);
