-- What a maker takes off for who has claimed it. How many are left is in the ledger: book
-- ("coupon", "coupon:ID"), outside → available → claimed.
CREATE TABLE coupons (
    id INTEGER PRIMARY KEY,
    factory_id INTEGER NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL CHECK (kind IN ('off', 'percent')),
    off_fen INTEGER NOT NULL CHECK (off_fen >= 0),                -- of 'off'
    percent INTEGER NOT NULL CHECK (percent BETWEEN 0 AND 90),    -- of 'percent': so much less
    most_fen INTEGER NOT NULL CHECK (most_fen >= 0),              -- of 'percent': at most; 0: no bound
    least_fen INTEGER NOT NULL CHECK (least_fen >= 0),            -- of the goods that it is for
    product_id INTEGER REFERENCES products (id),                  -- NULL: all of the maker's
    claim_from INTEGER NOT NULL,
    claim_until INTEGER NOT NULL CHECK (claim_until > claim_from),
    use_days INTEGER NOT NULL CHECK (use_days BETWEEN 1 AND 365), -- after it was claimed
    pieces INTEGER NOT NULL CHECK (pieces > 0),
    made_at INTEGER NOT NULL,
    made_by INTEGER NOT NULL,
    stopped_at INTEGER,
    CHECK ((kind = 'off') = (off_fen > 0)),
    CHECK ((kind = 'percent') = (percent > 0))
) STRICT;
CREATE INDEX coupons_by_factory ON coupons (factory_id, id);
CREATE INDEX coupons_by_claim ON coupons (claim_until) WHERE stopped_at IS NULL;

CREATE TABLE coupon_claims (
    id INTEGER PRIMARY KEY,
    coupon_id INTEGER NOT NULL REFERENCES coupons (id),
    user_id INTEGER NOT NULL,
    claimed_at INTEGER NOT NULL,
    use_until INTEGER NOT NULL,
    order_id INTEGER, -- that has it; NULL: free
    UNIQUE (coupon_id, user_id)
) STRICT;
CREATE INDEX coupon_claims_by_user ON coupon_claims (user_id, id);

-- Every order that has used one, also those that gave it back.
CREATE TABLE coupon_uses (
    order_id INTEGER PRIMARY KEY,
    claim_id INTEGER NOT NULL REFERENCES coupon_claims (id),
    discount_fen INTEGER NOT NULL CHECK (discount_fen > 0),
    used_at INTEGER NOT NULL,
    back_at INTEGER
) STRICT;
CREATE INDEX coupon_uses_by_claim ON coupon_uses (claim_id, order_id);
