-- Rules of suggestions, for `guildhall check`.

-- What happened to suggestions, in order: each one's events follow each other.
-- name: letters.check_story
SELECT e.suggestion_id, e.id, e.event, e.to_state, s.state
FROM suggestion_events e JOIN suggestions s ON s.id = e.suggestion_id
WHERE (e.suggestion_id, e.id) > (:suggestion, :event) ORDER BY e.suggestion_id, e.id LIMIT :most

-- name: letters.check_untold
SELECT s.id FROM suggestions s
WHERE NOT EXISTS (SELECT 1 FROM suggestion_events e WHERE e.suggestion_id = s.id) ORDER BY s.id LIMIT :most

-- Merged into what is merged itself, into itself, or into another session's.
-- name: letters.check_merged
SELECT s.id FROM suggestions s JOIN suggestions i ON i.id = s.merged_id
WHERE i.merged_id IS NOT NULL OR i.id = s.id OR i.session_id <> s.session_id ORDER BY s.id LIMIT :most

-- name: letters.check_lead
SELECT s.id FROM suggestions s
WHERE s.state NOT IN ('registered', 'examined', 'returned', 'merged') AND NOT EXISTS (SELECT 1
    FROM suggestion_handlers h WHERE h.suggestion_id = s.id AND h.round = s.round AND h.is_lead = 1
        AND h.organisation_id = s.lead_id AND h.state IN ('asked', 'accepted'))
ORDER BY s.id LIMIT :most

-- What was answered has the day of it, what was not has none; days do not run backwards.
-- name: letters.check_days
SELECT s.id FROM suggestions s
WHERE (s.sent_day IS NULL AND s.state IN ('sent', 'rated', 'closed', 'followed'))
    OR (s.sent_day IS NOT NULL AND s.state NOT IN ('sent', 'rated', 'closed', 'followed'))
    OR (s.assigned_day IS NULL AND s.state NOT IN ('registered', 'examined', 'returned', 'merged'))
    OR s.assigned_day < s.received_day OR s.sent_day < s.assigned_day OR s.reply_day < s.assigned_day
    OR s.accept_day < s.assigned_day OR s.form_day < s.sent_day
ORDER BY s.id LIMIT :most

-- A letter of a suggestion that never was sent, and a suggestion that was without a letter.
-- name: letters.check_letter_sent
SELECT l.id, l.suggestion_id FROM letters l
WHERE l.sent_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM suggestion_events e
    WHERE e.suggestion_id = l.suggestion_id AND e.round = l.round AND e.event = 'send')
ORDER BY l.id LIMIT :most

-- name: letters.check_unanswered
SELECT s.id FROM suggestions s
WHERE s.state IN ('sent', 'rated', 'closed', 'followed') AND NOT EXISTS (SELECT 1 FROM letters l
        WHERE l.suggestion_id = s.id AND l.round = s.round AND l.state = 'sent')
    AND NOT EXISTS (SELECT 1 FROM suggestion_events e WHERE e.suggestion_id = s.id AND e.event = 'import')
ORDER BY s.id LIMIT :most

-- An answer to what had not been sent, or of somebody else's suggestion.
-- name: letters.check_rated
SELECT r.id, r.suggestion_id FROM suggestion_ratings r JOIN suggestion_deputies d ON d.id = r.deputy_id
WHERE d.suggestion_id <> r.suggestion_id OR NOT EXISTS (SELECT 1 FROM suggestion_events e
    WHERE e.suggestion_id = r.suggestion_id AND e.at <= r.at
        AND (e.event = 'import' OR (e.event = 'send' AND e.round = r.round)))
ORDER BY r.id LIMIT :most

-- Promised before anything was answered; open after all is said to be done.
-- name: letters.check_promised
SELECT p.id, p.suggestion_id FROM suggestion_promises p JOIN suggestions s ON s.id = p.suggestion_id
WHERE (p.state = 'open' AND s.state = 'followed') OR NOT EXISTS (SELECT 1 FROM suggestion_events e
    WHERE e.suggestion_id = p.suggestion_id AND e.event IN ('send', 'import') AND e.at <= p.made_at)
ORDER BY p.id LIMIT :most

-- A class of another session.
-- name: letters.check_class
SELECT s.id FROM suggestions s JOIN letter_classes c ON c.id = s.class_id
WHERE c.session_id <> s.session_id ORDER BY s.id LIMIT :most
