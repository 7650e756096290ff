-- Messages that wait for somebody to look at them: of running shows first, the oldest first.

-- name: house.held
SELECT m.id, m.show_id, m.name, m.body, m.held_why, m.sent_at, s.status, s.title_zh, s.title_en
FROM show_messages m JOIN shows s ON s.id = m.show_id
WHERE m.status = 'held'
ORDER BY CASE WHEN s.status = 'ended' THEN 1 ELSE 0 END, m.id LIMIT :most

-- name: house.held_n
SELECT count(*) AS n, count(CASE WHEN s.status = 'ended' THEN 1 END) AS over
FROM show_messages m JOIN shows s ON s.id = m.show_id WHERE m.status = 'held'

-- name: house.todo_held
SELECT count(*) OVER () AS n, m.id, s.title_zh AS label_zh, s.title_en AS label_en,
    '/house/review#m' || m.id AS link, m.body AS note, m.sent_at AS at
FROM show_messages m JOIN shows s ON s.id = m.show_id
WHERE :organisation = 0 AND m.status = 'held' AND m.sent_at > :from AND m.sent_at <= :until
ORDER BY m.sent_at, m.id
LIMIT :most OFFSET :skip

-- Complaints: making one.

-- name: house.show_of
SELECT s.id, s.title_zh, s.title_en, s.status, s.created_at, u.name AS host_name
FROM shows s JOIN users u ON u.id = s.host_id WHERE s.id = :show

-- What others have said lately, the newest first.
-- name: house.said
SELECT id, name, body, sent_at FROM show_messages
WHERE show_id = :show AND status = 'shown' ORDER BY id DESC LIMIT :most

-- What a visitor may read again: not what the crew has taken back.
-- name: house.said_one_shown
SELECT id, name, body, sent_at, status FROM show_messages
WHERE id = :message AND show_id = :show AND status = 'shown'

-- name: house.said_one
SELECT id, name, body, sent_at, status FROM show_messages
WHERE id = :message AND show_id = :show AND status IN ('shown', 'retracted')

-- name: house.sellers
SELECT DISTINCT o.id, o.name_zh, o.name_en
FROM show_items i JOIN skus k ON k.id = i.sku_id JOIN products p ON p.id = k.product_id
JOIN organisations o ON o.id = p.organisation_id
WHERE i.show_id = :show ORDER BY o.id LIMIT :most

-- name: house.seller
SELECT 1 AS one FROM show_items i JOIN skus k ON k.id = i.sku_id JOIN products p ON p.id = k.product_id
WHERE i.show_id = :show AND p.organisation_id = :factory LIMIT 1

-- name: house.complaints_of_peer
SELECT count(*) AS n FROM house_complaints WHERE peer = :peer AND made_at > :since

-- name: house.complaints_of_user
SELECT count(*) AS n FROM house_complaints WHERE user_id = :user AND made_at > :since

-- name: house.complaint_add
INSERT INTO house_complaints (about, show_id, message_id, factory_id, kind, words, contact, evidence_at, user_id, peer,
    status, made_at, look_due_at, answer_due_at, said_by, said)
VALUES (:about, :show, :message, :factory, :kind, :words, :contact, :evidence_at, :user, :peer, 'received', :now,
    :look_due, :answer_due, (SELECT name FROM show_messages WHERE id = :message),
    (SELECT body FROM show_messages WHERE id = :message))
RETURNING id

-- name: house.complaint_event_add
INSERT INTO house_complaint_events (complaint_id, at, actor_id, event, to_state, words)
VALUES (:complaint, :now, :actor, :event, :to, :words)

-- name: house.complaint_opening_add
INSERT INTO house_complaint_openings (complaint_id, user_id, purpose, at) VALUES (:complaint, :user, :purpose, :now)

-- name: house.complaint_set
UPDATE house_complaints SET status = :status, looked_at = :looked_at, answered_at = :answered_at, closed_at = :closed_at,
    answer_due_at = :answer_due, again_n = :again
WHERE id = :complaint

-- Complaints: reading.

-- part: complaint
SELECT c.id, c.about, c.show_id, c.message_id, c.factory_id, c.kind, c.words, c.contact, c.evidence_at, c.user_id,
    c.status, c.made_at, c.look_due_at, c.answer_due_at, c.looked_at, c.answered_at, c.closed_at, c.again_n,
    s.title_zh, s.title_en, s.status AS show_status, o.name_zh AS factory_zh, o.name_en AS factory_en,
    c.said_by, c.said, m.status AS said_status
FROM house_complaints c JOIN shows s ON s.id = c.show_id
LEFT JOIN organisations o ON o.id = c.factory_id LEFT JOIN show_messages m ON m.id = c.message_id

-- name: house.complaint
{complaint} WHERE c.id = :complaint

-- name: house.complaints_mine
{complaint} WHERE c.user_id = :user ORDER BY c.made_at DESC, c.id DESC LIMIT :most

-- What is due first.
-- name: house.complaints_open
{complaint} WHERE c.status IN ('received', 'looking')
ORDER BY CASE WHEN c.status = 'received' THEN c.look_due_at ELSE c.answer_due_at END, c.id LIMIT :most

-- name: house.complaints_over
{complaint} WHERE c.status NOT IN ('received', 'looking') AND c.id < :before ORDER BY c.id DESC LIMIT :most

-- name: house.complaint_events
SELECT e.id, e.at, e.event, e.to_state, e.words, u.name AS by_name
FROM house_complaint_events e LEFT JOIN users u ON u.id = e.actor_id
WHERE e.complaint_id = :complaint ORDER BY e.id

-- name: house.complaint_opened_by
SELECT count(*) AS n FROM house_complaint_openings WHERE complaint_id = :complaint AND user_id = :user AND at > :since

-- name: house.complaint_openings
SELECT p.purpose, p.at, u.name FROM house_complaint_openings p JOIN users u ON u.id = p.user_id
WHERE p.complaint_id = :complaint ORDER BY p.id DESC LIMIT :most

-- name: house.complaints_to_close
SELECT id FROM house_complaints WHERE status IN ('answered', 'rejected') AND answered_at <= :until ORDER BY id LIMIT :most

-- Those that were kept for as long as they are to be.
-- name: house.complaints_to_forget
SELECT id FROM house_complaints WHERE closed_at <= :until ORDER BY closed_at, id LIMIT :most

-- name: house.complaint_forget_events
DELETE FROM house_complaint_events WHERE complaint_id = :complaint

-- name: house.complaint_forget_openings
DELETE FROM house_complaint_openings WHERE complaint_id = :complaint

-- name: house.complaint_forget
DELETE FROM house_complaints WHERE id = :complaint

-- name: house.todo_complaints
SELECT count(*) OVER () AS n, c.id, '#' || c.id || ' ' || s.title_zh AS label_zh, '#' || c.id || ' ' || s.title_en AS label_en,
    '/house/complaints/' || c.id AS link, c.kind AS tags, x.due AS at
FROM (SELECT id, CASE WHEN status = 'received' THEN look_due_at ELSE answer_due_at END AS due
      FROM house_complaints WHERE status IN ('received', 'looking')) x
JOIN house_complaints c ON c.id = x.id JOIN shows s ON s.id = c.show_id
WHERE :organisation = 0 AND x.due > :from AND x.due <= :until
ORDER BY x.due, c.id
LIMIT :most OFFSET :skip

-- For the check: complaints whose last event says otherwise, or whose times do.
-- name: house.wrong_complaints
SELECT c.id FROM house_complaints c
WHERE NOT EXISTS (SELECT 1 FROM house_complaint_events e
        WHERE e.id = (SELECT max(y.id) FROM house_complaint_events y WHERE y.complaint_id = c.id)
            AND e.to_state = c.status)
    OR (c.status <> 'received' AND c.looked_at IS NULL)
    OR (c.status IN ('answered', 'rejected') AND c.answered_at IS NULL)
ORDER BY c.id LIMIT :most

-- Sealed words, for `guildhall seal`.

-- name: house.complaint_words_seal_next
SELECT id AS id, words AS sealed FROM house_complaints
WHERE id > :after AND substr(words, 2, 1) <> :key ORDER BY id LIMIT :most

-- name: house.complaint_words_seal_put
UPDATE house_complaints SET words = :sealed WHERE id = :id AND words = :before

-- name: house.complaint_words_seal_count
SELECT substr(words, 2, 1) AS key, COUNT(*) AS n FROM house_complaints GROUP BY 1

-- name: house.complaint_contact_seal_next
SELECT id AS id, contact AS sealed FROM house_complaints
WHERE id > :after AND contact IS NOT NULL AND substr(contact, 2, 1) <> :key ORDER BY id LIMIT :most

-- name: house.complaint_contact_seal_put
UPDATE house_complaints SET contact = :sealed WHERE id = :id AND contact = :before

-- name: house.complaint_contact_seal_count
SELECT substr(contact, 2, 1) AS key, COUNT(*) AS n FROM house_complaints WHERE contact IS NOT NULL GROUP BY 1

-- name: house.complaint_said_seal_next
SELECT id AS id, words AS sealed FROM house_complaint_events
WHERE id > :after AND words IS NOT NULL AND substr(words, 2, 1) <> :key ORDER BY id LIMIT :most

-- name: house.complaint_said_seal_put
UPDATE house_complaint_events SET words = :sealed WHERE id = :id AND words = :before

-- name: house.complaint_said_seal_count
SELECT substr(words, 2, 1) AS key, COUNT(*) AS n FROM house_complaint_events WHERE words IS NOT NULL GROUP BY 1
