-- Certificates, and who must have one to go on air.
CREATE TABLE training_certificates (
    id INTEGER PRIMARY KEY,
    year INTEGER NOT NULL,
    serial INTEGER NOT NULL CHECK (serial BETWEEN 1 AND 999999),
    number TEXT NOT NULL UNIQUE, -- CERT-2026-000123-K: number.h
    user_id INTEGER NOT NULL REFERENCES users (id),
    enrolment_id INTEGER NOT NULL UNIQUE REFERENCES training_enrolments (id),
    course_id INTEGER NOT NULL REFERENCES training_courses (id),
    occupation TEXT NOT NULL,
    trade TEXT NOT NULL,
    level INTEGER NOT NULL,
    hours INTEGER NOT NULL,
    name BLOB NOT NULL, -- sealed for "training.certificate_name"
    issued_at INTEGER NOT NULL,
    valid_until INTEGER NOT NULL, -- the last millisecond of its last day
    fingerprint TEXT NOT NULL,    -- keyed hash of what it says: certificate.h
    revoked_at INTEGER,
    revoked_by INTEGER REFERENCES users (id),
    revoke_reason TEXT,
    UNIQUE (year, serial),
    CHECK ((revoked_at IS NULL) = (revoke_reason IS NULL))
) STRICT;
CREATE INDEX training_certificates_by_user ON training_certificates (user_id, occupation, valid_until);
CREATE INDEX training_certificates_by_issue ON training_certificates (issued_at);

-- From a day on, a valid record of that occupation is needed to go on air.
CREATE TABLE training_rules (
    id INTEGER PRIMARY KEY,
    occupation TEXT NOT NULL,
    day INTEGER NOT NULL, -- town/day.h
    note TEXT NOT NULL,
    made_by INTEGER REFERENCES users (id),
    made_at INTEGER NOT NULL,
    ended_by INTEGER REFERENCES users (id),
    ended_at INTEGER
) STRICT;
