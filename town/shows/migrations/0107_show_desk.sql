-- The desk: who helps the host and with what, order in the talk, rehearsing, cutting off.

ALTER TABLE shows ADD COLUMN slow_s INTEGER NOT NULL DEFAULT 0 CHECK (slow_s BETWEEN 0 AND 300);
ALTER TABLE shows ADD COLUMN is_talk_off INTEGER NOT NULL DEFAULT 0 CHECK (is_talk_off IN (0, 1));
ALTER TABLE shows ADD COLUMN pinned_id INTEGER; -- a message of this show
ALTER TABLE shows ADD COLUMN is_rehearsal INTEGER NOT NULL DEFAULT 0 CHECK (is_rehearsal IN (0, 1));
ALTER TABLE shows ADD COLUMN cut_at INTEGER;    -- the picture is cut off since
ALTER TABLE shows ADD COLUMN cut_why TEXT;

ALTER TABLE show_messages ADD COLUMN status TEXT NOT NULL DEFAULT 'shown'
    CHECK (status IN ('shown', 'held', 'refused', 'retracted'));
ALTER TABLE show_messages ADD COLUMN held_why TEXT;        -- the words it was held for
ALTER TABLE show_messages ADD COLUMN is_question INTEGER NOT NULL DEFAULT 0
    CHECK (is_question IN (0, 1));
ALTER TABLE show_messages ADD COLUMN answered_at INTEGER;
ALTER TABLE show_messages ADD COLUMN reply_to INTEGER;     -- another message of the show
CREATE INDEX show_messages_open ON show_messages (show_id, id) WHERE is_question = 1 AND answered_at IS NULL;
CREATE INDEX show_messages_held ON show_messages (show_id, id) WHERE status = 'held';

ALTER TABLE show_events ADD COLUMN message_id INTEGER;
ALTER TABLE show_events ADD COLUMN user_id INTEGER; -- whom it is about
ALTER TABLE show_events ADD COLUMN note TEXT;

-- Those who help at a desk: bits of enum show_grant.
CREATE TABLE show_crew (
    show_id INTEGER NOT NULL REFERENCES shows (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    grants INTEGER NOT NULL CHECK (grants > 0),
    added_by INTEGER NOT NULL REFERENCES users (id),
    added_at INTEGER NOT NULL,
    PRIMARY KEY (show_id, user_id)
);
CREATE INDEX show_crew_by_user ON show_crew (user_id);

-- Who may not talk: in a show until a time or its end; or in none of a host's.
CREATE TABLE show_silences (
    id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL REFERENCES shows (id), -- where it was said
    host_id INTEGER NOT NULL REFERENCES users (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind IN ('mute', 'block')),
    until_at INTEGER, -- of a mute; NULL: until it is lifted
    by_id INTEGER NOT NULL REFERENCES users (id),
    at INTEGER NOT NULL,
    lifted_at INTEGER,
    lifted_by INTEGER REFERENCES users (id)
);
CREATE INDEX show_silences_by_user ON show_silences (user_id, host_id);
CREATE INDEX show_silences_by_show ON show_silences (show_id, id);
