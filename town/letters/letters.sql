-- Suggestions and what happens to them.

-- ---- one ----

-- name: letters.get
SELECT s.id, s.session_id, s.number, s.title, s.text, s.received_day, s.is_public, s.state, s.round, s.lead_id,
    s.merged_id, s.class_id, s.assigned_day, s.accept_day, s.reply_day, s.sent_day, s.form_day, s.made_at,
    t.slug AS session, t.name_zh AS session_zh, t.name_en AS session_en, t.kind AS session_kind,
    o.name_zh AS lead_zh, o.name_en AS lead_en, b.short AS lead_short,
    c.code AS class_code, c.name_zh AS class_zh, c.name_en AS class_en, m.number AS merged_number
FROM suggestions s JOIN letter_sessions t ON t.id = s.session_id
LEFT JOIN organisations o ON o.id = s.lead_id
LEFT JOIN letter_bodies b ON b.organisation_id = s.lead_id
LEFT JOIN letter_classes c ON c.id = s.class_id
LEFT JOIN suggestions m ON m.id = s.merged_id
WHERE s.id = :id

-- name: letters.move
UPDATE suggestions SET state = :state WHERE id = :id

-- name: letters.event_add
INSERT INTO suggestion_events (suggestion_id, round, at, actor_id, organisation_id, event, to_state, about, note)
VALUES (:suggestion, :round, :now, :actor, :body, :event, :to, :about, :note)

-- name: letters.events
SELECT e.id, e.round, e.at, e.event, e.to_state, e.about, e.note, u.name AS actor, o.name_zh AS body_zh,
    o.name_en AS body_en
FROM suggestion_events e LEFT JOIN users u ON u.id = e.actor_id
LEFT JOIN organisations o ON o.id = e.organisation_id
WHERE e.suggestion_id = :suggestion ORDER BY e.id DESC LIMIT :most

-- Whom a user acts as, of one case: his posts at its bodies, and the desk.
-- name: letters.as
SELECT p.organisation_id, p.posts, b.is_desk, h.id AS handler, h.is_lead, h.state
FROM letter_posts p JOIN letter_bodies b ON b.organisation_id = p.organisation_id
LEFT JOIN suggestions s ON s.id = :suggestion
LEFT JOIN suggestion_handlers h ON h.suggestion_id = s.id AND h.round = s.round
    AND h.organisation_id = p.organisation_id AND h.state NOT IN ('declined', 'replaced')
WHERE p.user_id = :user AND (b.is_desk = 1 OR h.id IS NOT NULL)
ORDER BY p.organisation_id

-- name: letters.as_deputy
SELECT id FROM suggestion_deputies WHERE suggestion_id = :suggestion AND user_id = :user ORDER BY position LIMIT 1

-- name: letters.ready
SELECT (SELECT count(*) FROM suggestion_handlers h WHERE h.suggestion_id = s.id AND h.round = s.round
        AND h.is_lead = 0 AND h.state = 'asked') AS n_open,
    (SELECT count(*) FROM suggestion_talks t WHERE t.suggestion_id = s.id AND t.round = s.round) AS talks
FROM suggestions s WHERE s.id = :suggestion

-- ---- registering ----

-- name: letters.add
INSERT INTO suggestions (session_id, number, title, text, received_day, is_public, state, made_at, made_by)
VALUES (:session, :number, :title, :text, :received, :is_public, 'registered', :now, :by)
RETURNING id

-- name: letters.of_number
SELECT id FROM suggestions WHERE session_id = :session AND number = :number

-- name: letters.deputy_add
INSERT INTO suggestion_deputies (suggestion_id, position, name, group_name, user_id)
VALUES (:suggestion, :position, :name, :group, :user)

-- name: letters.deputies
SELECT d.id, d.position, d.name, d.group_name, d.user_id, u.login,
    (SELECT r.rating FROM suggestion_ratings r JOIN suggestions s ON s.id = r.suggestion_id
     WHERE r.suggestion_id = d.suggestion_id AND r.deputy_id = d.id AND r.round = s.round
     ORDER BY r.id DESC LIMIT 1) AS rating
FROM suggestion_deputies d LEFT JOIN users u ON u.id = d.user_id
WHERE d.suggestion_id = :suggestion ORDER BY d.position

-- name: letters.word_add
-- many: text, bigint, bigint
INSERT INTO suggestion_words (word, suggestion_id, weight) VALUES (:word, :suggestion, :weight)
ON CONFLICT (word, suggestion_id) DO UPDATE SET weight = suggestion_words.weight + excluded.weight

-- name: letters.words_due
INSERT INTO suggestion_words_due (suggestion_id) VALUES (:suggestion)

-- name: letters.words_due_ids
SELECT suggestion_id FROM suggestion_words_due ORDER BY suggestion_id LIMIT :most

-- name: letters.words_done
DELETE FROM suggestion_words_due WHERE suggestion_id = :suggestion

-- name: letters.file_add
INSERT INTO suggestion_files (suggestion_id, handler_id, name, sha256, added_at, added_by)
VALUES (:suggestion, :handler, :name, :sha256, :now, :by)

-- name: letters.files
SELECT f.id, f.handler_id, f.name, f.sha256, f.added_at, u.name AS by_name, h.round, o.name_zh, o.name_en
FROM suggestion_files f JOIN users u ON u.id = f.added_by
LEFT JOIN suggestion_handlers h ON h.id = f.handler_id LEFT JOIN organisations o ON o.id = h.organisation_id
WHERE f.suggestion_id = :suggestion ORDER BY f.id

-- name: letters.file
SELECT name, sha256, handler_id FROM suggestion_files WHERE suggestion_id = :suggestion AND id = :id

-- name: letters.merge
UPDATE suggestions SET state = 'merged', merged_id = :into WHERE id = :id

-- name: letters.disclose
UPDATE suggestions SET is_public = :is_public WHERE id = :id

-- name: letters.merge_more
UPDATE suggestions SET merged_id = :into WHERE merged_id = :id

-- name: letters.deputies_copy
INSERT INTO suggestion_deputies (suggestion_id, position, name, group_name, user_id)
SELECT i.id, (SELECT max(m.position) FROM suggestion_deputies m WHERE m.suggestion_id = i.id) + d.position, d.name,
    d.group_name, d.user_id
FROM suggestion_deputies d JOIN suggestions i ON i.id = :into
WHERE d.suggestion_id = :id AND NOT EXISTS (SELECT 1 FROM suggestion_deputies t WHERE t.suggestion_id = i.id
    AND t.name = d.name AND coalesce(t.user_id, 0) = coalesce(d.user_id, 0))

-- name: letters.merged_in
SELECT id, number, title FROM suggestions WHERE merged_id = :id ORDER BY number

-- ---- bodies that handle it ----

-- name: letters.assigned
UPDATE suggestions SET lead_id = :lead, assigned_day = :day, sent_day = NULL, form_day = NULL
WHERE id = :id

-- name: letters.handler_add
INSERT INTO suggestion_handlers (suggestion_id, round, organisation_id, is_lead, state, due_day, made_at)
VALUES (:suggestion, :round, :body, :is_lead, 'asked', :due, :now)

-- name: letters.handlers_replace
UPDATE suggestion_handlers SET state = 'replaced', answered_at = NULL, answered_by = NULL
WHERE suggestion_id = :suggestion AND round = :round AND state NOT IN ('declined', 'replaced')

-- name: letters.handlers
SELECT h.id, h.round, h.organisation_id, h.is_lead, h.state, h.due_day, h.opinion, h.answered_at, h.countersigned_at,
    h.note, o.name_zh, o.name_en, b.short, b.gone_at, u.name AS answered_by, c.name AS countersigned_by
FROM suggestion_handlers h JOIN organisations o ON o.id = h.organisation_id
JOIN letter_bodies b ON b.organisation_id = h.organisation_id
LEFT JOIN users u ON u.id = h.answered_by LEFT JOIN users c ON c.id = h.countersigned_by
WHERE h.suggestion_id = :suggestion AND h.round = :round AND h.state NOT IN ('declined', 'replaced')
ORDER BY h.is_lead DESC, h.id

-- name: letters.handler
SELECT h.id, h.suggestion_id, h.round, h.organisation_id, h.is_lead, h.state, h.due_day, h.countersigned_at
FROM suggestion_handlers h JOIN suggestions s ON s.id = h.suggestion_id AND s.round = h.round
WHERE h.id = :id AND h.suggestion_id = :suggestion

-- name: letters.unassigned
UPDATE suggestions SET lead_id = NULL, assigned_day = NULL, accept_day = NULL, reply_day = NULL WHERE id = :id

-- A draft of a lead that has it no more.
-- name: letters.draft_void
UPDATE letters SET state = 'recalled', recalled_at = :now WHERE suggestion_id = :suggestion AND state = 'draft'

-- name: letters.lead_state
UPDATE suggestion_handlers SET state = :state, note = :note
WHERE suggestion_id = :suggestion AND round = :round AND is_lead = 1 AND state NOT IN ('declined', 'replaced')

-- name: letters.opinion
UPDATE suggestion_handlers SET state = 'answered', opinion = :words, answered_at = :now, answered_by = :by
WHERE id = :id

-- name: letters.release
UPDATE suggestion_handlers SET state = 'released', note = :note, answered_at = NULL, answered_by = NULL,
    countersigned_at = NULL, countersigned_by = NULL
WHERE id = :id

-- name: letters.countersign
UPDATE suggestion_handlers SET countersigned_at = :now, countersigned_by = :by WHERE id = :id

-- name: letters.countersign_void
UPDATE suggestion_handlers SET countersigned_at = NULL, countersigned_by = NULL
WHERE suggestion_id = :suggestion AND countersigned_at IS NOT NULL
    AND round = (SELECT round FROM suggestions WHERE id = :suggestion)

-- name: letters.countersign_left
SELECT count(*) AS n_left FROM suggestion_handlers h JOIN suggestions s ON s.id = h.suggestion_id AND s.round = h.round
WHERE h.suggestion_id = :suggestion AND h.is_lead = 0 AND h.state IN ('asked', 'answered') AND h.countersigned_at IS NULL

-- name: letters.lapsed
SELECT id FROM suggestions WHERE state = 'assigned' AND accept_day < :today ORDER BY id LIMIT :most

-- ---- talks, more time, answers, promises ----

-- name: letters.talk_add
INSERT INTO suggestion_talks (suggestion_id, round, deputy_id, day, how, words, at, by_id)
VALUES (:suggestion, :round, :deputy, :day, :how, :words, :now, :by)

-- name: letters.talks
SELECT t.id, t.round, t.day, t.how, t.words, t.at, d.name AS deputy, u.name AS by_name
FROM suggestion_talks t JOIN suggestion_deputies d ON d.id = t.deputy_id JOIN users u ON u.id = t.by_id
WHERE t.suggestion_id = :suggestion ORDER BY t.id DESC LIMIT :most

-- name: letters.deputy
SELECT id, name, user_id FROM suggestion_deputies WHERE id = :id AND suggestion_id = :suggestion

-- name: letters.extension_add
INSERT INTO suggestion_extensions (suggestion_id, round, until_day, why, state, asked_at, asked_by)
VALUES (:suggestion, :round, :until, :why, 'asked', :now, :by)
RETURNING id

-- name: letters.extension
SELECT id, round, until_day, state FROM suggestion_extensions WHERE id = :id AND suggestion_id = :suggestion

-- name: letters.extension_open
SELECT id FROM suggestion_extensions WHERE suggestion_id = :suggestion AND state = 'asked'

-- name: letters.extension_decide
UPDATE suggestion_extensions SET state = :state, decided_at = :now, decided_by = :by, note = :note WHERE id = :id

-- name: letters.extensions
SELECT x.id, x.round, x.until_day, x.why, x.state, x.asked_at, x.decided_at, x.note, u.name AS asked_by,
    d.name AS decided_by
FROM suggestion_extensions x JOIN users u ON u.id = x.asked_by LEFT JOIN users d ON d.id = x.decided_by
WHERE x.suggestion_id = :suggestion ORDER BY x.id

-- name: letters.extended
SELECT until_day, decided_at FROM suggestion_extensions
WHERE suggestion_id = :suggestion AND round = :round AND state = 'granted' ORDER BY until_day DESC LIMIT 1

-- name: letters.days
UPDATE suggestions SET accept_day = :accept, reply_day = :reply, form_day = :form WHERE id = :id

-- Cases whose clocks run, after one.
-- name: letters.running
SELECT id FROM suggestions
WHERE id > :after AND state IN ('assigned', 'drafting', 'checking', 'countersigning', 'signing', 'signed', 'numbered', 'sealed', 'sent')
ORDER BY id LIMIT :most

-- name: letters.sent
UPDATE suggestions SET sent_day = :day WHERE id = :id

-- name: letters.unsent
UPDATE suggestions SET sent_day = NULL, form_day = NULL WHERE id = :id

-- name: letters.recalled
UPDATE letters SET state = 'recalled', recalled_at = :now, recalled_by = :by, recalled_note = :note WHERE id = :id

-- name: letters.rating_add
INSERT INTO suggestion_ratings (suggestion_id, round, deputy_id, rating, words, scan_name, scan_sha256, at, by_id)
VALUES (:suggestion, :round, :deputy, :rating, :words, :scan_name, :scan_sha256, :now, :by)

-- name: letters.ratings
SELECT r.id, r.round, r.rating, r.words, r.scan_name, r.scan_sha256, r.at, d.name AS deputy, u.name AS by_name
FROM suggestion_ratings r JOIN suggestion_deputies d ON d.id = r.deputy_id JOIN users u ON u.id = r.by_id
WHERE r.suggestion_id = :suggestion ORDER BY r.id DESC LIMIT :most

-- name: letters.rating_scan
SELECT scan_name, scan_sha256 FROM suggestion_ratings
WHERE suggestion_id = :suggestion AND id = :id AND scan_sha256 <> ''

-- name: letters.rated
SELECT count(*) AS deputies,
    coalesce(sum(CASE WHEN last.rating IS NOT NULL THEN 1 ELSE 0 END), 0) AS answered,
    coalesce(sum(CASE WHEN last.rating = 'not' THEN 1 ELSE 0 END), 0) AS dissatisfied
FROM (SELECT d.id, (SELECT r.rating FROM suggestion_ratings r WHERE r.suggestion_id = d.suggestion_id
        AND r.deputy_id = d.id AND r.round = :round ORDER BY r.id DESC LIMIT 1) AS rating
    FROM suggestion_deputies d WHERE d.suggestion_id = :suggestion) last

-- name: letters.rating_of
SELECT rating FROM suggestion_ratings WHERE suggestion_id = :suggestion AND round = :round AND deputy_id = :deputy
ORDER BY id DESC LIMIT :most

-- name: letters.round_next
UPDATE suggestions SET round = round + 1, assigned_day = :day, sent_day = NULL, form_day = NULL
WHERE id = :id

-- name: letters.handlers_again
INSERT INTO suggestion_handlers (suggestion_id, round, organisation_id, is_lead, state, due_day, made_at)
SELECT h.suggestion_id, s.round, h.organisation_id, h.is_lead, CASE WHEN h.is_lead = 1 THEN 'accepted' ELSE 'asked' END,
    CASE WHEN h.is_lead = 1 THEN NULL ELSE CAST(:due AS BIGINT) END, CAST(:now AS BIGINT)
FROM suggestion_handlers h JOIN suggestions s ON s.id = h.suggestion_id
JOIN letter_bodies b ON b.organisation_id = h.organisation_id
WHERE s.id = :suggestion AND h.round = s.round - 1 AND h.state NOT IN ('declined', 'replaced', 'released')
    AND (b.gone_at IS NULL OR h.is_lead = 1)
ORDER BY h.id

-- name: letters.promise_add
INSERT INTO suggestion_promises (suggestion_id, words, organisation_id, due_day, state, made_at, made_by)
VALUES (:suggestion, :words, :body, :due, 'open', :now, :by)
RETURNING id

-- name: letters.promises
SELECT p.id, p.words, p.due_day, p.state, p.over_at, p.note, o.name_zh, o.name_en, p.organisation_id
FROM suggestion_promises p JOIN organisations o ON o.id = p.organisation_id
WHERE p.suggestion_id = :suggestion ORDER BY p.id

-- name: letters.promise
SELECT id, organisation_id, state, due_day FROM suggestion_promises WHERE id = :id AND suggestion_id = :suggestion

-- name: letters.promise_over
UPDATE suggestion_promises SET state = :state, over_at = :now, over_by = :by, note = :note WHERE id = :id

-- name: letters.promises_open
SELECT count(*) AS n_all, coalesce(sum(CASE WHEN state = 'open' THEN 1 ELSE 0 END), 0) AS n_open
FROM suggestion_promises WHERE suggestion_id = :suggestion

-- ---- letters ----

-- name: letters.letter_add
INSERT INTO letters (suggestion_id, round, organisation_id, state, code, made_at)
VALUES (:suggestion, :round, :body, 'draft', :code, :now)
RETURNING id

-- name: letters.letter
SELECT l.id, l.suggestion_id, l.round, l.organisation_id, l.state, l.version, l.code, l.signer_id, l.signer_name,
    l.signer_title, l.signed_at, l.figures_sha256, l.number_id, l.dated_day, l.pdf_sha256, l.pdf_bytes, l.sealed_at,
    l.sent_at, l.recalled_at, l.recalled_note, n.year, n.n, b.short, b.mark, o.name_zh AS body_zh, o.name_en AS body_en
FROM letters l JOIN letter_bodies b ON b.organisation_id = l.organisation_id
JOIN organisations o ON o.id = l.organisation_id
LEFT JOIN letter_numbers n ON n.id = l.number_id
WHERE l.suggestion_id = :suggestion ORDER BY l.id DESC LIMIT 1

-- name: letters.letters_of
SELECT l.id, l.round, l.state, l.code, l.sealed_at, l.sent_at, l.recalled_at, l.recalled_note, n.year, n.n, b.short
FROM letters l JOIN letter_bodies b ON b.organisation_id = l.organisation_id
LEFT JOIN letter_numbers n ON n.id = l.number_id
WHERE l.suggestion_id = :suggestion ORDER BY l.id DESC LIMIT :most

-- name: letters.version_last
SELECT v.form, v.title, v.addressee, v.text, v.attachments, v.copies, v.disclosure, v.contact, v.class_id
FROM letter_versions v JOIN letters l ON l.id = v.letter_id AND l.version = v.version
WHERE l.suggestion_id = :suggestion ORDER BY l.id DESC LIMIT 1

-- name: letters.version_add
INSERT INTO letter_versions (letter_id, version, base, form, title, addressee, text, attachments, copies, disclosure,
    contact, class_id, note, saved_at, saved_by)
VALUES (:letter, :version, :base, :form, :title, :addressee, :text, :attachments, :copies, :disclosure,
    :contact, :class, :note, :now, :by)

-- name: letters.version_set
UPDATE letters SET version = :version WHERE id = :id

-- ---- bodies and their people ----

-- name: letters.body_add
INSERT INTO letter_bodies (organisation_id, short, mark, contact, is_desk, made_at)
VALUES (:id, :short, :mark, :contact, :is_desk, :now)

-- name: letters.body_save
UPDATE letter_bodies SET mark = :mark, contact = :contact WHERE organisation_id = :id

-- name: letters.body_close
UPDATE letter_bodies SET gone_at = :at WHERE organisation_id = :id

-- name: letters.body
SELECT b.organisation_id AS id, b.short, b.mark, b.contact, b.is_desk, b.gone_at, o.slug, o.name_zh, o.name_en
FROM letter_bodies b JOIN organisations o ON o.id = b.organisation_id WHERE b.organisation_id = :id

-- name: letters.body_of_short
SELECT organisation_id AS id FROM letter_bodies WHERE short = :short

-- name: letters.bodies
SELECT b.organisation_id AS id, b.short, b.mark, b.contact, b.is_desk, b.gone_at, o.slug, o.name_zh, o.name_en,
    (SELECT count(*) FROM letter_posts p WHERE p.organisation_id = b.organisation_id) AS people,
    (SELECT count(*) FROM suggestions s WHERE s.lead_id = b.organisation_id
        AND s.state NOT IN ('closed', 'followed', 'merged', 'returned')) AS cases
FROM letter_bodies b JOIN organisations o ON o.id = b.organisation_id
ORDER BY b.is_desk DESC, (b.gone_at IS NOT NULL), b.organisation_id LIMIT :most

-- name: letters.bodies_of_user
SELECT b.organisation_id AS id, p.posts, p.title, b.is_desk, o.name_zh, o.name_en
FROM letter_posts p JOIN letter_bodies b ON b.organisation_id = p.organisation_id
JOIN organisations o ON o.id = b.organisation_id
WHERE p.user_id = :user ORDER BY b.is_desk DESC, b.organisation_id LIMIT :most

-- name: letters.posts
SELECT p.user_id, p.posts, p.title, u.login, u.name, u.disabled_at
FROM letter_posts p JOIN users u ON u.id = p.user_id
WHERE p.organisation_id = :body ORDER BY p.posts DESC, u.id LIMIT :most

-- name: letters.post_set
INSERT INTO letter_posts (organisation_id, user_id, posts, title) VALUES (:body, :user, :posts, :title)
ON CONFLICT (organisation_id, user_id) DO UPDATE SET posts = excluded.posts, title = excluded.title

-- name: letters.post_remove
DELETE FROM letter_posts WHERE organisation_id = :body AND user_id = :user

-- name: letters.posts_left
SELECT count(*) AS n FROM letter_posts WHERE user_id = :user

-- name: letters.people
SELECT user_id, posts FROM letter_posts WHERE organisation_id = :body ORDER BY user_id LIMIT :most

-- name: letters.people_of_desks
SELECT DISTINCT p.user_id FROM letter_posts p JOIN letter_bodies b ON b.organisation_id = p.organisation_id
WHERE b.is_desk = 1 AND b.gone_at IS NULL ORDER BY p.user_id LIMIT :most

-- ---- sessions ----

-- name: letters.session_add
INSERT INTO letter_sessions (slug, kind, name_zh, name_en, opened_day, made_at, made_by)
VALUES (:slug, :kind, :name_zh, :name_en, :opened, :now, :by)
RETURNING id

-- name: letters.sessions
SELECT t.id, t.slug, t.kind, t.name_zh, t.name_en, t.opened_day,
    (SELECT count(*) FROM suggestions s WHERE s.session_id = t.id) AS suggestions,
    (SELECT coalesce(max(s.number), 0) FROM suggestions s WHERE s.session_id = t.id) AS last_number
FROM letter_sessions t ORDER BY t.opened_day DESC, t.id DESC LIMIT :most

-- name: letters.session
SELECT id, slug, kind, name_zh, name_en, opened_day FROM letter_sessions WHERE id = :id

-- name: letters.session_of
SELECT id FROM letter_sessions WHERE slug = :slug

-- name: letters.rule_add
INSERT INTO letter_rules (session_id, from_day, reply_months, most_months, co_months, decline_days, decline_unit,
    again_months, again_most, form_workdays, source, set_at, set_by)
VALUES (:session, :from_day, :reply, :most, :co, :decline, :unit, :again, :again_most, :form, :source, :now, :by)

-- name: letters.rules
SELECT id, from_day, reply_months, most_months, co_months, decline_days, decline_unit, again_months, again_most,
    form_workdays, source, set_at
FROM letter_rules WHERE session_id = :session ORDER BY from_day DESC, id DESC LIMIT :most

-- name: letters.rule_on
SELECT id, from_day, reply_months, most_months, co_months, decline_days, decline_unit, again_months, again_most,
    form_workdays, source
FROM letter_rules WHERE session_id = :session AND from_day <= :day ORDER BY from_day DESC, id DESC LIMIT 1

-- name: letters.class_add
INSERT INTO letter_classes (session_id, code, name_zh, name_en, wants_promise, made_at)
VALUES (:session, :code, :name_zh, :name_en, :wants, :now)

-- name: letters.classes
SELECT c.id, c.code, c.name_zh, c.name_en, c.wants_promise,
    (SELECT count(*) FROM suggestions s WHERE s.class_id = c.id) AS n
FROM letter_classes c WHERE c.session_id = :session ORDER BY c.code

-- name: letters.class_set
UPDATE suggestions SET class_id = :class WHERE id = :id

-- ---- lists ----

-- Which cases a user sees: the desk all, bodies those they have or had to do with, deputies their own.
-- part: seen
(:desk = 1 OR EXISTS (SELECT 1 FROM suggestion_handlers h JOIN letter_posts p ON p.organisation_id = h.organisation_id
        WHERE h.suggestion_id = s.id AND p.user_id = :user AND h.state NOT IN ('declined', 'replaced'))
    OR EXISTS (SELECT 1 FROM suggestion_deputies d WHERE d.suggestion_id = s.id AND d.user_id = :user))

-- What its deputies answered last in its round, the worst of them: 1 satisfied, 2 basically, 3 not; NULL: nobody has.
-- part: worst
(SELECT max(CASE r.rating WHEN 'not' THEN 3 WHEN 'basically' THEN 2 ELSE 1 END) FROM suggestion_ratings r
    WHERE r.suggestion_id = s.id AND r.round = s.round AND r.id = (SELECT max(z.id) FROM suggestion_ratings z
        WHERE z.suggestion_id = r.suggestion_id AND z.deputy_id = r.deputy_id AND z.round = r.round))

-- body: -1 assigned to none; rating: as {worst}; what: '' all, 'open' not answered yet, 'overdue' of those, 'soon' due
-- within a fortnight, 'back' answered and not closed, 'in_time' and 'late' answered so, 'dropped' not to be answered;
-- words: '' or a pair of characters or a word that it must hold.
-- name: letters.list
SELECT s.id, s.session_id, s.number, s.title, s.received_day, s.is_public, s.state, s.round, s.lead_id, s.class_id,
    s.accept_day, s.reply_day, s.sent_day, s.form_day, t.name_zh AS session_zh, t.name_en AS session_en,
    t.kind AS session_kind, o.name_zh AS lead_zh, o.name_en AS lead_en, c.code AS class_code, c.name_zh AS class_zh,
    c.name_en AS class_en, count(*) OVER () AS n
FROM suggestions s JOIN letter_sessions t ON t.id = s.session_id
LEFT JOIN organisations o ON o.id = s.lead_id
LEFT JOIN letter_classes c ON c.id = s.class_id
WHERE {seen}
    AND (:session = 0 OR s.session_id = :session)
    AND (:class = 0 OR s.class_id = :class)
    AND (:body = 0 OR s.lead_id = :body OR (:body = -1 AND s.lead_id IS NULL))
    AND (:rating = 0 OR {worst} = :rating)
    AND (:state = '' OR s.state = :state)
    AND (:what = ''
        OR (:what = 'open' AND s.state NOT IN ('returned', 'merged', 'sent', 'rated', 'closed', 'followed'))
        OR (:what = 'overdue' AND s.reply_day < :today
            AND s.state NOT IN ('returned', 'merged', 'sent', 'rated', 'closed', 'followed'))
        OR (:what = 'soon' AND s.reply_day BETWEEN :today AND :today + 14
            AND s.state NOT IN ('returned', 'merged', 'sent', 'rated', 'closed', 'followed'))
        OR (:what = 'back' AND s.state IN ('sent', 'rated'))
        OR (:what = 'over' AND s.state IN ('closed', 'followed'))
        OR (:what = 'in_time' AND s.state IN ('sent', 'rated', 'closed', 'followed')
            AND coalesce(s.sent_day, 0) <= coalesce(s.reply_day, s.sent_day, 0))
        OR (:what = 'late' AND s.state IN ('sent', 'rated', 'closed', 'followed') AND s.sent_day > s.reply_day)
        OR (:what = 'dropped' AND s.state IN ('returned', 'merged')))
    AND (:number = 0 OR s.number = :number)
    AND (:w1 = '' OR EXISTS (SELECT 1 FROM suggestion_words w WHERE w.suggestion_id = s.id AND w.word = :w1))
    AND (:w2 = '' OR EXISTS (SELECT 1 FROM suggestion_words w WHERE w.suggestion_id = s.id AND w.word = :w2))
    AND (:w3 = '' OR EXISTS (SELECT 1 FROM suggestion_words w WHERE w.suggestion_id = s.id AND w.word = :w3))
    AND (:w4 = '' OR EXISTS (SELECT 1 FROM suggestion_words w WHERE w.suggestion_id = s.id AND w.word = :w4))
ORDER BY CASE WHEN s.state IN ('returned', 'merged', 'sent', 'rated', 'closed', 'followed') THEN 1 ELSE 0 END,
    CASE WHEN s.reply_day IS NULL THEN 1 ELSE 0 END, s.reply_day, s.session_id DESC, s.number
LIMIT :most OFFSET :skip

-- name: letters.counts
SELECT coalesce(sum(CASE WHEN s.state NOT IN ('returned', 'merged', 'sent', 'rated', 'closed', 'followed')
        THEN 1 ELSE 0 END), 0) AS n_open,
    coalesce(sum(CASE WHEN s.reply_day < :today
        AND s.state NOT IN ('returned', 'merged', 'sent', 'rated', 'closed', 'followed') THEN 1 ELSE 0 END), 0) AS overdue,
    coalesce(sum(CASE WHEN s.reply_day BETWEEN :today AND :today + 14
        AND s.state NOT IN ('returned', 'merged', 'sent', 'rated', 'closed', 'followed') THEN 1 ELSE 0 END), 0) AS soon,
    coalesce(sum(CASE WHEN s.state IN ('sent', 'rated') THEN 1 ELSE 0 END), 0) AS back,
    coalesce(sum(CASE WHEN s.state IN ('closed', 'followed') THEN 1 ELSE 0 END), 0) AS over_n, count(*) AS n_all
FROM suggestions s WHERE {seen}

-- Is somebody of the desk, of any body, a deputy.
-- name: letters.who
SELECT (SELECT count(*) FROM letter_posts p JOIN letter_bodies b ON b.organisation_id = p.organisation_id
        WHERE p.user_id = :user AND b.is_desk = 1) AS desk,
    (SELECT min(p.organisation_id) FROM letter_posts p JOIN letter_bodies b ON b.organisation_id = p.organisation_id
        WHERE p.user_id = :user AND b.is_desk = 1) AS desk_body,
    (SELECT count(*) FROM letter_posts p WHERE p.user_id = :user) AS officer,
    (SELECT count(*) FROM suggestion_deputies d WHERE d.user_id = :user) AS deputy

-- name: letters.is_deputy
SELECT id FROM suggestion_deputies WHERE user_id = :user LIMIT 1

-- name: letters.states_of_session
SELECT state, count(*) AS n FROM suggestions WHERE session_id = :session GROUP BY state ORDER BY min(id)

-- ---- registers that are brought ----

-- name: letters.import_add
INSERT INTO letter_imports (session_id, name, file, made_at, made_by)
VALUES (:session, :name, :file, :now, :by)
RETURNING id

-- name: letters.import
SELECT i.id, i.session_id, i.name, i.file, i.taken_at, i.taken_n, s.name_zh, s.name_en
FROM letter_imports i JOIN letter_sessions s ON s.id = i.session_id WHERE i.id = :id

-- name: letters.import_taken
UPDATE letter_imports SET taken_at = :now, taken_n = :n WHERE id = :id AND taken_at IS NULL

-- name: letters.imports_old
SELECT id, file FROM letter_imports WHERE taken_at IS NULL AND made_at < :before ORDER BY id LIMIT :most

-- name: letters.import_drop
DELETE FROM letter_imports WHERE id = :id

-- name: letters.numbers_of
SELECT number FROM suggestions WHERE session_id = :session ORDER BY number LIMIT :most

-- name: letters.bodies_by_name
SELECT b.organisation_id AS id, b.short, o.name_zh, o.name_en FROM letter_bodies b
JOIN organisations o ON o.id = b.organisation_id ORDER BY b.organisation_id LIMIT :most

-- What was answered before the town kept this register.
-- name: letters.import_history
UPDATE suggestions SET lead_id = :lead, class_id = :class, assigned_day = :assigned, sent_day = :sent WHERE id = :id

-- name: letters.import_handler
INSERT INTO suggestion_handlers (suggestion_id, round, organisation_id, is_lead, state, answered_at, answered_by, made_at)
VALUES (:suggestion, 1, :body, :is_lead, :state, :answered_at, :by, :now)

-- What is like a title, of the cases that the user sees and those that may be public. The rarer a word that both have,
-- the more it counts: about twice the binary logarithm of how few have it; thrice in a title. One that more than
-- `common` have, and whatever shares only what every other one has, is passed over.
-- Materialized: else SQLite counts each word some twenty times over.
-- name: letters.similar
WITH asked (word) AS (VALUES (CAST(:w1 AS TEXT)), (CAST(:w2 AS TEXT)), (CAST(:w3 AS TEXT)), (CAST(:w4 AS TEXT)), (CAST(:w5 AS TEXT)),
        (CAST(:w6 AS TEXT)), (CAST(:w7 AS TEXT)), (CAST(:w8 AS TEXT)), (CAST(:w9 AS TEXT)), (CAST(:w10 AS
        TEXT)), (CAST(:w11 AS TEXT)), (CAST(:w12 AS TEXT)), (CAST(:w13 AS TEXT)), (CAST(:w14 AS TEXT)),
        (CAST(:w15 AS TEXT)), (CAST(:w16 AS TEXT)), (CAST(:w17 AS TEXT)), (CAST(:w18 AS TEXT)), (CAST(:w19 AS
        TEXT)), (CAST(:w20 AS TEXT)), (CAST(:w21 AS TEXT)), (CAST(:w22 AS TEXT)), (CAST(:w23 AS TEXT)),
        (CAST(:w24 AS TEXT)), (CAST(:w25 AS TEXT)), (CAST(:w26 AS TEXT)), (CAST(:w27 AS TEXT)), (CAST(:w28 AS
        TEXT)), (CAST(:w29 AS TEXT)), (CAST(:w30 AS TEXT)), (CAST(:w31 AS TEXT)), (CAST(:w32 AS TEXT))),
sized AS MATERIALIZED (SELECT a.word, (SELECT count(*) FROM (SELECT 1 FROM suggestion_words w WHERE w.word = a.word
        LIMIT :most_of_word) few) AS n,
    (SELECT count(*) FROM suggestions) AS n_all
    FROM asked a WHERE a.word <> ''),
weighed AS (SELECT word, CASE WHEN n * 2 > n_all THEN 1 WHEN n * 4 > n_all THEN 3 WHEN n * 8 > n_all THEN 5
        WHEN n * 16 > n_all THEN 7 WHEN n * 32 > n_all THEN 9 WHEN n * 64 > n_all THEN 11
        WHEN n * 256 > n_all THEN 13 ELSE 15 END AS weight
    FROM sized WHERE n > 0 AND n <= :common),
shared AS (SELECT k.suggestion_id, sum(w.weight * CASE WHEN k.weight >= 5 THEN 3 ELSE 1 END) AS score
    FROM weighed w JOIN suggestion_words k ON k.word = w.word
    GROUP BY k.suggestion_id HAVING max(w.weight) > 1)
SELECT s.id, s.number, s.title, s.state, s.round, s.class_id, s.lead_id, s.received_day, s.is_public, s.accept_day,
    s.reply_day, s.sent_day, s.form_day, t.kind AS session_kind, t.name_zh AS session_zh, t.name_en AS session_en,
    o.name_zh AS lead_zh, o.name_en AS lead_en, c.code AS class_code, c.name_zh AS class_zh, c.name_en AS class_en,
    x.score, CASE WHEN {seen} THEN 1 ELSE 0 END AS may_open,
    (SELECT max(l.id) FROM letters l WHERE l.suggestion_id = s.id AND l.state = 'sent' AND s.is_public = 1) AS reply_id
FROM shared x JOIN suggestions s ON s.id = x.suggestion_id
JOIN letter_sessions t ON t.id = s.session_id
LEFT JOIN organisations o ON o.id = s.lead_id
LEFT JOIN letter_classes c ON c.id = s.class_id
WHERE s.id <> :but AND s.state <> 'merged' AND ({seen} OR s.is_public = 1)
ORDER BY x.score DESC, s.received_day DESC, s.id DESC LIMIT :most

-- ---- what came of a session ----

-- By lead; what adds up to n: open, in_time, late, dropped. The last row, without one, is of those that nobody has.
-- name: letters.leads_of_session
SELECT y.lead_id, o.name_zh, o.name_en, count(*) AS n,
    sum(CASE WHEN y.what = 'open' THEN 1 ELSE 0 END) AS n_open,
    sum(CASE WHEN y.what = 'open' AND y.reply_day < :today THEN 1 ELSE 0 END) AS overdue,
    sum(CASE WHEN y.what = 'in_time' THEN 1 ELSE 0 END) AS in_time,
    sum(CASE WHEN y.what = 'late' THEN 1 ELSE 0 END) AS late,
    sum(CASE WHEN y.what = 'dropped' THEN 1 ELSE 0 END) AS dropped,
    sum(CASE WHEN y.worst = 1 THEN 1 ELSE 0 END) AS satisfied,
    sum(CASE WHEN y.worst = 2 THEN 1 ELSE 0 END) AS basically,
    sum(CASE WHEN y.worst = 3 THEN 1 ELSE 0 END) AS dissatisfied
FROM (SELECT s.lead_id, s.reply_day, {worst} AS worst,
        CASE WHEN s.state IN ('returned', 'merged') THEN 'dropped'
            WHEN s.state NOT IN ('sent', 'rated', 'closed', 'followed') THEN 'open'
            WHEN s.sent_day > s.reply_day THEN 'late' ELSE 'in_time' END AS what
    FROM suggestions s WHERE s.session_id = :session) y
LEFT JOIN organisations o ON o.id = y.lead_id
GROUP BY y.lead_id, o.name_zh, o.name_en
ORDER BY CASE WHEN y.lead_id IS NULL THEN 1 ELSE 0 END, n DESC, y.lead_id LIMIT :most

-- name: letters.sheet
SELECT s.id, s.number, s.title, s.received_day, s.state, s.round, s.reply_day, s.sent_day, s.is_public,
    o.name_zh AS lead_zh, o.name_en AS lead_en, c.code AS class_code, c.name_zh AS class_zh, c.name_en AS class_en,
    {worst} AS worst, n.year, n.n, b.short
FROM suggestions s
LEFT JOIN organisations o ON o.id = s.lead_id
LEFT JOIN letter_classes c ON c.id = s.class_id
LEFT JOIN letters l ON l.id = (SELECT max(x.id) FROM letters x WHERE x.suggestion_id = s.id AND x.state = 'sent')
LEFT JOIN letter_bodies b ON b.organisation_id = l.organisation_id
LEFT JOIN letter_numbers n ON n.id = l.number_id
WHERE s.session_id = :session ORDER BY s.number LIMIT :most

-- In the order of letters.sheet.
-- name: letters.sheet_deputies
SELECT d.suggestion_id, d.name AS name_zh, d.name AS name_en
FROM suggestion_deputies d JOIN suggestions s ON s.id = d.suggestion_id
WHERE s.session_id = :session ORDER BY s.number, d.position LIMIT :most

-- name: letters.sheet_handlers
SELECT h.suggestion_id, o.name_zh, o.name_en
FROM suggestion_handlers h JOIN suggestions s ON s.id = h.suggestion_id AND s.round = h.round
JOIN organisations o ON o.id = h.organisation_id
WHERE s.session_id = :session AND h.is_lead = 0 AND h.state IN ('asked', 'answered') ORDER BY s.number, h.id LIMIT :most
