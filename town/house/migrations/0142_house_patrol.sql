-- A complaint outlives the message it is about, which goes with the show's recording: without that reference, and with
-- the message's words. And what the base has warned a desk of.
CREATE TABLE former_complaints AS SELECT * FROM house_complaints;
CREATE TABLE former_complaint_events AS SELECT * FROM house_complaint_events;
CREATE TABLE former_complaint_openings AS SELECT * FROM house_complaint_openings;
DROP TABLE house_complaint_openings;
DROP TABLE house_complaint_events;
DROP TABLE house_complaints;

CREATE TABLE house_complaints (
    id INTEGER PRIMARY KEY,
    about TEXT NOT NULL CHECK (about IN ('show', 'message', 'seller')),
    show_id INTEGER NOT NULL REFERENCES shows (id),
    message_id INTEGER,           -- of show_messages, as long as it is there
    factory_id INTEGER REFERENCES organisations (id),
    kind TEXT NOT NULL,
    words BLOB NOT NULL,          -- sealed for "house_complaints.words"
    contact BLOB,                 -- sealed for "house_complaints.contact"
    evidence_at INTEGER NOT NULL, -- when it happened, as who complains says
    user_id INTEGER REFERENCES users (id), -- NULL: a guest
    peer BLOB NOT NULL,           -- hash of the address, for its limit
    status TEXT NOT NULL CHECK (status IN ('received', 'looking', 'answered', 'rejected', 'closed')),
    made_at INTEGER NOT NULL,
    look_due_at INTEGER NOT NULL,
    answer_due_at INTEGER NOT NULL,
    looked_at INTEGER,            -- the first look
    answered_at INTEGER,          -- the last answer
    closed_at INTEGER,
    again_n INTEGER NOT NULL DEFAULT 0, -- so often it was taken up again
    said_by TEXT,                 -- who said the message, and what, as it was then
    said TEXT,
    CHECK ((about = 'message') = (message_id IS NOT NULL)),
    CHECK ((about = 'seller') = (factory_id IS NOT NULL)),
    CHECK ((status = 'closed') = (closed_at IS NOT NULL))
) STRICT;
INSERT INTO house_complaints SELECT c.*, m.name, m.body FROM former_complaints c
LEFT JOIN show_messages m ON m.id = c.message_id;
CREATE INDEX house_complaints_by_show ON house_complaints (show_id, made_at);
CREATE INDEX house_complaints_by_user ON house_complaints (user_id, made_at) WHERE user_id IS NOT NULL;
CREATE INDEX house_complaints_by_peer ON house_complaints (peer, made_at);
CREATE INDEX house_complaints_open ON house_complaints (answer_due_at) WHERE status <> 'closed';
CREATE INDEX house_complaints_closed ON house_complaints (closed_at) WHERE closed_at IS NOT NULL;

CREATE TABLE house_complaint_events (
    id INTEGER PRIMARY KEY,
    complaint_id INTEGER NOT NULL REFERENCES house_complaints (id),
    at INTEGER NOT NULL,
    actor_id INTEGER,  -- one of the base; NULL: who complains, or the system
    event TEXT NOT NULL,
    to_state TEXT NOT NULL,
    words BLOB         -- sealed for "house_complaint_events.words"
) STRICT;
INSERT INTO house_complaint_events SELECT * FROM former_complaint_events;
CREATE INDEX house_complaint_events_by ON house_complaint_events (complaint_id, id);

CREATE TABLE house_complaint_openings (
    id INTEGER PRIMARY KEY,
    complaint_id INTEGER NOT NULL REFERENCES house_complaints (id),
    user_id INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
INSERT INTO house_complaint_openings SELECT * FROM former_complaint_openings;
CREATE INDEX house_complaint_openings_by ON house_complaint_openings (complaint_id, id);
DROP TABLE former_complaints;
DROP TABLE former_complaint_events;
DROP TABLE former_complaint_openings;

CREATE TABLE house_warnings (
    id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL REFERENCES shows (id),
    actor_id INTEGER NOT NULL REFERENCES users (id),
    at INTEGER NOT NULL,
    words TEXT NOT NULL,
    seen_at INTEGER, -- when somebody at the desk said so
    seen_by INTEGER REFERENCES users (id),
    CHECK ((seen_at IS NULL) = (seen_by IS NULL))
) STRICT;
CREATE INDEX house_warnings_by_show ON house_warnings (show_id, id);
