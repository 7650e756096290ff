-- What a course, a run and a session are on pages.

-- part: course
c.id AS course_id, c.occupation, c.trade, c.level, c.title_zh, c.title_en, c.about_zh, c.about_en, c.hours,
    c.teacher_id, c.bank_id, c.exam_questions, c.exam_minutes, c.exam_tries, c.pass_percent, c.attend_percent,
    c.valid_months, c.is_on, t.name AS teacher_name

-- Of a run that says how many seats are free and taken, by the ledger.
-- part: seats
coalesce((SELECT b.available FROM ledger_balances b WHERE b.unit = 'seat' AND b.subject = 'course_run:' || r.id
        AND b.role = 'available'), 0) AS free,
    coalesce((SELECT b.available FROM ledger_balances b WHERE b.unit = 'seat' AND b.subject = 'course_run:' || r.id
        AND b.role = 'taken'), 0) AS taken,
    (SELECT count(*) FROM training_enrolments w WHERE w.run_id = r.id AND w.state = 'waiting') AS waiting,
    (SELECT count(*) FROM training_sessions n WHERE n.run_id = r.id) AS sessions

-- part: run
r.id, r.state AS run_state, r.starts_at, r.ends_at, r.exam_until, r.created_at, {course}, {seats}

-- Courses.

-- name: training.course_add
INSERT INTO training_courses (occupation, trade, level, title_zh, title_en, about_zh, about_en, hours, teacher_id,
    bank_id, exam_questions, exam_minutes, exam_tries, pass_percent, attend_percent, valid_months, is_on, created_at)
VALUES (:occupation, :trade, :level, :title_zh, :title_en, :about_zh, :about_en, :hours, :teacher, :bank, :questions,
    :minutes, :tries, :pass, :attend, :months, :on, :now)
RETURNING id

-- name: training.course_set
UPDATE training_courses SET occupation = :occupation, trade = :trade, level = :level, title_zh = :title_zh,
    title_en = :title_en, about_zh = :about_zh, about_en = :about_en, hours = :hours, teacher_id = :teacher,
    bank_id = :bank, exam_questions = :questions, exam_minutes = :minutes, exam_tries = :tries, pass_percent = :pass,
    attend_percent = :attend, valid_months = :months, is_on = :on
WHERE id = :id

-- name: training.course
SELECT c.id, {course} FROM training_courses c JOIN users t ON t.id = c.teacher_id WHERE c.id = :course

-- name: training.courses_on
SELECT c.id, {course} FROM training_courses c JOIN users t ON t.id = c.teacher_id
WHERE c.is_on = 1 ORDER BY c.level DESC, c.id LIMIT :most

-- name: training.courses
SELECT c.id, {course}, b.name_zh AS bank_zh, b.name_en AS bank_en
FROM training_courses c JOIN users t ON t.id = c.teacher_id LEFT JOIN training_banks b ON b.id = c.bank_id
ORDER BY c.id DESC LIMIT :most

-- name: training.user
SELECT id, name, roles FROM users WHERE id = :user AND disabled_at IS NULL

-- name: training.user_by_login
SELECT id, name, roles FROM users WHERE login = :login AND disabled_at IS NULL

-- name: training.teachers
SELECT id, login, name FROM users WHERE disabled_at IS NULL AND (roles & 26) <> 0 ORDER BY name, id LIMIT :most

-- Runs.

-- name: training.run_add
INSERT INTO training_runs (course_id, state, created_at) VALUES (:course, 'open', :now) RETURNING id

-- name: training.run
SELECT {run} FROM training_runs r JOIN training_courses c ON c.id = r.course_id JOIN users t ON t.id = c.teacher_id
WHERE r.id = :run

-- name: training.runs_of_course
SELECT {run} FROM training_runs r JOIN training_courses c ON c.id = r.course_id JOIN users t ON t.id = c.teacher_id
WHERE r.course_id = :course AND r.state = 'open' AND (r.ends_at IS NULL OR r.ends_at > :now)
ORDER BY coalesce(r.starts_at, r.created_at), r.id LIMIT :most

-- name: training.runs_coming
SELECT {run} FROM training_runs r JOIN training_courses c ON c.id = r.course_id JOIN users t ON t.id = c.teacher_id
WHERE c.is_on = 1 AND r.state = 'open' AND r.ends_at > :now
ORDER BY r.starts_at, r.id LIMIT :most

-- Of a teacher; 0: all.
-- name: training.runs_taught
SELECT {run} FROM training_runs r JOIN training_courses c ON c.id = r.course_id JOIN users t ON t.id = c.teacher_id
WHERE :teacher = 0 OR c.teacher_id = :teacher
ORDER BY CASE WHEN r.state = 'open' AND (r.ends_at IS NULL OR r.ends_at > :now) THEN 0 ELSE 1 END,
    coalesce(r.starts_at, r.created_at) DESC, r.id DESC
LIMIT :most

-- name: training.runs_mine
SELECT {run}, e.state AS my_state, e.id AS enrolment_id
FROM training_enrolments e JOIN training_runs r ON r.id = e.run_id JOIN training_courses c ON c.id = r.course_id
JOIN users t ON t.id = c.teacher_id
WHERE e.user_id = :user AND e.state <> 'left'
ORDER BY CASE e.state WHEN 'completed' THEN 1 ELSE 0 END, coalesce(r.starts_at, r.created_at), r.id
LIMIT :most

-- name: training.run_times
UPDATE training_runs SET starts_at = (SELECT min(s.starts_at) FROM training_sessions s WHERE s.run_id = training_runs.id),
    ends_at = (SELECT max(s.ends_at) FROM training_sessions s WHERE s.run_id = training_runs.id)
WHERE id = :run

-- name: training.run_cancel
UPDATE training_runs SET state = 'cancelled' WHERE id = :run AND state = 'open'

-- name: training.run_takes
SELECT r.state, r.ends_at, {seats} FROM training_runs r WHERE r.id = :run

-- Sessions.

-- name: training.session_add
INSERT INTO training_sessions (run_id, title_zh, title_en, starts_at, ends_at, room, show_id)
VALUES (:run, :title_zh, :title_en, :starts, :ends, :room, :show)
RETURNING id

-- name: training.show
SELECT id, status FROM shows WHERE id = :show

-- name: training.sessions
SELECT s.id, s.title_zh, s.title_en, s.starts_at, s.ends_at, s.room, s.show_id, h.status AS show_status
FROM training_sessions s LEFT JOIN shows h ON h.id = s.show_id
WHERE s.run_id = :run ORDER BY s.starts_at, s.id

-- name: training.session
SELECT s.id, s.run_id, s.title_zh, s.title_en, s.starts_at, s.ends_at, s.room, s.show_id, r.state AS run_state,
    c.teacher_id, c.title_zh AS course_zh, c.title_en AS course_en
FROM training_sessions s JOIN training_runs r ON r.id = s.run_id JOIN training_courses c ON c.id = r.course_id
WHERE s.id = :session

-- Enrolments (seats.c).

-- name: training.person
SELECT name FROM training_people WHERE user_id = :user

-- name: training.person_keep
INSERT INTO training_people (user_id, name) VALUES (:user, :name)
ON CONFLICT (user_id) DO UPDATE SET name = excluded.name

-- name: training.enrolment_find
SELECT id, state, moves FROM training_enrolments WHERE run_id = :run AND user_id = :user

-- Its first event follows in the same command.
-- name: training.enrolment_add
INSERT INTO training_enrolments (run_id, user_id, state, moves, queued_at, created_at)
VALUES (:run, :user, 'left', 0, :now, :now)
RETURNING id

-- name: training.enrolment_set
UPDATE training_enrolments SET state = :state, moves = moves + 1, queued_at = :now WHERE id = :enrolment

-- name: training.enrolment_event
INSERT INTO training_enrolment_events (enrolment_id, at, actor_id, event, state, note)
VALUES (:enrolment, :now, :actor, :event, :state, :note)

-- name: training.first_waiting
SELECT e.id, e.user_id, e.moves, e.state, {seats}
FROM training_runs r JOIN training_enrolments e ON e.run_id = r.id AND e.state = 'waiting'
WHERE r.id = :run ORDER BY e.queued_at, e.id LIMIT 1

-- name: training.in_run
SELECT id, user_id, moves, state FROM training_enrolments
WHERE run_id = :run AND state IN ('enrolled', 'waiting') ORDER BY id

-- How many wait before somebody.
-- name: training.place_in_queue
SELECT count(*) AS n FROM training_enrolments e JOIN training_enrolments m ON m.id = :enrolment
WHERE e.run_id = m.run_id AND e.state = 'waiting'
    AND (e.queued_at < m.queued_at OR e.queued_at = m.queued_at AND e.id < m.id)

-- name: training.roster
SELECT e.id, e.user_id, e.state, u.name AS user_name, p.name AS sealed,
    (SELECT count(*) FROM training_attendance a JOIN training_sessions s ON s.id = a.session_id
        WHERE s.run_id = e.run_id AND a.user_id = e.user_id AND a.is_present = 1) AS present
FROM training_enrolments e JOIN users u ON u.id = e.user_id LEFT JOIN training_people p ON p.user_id = e.user_id
WHERE e.run_id = :run AND e.state <> 'left'
ORDER BY CASE e.state WHEN 'waiting' THEN 1 ELSE 0 END, CASE e.state WHEN 'waiting' THEN e.queued_at ELSE e.id END, e.id
LIMIT :most

-- Banks.

-- name: training.bank_add
INSERT INTO training_banks (name_zh, name_en, created_at) VALUES (:name_zh, :name_en, :now) RETURNING id

-- name: training.bank
SELECT id, name_zh, name_en FROM training_banks WHERE id = :bank

-- name: training.banks
SELECT b.id, b.name_zh, b.name_en,
    (SELECT count(*) FROM training_questions q WHERE q.bank_id = b.id AND q.off_at IS NULL) AS questions
FROM training_banks b ORDER BY b.id LIMIT :most

-- Sealed texts, for `guildhall seal`.

-- name: training.name_seal_next
SELECT user_id AS id, name AS sealed FROM training_people
WHERE user_id > :after AND substr(name, 2, 1) <> :key
ORDER BY user_id LIMIT :most

-- name: training.name_seal_put
UPDATE training_people SET name = :sealed WHERE user_id = :id AND name = :before

-- name: training.name_seal_count
SELECT substr(name, 2, 1) AS key, COUNT(*) AS n FROM training_people GROUP BY 1

-- name: training.certificate_name_seal_next
SELECT id, name AS sealed FROM training_certificates
WHERE id > :after AND substr(name, 2, 1) <> :key
ORDER BY id LIMIT :most

-- name: training.certificate_name_seal_put
UPDATE training_certificates SET name = :sealed WHERE id = :id AND name = :before

-- name: training.certificate_name_seal_count
SELECT substr(name, 2, 1) AS key, COUNT(*) AS n FROM training_certificates GROUP BY 1

-- What `guildhall check` looks for.

-- name: training.check_seats
SELECT r.id FROM training_runs r
WHERE coalesce((SELECT b.available FROM ledger_balances b WHERE b.unit = 'seat'
        AND b.subject = 'course_run:' || r.id AND b.role = 'taken'), 0)
    <> (SELECT count(*) FROM training_enrolments e WHERE e.run_id = r.id AND e.state IN ('enrolled', 'completed'))
ORDER BY r.id LIMIT :most

-- name: training.check_states
SELECT e.id FROM training_enrolments e
WHERE e.state <> coalesce((SELECT v.state FROM training_enrolment_events v WHERE v.enrolment_id = e.id
        ORDER BY v.id DESC LIMIT 1), '')
    OR e.moves <> (SELECT count(*) FROM training_enrolment_events v WHERE v.enrolment_id = e.id)
ORDER BY e.id LIMIT :most

-- name: training.check_waiting
SELECT r.id FROM training_runs r JOIN ledger_balances b ON b.unit = 'seat' AND b.subject = 'course_run:' || r.id
    AND b.role = 'available' AND b.available > 0
WHERE EXISTS (SELECT 1 FROM training_enrolments e WHERE e.run_id = r.id AND e.state = 'waiting')
ORDER BY r.id LIMIT :most
