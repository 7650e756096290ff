-- Suggestions of deputies, proposals of the political consultation, and the letters that answer them.

-- ---- bodies and their people ----

-- A body is an organisation of kind 'bureau' with a row here.
CREATE TABLE letter_bodies (
    organisation_id INTEGER PRIMARY KEY REFERENCES organisations (id),
    short TEXT NOT NULL UNIQUE CHECK (length(short) BETWEEN 1 AND 12), -- of its numbers: 智经信
    mark TEXT NOT NULL CHECK (length(mark) BETWEEN 1 AND 60),          -- in red above its papers
    contact TEXT NOT NULL DEFAULT '' CHECK (length(contact) <= 120),
    is_desk INTEGER NOT NULL CHECK (is_desk IN (0, 1)), -- registers, assigns, decides on extensions
    made_at INTEGER NOT NULL,
    gone_at INTEGER -- it is no more: nothing new is assigned to it
) STRICT;

-- What each of its people may there, as bits (letters.h): 1 drafts, 2 checks, 4 signs, 8 seals.
CREATE TABLE letter_posts (
    organisation_id INTEGER NOT NULL REFERENCES letter_bodies (organisation_id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    posts INTEGER NOT NULL CHECK (posts BETWEEN 0 AND 15),
    title TEXT NOT NULL DEFAULT '' CHECK (length(title) <= 40), -- of office: 局长
    PRIMARY KEY (organisation_id, user_id)
) STRICT;
CREATE INDEX letter_posts_by_user ON letter_posts (user_id);

-- ---- sessions, their rules and classes ----

CREATE TABLE letter_sessions (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 40),
    kind TEXT NOT NULL CHECK (kind IN ('congress', 'consultation')),
    name_zh TEXT NOT NULL CHECK (length(name_zh) BETWEEN 1 AND 60),
    name_en TEXT NOT NULL CHECK (length(name_en) BETWEEN 1 AND 120),
    opened_day INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    made_by INTEGER REFERENCES users (id)
) STRICT;

-- What holds from a day on; a later row of the same day takes the former's place. All of them stay.
CREATE TABLE letter_rules (
    id INTEGER PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES letter_sessions (id),
    from_day INTEGER NOT NULL,
    reply_months INTEGER NOT NULL CHECK (reply_months BETWEEN 1 AND 12),   -- from the assignment
    most_months INTEGER NOT NULL CHECK (most_months BETWEEN 1 AND 24),     -- with extensions, in all
    co_months INTEGER NOT NULL CHECK (co_months BETWEEN 1 AND 12),         -- for a co-handler's opinion
    decline_days INTEGER NOT NULL CHECK (decline_days BETWEEN 1 AND 60),
    decline_unit TEXT NOT NULL CHECK (decline_unit IN ('workday', 'day')),
    again_months INTEGER NOT NULL CHECK (again_months BETWEEN 1 AND 12),   -- when it is handled again
    again_most INTEGER NOT NULL CHECK (again_most BETWEEN 0 AND 9),        -- how often
    form_workdays INTEGER NOT NULL CHECK (form_workdays BETWEEN 1 AND 120), -- for the opinion form
    source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 200),
    set_at INTEGER NOT NULL,
    set_by INTEGER REFERENCES users (id),
    CHECK (most_months >= reply_months)
) STRICT;
CREATE INDEX letter_rules_by ON letter_rules (session_id, from_day, id);

-- Classes of result are data: A solved, B in part, C for reference; other sessions have others.
CREATE TABLE letter_classes (
    id INTEGER PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES letter_sessions (id),
    code TEXT NOT NULL CHECK (length(code) BETWEEN 1 AND 4),
    name_zh TEXT NOT NULL CHECK (length(name_zh) BETWEEN 1 AND 60),
    name_en TEXT NOT NULL CHECK (length(name_en) BETWEEN 1 AND 120),
    wants_promise INTEGER NOT NULL CHECK (wants_promise IN (0, 1)), -- what is planned is followed up
    made_at INTEGER NOT NULL,
    UNIQUE (session_id, code)
) STRICT;

-- ---- suggestions ----

CREATE TABLE suggestions (
    id INTEGER PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES letter_sessions (id),
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 99999),
    title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 120),
    text TEXT NOT NULL CHECK (length(text) <= 20000),
    received_day INTEGER NOT NULL,
    is_public INTEGER NOT NULL CHECK (is_public IN (0, 1)), -- may the reply be public
    state TEXT NOT NULL CHECK (state IN ('registered', 'examined', 'returned', 'merged', 'assigned', 'drafting',
        'checking', 'countersigning', 'signing', 'signed', 'numbered', 'sealed', 'sent', 'rated', 'closed', 'followed')),
    round INTEGER NOT NULL DEFAULT 1 CHECK (round BETWEEN 1 AND 99), -- how often it is handled
    lead_id INTEGER REFERENCES letter_bodies (organisation_id),
    merged_id INTEGER REFERENCES suggestions (id), -- into which
    class_id INTEGER REFERENCES letter_classes (id),
    assigned_day INTEGER, -- of this round
    accept_day INTEGER,   -- until when the lead may decline
    reply_day INTEGER,    -- until when it is to be answered: as clock.c derives it now
    sent_day INTEGER,     -- of this round
    form_day INTEGER,     -- until when the opinion form is expected
    made_at INTEGER NOT NULL,
    made_by INTEGER REFERENCES users (id),
    UNIQUE (session_id, number),
    CHECK ((merged_id IS NOT NULL) = (state = 'merged'))
) STRICT;
CREATE INDEX suggestions_by_state ON suggestions (state, reply_day, id);
CREATE INDEX suggestions_by_lead ON suggestions (lead_id, state);
CREATE INDEX suggestions_by_merged ON suggestions (merged_id) WHERE merged_id IS NOT NULL;

-- What a suggestion is found by: pairs of characters of title and text, and words (words.c).
CREATE TABLE suggestion_words (
    word TEXT NOT NULL,
    suggestion_id INTEGER NOT NULL REFERENCES suggestions (id),
    weight INTEGER NOT NULL CHECK (weight > 0), -- how often, a title counts more
    PRIMARY KEY (word, suggestion_id)
) STRICT;
CREATE INDEX suggestion_words_of ON suggestion_words (suggestion_id);

-- Who made it; the first leads. One with an account sees the case and rates by himself.
CREATE TABLE suggestion_deputies (
    id INTEGER PRIMARY KEY,
    suggestion_id INTEGER NOT NULL REFERENCES suggestions (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    group_name TEXT NOT NULL DEFAULT '' CHECK (length(group_name) <= 60), -- delegation
    user_id INTEGER REFERENCES users (id),
    UNIQUE (suggestion_id, position)
) STRICT;
CREATE INDEX suggestion_deputies_by_user ON suggestion_deputies (user_id) WHERE user_id IS NOT NULL;

CREATE TABLE suggestion_files (
    id INTEGER PRIMARY KEY,
    suggestion_id INTEGER NOT NULL REFERENCES suggestions (id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    added_at INTEGER NOT NULL,
    added_by INTEGER NOT NULL REFERENCES users (id)
) STRICT;
CREATE INDEX suggestion_files_by ON suggestion_files (suggestion_id, id);

-- Bodies that a round is assigned to. A co-handler gives an opinion, then countersigns the draft.
CREATE TABLE suggestion_handlers (
    id INTEGER PRIMARY KEY,
    suggestion_id INTEGER NOT NULL REFERENCES suggestions (id),
    round INTEGER NOT NULL,
    organisation_id INTEGER NOT NULL REFERENCES letter_bodies (organisation_id),
    is_lead INTEGER NOT NULL CHECK (is_lead IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('asked', 'accepted', 'declined', 'answered', 'released', 'replaced')),
    due_day INTEGER, -- of a co-handler's opinion
    opinion TEXT NOT NULL DEFAULT '' CHECK (length(opinion) <= 5000),
    answered_at INTEGER,
    answered_by INTEGER REFERENCES users (id),
    countersigned_at INTEGER, -- the draft as it was then; NULL again when the draft goes back
    countersigned_by INTEGER REFERENCES users (id),
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500), -- why it was released or declined
    made_at INTEGER NOT NULL,
    CHECK ((state = 'answered') = (answered_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX suggestion_handlers_one ON suggestion_handlers (suggestion_id, round, organisation_id)
    WHERE state NOT IN ('declined', 'replaced');
CREATE UNIQUE INDEX suggestion_handlers_lead ON suggestion_handlers (suggestion_id, round)
    WHERE is_lead = 1 AND state NOT IN ('declined', 'replaced');
CREATE INDEX suggestion_handlers_by_body ON suggestion_handlers (organisation_id, state, suggestion_id);

CREATE TABLE suggestion_talks (
    id INTEGER PRIMARY KEY,
    suggestion_id INTEGER NOT NULL REFERENCES suggestions (id),
    round INTEGER NOT NULL,
    deputy_id INTEGER NOT NULL REFERENCES suggestion_deputies (id),
    day INTEGER NOT NULL,
    how TEXT NOT NULL CHECK (how IN ('visit', 'meeting', 'phone', 'letter')),
    words TEXT NOT NULL CHECK (length(words) BETWEEN 1 AND 2000),
    at INTEGER NOT NULL,
    by_id INTEGER NOT NULL REFERENCES users (id)
) STRICT;
CREATE INDEX suggestion_talks_by ON suggestion_talks (suggestion_id, round, id);

CREATE TABLE suggestion_extensions (
    id INTEGER PRIMARY KEY,
    suggestion_id INTEGER NOT NULL REFERENCES suggestions (id),
    round INTEGER NOT NULL,
    until_day INTEGER NOT NULL,
    why TEXT NOT NULL CHECK (length(why) BETWEEN 1 AND 500),
    state TEXT NOT NULL CHECK (state IN ('asked', 'granted', 'refused')),
    asked_at INTEGER NOT NULL,
    asked_by INTEGER NOT NULL REFERENCES users (id),
    decided_at INTEGER,
    decided_by INTEGER REFERENCES users (id),
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    CHECK ((state = 'asked') = (decided_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX suggestion_extensions_asked ON suggestion_extensions (suggestion_id) WHERE state = 'asked';
CREATE INDEX suggestion_extensions_by ON suggestion_extensions (suggestion_id, round, id);

-- Each answer of a deputy; the last one of a round counts. A scan is the paper form that came back.
CREATE TABLE suggestion_ratings (
    id INTEGER PRIMARY KEY,
    suggestion_id INTEGER NOT NULL REFERENCES suggestions (id),
    round INTEGER NOT NULL,
    deputy_id INTEGER NOT NULL REFERENCES suggestion_deputies (id),
    rating TEXT NOT NULL CHECK (rating IN ('satisfied', 'basically', 'not')),
    words TEXT NOT NULL DEFAULT '' CHECK (length(words) <= 2000),
    scan_name TEXT NOT NULL DEFAULT '' CHECK (length(scan_name) <= 120),
    scan_sha256 TEXT NOT NULL DEFAULT '' CHECK (length(scan_sha256) IN (0, 64)),
    at INTEGER NOT NULL,
    by_id INTEGER NOT NULL REFERENCES users (id),
    CHECK ((scan_name = '') = (scan_sha256 = ''))
) STRICT;
CREATE INDEX suggestion_ratings_by ON suggestion_ratings (suggestion_id, round, deputy_id, id);

-- What a reply promised, and whether it was done.
CREATE TABLE suggestion_promises (
    id INTEGER PRIMARY KEY,
    suggestion_id INTEGER NOT NULL REFERENCES suggestions (id),
    words TEXT NOT NULL CHECK (length(words) BETWEEN 1 AND 500),
    organisation_id INTEGER NOT NULL REFERENCES letter_bodies (organisation_id),
    due_day INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'dropped')),
    made_at INTEGER NOT NULL,
    made_by INTEGER NOT NULL REFERENCES users (id),
    over_at INTEGER,
    over_by INTEGER REFERENCES users (id),
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    CHECK ((state = 'open') = (over_at IS NULL))
) STRICT;
CREATE INDEX suggestion_promises_by ON suggestion_promises (suggestion_id, id);
CREATE INDEX suggestion_promises_due ON suggestion_promises (due_day) WHERE state = 'open';

CREATE TABLE suggestion_events (
    id INTEGER PRIMARY KEY,
    suggestion_id INTEGER NOT NULL REFERENCES suggestions (id),
    round INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor_id INTEGER REFERENCES users (id), -- NULL: of itself
    organisation_id INTEGER REFERENCES organisations (id), -- for whom
    event TEXT NOT NULL,
    to_state TEXT NOT NULL,
    about TEXT NOT NULL DEFAULT '', -- "handler:7", "letter:3", "extension:2"
    note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX suggestion_events_by ON suggestion_events (suggestion_id, id);

-- ---- letters ----

-- One for each round, and another after a recall. The last one of a suggestion is the current one.
CREATE TABLE letters (
    id INTEGER PRIMARY KEY,
    suggestion_id INTEGER NOT NULL REFERENCES suggestions (id),
    round INTEGER NOT NULL,
    organisation_id INTEGER NOT NULL REFERENCES letter_bodies (organisation_id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'signed', 'numbered', 'sealed', 'sent', 'recalled')),
    version INTEGER NOT NULL DEFAULT 0, -- of letter_versions; 0: nothing was written yet
    code TEXT NOT NULL UNIQUE CHECK (length(code) BETWEEN 16 AND 40), -- of its verification page
    signer_id INTEGER REFERENCES users (id),
    signer_name TEXT NOT NULL DEFAULT '',
    signer_title TEXT NOT NULL DEFAULT '',
    signed_at INTEGER,
    figures_sha256 TEXT NOT NULL DEFAULT '', -- over letter_figures, as signing froze them
    number_id INTEGER, -- of letter_numbers
    dated_day INTEGER, -- the date on the paper
    pdf_sha256 TEXT NOT NULL DEFAULT '' CHECK (length(pdf_sha256) IN (0, 64)),
    pdf_bytes INTEGER NOT NULL DEFAULT 0,
    statement TEXT NOT NULL DEFAULT '', -- what the town's key has signed
    signature BLOB,
    key_id TEXT NOT NULL DEFAULT '',
    sealed_at INTEGER,
    sealed_by INTEGER REFERENCES users (id),
    sent_at INTEGER,
    recalled_at INTEGER,
    recalled_by INTEGER REFERENCES users (id),
    recalled_note TEXT NOT NULL DEFAULT '',
    made_at INTEGER NOT NULL,
    CHECK ((state = 'draft') <= (signed_at IS NULL)),
    CHECK ((recalled_at IS NOT NULL) = (state = 'recalled')),
    CHECK ((signature IS NULL) = (sealed_at IS NULL)),
    CHECK ((signature IS NULL) = (pdf_sha256 = ''))
) STRICT;
CREATE UNIQUE INDEX letters_open ON letters (suggestion_id, round) WHERE state <> 'recalled';
CREATE INDEX letters_by_suggestion ON letters (suggestion_id, id);

CREATE TABLE letter_versions (
    id INTEGER PRIMARY KEY,
    letter_id INTEGER NOT NULL REFERENCES letters (id),
    version INTEGER NOT NULL CHECK (version > 0),
    base INTEGER NOT NULL, -- the version that it was written over; two, when it merged another's
    form TEXT NOT NULL CHECK (form IN ('ordinary', 'letter')),
    title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 120),
    addressee TEXT NOT NULL CHECK (length(addressee) BETWEEN 1 AND 200),
    text TEXT NOT NULL CHECK (length(text) <= 60000), -- lines, with [[figures]] (token.c)
    attachments TEXT NOT NULL DEFAULT '' CHECK (length(attachments) <= 60000),
    copies TEXT NOT NULL DEFAULT '' CHECK (length(copies) <= 500), -- 抄送
    disclosure TEXT NOT NULL DEFAULT '' CHECK (length(disclosure) <= 60),
    contact TEXT NOT NULL DEFAULT '' CHECK (length(contact) <= 120),
    class_id INTEGER REFERENCES letter_classes (id),
    note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    saved_at INTEGER NOT NULL,
    saved_by INTEGER NOT NULL REFERENCES users (id),
    UNIQUE (letter_id, version)
) STRICT;

CREATE TABLE letter_comments (
    id INTEGER PRIMARY KEY,
    letter_id INTEGER NOT NULL REFERENCES letters (id),
    version INTEGER NOT NULL,
    quote TEXT NOT NULL DEFAULT '' CHECK (length(quote) <= 400), -- the words it is about
    words TEXT NOT NULL CHECK (length(words) BETWEEN 1 AND 1000),
    at INTEGER NOT NULL,
    by_id INTEGER NOT NULL REFERENCES users (id),
    resolved_at INTEGER,
    resolved_by INTEGER REFERENCES users (id)
) STRICT;
CREATE INDEX letter_comments_by ON letter_comments (letter_id, id);

-- What a signed letter says in numbers, as it was then.
CREATE TABLE letter_figures (
    id INTEGER PRIMARY KEY,
    letter_id INTEGER NOT NULL REFERENCES letters (id),
    position INTEGER NOT NULL, -- in the text, from 1
    name TEXT NOT NULL,
    of_id INTEGER NOT NULL, -- of what; 0: of none
    as_of INTEGER NOT NULL, -- the moment as of which it was counted
    kind TEXT NOT NULL CHECK (kind IN ('number', 'date', 'reference')),
    unit TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    title_en TEXT NOT NULL,
    qualifier TEXT NOT NULL, -- figures_qualifier_name()
    printed TEXT NOT NULL,   -- as it stands in the letter
    number INTEGER,
    words TEXT,
    is_public INTEGER NOT NULL CHECK (is_public IN (0, 1)),
    version_sha256 TEXT NOT NULL CHECK (length(version_sha256) = 64),  -- of the query
    evidence_n INTEGER NOT NULL,
    evidence_sha256 TEXT NOT NULL CHECK (length(evidence_sha256) = 64),
    UNIQUE (letter_id, position),
    CHECK ((number IS NULL) <> (words IS NULL))
) STRICT;

-- A series for each body and year. One that is void stays void, or was given again when no paper
-- with it had left the house.
CREATE TABLE letter_numbers (
    id INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES letter_bodies (organisation_id),
    year INTEGER NOT NULL CHECK (year BETWEEN 1970 AND 9998),
    n INTEGER NOT NULL CHECK (n BETWEEN 1 AND 99999),
    letter_id INTEGER NOT NULL REFERENCES letters (id),
    given_at INTEGER NOT NULL,
    given_by INTEGER NOT NULL REFERENCES users (id),
    void_at INTEGER,
    void_by INTEGER REFERENCES users (id),
    void_note TEXT NOT NULL DEFAULT '' CHECK (length(void_note) <= 200),
    may_reuse INTEGER NOT NULL DEFAULT 0 CHECK (may_reuse IN (0, 1)), -- void before it was sent
    CHECK (void_at IS NOT NULL OR may_reuse = 0)
) STRICT;
CREATE UNIQUE INDEX letter_numbers_one ON letter_numbers (organisation_id, year, n) WHERE may_reuse = 0;
CREATE INDEX letter_numbers_by_letter ON letter_numbers (letter_id);

CREATE TABLE letter_sendings (
    id INTEGER PRIMARY KEY,
    letter_id INTEGER NOT NULL REFERENCES letters (id),
    kind TEXT NOT NULL CHECK (kind IN ('deputy', 'handler', 'copy')),
    deputy_id INTEGER REFERENCES suggestion_deputies (id),
    organisation_id INTEGER REFERENCES organisations (id),
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    read_at INTEGER
) STRICT;
CREATE INDEX letter_sendings_by ON letter_sendings (letter_id, id);

-- ---- what is only added to ----

CREATE TRIGGER letter_rules_never_change BEFORE UPDATE ON letter_rules
BEGIN
    SELECT RAISE(ABORT, 'rules of a session are only added to');
END;
CREATE TRIGGER letter_rules_never_go BEFORE DELETE ON letter_rules
BEGIN
    SELECT RAISE(ABORT, 'rules of a session are only added to');
END;
CREATE TRIGGER suggestion_events_never_change BEFORE UPDATE ON suggestion_events
BEGIN
    SELECT RAISE(ABORT, 'what happened to a suggestion is never changed');
END;
CREATE TRIGGER suggestion_events_never_go BEFORE DELETE ON suggestion_events
BEGIN
    SELECT RAISE(ABORT, 'what happened to a suggestion is never deleted');
END;
CREATE TRIGGER suggestion_ratings_never_change BEFORE UPDATE ON suggestion_ratings
BEGIN
    SELECT RAISE(ABORT, 'what a deputy answered is never changed');
END;
CREATE TRIGGER suggestion_ratings_never_go BEFORE DELETE ON suggestion_ratings
BEGIN
    SELECT RAISE(ABORT, 'what a deputy answered is never deleted');
END;
CREATE TRIGGER letter_versions_never_change BEFORE UPDATE ON letter_versions
BEGIN
    SELECT RAISE(ABORT, 'versions of a draft are never changed');
END;
CREATE TRIGGER letter_versions_never_go BEFORE DELETE ON letter_versions
BEGIN
    SELECT RAISE(ABORT, 'versions of a draft are never deleted');
END;
CREATE TRIGGER letter_figures_never_change BEFORE UPDATE ON letter_figures
BEGIN
    SELECT RAISE(ABORT, 'figures of a signed letter are never changed');
END;
CREATE TRIGGER letter_figures_never_go BEFORE DELETE ON letter_figures
BEGIN
    SELECT RAISE(ABORT, 'figures of a signed letter are never deleted');
END;
CREATE TRIGGER letters_never_go BEFORE DELETE ON letters
BEGIN
    SELECT RAISE(ABORT, 'letters are never deleted');
END;
CREATE TRIGGER letter_numbers_never_go BEFORE DELETE ON letter_numbers
BEGIN
    SELECT RAISE(ABORT, 'numbers of letters are never deleted');
END;

DROP VIEW objects_named;
CREATE VIEW objects_named AS
SELECT webp AS object FROM photo_files
UNION ALL SELECT jpeg FROM photo_files
UNION ALL SELECT object FROM product_documents
UNION ALL SELECT file FROM imports WHERE file <> ''
UNION ALL SELECT zip FROM imports WHERE zip IS NOT NULL
UNION ALL SELECT object FROM import_objects
UNION ALL SELECT object FROM floor_sheets WHERE object IS NOT NULL
UNION ALL SELECT scan FROM certificates WHERE scan IS NOT NULL
UNION ALL SELECT scan_sha256 FROM factories WHERE scan_sha256 <> ''
UNION ALL SELECT scan_sha256 FROM figure_values WHERE scan_sha256 <> ''
UNION ALL SELECT object FROM claim_pictures
UNION ALL SELECT pdf FROM invoice_papers
UNION ALL SELECT scan_sha256 FROM agency_papers
UNION ALL SELECT sha256 FROM suggestion_files
UNION ALL SELECT scan_sha256 FROM suggestion_ratings WHERE scan_sha256 <> ''
UNION ALL SELECT pdf_sha256 FROM letters WHERE pdf_sha256 <> '';
