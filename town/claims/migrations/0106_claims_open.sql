-- The base's list of what is open, by what is due first.
CREATE INDEX claims_open ON claims (due_at, id) WHERE ended_at IS NULL;
