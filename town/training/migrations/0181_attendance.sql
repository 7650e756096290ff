-- Who was there, and each change of it.
CREATE TABLE training_attendance (
    session_id INTEGER NOT NULL REFERENCES training_sessions (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    is_present INTEGER NOT NULL CHECK (is_present IN (0, 1)),
    how TEXT NOT NULL CHECK (how IN ('code', 'watched', 'teacher')),
    at INTEGER NOT NULL,
    PRIMARY KEY (session_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX training_attendance_by_user ON training_attendance (user_id);

-- Append-only: what the teacher corrected stays.
CREATE TABLE training_attendance_events (
    id INTEGER PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES training_sessions (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    at INTEGER NOT NULL,
    actor_id INTEGER NOT NULL REFERENCES users (id),
    is_present INTEGER NOT NULL CHECK (is_present IN (0, 1)),
    how TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX training_attendance_events_by_session ON training_attendance_events (session_id, user_id, id);

-- Of an online session: how long somebody who is enrolled watched it, live or as a replay.
CREATE TABLE training_watching (
    session_id INTEGER NOT NULL REFERENCES training_sessions (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    seen_at INTEGER NOT NULL,
    watched_ms INTEGER NOT NULL CHECK (watched_ms >= 0),
    PRIMARY KEY (session_id, user_id)
) STRICT, WITHOUT ROWID;
