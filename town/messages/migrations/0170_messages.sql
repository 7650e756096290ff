-- What the town tells its people, and by which ways it went out to them.
CREATE TABLE notices (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    about TEXT NOT NULL,   -- "booking:7"
    link TEXT NOT NULL,    -- a path of this site
    args TEXT NOT NULL,    -- JSON: what the kind's text is filled with (words.c)
    told_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    until_at INTEGER,      -- not sent out after it
    routed_at INTEGER,     -- since then its sends are there; NULL: that is still to come
    seen_at INTEGER
) STRICT;
CREATE INDEX notices_by_user ON notices (user_id, due_at, id);
CREATE INDEX notices_unseen ON notices (user_id, due_at) WHERE seen_at IS NULL;
CREATE INDEX notices_to_route ON notices (due_at, id) WHERE routed_at IS NULL;
CREATE INDEX notices_to_drop ON notices (about) WHERE routed_at IS NULL;
CREATE INDEX notices_by_about ON notices (about, id);
CREATE INDEX notices_by_due ON notices (due_at, id);

-- One for each way out: the log.
CREATE TABLE notice_sends (
    id INTEGER PRIMARY KEY,
    notice_id INTEGER NOT NULL REFERENCES notices (id),
    channel TEXT NOT NULL CHECK (channel IN ('mail', 'sms')),
    status TEXT NOT NULL CHECK (status IN ('waiting', 'sent', 'failed', 'skipped')),
    why TEXT NOT NULL,     -- a name, or what the other side said
    tries INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    next_at INTEGER,       -- while it waits: not before; of one that is being sent, its lease
    ended_at INTEGER,
    UNIQUE (notice_id, channel),
    CHECK ((status = 'waiting') = (next_at IS NOT NULL)),
    CHECK ((status = 'waiting') = (ended_at IS NULL))
) STRICT;
CREATE INDEX notice_sends_due ON notice_sends (next_at, id) WHERE status = 'waiting';
CREATE INDEX notice_sends_by_status ON notice_sends (status, id);

-- Where somebody has said otherwise than a kind's table.
CREATE TABLE notice_preferences (
    user_id INTEGER NOT NULL REFERENCES users (id),
    kind_group TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('mail', 'sms')),
    is_on INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    PRIMARY KEY (user_id, kind_group, channel)
) STRICT;

-- How to reach somebody, and when not to. Minutes are of the town's day; from = until: no quiet hours.
CREATE TABLE notice_contacts (
    user_id INTEGER PRIMARY KEY REFERENCES users (id),
    mail BLOB,             -- proven; sealed for "notice_contacts.mail"
    proven_at INTEGER,
    wanted BLOB,           -- to be proven; sealed for "notice_contacts.wanted"
    code_hash BLOB,        -- of the code that was sent to it
    code_tries INTEGER NOT NULL,
    code_until INTEGER,
    lang TEXT NOT NULL CHECK (lang IN ('zh-CN', 'en')),
    quiet_from INTEGER NOT NULL CHECK (quiet_from BETWEEN 0 AND 1439),
    quiet_until INTEGER NOT NULL CHECK (quiet_until BETWEEN 0 AND 1439),
    CHECK ((mail IS NULL) = (proven_at IS NULL)),
    CHECK ((wanted IS NULL) = (code_until IS NULL))
) STRICT;

-- How many codes were sent, by keyed hashes of the person and of the address.
CREATE TABLE notice_codes (
    what BLOB PRIMARY KEY,
    sent_at INTEGER NOT NULL,
    window_at INTEGER NOT NULL,
    sent INTEGER NOT NULL
) STRICT;
CREATE INDEX notice_codes_by_sent ON notice_codes (sent_at);
