-- Who has read where an order goes (receiver.h).

-- name: trade.opening_add
INSERT INTO receiver_openings (order_id, factory_id, user_id, is_maker, purpose, at)
SELECT id, factory_id, :user_id, :is_maker, :purpose, :now FROM orders WHERE id = :order_id

-- name: trade.opened_by_maker
SELECT count(*) AS n FROM receiver_openings WHERE order_id = :order_id AND is_maker = 1

-- name: trade.opened_by
SELECT count(*) AS n FROM receiver_openings WHERE order_id = :order_id AND user_id = :user_id

-- (Of one factory, or with 0 of all.)
-- name: trade.openings
SELECT p.id, p.order_id, p.purpose, p.at, p.is_maker, u.name, f.name_zh, f.name_en
FROM receiver_openings p JOIN users u ON u.id = p.user_id
LEFT JOIN organisations f ON f.id = p.factory_id
WHERE p.id < :before AND (:factory_id = 0 OR p.factory_id = :factory_id)
ORDER BY p.id DESC
LIMIT :most
