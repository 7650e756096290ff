-- name: factories.add
INSERT INTO factories (organisation_id, state, code, address, contact, phone, scan_name, scan_sha256,
    created_at, updated_at)
VALUES (:id, :state, :code, :address, :contact, :phone, :scan_name, :scan_sha256, :now, :now)

-- name: factories.get
SELECT f.organisation_id AS id, f.state, f.code, f.address, f.contact, f.phone, f.scan_name,
    f.scan_sha256, f.version, f.created_at, f.updated_at, f.approved_at, o.slug, o.name_zh, o.name_en,
    o.about_zh, o.about_en
FROM factories f JOIN organisations o ON o.id = f.organisation_id
WHERE f.organisation_id = :id

-- name: factories.state_of
SELECT state FROM factories WHERE organisation_id = :id

-- name: factories.by_code
SELECT organisation_id AS id FROM factories WHERE code = :code

-- name: factories.save
UPDATE factories SET code = :code, address = :address, contact = :contact, phone = :phone,
    scan_name = :scan_name, scan_sha256 = :scan_sha256, version = version + 1, updated_at = :now
WHERE organisation_id = :id AND version = :version

-- name: factories.move
UPDATE factories SET state = :state, approved_at = CASE WHEN :state = 'approved' THEN :now
    ELSE approved_at END
WHERE organisation_id = :id AND state = :from

-- name: factories.event_add
INSERT INTO factory_events (organisation_id, event, from_state, to_state, actor_id, version, note, at)
VALUES (:id, :event, :from, :to, :actor, :version, :note, :now)
RETURNING id

-- name: factories.change_add
INSERT INTO factory_changes (event_id, field, before, after) VALUES (:event, :field, :before, :after)

-- name: factories.events
SELECT e.id, e.event, e.from_state, e.to_state, e.note, e.at, e.version, u.name AS actor
FROM factory_events e LEFT JOIN users u ON u.id = e.actor_id
WHERE e.organisation_id = :id AND e.version > :version
ORDER BY e.id DESC
LIMIT :most

-- name: factories.changes
SELECT field, before, after FROM factory_changes WHERE event_id = :event

-- name: factories.last_note
SELECT note FROM factory_events WHERE organisation_id = :id AND event = :event
ORDER BY id DESC LIMIT 1

-- The operator's queue, in the order in which they came.

-- name: factories.queue
SELECT f.organisation_id AS id, f.state, f.code, o.name_zh, o.name_en,
    (SELECT max(e.at) FROM factory_events e WHERE e.organisation_id = f.organisation_id
        AND e.event <> 'edit') AS at,
    (SELECT count(*) FROM products p WHERE p.organisation_id = f.organisation_id
        AND p.status = 'on') AS products
FROM factories f JOIN organisations o ON o.id = f.organisation_id
WHERE f.state = :state AND f.organisation_id > :after
ORDER BY f.organisation_id
LIMIT :most

-- name: factories.states
SELECT state, count(*) AS n FROM factories GROUP BY state

-- Members.

-- name: factories.members
SELECT u.id, u.login, u.name, m.role, m.created_at
FROM memberships m JOIN users u ON u.id = m.user_id
WHERE m.organisation_id = :id
ORDER BY m.created_at, u.id

-- name: factories.member
SELECT role FROM memberships WHERE organisation_id = :id AND user_id = :user

-- name: factories.owners
SELECT count(*) AS n FROM memberships WHERE organisation_id = :id AND role = 'owner'

-- name: factories.memberships_of
SELECT count(*) AS n FROM memberships WHERE user_id = :user

-- name: factories.invite
INSERT INTO factory_invitations (organisation_id, user_id, role, invited_by, at)
VALUES (:id, :user, :role, :by, :now)

-- name: factories.invitation
SELECT organisation_id, user_id, role, answer FROM factory_invitations WHERE id = :invitation

-- name: factories.invitations_of_user
SELECT i.id, i.role, i.at, o.name_zh, o.name_en, u.name AS by_name
FROM factory_invitations i
JOIN organisations o ON o.id = i.organisation_id
JOIN users u ON u.id = i.invited_by
WHERE i.user_id = :user AND i.answer IS NULL
ORDER BY i.id
LIMIT 20

-- name: factories.invitations_of
SELECT i.id, i.role, i.at, u.login
FROM factory_invitations i JOIN users u ON u.id = i.user_id
WHERE i.organisation_id = :id AND i.answer IS NULL
ORDER BY i.id
LIMIT 50

-- name: factories.invitations_n
SELECT count(*) AS n FROM factory_invitations WHERE organisation_id = :id AND at > :since

-- name: factories.answer
UPDATE factory_invitations SET answer = :answer, answered_at = :now
WHERE id = :invitation AND answer IS NULL

-- Contacts.

-- name: factories.opening_add
INSERT INTO factory_openings (organisation_id, actor_id, purpose, at)
VALUES (:id, :actor, :purpose, :now)

-- name: factories.openings
SELECT p.purpose, p.at, u.name AS actor
FROM factory_openings p JOIN users u ON u.id = p.actor_id
WHERE p.organisation_id = :id
ORDER BY p.id DESC
LIMIT :most

-- Figures (figures.c): a factory counts while its last event led to where it is approved.

-- name: factories.figure_approved
SELECT count(*) AS value FROM factories f
WHERE (SELECT e.to_state FROM factory_events e WHERE e.organisation_id = f.organisation_id
    AND e.at <= :until ORDER BY e.id DESC LIMIT 1) = 'approved'

-- name: factories.figure_approved_rows
SELECT o.id, '/hall/factories/' || o.slug AS link, o.name_zh AS label_zh, o.name_en AS label_en,
    (SELECT max(e.at) FROM factory_events e WHERE e.organisation_id = o.id AND e.at <= :until
        AND e.to_state = 'approved' AND coalesce(e.from_state, '') <> 'approved') AS at,
    1 AS amount
FROM factories f JOIN organisations o ON o.id = f.organisation_id
WHERE (SELECT e.to_state FROM factory_events e WHERE e.organisation_id = f.organisation_id
        AND e.at <= :until ORDER BY e.id DESC LIMIT 1) = 'approved'
    AND o.id > :after
ORDER BY o.id
LIMIT :most

-- name: factories.figure_approved_reach
SELECT min(at) AS at FROM factory_events

-- What `guildhall check` looks for: a factory whose last event led elsewhere than where it is.

-- name: factories.check_states
SELECT f.organisation_id AS id FROM factories f
WHERE coalesce((SELECT e.to_state FROM factory_events e WHERE e.organisation_id = f.organisation_id
    ORDER BY e.id DESC LIMIT 1), '') <> f.state
ORDER BY f.organisation_id
LIMIT :most

-- name: factories.check_owners
SELECT o.id FROM organisations o
WHERE o.kind = 'factory'
    AND EXISTS (SELECT 1 FROM memberships m WHERE m.organisation_id = o.id)
    AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.organisation_id = o.id AND m.role = 'owner')
ORDER BY o.id
LIMIT :most

-- Sealing anew (store/seal.h).

-- name: factories.contact_seal_next
SELECT organisation_id AS id, contact AS sealed FROM factories
WHERE organisation_id > :after AND contact IS NOT NULL AND substr(contact, 2, 1) <> :key
ORDER BY organisation_id
LIMIT :most

-- name: factories.contact_seal_put
UPDATE factories SET contact = :sealed WHERE organisation_id = :id AND contact = :before

-- name: factories.contact_seal_count
SELECT substr(contact, 2, 1) AS key, COUNT(*) AS n FROM factories WHERE contact IS NOT NULL GROUP BY 1

-- name: factories.phone_seal_next
SELECT organisation_id AS id, phone AS sealed FROM factories
WHERE organisation_id > :after AND phone IS NOT NULL AND substr(phone, 2, 1) <> :key
ORDER BY organisation_id
LIMIT :most

-- name: factories.phone_seal_put
UPDATE factories SET phone = :sealed WHERE organisation_id = :id AND phone = :before

-- name: factories.phone_seal_count
SELECT substr(phone, 2, 1) AS key, COUNT(*) AS n FROM factories WHERE phone IS NOT NULL GROUP BY 1

-- What waits (todo.c): see town/console.

-- An entry that its people have not sent yet, or that came back.
-- name: factories.todo_entry
SELECT count(*) OVER () AS n, o.id, o.name_zh AS label_zh, o.name_en AS label_en,
    '/factory' AS link, e.note, f.state AS tags, e.at
FROM factories f
JOIN organisations o ON o.id = f.organisation_id
JOIN factory_events e ON e.id = (SELECT max(x.id) FROM factory_events x
    WHERE x.organisation_id = o.id AND coalesce(x.from_state, '') <> x.to_state)
WHERE f.organisation_id = :organisation AND f.state IN ('draft', 'returned', 'suspended')
    AND e.at > :from AND e.at <= :until
ORDER BY o.id
LIMIT :most OFFSET :skip

-- name: factories.todo_review
SELECT count(*) OVER () AS n, o.id, o.name_zh AS label_zh, o.name_en AS label_en,
    '/factories/' || o.id AS link, e.at
FROM factories f
JOIN organisations o ON o.id = f.organisation_id
JOIN factory_events e ON e.id = (SELECT max(x.id) FROM factory_events x
    WHERE x.organisation_id = o.id AND coalesce(x.from_state, '') <> x.to_state)
WHERE (:organisation = 0 OR f.organisation_id = :organisation) AND f.state = 'review'
    AND e.at > :from AND e.at <= :until
ORDER BY e.at, o.id
LIMIT :most OFFSET :skip
