-- A coupon's pieces in three levels, each an account of its book in the ledger: what the maker has (available), what
-- a host was given of it (host:ID), what a show has of that (show:ID).
CREATE TABLE coupon_hosts (
    coupon_id INTEGER NOT NULL REFERENCES coupons (id),
    host_id INTEGER NOT NULL REFERENCES users (id),
    given_at INTEGER NOT NULL,
    PRIMARY KEY (coupon_id, host_id)
);
CREATE INDEX coupon_hosts_by_host ON coupon_hosts (host_id);

CREATE TABLE coupon_shows (
    id INTEGER PRIMARY KEY,
    coupon_id INTEGER NOT NULL REFERENCES coupons (id),
    show_id INTEGER NOT NULL,
    host_id INTEGER NOT NULL REFERENCES users (id),
    pieces INTEGER NOT NULL CHECK (pieces > 0), -- planned, in all
    status TEXT NOT NULL CHECK (status IN ('planned', 'pushed', 'ended')),
    pushed_at INTEGER,
    UNIQUE (coupon_id, show_id)
);
CREATE INDEX coupon_shows_by_show ON coupon_shows (show_id, id);
CREATE INDEX coupon_shows_open ON coupon_shows (id) WHERE status <> 'ended';

ALTER TABLE coupon_claims ADD COLUMN show_id INTEGER; -- where it was claimed, if in a show
