-- Courses, the times that they are given, who takes part. Seats are in the ledger: unit seat, subject course_run:ID.
CREATE TABLE training_banks (
    id INTEGER PRIMARY KEY,
    name_zh TEXT NOT NULL CHECK (length(name_zh) BETWEEN 1 AND 40),
    name_en TEXT NOT NULL CHECK (length(name_en) BETWEEN 1 AND 80),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE training_courses (
    id INTEGER PRIMARY KEY,
    occupation TEXT NOT NULL, -- catalogue.h
    trade TEXT NOT NULL,
    level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 5), -- 5 is where one begins, 1 the highest
    title_zh TEXT NOT NULL CHECK (length(title_zh) BETWEEN 1 AND 40),
    title_en TEXT NOT NULL CHECK (length(title_en) BETWEEN 1 AND 80),
    about_zh TEXT NOT NULL CHECK (length(about_zh) <= 1000),
    about_en TEXT NOT NULL CHECK (length(about_en) <= 2000),
    hours INTEGER NOT NULL CHECK (hours BETWEEN 1 AND 400),
    teacher_id INTEGER NOT NULL REFERENCES users (id),
    bank_id INTEGER REFERENCES training_banks (id), -- NULL: no exam yet
    exam_questions INTEGER NOT NULL CHECK (exam_questions BETWEEN 1 AND 100),
    exam_minutes INTEGER NOT NULL CHECK (exam_minutes BETWEEN 1 AND 240),
    exam_tries INTEGER NOT NULL CHECK (exam_tries BETWEEN 1 AND 5),
    pass_percent INTEGER NOT NULL CHECK (pass_percent BETWEEN 1 AND 100),
    attend_percent INTEGER NOT NULL CHECK (attend_percent BETWEEN 0 AND 100), -- of the sessions, to sit the exam
    valid_months INTEGER NOT NULL CHECK (valid_months BETWEEN 1 AND 120),
    is_on INTEGER NOT NULL CHECK (is_on IN (0, 1)), -- on the public list
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX training_courses_by_teacher ON training_courses (teacher_id);

-- A course once: its sessions, its seats. starts_at and ends_at follow its sessions.
CREATE TABLE training_runs (
    id INTEGER PRIMARY KEY,
    course_id INTEGER NOT NULL REFERENCES training_courses (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'cancelled')),
    starts_at INTEGER,
    ends_at INTEGER,
    exam_until INTEGER, -- NULL: exams go on
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX training_runs_by_course ON training_runs (course_id, id);
CREATE INDEX training_runs_by_end ON training_runs (ends_at);

-- In a room, or online: then it is a show, whose replay is its recording.
CREATE TABLE training_sessions (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES training_runs (id),
    title_zh TEXT NOT NULL CHECK (length(title_zh) BETWEEN 1 AND 40),
    title_en TEXT NOT NULL CHECK (length(title_en) BETWEEN 1 AND 80),
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL CHECK (ends_at > starts_at),
    room TEXT NOT NULL CHECK (length(room) <= 40),
    show_id INTEGER REFERENCES shows (id),
    CHECK ((show_id IS NULL) <> (room = ''))
) STRICT;
CREATE INDEX training_sessions_by_run ON training_sessions (run_id, starts_at);
CREATE INDEX training_sessions_by_start ON training_sessions (starts_at);
CREATE INDEX training_sessions_by_show ON training_sessions (show_id);

-- Who takes courses, by the name that stands on certificates.
CREATE TABLE training_people (
    user_id INTEGER PRIMARY KEY REFERENCES users (id),
    name BLOB NOT NULL -- sealed for "training.name"
) STRICT;

CREATE TABLE training_enrolments (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES training_runs (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    state TEXT NOT NULL CHECK (state IN ('enrolled', 'waiting', 'left', 'completed')),
    moves INTEGER NOT NULL, -- how often its state has changed: a transfer of a seat is named by it
    queued_at INTEGER NOT NULL, -- the waitlist's order, with id
    created_at INTEGER NOT NULL,
    UNIQUE (run_id, user_id)
) STRICT;
CREATE INDEX training_enrolments_by_run ON training_enrolments (run_id, state, queued_at, id);
CREATE INDEX training_enrolments_by_user ON training_enrolments (user_id, id);

-- Append-only.
CREATE TABLE training_enrolment_events (
    id INTEGER PRIMARY KEY,
    enrolment_id INTEGER NOT NULL REFERENCES training_enrolments (id),
    at INTEGER NOT NULL,
    actor_id INTEGER, -- NULL: by itself
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;
CREATE INDEX training_enrolment_events_by_enrolment ON training_enrolment_events (enrolment_id, id);
