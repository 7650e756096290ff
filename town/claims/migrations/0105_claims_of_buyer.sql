-- A buyer's list of what was asked for.
CREATE INDEX claims_by_buyer ON claims (buyer_id, ended_at, id);
