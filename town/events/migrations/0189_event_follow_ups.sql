-- Since then each meeting of an event that is over has the follow-ups that it is to have: they are made a slice at a time.
ALTER TABLE events ADD COLUMN asked_at INTEGER;
UPDATE events SET asked_at = changed_at WHERE state = 'done';
CREATE INDEX events_unasked ON events (starts_at) WHERE state = 'done' AND asked_at IS NULL;
