CREATE INDEX shows_by_host ON shows (host_id, starts_at);
