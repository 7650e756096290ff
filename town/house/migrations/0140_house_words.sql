-- Words that the town does not say in its shows' talk, or looks at first; and every change of the list.
CREATE TABLE house_words (
    id INTEGER PRIMARY KEY,
    word TEXT NOT NULL UNIQUE,
    class TEXT NOT NULL CHECK (class IN ('blocked', 'flagged', 'exempt')),
    rule TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;

-- The list's version is the last of these.
CREATE TABLE house_word_events (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor_id INTEGER, -- NULL: it came with the program
    event TEXT NOT NULL CHECK (event IN ('add', 'change', 'remove')),
    word TEXT NOT NULL,
    class TEXT NOT NULL, -- after it; of what was removed: before it
    rule TEXT NOT NULL,
    note TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT;

CREATE TRIGGER house_word_events_never_change BEFORE UPDATE ON house_word_events
BEGIN
    SELECT RAISE(ABORT, 'changes of the list are never changed');
END;

CREATE TRIGGER house_word_events_never_go BEFORE DELETE ON house_word_events
BEGIN
    SELECT RAISE(ABORT, 'changes of the list are never deleted');
END;
