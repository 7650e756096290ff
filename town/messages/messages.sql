-- Telling.

-- Not due yet: the newer takes its place.
-- name: messages.replace
DELETE FROM notices WHERE about = :about AND kind = :kind AND user_id = :user AND routed_at IS NULL
    AND due_at > :now

-- name: messages.replace_all
DELETE FROM notices WHERE about = :about AND kind = :kind AND routed_at IS NULL AND due_at > :now

-- name: messages.tell
-- many: bigint, text, text, text, text, bigint, bigint, bigint
INSERT INTO notices (user_id, kind, about, link, args, told_at, due_at, until_at)
VALUES (:user, :kind, :about, :link, :args, :now, :due, :until)

-- name: messages.drop
DELETE FROM notices WHERE about = :about AND routed_at IS NULL AND due_at > :now

-- name: messages.drop_of
DELETE FROM notices WHERE about = :about AND user_id = :user AND routed_at IS NULL AND due_at > :now

-- name: messages.drop_sends
UPDATE notice_sends SET status = 'skipped', why = 'dropped', next_at = NULL, ended_at = :now
WHERE status = 'waiting' AND notice_id IN (SELECT id FROM notices WHERE about = :about)

-- name: messages.drop_sends_of
UPDATE notice_sends SET status = 'skipped', why = 'dropped', next_at = NULL, ended_at = :now
WHERE status = 'waiting'
    AND notice_id IN (SELECT id FROM notices WHERE about = :about AND user_id = :user)

-- The list and the bell.

-- name: messages.unseen
SELECT count(*) AS n FROM (SELECT 1 FROM notices WHERE user_id = :user AND seen_at IS NULL AND due_at <= :now
    LIMIT :most) AS some

-- name: messages.mine
SELECT id, kind, link, args, due_at, seen_at FROM notices
WHERE user_id = :user AND due_at <= :now AND (due_at < :before OR (due_at = :before AND id < :id))
ORDER BY due_at DESC, id DESC
LIMIT :most

-- name: messages.one
SELECT id, link, seen_at FROM notices WHERE id = :id AND user_id = :user AND due_at <= :now

-- name: messages.see
UPDATE notices SET seen_at = :now WHERE id = :id AND user_id = :user AND due_at <= :now AND seen_at IS NULL

-- name: messages.see_all
UPDATE notices SET seen_at = :now
WHERE user_id = :user AND seen_at IS NULL AND (due_at < :until OR (due_at = :until AND id <= :id))

-- The ways out of what is due.

-- name: messages.to_route
SELECT n.id, n.user_id, n.kind, n.due_at, n.until_at, u.disabled_at, u.phone_proven_at,
    c.proven_at, c.quiet_from, c.quiet_until
FROM notices n JOIN users u ON u.id = n.user_id LEFT JOIN notice_contacts c ON c.user_id = n.user_id
WHERE n.routed_at IS NULL AND n.due_at <= :now
ORDER BY n.due_at, n.id
LIMIT :most

-- name: messages.routed
UPDATE notices SET routed_at = :now WHERE id = :id

-- name: messages.preferences_of
SELECT channel, is_on FROM notice_preferences WHERE user_id = :user AND kind_group = :group

-- name: messages.send_add
INSERT INTO notice_sends (notice_id, channel, status, why, tries, made_at, next_at, ended_at)
VALUES (:notice, :channel, :status, :why, 0, :now, :next, :ended)

-- What is old.

-- name: messages.prune_sends
DELETE FROM notice_sends WHERE notice_id IN (SELECT id FROM notices WHERE due_at < :before AND routed_at IS NOT NULL
    ORDER BY due_at, id LIMIT :most)

-- name: messages.prune
DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE due_at < :before AND routed_at IS NOT NULL
    ORDER BY due_at, id LIMIT :most)

-- name: messages.codes_prune
DELETE FROM notice_codes WHERE what IN (SELECT what FROM notice_codes WHERE sent_at < :before LIMIT :most)

-- Checks.

-- name: messages.wrong_twice
SELECT DISTINCT b.id FROM notices a JOIN notices b
    ON b.about = a.about AND b.kind = a.kind AND b.user_id = a.user_id AND b.id > a.id
WHERE a.routed_at IS NULL AND b.routed_at IS NULL AND a.due_at > b.told_at ORDER BY b.id LIMIT :most

-- name: messages.wrong_send
SELECT DISTINCT n.id FROM notices n JOIN notice_sends s ON s.notice_id = n.id
WHERE n.routed_at IS NULL ORDER BY n.id LIMIT :most

-- name: messages.wrong_time
SELECT DISTINCT n.id FROM notices n LEFT JOIN notice_sends s ON s.notice_id = n.id
WHERE n.seen_at < n.due_at OR n.routed_at < n.due_at OR s.made_at < n.due_at ORDER BY n.id LIMIT :most

-- name: messages.wrong_place
SELECT id FROM notices WHERE substr(link, 1, 1) <> '/' OR substr(link, 2, 1) = '/' ORDER BY id LIMIT :most
