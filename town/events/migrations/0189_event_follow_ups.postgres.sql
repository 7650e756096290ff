ALTER TABLE events ADD COLUMN asked_at BIGINT;
UPDATE events SET asked_at = changed_at WHERE state = 'done';
CREATE INDEX events_unasked ON events (starts_at) WHERE state = 'done' AND asked_at IS NULL;
