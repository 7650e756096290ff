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

-- name: training.session_times
UPDATE training_sessions SET starts_at = :starts, ends_at = :ends WHERE id = :session

-- name: training.session_room
UPDATE training_sessions SET room = :room WHERE id = :session

-- name: training.show
SELECT id, status FROM shows WHERE id = :show

-- name: training.sessions
SELECT s.id, s.title_zh, s.title_en, s.starts_at, s.ends_at, s.room, s.show_id, h.status AS show_status,
    (SELECT CASE WHEN count(*) = 1 THEN min(p.name_en) END FROM venue_spaces p WHERE p.name_zh = s.room) AS room_en
FROM training_sessions s LEFT JOIN shows h ON h.id = s.show_id
WHERE s.run_id = :run ORDER BY s.starts_at, s.id

-- name: training.session
SELECT s.id, s.run_id, s.title_zh, s.title_en, s.starts_at, s.ends_at, s.room, s.show_id, r.state AS run_state,
    (SELECT CASE WHEN count(*) = 1 THEN min(p.name_en) END FROM venue_spaces p WHERE p.name_zh = s.room) AS room_en,
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

-- Another class of the course that goes on, or waits: one course at a time is once.
-- name: training.enrolled_elsewhere
SELECT e.id FROM training_enrolments e JOIN training_runs r ON r.id = e.run_id
WHERE r.course_id = (SELECT course_id FROM training_runs WHERE id = :run) AND r.id <> :run AND r.state = 'open'
    AND e.user_id = :user AND e.state IN ('enrolled', 'waiting') AND (r.ends_at IS NULL OR r.ends_at > :now)
LIMIT 1

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

-- Attendance (attend.c).

-- name: training.attend
INSERT INTO training_attendance (session_id, user_id, is_present, how, at)
VALUES (:session, :user, :present, :how, :now)
ON CONFLICT (session_id, user_id) DO UPDATE SET is_present = excluded.is_present, how = excluded.how, at = excluded.at

-- name: training.attend_event
INSERT INTO training_attendance_events (session_id, user_id, at, actor_id, is_present, how, reason)
VALUES (:session, :user, :now, :actor, :present, :how, :reason)

-- name: training.attended
SELECT is_present, how, at FROM training_attendance WHERE session_id = :session AND user_id = :user

-- name: training.watched
SELECT seen_at, watched_ms FROM training_watching WHERE session_id = :session AND user_id = :user

-- name: training.watch
INSERT INTO training_watching (session_id, user_id, seen_at, watched_ms) VALUES (:session, :user, :now, :watched)
ON CONFLICT (session_id, user_id) DO UPDATE SET seen_at = excluded.seen_at, watched_ms = excluded.watched_ms

-- The session of a show that somebody who is enrolled watches.
-- name: training.session_of_show
SELECT s.id FROM training_sessions s JOIN training_enrolments e ON e.run_id = s.run_id
WHERE s.show_id = :show AND e.user_id = :user AND e.state IN ('enrolled', 'completed')
ORDER BY s.id LIMIT 1

-- All of a session's people, for the teacher.
-- name: training.session_people
SELECT e.user_id, u.name AS user_name, p.name AS sealed, a.is_present, a.how, a.at, w.watched_ms
FROM training_enrolments e JOIN users u ON u.id = e.user_id LEFT JOIN training_people p ON p.user_id = e.user_id
LEFT JOIN training_attendance a ON a.session_id = :session AND a.user_id = e.user_id
LEFT JOIN training_watching w ON w.session_id = :session AND w.user_id = e.user_id
WHERE e.run_id = :run AND e.state IN ('enrolled', 'completed') ORDER BY e.id LIMIT :most

-- name: training.session_corrections
SELECT v.user_id, u.name AS user_name, b.name AS actor_name, v.at, v.is_present, v.reason
FROM training_attendance_events v JOIN users u ON u.id = v.user_id JOIN users b ON b.id = v.actor_id
WHERE v.session_id = :session AND v.how = 'teacher' ORDER BY v.id DESC LIMIT :most

-- name: training.attended_of
SELECT a.session_id FROM training_attendance a JOIN training_sessions s ON s.id = a.session_id
WHERE s.run_id = :run AND a.user_id = :user AND a.is_present = 1

-- Questions.

-- name: training.question_add
INSERT INTO training_questions (bank_id, kind, text_zh, text_en, right_mask, created_at)
VALUES (:bank, :kind, :text_zh, :text_en, :mask, :now)
RETURNING id

-- name: training.option_add
-- many: bigint, bigint, text, text
INSERT INTO training_options (question_id, position, text_zh, text_en) VALUES (:question, :position, :text_zh, :text_en)

-- name: training.question_off
UPDATE training_questions SET off_at = :now WHERE id = :question AND bank_id = :bank AND off_at IS NULL

-- name: training.questions
SELECT q.id, q.kind, q.text_zh, q.text_en, q.right_mask FROM training_questions q
WHERE q.bank_id = :bank AND q.off_at IS NULL ORDER BY q.id LIMIT :most

-- name: training.bank_options
SELECT o.question_id, o.position, o.text_zh, o.text_en FROM training_options o
JOIN training_questions q ON q.id = o.question_id
WHERE q.bank_id = :bank AND q.off_at IS NULL ORDER BY o.question_id, o.position LIMIT :most

-- What a bank held at a moment, in the order in which a paper is drawn from it.
-- name: training.questions_at
SELECT q.id, (SELECT count(*) FROM training_options o WHERE o.question_id = q.id) AS options
FROM training_questions q
WHERE q.bank_id = :bank AND q.created_at <= :at AND (q.off_at IS NULL OR q.off_at > :at)
ORDER BY q.id LIMIT :most

-- Exams (exam.c).

-- name: training.standing
SELECT e.state, c.attend_percent, c.exam_tries, c.bank_id,
    (SELECT count(*) FROM training_sessions s WHERE s.run_id = e.run_id) AS sessions,
    (SELECT count(*) FROM training_attendance a JOIN training_sessions s ON s.id = a.session_id
        WHERE s.run_id = e.run_id AND a.user_id = e.user_id AND a.is_present = 1) AS present,
    (SELECT count(*) FROM training_questions q WHERE q.bank_id = c.bank_id AND q.off_at IS NULL) AS questions,
    (SELECT count(*) FROM training_exams x WHERE x.enrolment_id = e.id AND x.state <> 'void') AS tries,
    (SELECT x.id FROM training_exams x WHERE x.enrolment_id = e.id AND x.state = 'open') AS open_exam
FROM training_enrolments e JOIN training_runs r ON r.id = e.run_id JOIN training_courses c ON c.id = r.course_id
WHERE e.id = :enrolment

-- name: training.exam_add
INSERT INTO training_exams (enrolment_id, user_id, attempt, state, seed, bank_id, device, started_at, due_at, pass_percent)
VALUES (:enrolment, :user, (SELECT count(*) + 1 FROM training_exams x WHERE x.enrolment_id = :enrolment), 'open', :seed,
    :bank, :device, :now, :due, :pass)
RETURNING id

-- name: training.exam_item_add
-- many: bigint, bigint, bigint, text
INSERT INTO training_exam_items (exam_id, position, question_id, options, answer)
VALUES (:exam, :position, :question, :options, 0)

-- name: training.exam
SELECT x.id, x.enrolment_id, x.user_id, x.attempt, x.state, x.seed, x.bank_id, x.device, x.started_at, x.due_at, x.ended_at,
    x.pass_percent, x.points, x.void_reason, e.run_id, c.id AS course_id, c.title_zh, c.title_en, c.teacher_id, c.exam_tries,
    u.name AS user_name, (SELECT count(*) FROM training_exam_items i WHERE i.exam_id = x.id) AS of_points
FROM training_exams x JOIN training_enrolments e ON e.id = x.enrolment_id JOIN training_runs r ON r.id = e.run_id
JOIN training_courses c ON c.id = r.course_id JOIN users u ON u.id = x.user_id
WHERE x.id = :exam

-- name: training.exams_of
SELECT x.id, x.attempt, x.state, x.started_at, x.ended_at, x.points,
    (SELECT count(*) FROM training_exam_items i WHERE i.exam_id = x.id) AS of_points
FROM training_exams x WHERE x.enrolment_id = :enrolment ORDER BY x.attempt

-- name: training.exams_of_run
SELECT x.id, x.user_id, x.attempt, x.state, x.started_at, x.points, u.name AS user_name,
    (SELECT count(*) FROM training_exam_items i WHERE i.exam_id = x.id) AS of_points
FROM training_exams x JOIN training_enrolments e ON e.id = x.enrolment_id JOIN users u ON u.id = x.user_id
WHERE e.run_id = :run ORDER BY x.id DESC LIMIT :most

-- name: training.exam_answers
SELECT i.position, i.answer, CASE q.kind WHEN 'truth' THEN 3 ELSE 63 END AS most
FROM training_exam_items i JOIN training_questions q ON q.id = i.question_id
WHERE i.exam_id = :exam ORDER BY i.position

-- name: training.exam_items
SELECT i.position, i.question_id, i.options, i.answer, q.kind, q.text_zh, q.text_en, q.right_mask
FROM training_exam_items i JOIN training_questions q ON q.id = i.question_id
WHERE i.exam_id = :exam ORDER BY i.position

-- name: training.exam_options
SELECT o.question_id, o.position, o.text_zh, o.text_en
FROM training_exam_items i JOIN training_options o ON o.question_id = i.question_id
WHERE i.exam_id = :exam ORDER BY o.question_id, o.position

-- name: training.exam_answer
UPDATE training_exam_items SET answer = :answer, answered_at = :now WHERE exam_id = :exam AND position = :position

-- name: training.exam_event
INSERT INTO training_exam_events (exam_id, at, actor_id, event, device, position, answer, note)
VALUES (:exam, :now, :actor, :event, :device, :position, :answer, :note)

-- name: training.exam_events
SELECT v.id, v.at, v.event, v.device, v.position, v.answer, u.name AS actor_name
FROM training_exam_events v LEFT JOIN users u ON u.id = v.actor_id
WHERE v.exam_id = :exam ORDER BY v.id LIMIT :most

-- name: training.exam_points
SELECT count(*) AS of_points, coalesce(sum(CASE WHEN i.answer = q.right_mask THEN 1 ELSE 0 END), 0) AS points
FROM training_exam_items i JOIN training_questions q ON q.id = i.question_id WHERE i.exam_id = :exam

-- name: training.exam_end
UPDATE training_exams SET state = :state, ended_at = :now, points = :points WHERE id = :exam AND state = 'open'

-- name: training.exam_device
UPDATE training_exams SET device = :device WHERE id = :exam AND state = 'open'

-- name: training.exam_void
UPDATE training_exams SET state = 'void', void_reason = :reason, ended_at = coalesce(ended_at, :now) WHERE id = :exam

-- name: training.exams_due
SELECT id FROM training_exams WHERE state = 'open' AND due_at <= :now ORDER BY due_at LIMIT :most

-- Certificates, and the gate.

-- part: certificate
k.id, k.number, k.user_id, k.course_id, k.occupation, k.trade, k.level, k.hours, k.name, k.issued_at, k.valid_until,
    k.fingerprint, k.revoked_at, k.revoke_reason, c.title_zh, c.title_en

-- name: training.certificate_serial
SELECT coalesce(max(serial), 0) AS serial FROM training_certificates WHERE year = :year

-- name: training.certificate_add
INSERT INTO training_certificates (year, serial, number, user_id, enrolment_id, course_id, occupation, trade, level, hours,
    name, issued_at, valid_until, fingerprint)
VALUES (:year, :serial, :number, :user, :enrolment, :course, :occupation, :trade, :level, :hours, :name, :now, :until,
    :fingerprint)
RETURNING id

-- name: training.certificate
SELECT {certificate} FROM training_certificates k JOIN training_courses c ON c.id = k.course_id WHERE k.id = :certificate

-- name: training.certificate_by_number
SELECT {certificate} FROM training_certificates k JOIN training_courses c ON c.id = k.course_id WHERE k.number = :number

-- name: training.certificates_of
SELECT {certificate} FROM training_certificates k JOIN training_courses c ON c.id = k.course_id
WHERE k.user_id = :user ORDER BY k.id DESC LIMIT :most

-- name: training.certificates
SELECT {certificate}, u.name AS user_name FROM training_certificates k JOIN training_courses c ON c.id = k.course_id
JOIN users u ON u.id = k.user_id
WHERE :number = '' OR k.number = :number ORDER BY k.id DESC LIMIT :most

-- name: training.certificate_revoke
UPDATE training_certificates SET revoked_at = :now, revoked_by = :by, revoke_reason = :reason
WHERE id = :certificate AND revoked_at IS NULL

-- Rules in force on a day that a host does not meet.
-- name: training.gate
SELECT l.id FROM training_rules l
WHERE l.ended_at IS NULL AND l.day <= :day
    AND NOT EXISTS (SELECT 1 FROM training_certificates k WHERE k.user_id = :host AND k.occupation = l.occupation
        AND k.revoked_at IS NULL AND k.valid_until >= :at)
LIMIT 1

-- name: training.rule_add
INSERT INTO training_rules (occupation, day, note, made_by, made_at) VALUES (:occupation, :day, :note, :by, :now)
RETURNING id

-- name: training.rule_end
UPDATE training_rules SET ended_by = :by, ended_at = :now WHERE id = :rule AND ended_at IS NULL

-- name: training.rules
SELECT l.id, l.occupation, l.day, l.note, l.made_at, l.ended_at, u.name AS made_by
FROM training_rules l LEFT JOIN users u ON u.id = l.made_by ORDER BY l.id DESC LIMIT :most

-- Hosts, and the best record that they have.
-- name: training.hosts
SELECT u.id, u.name, (SELECT max(k.valid_until) FROM training_certificates k WHERE k.user_id = u.id
    AND k.revoked_at IS NULL) AS valid_until
FROM users u WHERE u.disabled_at IS NULL AND (u.roles & 2) <> 0 ORDER BY u.name, u.id LIMIT :most

-- Figures. Of people nobody is named: a person is the number of the first certificate of the year.

-- name: training.figure_people
SELECT count(DISTINCT user_id) AS value FROM training_certificates WHERE issued_at >= :from AND issued_at <= :until

-- name: training.figure_people_rows
SELECT k.id, '/training/courses/' || k.course_id AS link, c.title_zh AS label_zh, c.title_en AS label_en,
    k.issued_at AS at, 1 AS amount
FROM training_certificates k JOIN training_courses c ON c.id = k.course_id
WHERE k.issued_at >= :from AND k.issued_at <= :until AND k.id > :after
    AND NOT EXISTS (SELECT 1 FROM training_certificates f WHERE f.user_id = k.user_id AND f.issued_at >= :from
        AND f.issued_at <= :until AND f.id < k.id)
ORDER BY k.id LIMIT :most

-- name: training.figure_valid
SELECT count(*) AS value FROM training_certificates
WHERE issued_at <= :until AND valid_until >= :until AND (revoked_at IS NULL OR revoked_at > :until)

-- name: training.figure_valid_rows
SELECT k.id, '/verify/certificates/' || k.number AS link, k.number AS label_zh, k.number AS label_en, k.issued_at AS at,
    1 AS amount
FROM training_certificates k
WHERE k.issued_at <= :until AND k.valid_until >= :until AND (k.revoked_at IS NULL OR k.revoked_at > :until)
    AND k.id > :after
ORDER BY k.id LIMIT :most

-- name: training.figure_reach
SELECT min(created_at) AS at FROM training_courses

-- More of the check.

-- name: training.check_exams
SELECT x.id FROM training_exams x
WHERE x.state IN ('passed', 'failed') AND x.points <> (SELECT count(*) FROM training_exam_items i
    JOIN training_questions q ON q.id = i.question_id WHERE i.exam_id = x.id AND i.answer = q.right_mask)
ORDER BY x.id LIMIT :most

-- name: training.check_attendance
SELECT a.session_id AS id FROM training_attendance a
WHERE a.is_present <> coalesce((SELECT v.is_present FROM training_attendance_events v WHERE v.session_id = a.session_id
    AND v.user_id = a.user_id ORDER BY v.id DESC LIMIT 1), -1)
ORDER BY a.session_id LIMIT :most

-- name: training.check_late
SELECT x.id FROM training_exams x
WHERE EXISTS (SELECT 1 FROM training_exam_items i WHERE i.exam_id = x.id AND i.answered_at >= x.due_at)
ORDER BY x.id LIMIT :most

-- name: training.check_papers
SELECT x.id, x.bank_id, x.seed, x.started_at, (SELECT count(*) FROM training_exam_items i WHERE i.exam_id = x.id) AS n
FROM training_exams x ORDER BY x.id DESC LIMIT :most

-- name: training.check_certificates
SELECT {certificate} FROM training_certificates k JOIN training_courses c ON c.id = k.course_id
ORDER BY k.id DESC LIMIT :most
