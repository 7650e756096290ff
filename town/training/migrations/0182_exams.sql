-- Questions are never changed: a corrected one is a new one, and the former is off. So a paper stays what it was.
CREATE TABLE training_questions (
    id INTEGER PRIMARY KEY,
    bank_id INTEGER NOT NULL REFERENCES training_banks (id),
    kind TEXT NOT NULL CHECK (kind IN ('single', 'multiple', 'truth')),
    text_zh TEXT NOT NULL CHECK (length(text_zh) BETWEEN 1 AND 300),
    text_en TEXT NOT NULL CHECK (length(text_en) BETWEEN 1 AND 600),
    right_mask INTEGER NOT NULL CHECK (right_mask BETWEEN 1 AND 63), -- bit 0 is the first option; of 'truth' 1 is true, 2 false
    created_at INTEGER NOT NULL,
    off_at INTEGER
) STRICT;
CREATE INDEX training_questions_by_bank ON training_questions (bank_id, id);

CREATE TABLE training_options (
    question_id INTEGER NOT NULL REFERENCES training_questions (id),
    position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 5),
    text_zh TEXT NOT NULL CHECK (length(text_zh) BETWEEN 1 AND 120),
    text_en TEXT NOT NULL CHECK (length(text_en) BETWEEN 1 AND 240),
    PRIMARY KEY (question_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE training_exams (
    id INTEGER PRIMARY KEY,
    enrolment_id INTEGER NOT NULL REFERENCES training_enrolments (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    attempt INTEGER NOT NULL CHECK (attempt >= 1),
    state TEXT NOT NULL CHECK (state IN ('open', 'passed', 'failed', 'void')),
    seed INTEGER NOT NULL, -- draws the paper from what the bank held at started_at, and shuffles it
    bank_id INTEGER NOT NULL REFERENCES training_banks (id),
    device INTEGER NOT NULL, -- the session that may answer
    started_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL CHECK (due_at > started_at),
    ended_at INTEGER,
    pass_percent INTEGER NOT NULL, -- as it was at the beginning
    points INTEGER,
    void_reason TEXT,
    UNIQUE (enrolment_id, attempt),
    CHECK ((state = 'open') = (ended_at IS NULL)),
    CHECK ((state = 'void') = (void_reason IS NOT NULL))
) STRICT;
CREATE INDEX training_exams_by_user ON training_exams (user_id, id);
CREATE UNIQUE INDEX training_exams_one_open ON training_exams (enrolment_id) WHERE state = 'open';
CREATE INDEX training_exams_due ON training_exams (due_at) WHERE state = 'open';

-- The paper, and what was answered. options: the order in which they stand, "2013".
CREATE TABLE training_exam_items (
    exam_id INTEGER NOT NULL REFERENCES training_exams (id),
    position INTEGER NOT NULL,
    question_id INTEGER NOT NULL REFERENCES training_questions (id),
    options TEXT NOT NULL,
    answer INTEGER NOT NULL, -- a mask as right_mask; 0: none
    answered_at INTEGER,
    PRIMARY KEY (exam_id, position),
    UNIQUE (exam_id, question_id)
) STRICT, WITHOUT ROWID;

-- Append-only: what happened, as the server saw it.
CREATE TABLE training_exam_events (
    id INTEGER PRIMARY KEY,
    exam_id INTEGER NOT NULL REFERENCES training_exams (id),
    at INTEGER NOT NULL,
    actor_id INTEGER, -- NULL: by itself
    event TEXT NOT NULL,
    device INTEGER NOT NULL,
    position INTEGER, -- of an answer
    answer INTEGER,
    note TEXT NOT NULL
) STRICT;
CREATE INDEX training_exam_events_by_exam ON training_exam_events (exam_id, id);
